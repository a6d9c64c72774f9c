"""The bare relay: WebSocket in, the upstream's deltas out. No framework, accounts or database.

What a server in this language and event loop cannot go below; everything is measured beside it.
Run as `python -m benchmarks.relay UPSTREAM_URL`.
"""

import asyncio
import sys
from typing import cast
from urllib.parse import urlsplit

import orjson
import uvloop

from benchmarks.framing import accepted, text_frame, unmasked


class Viewer(asyncio.Protocol):
    """A client's socket: each frame it sends starts one call upstream."""

    def __init__(self, host: str, port: int, path: str) -> None:
        self._upstream = host, port
        self._path = path
        self._is_open = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)

    def data_received(self, data: bytes) -> None:
        if self._is_open:
            content = orjson.loads(unmasked(data))["content"]
            self._call = asyncio.get_running_loop().create_task(self._ask(content))
            return
        key = data.partition(b"Sec-WebSocket-Key: ")[2].split(b"\r\n", 1)[0]
        self._transport.write(accepted(key))
        self._is_open = True

    async def _ask(self, content: str) -> None:
        messages = [{"role": "user", "content": content}]
        body = orjson.dumps({"model": "bench", "messages": messages, "stream": True})
        head = f"POST {self._path} HTTP/1.1\r\nHost: x\r\nContent-Length: {len(body)}\r\n\r\n"
        loop = asyncio.get_running_loop()
        transport, _ = await loop.create_connection(lambda: Call(self._transport), *self._upstream)
        transport.write(head.encode() + body)


class Call(asyncio.Protocol):
    """The upstream's answer: every `data:` line with text becomes one frame."""

    def __init__(self, viewer: asyncio.Transport) -> None:
        self._viewer = viewer
        self._tail = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)

    def data_received(self, data: bytes) -> None:
        *lines, self._tail = (self._tail + data).split(b"\n")
        for line in lines:
            if line.startswith(b"data: {"):
                self._delta(line[6:])
            elif line.startswith(b"data: [DONE]"):
                self._viewer.write(text_frame(b'{"type":"done"}'))
                self._transport.close()

    def _delta(self, data: bytes) -> None:
        content = orjson.loads(data)["choices"][0]["delta"].get("content")
        if content:
            frame = orjson.dumps({"type": "chunk", "content": content})
            self._viewer.write(text_frame(frame))


async def serve(upstream_url: str) -> None:
    """Relay until the process is ended; says where it listens."""
    url = urlsplit(upstream_url)
    host, port, path = url.hostname or "", url.port or 80, f"{url.path}/chat/completions"
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: Viewer(host, port, path), "127.0.0.1", 0)
    sys.stdout.write(f"Ready on http://127.0.0.1:{server.sockets[0].getsockname()[1]}\n")
    sys.stdout.flush()
    await server.serve_forever()


if __name__ == "__main__":
    uvloop.run(serve(sys.argv[1]))
