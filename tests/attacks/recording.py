"""What a server said over HTTP and over its sockets, kept so that secrets can be looked for."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any, ClassVar

import httpx2
import orjson
from websockets.asyncio.client import ClientConnection

ISSUING = {"/auth/login", "/auth/refresh", "/auth/ws-ticket"}
"""Whose answers hold tokens: the ones they issue."""
TOKENS = ("access_token", "refresh_token", "ticket")


@dataclass
class Answer:
    """One answer: head and body as they came."""

    method: str
    path: str
    status: int
    head: bytes
    body: bytearray = field(default_factory=bytearray)

    @property
    def issued(self) -> list[str]:
        """The tokens that this answer gave to the one who asked."""
        if self.path not in ISSUING or self.status != 200:
            return []
        given = orjson.loads(self.body)
        return [given[name] for name in TOKENS if name in given]


class Recorder(httpx2.AsyncBaseTransport):
    """A transport that keeps every answer."""

    def __init__(self) -> None:
        self.answers: list[Answer] = []
        self._inner = httpx2.AsyncHTTPTransport()

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        response = await self._inner.handle_async_request(request)
        head = b"\n".join(name + b": " + value for name, value in response.headers.raw)
        answer = Answer(request.method, request.url.path, response.status_code, head)
        self.answers.append(answer)
        assert isinstance(response.stream, httpx2.AsyncByteStream)
        response.stream = _Kept(response.stream, answer.body)
        return response

    async def aclose(self) -> None:
        await self._inner.aclose()


class _Kept(httpx2.AsyncByteStream):
    def __init__(self, stream: httpx2.AsyncByteStream, body: bytearray) -> None:
        self._stream = stream
        self._body = body

    async def __aiter__(self) -> AsyncIterator[bytes]:
        async for chunk in self._stream:
            self._body += chunk
            yield chunk

    async def aclose(self) -> None:
        await self._stream.aclose()


class RecordedConnection(ClientConnection):
    """A socket of which every frame received is kept."""

    heard: ClassVar[list[str | bytes]] = []

    async def recv(self, decode: bool | None = None) -> Any:
        frame = await super().recv(decode)
        self.heard.append(frame)
        return frame
