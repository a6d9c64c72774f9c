"""The floor: a server with the guarantees of this one, written by hand for the benchmark alone.

A message is committed before its model is called. Text is saved by the clock, an ending only while
the reply is still ours, and `done` follows its commit. Writes that wait are committed together; if
that fails, each alone. Who leaves stops no reply, who does not read is cut, and what ran when a
process was killed is ended with the text it had saved. There are no accounts, versions, repeats or
cursors, and no framework. Run as `python -m benchmarks.floor UPSTREAM_URL FILE`.
"""

import asyncio
import secrets
import sys
from collections import defaultdict
from dataclasses import dataclass
from functools import partial
from typing import Any, cast
from urllib.parse import urlsplit

import httptools
import orjson
import uvloop

from benchmarks.floor_store import Begun, Piece, Store, begin, checkpoint, end
from benchmarks.framing import accepted, client_frames, text_frame

TICK_SECONDS = 0.2
CONTEXT_TOKENS = 500
UNREAD_BYTES = 1_000_000
CLOSE = 8


@dataclass(slots=True, eq=False)
class Reply:
    """A reply that is written: its text, and how much of it a commit holds."""

    conversation_id: int
    message_id: int
    generation_id: int
    text: str = ""
    saved: int = 0
    call: asyncio.Task[None] | None = None

    @property
    def place(self) -> str:
        return f"{self.message_id}.{len(self.text)}"


class Socket(asyncio.Protocol):
    """A client in the conversation that its path names."""

    def __init__(self, floor: "Floor") -> None:
        self._floor = floor
        self._unread = b""
        self.conversation_id = 0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast(asyncio.Transport, transport)

    def data_received(self, data: bytes) -> None:
        self._unread += data
        if not self.conversation_id:
            self._open()
        frames, self._unread = client_frames(self._unread)
        for opcode, payload in frames:
            if opcode == CLOSE:
                return self.transport.close()
            self._floor.say(self, orjson.loads(payload)["content"])

    def connection_lost(self, error: Exception | None) -> None:
        self._floor.readers[self.conversation_id].discard(self)

    def send(self, frame: bytes) -> None:
        """Write a frame; a client that has left so much unread is cut."""
        if self.transport.get_write_buffer_size() > UNREAD_BYTES:
            self.transport.abort()
        else:
            self.transport.write(frame)

    def _open(self) -> None:
        head, _, self._unread = self._unread.partition(b"\r\n\r\n")
        self.conversation_id = int(head.split(b" ", 2)[1].rpartition(b"/")[2])
        key = head.partition(b"Sec-WebSocket-Key: ")[2].split(b"\r\n", 1)[0]
        self._floor.readers[self.conversation_id].add(self)
        self.transport.write(accepted(key))


class Call(asyncio.Protocol):
    """A connection to the model's endpoint, which is kept: one reply after the other."""

    def __init__(self, floor: "Floor") -> None:
        self._floor = floor
        self._reply: Reply | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)

    def ask(self, reply: Reply, request: bytes) -> None:
        """Send a request; its answer goes into the reply as it comes."""
        self._reply, self._tail, self._reason = reply, b"", None
        self._parser = httptools.HttpResponseParser(self)
        self._transport.write(request)

    def data_received(self, data: bytes) -> None:
        try:
            self._parser.feed_data(data)
        except (httptools.HttpParserError, ValueError, LookupError):
            self._transport.abort()

    def on_body(self, data: bytes) -> None:
        *lines, self._tail = (self._tail + data).split(b"\n")
        for line in lines:
            if line.startswith(b"data: {"):
                choice = orjson.loads(line[6:])["choices"][0]
                self._reason = choice["finish_reason"] or self._reason
                if self._reply is not None and (text := choice["delta"].get("content")):
                    self._floor.grow(self._reply, text)

    def on_message_complete(self) -> None:
        self._end()
        if self._parser.should_keep_alive():
            self._floor.idle_calls.append(self)

    def connection_lost(self, error: Exception | None) -> None:
        if self in self._floor.idle_calls:
            self._floor.idle_calls.remove(self)
        self._end()

    def _end(self) -> None:
        if self._reply is not None:
            reply, self._reply = self._reply, None
            self._floor.finish(reply, self._reason)


class Floor:
    """The conversations of this process: who reads them, and what is written into them."""

    def __init__(self, store: Store, upstream_url: str) -> None:
        self.readers: defaultdict[int, set[Socket]] = defaultdict(set)
        self.idle_calls: list[Call] = []
        self._store = store
        self._owner = secrets.token_hex(16)
        self._running: dict[int, Reply] = {}
        self._ticking = False
        url = urlsplit(upstream_url)
        self._address = url.hostname or "", url.port or 80
        path = f"{url.path}/chat/completions"
        self._head = f"POST {path} HTTP/1.1\r\nHost: {url.netloc}\r\nContent-Length: ".encode()

    def say(self, socket: Socket, content: str) -> None:
        """Commit a message, then have its reply written."""
        work = partial(begin, self._owner, socket.conversation_id, content, CONTEXT_TOKENS)
        self._store.write(work, partial(self._begun, socket))

    def grow(self, reply: Reply, text: str) -> None:
        """More of a reply's text: every reader is sent it."""
        reply.text += text
        self._tell(reply, {"type": "chunk", "content": text, "id": reply.place})

    def finish(self, reply: Reply, reason: str | None) -> None:
        """Commit an ending, then tell it."""
        del self._running[reply.generation_id]
        ids = reply.generation_id, reply.message_id
        work = partial(end, self._owner, ids, reply.text, reason)
        self._store.write(work, partial(self._ended, reply, reason))

    def _begun(self, socket: Socket, begun: Begun | Exception | None) -> None:
        if not isinstance(begun, Begun):
            code = "database_unavailable" if begun else "reply_in_progress"
            socket.send(text_frame(orjson.dumps({"type": "error", "code": code})))
            return
        reply = Reply(socket.conversation_id, begun.reply["id"], begun.generation_id)
        self._running[reply.generation_id] = reply
        self._tell(reply, {"type": "start", "message": begun.reply, "user_message": begun.message})
        self._ask(reply, begun.prompt)
        if not self._ticking:
            self._ticking = True
            asyncio.get_running_loop().call_later(TICK_SECONDS, self._tick)

    def _ask(self, reply: Reply, prompt: list[dict[str, str]]) -> None:
        body = orjson.dumps({"model": "bench", "messages": prompt, "stream": True})
        request = b"%b%d\r\n\r\n%b" % (self._head, len(body), body)
        if self.idle_calls:
            self.idle_calls.pop().ask(reply, request)
        else:
            reply.call = asyncio.get_running_loop().create_task(self._connect(reply, request))

    async def _connect(self, reply: Reply, request: bytes) -> None:
        loop = asyncio.get_running_loop()
        try:
            _, call = await loop.create_connection(lambda: Call(self), *self._address)
            call.ask(reply, request)
        except OSError:
            self.finish(reply, None)

    def _ended(self, reply: Reply, reason: str | None, ours: bool | Exception) -> None:
        event = {"type": "error", "code": "interrupted"}
        if reason and ours is True:
            event = {"type": "done", "status": "complete", "finish_reason": reason}
        self._tell(reply, {**event, "message_id": reply.message_id, "id": reply.place})

    def _tick(self) -> None:
        """Save what is new of every reply, with a sign of life."""
        self._ticking = bool(self._running)
        if self._ticking:
            replies = self._running.values()
            pieces = [(r.generation_id, r.saved, r.text[r.saved :]) for r in replies]
            work = partial(checkpoint, self._owner, pieces)
            self._store.write(work, partial(self._saved, pieces))

    def _saved(self, pieces: list[Piece], held: set[int] | Exception) -> None:
        for id, position, text in pieces:
            if not isinstance(held, Exception) and id in held and id in self._running:
                self._running[id].saved = position + len(text)
        asyncio.get_running_loop().call_later(TICK_SECONDS, self._tick)

    def _tell(self, reply: Reply, event: dict[str, Any]) -> None:
        frame = text_frame(orjson.dumps(event))
        for socket in self.readers[reply.conversation_id]:
            socket.send(frame)


async def serve(upstream_url: str, file: str) -> None:
    """Serve until the process is ended; says where it listens."""
    floor = Floor(Store(file), upstream_url)
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: Socket(floor), "127.0.0.1", 0)
    sys.stdout.write(f"Ready on http://127.0.0.1:{server.sockets[0].getsockname()[1]}\n")
    sys.stdout.flush()
    await server.serve_forever()


if __name__ == "__main__":
    uvloop.run(serve(*sys.argv[1:]))
