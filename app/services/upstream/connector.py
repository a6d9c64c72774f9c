"""Opens connections, to checked addresses only."""

import asyncio
import ssl

from app.errors import UpstreamUnavailable
from app.services.upstream.guard import AddressGuard, UrlOrigin
from app.services.upstream.protocol import ResponseProtocol

ADDRESSES_TRIED_MAX = 4


class Connector:
    """Resolves an origin, has every address judged, and connects to one of just these."""

    def __init__(self, guard: AddressGuard, timeout_seconds: float) -> None:
        self._guard = guard
        self._timeout = timeout_seconds
        self._tls: ssl.SSLContext | None = None

    async def open(self, origin: UrlOrigin) -> ResponseProtocol:
        """A new connection. Raises ModelUrlNotAllowed before any packet left for the origin, and
        UpstreamUnavailable when its name, or none of its addresses, is answered for in time.

        The addresses share the time; what one does not need is left to those after it.
        """
        addresses = (await self._addresses(origin))[:ADDRESSES_TRIED_MAX]
        loop = asyncio.get_running_loop()
        due = loop.time() + self._timeout
        for tried, address in enumerate(addresses):
            share = (due - loop.time()) / (len(addresses) - tried)
            try:
                async with asyncio.timeout(share):
                    return await self._connect(origin, address)
            except OSError:
                continue
        raise UpstreamUnavailable

    async def check(self, origin: UrlOrigin) -> None:
        """Raises ModelUrlNotAllowed for an origin that may not be called, or is not found.

        One error for all that needs a lookup: whoever saves a URL must not learn what the server
        could have called.
        """
        try:
            await self._addresses(origin)
        except UpstreamUnavailable as error:
            raise self._guard.refusal(origin) from error

    async def _addresses(self, origin: UrlOrigin) -> list[str]:
        try:
            async with asyncio.timeout(self._timeout):
                return await self._guard.addresses(origin)
        except TimeoutError as error:
            raise UpstreamUnavailable from error

    async def _connect(self, origin: UrlOrigin, address: str) -> ResponseProtocol:
        secure = origin.scheme == "https"
        if secure and self._tls is None:
            self._tls = await asyncio.to_thread(_verifying)
        loop = asyncio.get_running_loop()
        transport, protocol = await loop.create_connection(ResponseProtocol, address, origin.port)
        if self._tls is not None and secure:
            await _secure(transport, protocol, self._tls, origin.host)
        return protocol


async def _secure(
    transport: asyncio.Transport, protocol: ResponseProtocol, context: ssl.SSLContext, host: str
) -> None:
    """Begin TLS on a connection, as a second step: what lies beneath stays in our hands.

    OSError where that fails. uvloop does not say so of a peer that closed, or spoke, before.
    """
    try:
        if transport.is_closing():
            raise ConnectionResetError
        loop = asyncio.get_running_loop()
        tls = await loop.start_tls(transport, protocol, context, server_hostname=host)
        if tls is None or tls.is_closing():
            raise ConnectionResetError
    except BaseException:
        transport.abort()
        raise
    protocol.secured(tls)


def _verifying() -> ssl.SSLContext:
    """TLS as it should be. Reads the system's certificates: a file of some size, hence a thread."""
    context = ssl.create_default_context()
    context.set_alpn_protocols(["http/1.1"])
    return context
