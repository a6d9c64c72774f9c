"""The one way out to model servers: every request and every connection passes here."""

import re
from collections.abc import AsyncIterator, Iterable
from dataclasses import dataclass
from typing import Self

import httpx2

from app import __version__
from app.errors import (
    ModelUrlNotAllowed,
    UpstreamBadResponse,
    UpstreamInterrupted,
    UpstreamRejected,
    UpstreamUnavailable,
)
from app.services.upstream.connector import Connector
from app.services.upstream.guard import UrlOrigin, origin_of
from app.services.upstream.pool import ConnectionPool
from app.services.upstream.protocol import OnRead, ResponseProtocol, Sink
from app.services.upstream.requests import accounted_requests

SENT_HEADERS = {b"accept", b"authorization", b"content-type", b"user-agent"}
"""The only headers that are sent, whatever the SDK or its environment variables add."""
HEADERS = {
    "Accept": "application/json",
    "Content-Type": "application/json",
    "User-Agent": f"chat-backend/{__version__}",
}
"""Those of every request, besides its key."""
ERROR_BODY_MAX_BYTES = 64 * 1024
BODY_EXTENSION = "chat_backend.body"
REDIRECTS = {301, 302, 307, 308}
"""301 and 302 too: a request that is refused for a slash has had no effect yet."""
NOT_IN_A_HEADER = re.compile(rb"[\x00-\x08\x0a-\x1f\x7f]")


class Body(httpx2.AsyncByteStream):
    """The body of a response: pushed into a sink, or iterated for the beginning of an error."""

    def __init__(
        self, origin: UrlOrigin, connection: ResponseProtocol, pool: ConnectionPool
    ) -> None:
        self._origin = origin
        self._connection = connection
        self._pool = pool
        self._is_done = False
        self._is_closed = False

    async def pump(self, sink: Sink, on_read: OnRead | None = None) -> None:
        """Feeds the body to `sink` as it arrives; returns at its end, or once it has enough."""
        await self._connection.receive(sink, on_read)
        self._is_done = True

    def hold_up(self) -> None:
        """Let nothing more of it come until `go_on`."""
        self._connection.hold_up()

    def go_on(self) -> None:
        """Let the rest of it come."""
        self._connection.go_on()

    async def beginning(self) -> bytes:
        """As much of an error as anybody reads."""
        start = bytearray()

        def take(data: bytes) -> bool:
            start.extend(data)
            return len(start) >= ERROR_BODY_MAX_BYTES

        try:
            await self.pump(take)
        except UpstreamInterrupted:
            self._is_done = False
        return bytes(start[:ERROR_BODY_MAX_BYTES])

    async def __aiter__(self) -> AsyncIterator[bytes]:
        yield await self.beginning()

    async def aclose(self) -> None:
        self.close()

    def close(self) -> None:
        """Give the connection back, or close it where something of the body was not read."""
        if not self._is_closed:
            self._is_closed = True
            self._pool.give_back(self._origin, self._connection, is_done=self._is_done)


@dataclass(frozen=True, slots=True)
class ModelAnswer:
    """The head of a response, and its body; None where that cannot be read."""

    status: int
    headers: dict[bytes, bytes]
    body: Body | None

    def close(self) -> None:
        """Give its connection back."""
        if self.body is not None:
            self.body.close()


@dataclass(frozen=True, slots=True)
class Address:
    """Where requests for completions go, with the part of their head that is always the same."""

    url: httpx2.URL
    origin: UrlOrigin
    head: bytes

    @classmethod
    def of(cls, url: httpx2.URL) -> Self:
        """The address of an absolute URL; raises ModelUrlNotAllowed."""
        headers = [(name.encode(), value.encode()) for name, value in HEADERS.items()]
        return cls(url, origin_of(url), b"\r\n".join(_head("POST", url, headers)))

    def request(self, key: str, content: bytes) -> bytes:
        """A request as it goes over the wire; UpstreamRejected for a key that is no header's."""
        bearer = key.encode("ascii", "replace")
        if NOT_IN_A_HEADER.search(bearer):
            raise UpstreamRejected
        rest = b"\r\nAuthorization: Bearer %b\r\nContent-Length: %d\r\n\r\n%b"
        return self.head + rest % (bearer, len(content), content)


class GuardedTransport(httpx2.AsyncBaseTransport):
    """HTTP/1.1 without redirects, proxies, cookies or compression.

    A server that has the same path with a slash more or less is asked there. Raises
    ModelUrlNotAllowed and ReplyError subclasses, which the SDK lets through as they are.
    """

    def __init__(self, connector: Connector) -> None:
        self._connector = connector
        self._pool = ConnectionPool()

    async def post(self, address: Address, key: str, content: bytes) -> ModelAnswer:
        """Asks for a completion."""
        answer = await self._send(address.origin, address.request(key, content))
        url = _same_but_slashes(address.url, answer)
        if url is None:
            return answer
        answer.close()
        address = Address.of(url)
        return await self._send(address.origin, address.request(key, content))

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        """Sends a request of the SDK; its response carries a Body under `BODY_EXTENSION`."""
        await request.aread()
        answer = await self._send(origin_of(request.url), _serialized(request, request.url))
        url = _same_but_slashes(request.url, answer)
        if url is not None:
            answer.close()
            answer = await self._send(origin_of(url), _serialized(request, url))
        if answer.body is None:
            return httpx2.Response(answer.status, content=b"")
        headers = [(b"content-type", answer.headers.get(b"content-type", b""))]
        extensions = {BODY_EXTENSION: answer.body}
        return httpx2.Response(
            answer.status, headers=headers, stream=answer.body, extensions=extensions
        )

    async def _send(self, origin: UrlOrigin, message: bytes) -> ModelAnswer:
        connection = self._pool.take(origin)
        if connection is not None:
            try:
                return await self._exchange(origin, connection, message)
            except UpstreamUnavailable:
                # A server may close an idle connection at any time (RFC 9112 §9.3.1).
                if connection.has_answered:
                    raise
                if (requests := accounted_requests()) is not None:
                    requests.current.is_unread = True
        connection = await self._connector.open(origin)
        self._pool.add(connection)
        return await self._exchange(origin, connection, message)

    async def aclose(self) -> None:
        """Closes every connection, those in use too."""
        self._pool.close()

    async def _exchange(
        self, origin: UrlOrigin, connection: ResponseProtocol, message: bytes
    ) -> ModelAnswer:
        requests = accounted_requests()
        try:
            trace = await requests.begin() if requests else None
            head = await connection.send(message, trace.leave if trace else None)
        except BaseException:
            self._pool.give_back(origin, connection, is_done=False)
            raise
        if trace is not None and not 200 <= head.status < 300:
            trace.is_refused = True
        body = Body(origin, connection, self._pool)
        if head.headers.get(b"content-encoding", b"identity").lower() != b"identity":
            body.close()
            if head.status < 300:
                raise UpstreamBadResponse
            return ModelAnswer(head.status, head.headers, None)
        return ModelAnswer(head.status, head.headers, body)


def _same_but_slashes(url: httpx2.URL, answer: ModelAnswer) -> httpx2.URL | None:
    """Where a redirect leads that changes nothing but slashes in the path. The key goes nowhere
    else, and what answers elsewhere is not what the user has named."""
    if answer.status not in REDIRECTS:
        return None
    try:
        to = url.join(answer.headers.get(b"location", b"").decode("ascii"))
        same = origin_of(to) == origin_of(url) and _one_slash(to) == _one_slash(url)
    except (httpx2.InvalidURL, ModelUrlNotAllowed, ValueError):
        return None
    return to if same and to != url else None


def _one_slash(url: httpx2.URL) -> bytes:
    return re.sub(rb"/+", b"/", url.raw_path).rstrip(b"/")


def _serialized(request: httpx2.Request, url: httpx2.URL) -> bytes:
    """A request as it goes over the wire, to the same URL or to another."""
    sent = [pair for pair in request.headers.raw if pair[0].lower() in SENT_HEADERS]
    lines = _head(request.method, url, sent)
    content = request.content
    if content or request.method == "POST":
        lines.append(b"Content-Length: %d" % len(content))
    return b"\r\n".join(lines) + b"\r\n\r\n" + content


def _head(method: str, url: httpx2.URL, headers: Iterable[tuple[bytes, bytes]]) -> list[bytes]:
    """The lines of a request's head (RFC 9112 §3)."""
    lines = [
        b"%s %s HTTP/1.1" % (method.encode(), url.raw_path),
        b"Host: " + url.netloc,
        b"Accept-Encoding: identity",
        *[b"%s: %s" % pair for pair in headers],
    ]
    if any(NOT_IN_A_HEADER.search(line) for line in lines):
        raise UpstreamRejected
    return lines
