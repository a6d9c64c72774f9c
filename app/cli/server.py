"""uvicorn as this product is served by it: in the protocols that bound what clients may do."""

import asyncio
import socket
from collections.abc import Callable
from functools import partial
from typing import cast

import uvicorn
from uvicorn.supervisors import ChangeReload

from app.config import Settings
from app.connections.http_protocol import BoundedHttpProtocol
from app.connections.websocket_protocol import BoundedWebSocketProtocol

SOCKET_FRAME_MAX_BYTES = 1_572_864
"""100,000 characters, each at most two JSON escapes of six bytes, and the frame around them."""
LAST_RESORT_SECONDS = 10
"""The app drains by itself; beyond its own time plus this, requests are cancelled."""


def serve_on(
    settings: Settings,
    sockets: list[socket.socket],
    on_ready: Callable[[], None],
    reload: bool = False,
) -> None:
    """Serve until a signal says to stop; `on_ready` is called each time that it has begun to."""
    config = _config(settings, reload)
    server = _Server(config, on_ready)
    try:
        if reload:
            ChangeReload(config, target=server.run, sockets=sockets).run()
        else:
            server.run(sockets)
    except KeyboardInterrupt:
        return  # raised again by uvicorn, after it has stopped as it was asked to


class _Server(uvicorn.Server):
    """uvicorn's server, which says when it listens."""

    def __init__(self, config: uvicorn.Config, on_ready: Callable[[], None]) -> None:
        super().__init__(config)
        self._on_ready = on_ready

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started and sockets:
            self._on_ready()


def _config(settings: Settings, reload: bool) -> uvicorn.Config:
    http = partial(BoundedHttpProtocol, head_seconds=settings.request_timeout_seconds)
    return uvicorn.Config(
        "app.main:app",
        host=settings.host,
        port=settings.port,
        loop="uvloop",
        http=cast(type[asyncio.Protocol], http),
        ws=BoundedWebSocketProtocol,
        ws_max_size=SOCKET_FRAME_MAX_BYTES,
        ws_per_message_deflate=False,
        proxy_headers=False,
        server_header=False,
        access_log=False,
        # Never "debug": the socket library then logs headers and the text of every frame.
        log_level="info" if settings.debug else "warning",
        timeout_graceful_shutdown=int(settings.drain_seconds) + LAST_RESORT_SECONDS,
        reload=reload,
    )
