"""Opens connections, to checked addresses only."""

import asyncio
import ssl

from app.errors import ModelUrlNotAllowed, UpstreamUnavailable
from app.services.upstream.protocol import ResponseProtocol
from app.utils.net import AddressGuard, Origin

ADDRESSES_TRIED_MAX = 4


class Connector:
    """Resolves an origin, has every address judged, and connects to one of just these."""

    def __init__(self, guard: AddressGuard, timeout_seconds: float) -> None:
        self._guard = guard
        self._timeout = timeout_seconds
        self._tls = ssl.create_default_context()
        self._tls.set_alpn_protocols(["http/1.1"])

    async def open(self, origin: Origin) -> ResponseProtocol:
        """A new connection. Raises ModelUrlNotAllowed before any packet left for the origin,
        and UpstreamUnavailable when none of its addresses answers in time."""
        addresses = (await self.check(origin))[:ADDRESSES_TRIED_MAX]
        for address in addresses:
            try:
                async with asyncio.timeout(self._timeout / len(addresses)):
                    return await self._connect(origin, address)
            except OSError:
                continue
        raise UpstreamUnavailable

    async def check(self, origin: Origin) -> list[str]:
        """The addresses that may be called; raises ModelUrlNotAllowed."""
        try:
            async with asyncio.timeout(self._timeout):
                return await self._guard.addresses(origin)
        except TimeoutError as error:
            raise ModelUrlNotAllowed from error

    async def _connect(self, origin: Origin, address: str) -> ResponseProtocol:
        secure = origin.scheme == "https"
        _, protocol = await asyncio.get_running_loop().create_connection(
            ResponseProtocol,
            address,
            origin.port,
            ssl=self._tls if secure else None,
            server_hostname=origin.host if secure else None,
        )
        return protocol
