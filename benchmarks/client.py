"""A WebSocket client that does as little as it can while tokens arrive: it notes them down."""

import asyncio
import time
from typing import cast

import orjson

from benchmarks.framing import client_frame, handshake, split_frames
from benchmarks.upstream import STAMP_CHARACTERS

OPENING = 16
"""Sockets that are opened at a time."""
ANSWER_SECONDS = 60


class ChatSocket(asyncio.Protocol):
    """An open conversation; `arrivals` are the bytes that came, each with its time."""

    def __init__(self, path: str) -> None:
        loop = asyncio.get_running_loop()
        self.arrivals: list[tuple[float, bytes]] = []
        self.opened: asyncio.Future[None] = loop.create_future()
        self.closed = False
        self._path = path
        self._prepare()

    def _prepare(self) -> None:
        loop = asyncio.get_running_loop()
        self.first_token: asyncio.Future[None] = loop.create_future()
        self.ended: asyncio.Future[None] = loop.create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)
        self._transport.write(handshake(self._path))

    def data_received(self, data: bytes) -> None:
        self.arrivals.append((time.monotonic(), data))
        if not self.first_token.done():
            if b'"chunk"' in data:
                self.first_token.set_result(None)
            elif not self.opened.done():
                self._open(data)
        if b'"type":"done"' in data or b'"type":"error"' in data:
            self._end()

    def connection_lost(self, error: Exception | None) -> None:
        self.closed = True
        for waited in (self.opened, self.first_token):
            if not waited.done():
                waited.set_exception(ConnectionError("The server closed the socket"))
                waited.exception()  # seen here, so that nobody has to wait for it
        self._end()

    def say(self, content: str = "Go on.") -> float:
        """Send a message; the time at which it left."""
        self._prepare()
        self.arrivals.clear()
        self._transport.write(client_frame(orjson.dumps({"type": "message", "content": content})))
        return time.monotonic()

    def close(self) -> None:
        self._transport.abort()

    def events(self) -> list[tuple[float, dict[str, str]]]:
        """What arrived since the last message, each event with its time."""
        found, tail = [], b""
        for when, data in self.arrivals:
            payloads, tail = split_frames(tail + data)
            found += [(when, orjson.loads(payload)) for payload in payloads]
        return found

    def tokens(self) -> list[tuple[float, float]]:
        """When each token arrived, and when the upstream had sent it.

        A frame holds so many characters at most, and may end within a token.
        """
        found: list[tuple[float, float]] = []
        text = ""
        for when, event in self.events():
            if event["type"] != "chunk":
                continue
            text += event["content"]
            whole = len(text) - len(text) % STAMP_CHARACTERS
            starts = range(0, whole, STAMP_CHARACTERS)
            found += [(when, int(text[at : at + STAMP_CHARACTERS]) / 1e6) for at in starts]
            text = text[whole:]
        return found

    def _open(self, data: bytes) -> None:
        if data.startswith(b"HTTP/1.1 101 "):
            self.arrivals.clear()
            self.opened.set_result(None)
        else:
            self._transport.abort()

    def _end(self) -> None:
        if not self.ended.done():
            self.ended.set_result(None)


async def open_sockets(port: int, paths: list[str]) -> list[ChatSocket]:
    """A socket for each path, opened a few at a time."""
    loop = asyncio.get_running_loop()
    turns = asyncio.Semaphore(OPENING)

    async def connect(path: str) -> ChatSocket:
        async with turns, asyncio.timeout(ANSWER_SECONDS):
            _, socket = await loop.create_connection(lambda: ChatSocket(path), "127.0.0.1", port)
            await socket.opened
            return socket

    return list(await asyncio.gather(*map(connect, paths)))
