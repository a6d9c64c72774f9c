"""Finds HTTP responses whose clients do not read, and cuts them off after a while.

Otherwise the server waits for such a client without end, and so does a shutdown. Sockets are
watched in `SocketRegister`.
"""

import time
from collections.abc import Awaitable
from functools import partial
from typing import Any

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.connections.request import request_state
from app.connections.transport import cut


class StalledResponses:
    """The connections whose clients do not read, and since when."""

    def __init__(self, timeout_seconds: float) -> None:
        self._timeout = timeout_seconds
        self._waiting: dict[Any, float] = {}
        self._behind: dict[Any, tuple[int, float]] = {}
        """By connection: bytes not yet taken by the client, and since when it has taken none."""

    async def send(self, transport: Any, send: Send, message: Message) -> None:
        """Send a part of a response while watching the client."""
        self._waiting[transport] = time.monotonic()
        try:
            await send(message)
        finally:
            self._waiting.pop(transport, None)
        if transport.get_write_buffer_size() > 0:
            self._behind[transport] = transport.get_write_buffer_size(), time.monotonic()

    def abort_stalled(self) -> None:
        """Cut the connections that have taken nothing for too long."""
        now = time.monotonic()
        late = [each for each, since in self._waiting.items() if now - since > self._timeout]
        for transport, (before, since) in list(self._behind.items()):
            left = transport.get_write_buffer_size()
            if left == 0:
                del self._behind[transport]
            elif left < before:
                self._behind[transport] = left, now
            elif now - since > self._timeout:
                late.append(transport)
        for transport in late:
            cut(transport)

    def abort_all(self) -> None:
        """Cut every connection that is behind, for the end of the process."""
        for transport in self._behind.keys() | self._waiting.keys():
            if transport.get_write_buffer_size() > 0:
                cut(transport)


class WatchResponses:
    """Sends every part of every response under watch."""

    def __init__(self, app: ASGIApp, stalled: StalledResponses) -> None:
        self.app = app
        self._stalled = stalled

    def __call__(self, scope: Scope, receive: Receive, send: Send) -> Awaitable[None]:
        transport = request_state(scope).transport if scope["type"] == "http" else None
        if transport is None:
            return self.app(scope, receive, send)
        return self.app(scope, receive, partial(self._stalled.send, transport, send))
