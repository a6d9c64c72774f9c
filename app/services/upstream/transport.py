"""The one way out to model servers: every request and every connection passes here."""

import re
from collections.abc import AsyncIterator
from functools import partial

import httpx2

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

SENT_HEADERS = {b"accept", b"authorization", b"content-type", b"user-agent"}
"""The only headers that are sent, whatever the SDK or its environment variables add."""
ERROR_BODY_MAX_BYTES = 64 * 1024
BODY_EXTENSION = "chat_backend.body"
LOCATION = "chat_backend.location"
REDIRECTS = {301, 302, 307, 308}
"""301 and 302 too: a request that is refused for a slash has had no effect yet."""
NOT_IN_A_HEADER = re.compile(rb"[\x00-\x08\x0a-\x1f\x7f]")


class Body(httpx2.AsyncByteStream):
    """The body of a response: pushed into a sink, or iterated for the beginning of an error."""

    def __init__(
        self, origin: UrlOrigin, connection: ResponseProtocol, pool: ConnectionPool
    ) -> None:
        self._connection = connection
        self._give_back = partial(pool.give_back, origin, connection)
        self._is_done = False
        self._is_closed = False

    async def pump(self, sink: Sink, on_read: OnRead | None = None) -> None:
        """Feeds the body to `sink` as it arrives; returns at its end, or once it has enough."""
        await self._connection.receive(sink, on_read)
        self._is_done = True

    async def __aiter__(self) -> AsyncIterator[bytes]:
        start = bytearray()

        def take(data: bytes) -> bool:
            start.extend(data)
            return len(start) >= ERROR_BODY_MAX_BYTES

        try:
            await self.pump(take)
        except UpstreamInterrupted:
            self._is_done = False
        yield bytes(start[:ERROR_BODY_MAX_BYTES])

    async def aclose(self) -> None:
        if not self._is_closed:
            self._is_closed = True
            self._give_back(is_done=self._is_done)


class GuardedTransport(httpx2.AsyncBaseTransport):
    """HTTP/1.1 without redirects, proxies, cookies or compression.

    Raises ModelUrlNotAllowed and ReplyError subclasses, which the SDK lets through as they are.
    """

    def __init__(self, connector: Connector) -> None:
        self._connector = connector
        self._pool = ConnectionPool()

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        """Sends a request; its response carries a Body under `BODY_EXTENSION`.

        A server that has the same path with a slash more or less is asked there.
        """
        await request.aread()
        response = await self._send(request)
        url = _same_but_slashes(request.url, response)
        if url is None:
            return response
        await response.aclose()
        headers, content = request.headers, request.content
        return await self._send(
            httpx2.Request(request.method, url, headers=headers, content=content)
        )

    async def _send(self, request: httpx2.Request) -> httpx2.Response:
        origin = origin_of(request.url)
        message = _serialized(request, request.content)
        connection = self._pool.take(origin)
        if connection is not None:
            try:
                return await self._exchange(origin, connection, message)
            except UpstreamUnavailable:
                # A server may close an idle connection at any time (RFC 9112 §9.3.1).
                if connection.has_answered:
                    raise
        connection = await self._connector.open(origin)
        self._pool.add(connection)
        return await self._exchange(origin, connection, message)

    async def aclose(self) -> None:
        """Closes every connection, those in use too."""
        self._pool.close()

    async def _exchange(
        self, origin: UrlOrigin, connection: ResponseProtocol, message: bytes
    ) -> httpx2.Response:
        try:
            head = await connection.send(message)
        except BaseException:
            self._pool.give_back(origin, connection, is_done=False)
            raise
        body = Body(origin, connection, self._pool)
        if head.headers.get(b"content-encoding", b"identity").lower() != b"identity":
            await body.aclose()
            if head.status < 300:
                raise UpstreamBadResponse
            return httpx2.Response(head.status, content=b"")
        headers = [(b"content-type", head.headers.get(b"content-type", b""))]
        extensions = {BODY_EXTENSION: body, LOCATION: head.headers.get(b"location", b"")}
        return httpx2.Response(head.status, headers=headers, stream=body, extensions=extensions)


def _same_but_slashes(url: httpx2.URL, response: httpx2.Response) -> httpx2.URL | None:
    """Where a redirect leads that changes nothing but slashes in the path. The key goes nowhere
    else, and what answers elsewhere is not what the user has named."""
    if response.status_code not in REDIRECTS:
        return None
    try:
        to = url.join(response.extensions[LOCATION].decode("ascii"))
        same = origin_of(to) == origin_of(url) and _one_slash(to) == _one_slash(url)
    except (httpx2.InvalidURL, ModelUrlNotAllowed, ValueError):
        return None
    return to if same and to != url else None


def _one_slash(url: httpx2.URL) -> bytes:
    return re.sub(rb"/+", b"/", url.raw_path).rstrip(b"/")


def _serialized(request: httpx2.Request, content: bytes) -> bytes:
    """A request as it goes over the wire (RFC 9112 §3)."""
    lines = [
        b"%s %s HTTP/1.1" % (request.method.encode(), request.url.raw_path),
        b"Host: " + request.url.netloc,
        b"Accept-Encoding: identity",
    ]
    lines += [
        b"%s: %s" % (name, value)
        for name, value in request.headers.raw
        if name.lower() in SENT_HEADERS
    ]
    if content or request.method == "POST":
        lines.append(b"Content-Length: %d" % len(content))
    if any(NOT_IN_A_HEADER.search(line) for line in lines):
        raise UpstreamRejected
    return b"\r\n".join(lines) + b"\r\n\r\n" + content
