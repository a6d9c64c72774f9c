"""Idle connections, kept for the next request to the same origin."""

import asyncio
from functools import partial

from app.services.upstream.guard import UrlOrigin
from app.services.upstream.protocol import ResponseProtocol

PER_ORIGIN_MAX = 8
TOTAL_MAX = 64
IDLE_SECONDS = 30.0
TAIL_SECONDS = 1.0
"""How long the rest of a response may take once nobody needs it any more."""


class ConnectionPool:
    """Every connection of the process: those in use, to close them at the end, and idle ones."""

    def __init__(self) -> None:
        self._open: set[ResponseProtocol] = set()
        self._idle: dict[UrlOrigin, dict[ResponseProtocol, asyncio.TimerHandle]] = {}

    def add(self, connection: ResponseProtocol) -> None:
        """Takes note of a new connection."""
        self._open.add(connection)

    def take(self, origin: UrlOrigin) -> ResponseProtocol | None:
        """The connection to an origin that was used last, if one lies idle."""
        while idle := self._idle.get(origin):
            connection, timer = idle.popitem()
            timer.cancel()
            if not idle:
                del self._idle[origin]
            if not connection.is_closed:
                return connection
            self._open.discard(connection)
        return None

    def give_back(self, origin: UrlOrigin, connection: ResponseProtocol, *, is_done: bool) -> None:
        """Keeps a connection whose response was read (`is_done`), closes any other."""
        if not (is_done and connection.is_reusable) or connection.is_closed:
            connection.abort()
            self._open.discard(connection)
        elif connection.has_ended:
            self._keep(origin, connection)
        else:
            timer = asyncio.get_running_loop().call_later(TAIL_SECONDS, connection.abort)
            connection.leave(partial(self._tail_ended, origin, connection, timer))

    def close(self) -> None:
        """Closes every connection at once."""
        for idle in self._idle.values():
            for timer in idle.values():
                timer.cancel()
        self._idle.clear()
        for connection in self._open:
            connection.abort()
        self._open.clear()

    def _tail_ended(
        self, origin: UrlOrigin, connection: ResponseProtocol, timer: asyncio.TimerHandle
    ) -> None:
        timer.cancel()
        is_done = connection.has_ended and connection in self._open
        self.give_back(origin, connection, is_done=is_done)

    def _keep(self, origin: UrlOrigin, connection: ResponseProtocol) -> None:
        idle = self._idle.setdefault(origin, {})
        total = sum(map(len, self._idle.values()))
        if len(idle) >= PER_ORIGIN_MAX or total >= TOTAL_MAX:
            connection.abort()
            self._open.discard(connection)
            return
        loop = asyncio.get_running_loop()
        idle[connection] = loop.call_later(IDLE_SECONDS, connection.abort)
        connection.leave(partial(self._lost, origin, connection))

    def _lost(self, origin: UrlOrigin, connection: ResponseProtocol) -> None:
        self._open.discard(connection)
        idle = self._idle.get(origin, {})
        if timer := idle.pop(connection, None):
            timer.cancel()
        if not idle:
            self._idle.pop(origin, None)
