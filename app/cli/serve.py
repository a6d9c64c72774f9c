"""`chat-backend serve`: the server, by itself or together with the local model."""

import asyncio
import os
import socket
from functools import partial
from typing import Annotated, cast

import typer
import uvicorn
from uvicorn.supervisors import ChangeReload

from app.cli.configuration import load_settings, require_data_dir
from app.cli.failure import fail
from app.cli.listening import CannotListen, bound_sockets, missing_family, page_address
from app.cli.ready import announce, starting
from app.cli.schema import ready, require_own_key
from app.config import Settings
from app.connections.http_protocol import BoundedHttpProtocol
from app.connections.websocket_protocol import BoundedWebSocketProtocol
from app.engines.sole_user import SoleUser
from app.local_model import LocalModel, LocalModelUnavailable

SOCKET_FRAME_MAX_BYTES = 1_572_864
"""100,000 characters, each at most two JSON escapes of six bytes, and the frame around them."""
LAST_RESORT_SECONDS = 10
"""The app drains by itself; beyond its own time plus this, requests are cancelled."""

cli = typer.Typer()


@cli.command()
def serve(
    host: Annotated[str | None, typer.Option(help="Address to listen on [HOST].")] = None,
    port: Annotated[int | None, typer.Option(help="Port, 0 for a free one [PORT].")] = None,
    local_model: Annotated[
        bool, typer.Option("--local-model", help="Run a small model here as the default one.")
    ] = False,
    reload: Annotated[bool, typer.Option("--reload", help="Restart when code changes.")] = False,
    debug: Annotated[bool, typer.Option("--debug", help="Log more [DEBUG].")] = False,
    access_log: Annotated[
        bool | None,
        typer.Option(help="Log every request; on a terminal, none otherwise [ACCESS_LOG]."),
    ] = None,
) -> None:
    """Run the server. An option wins over the environment, the environment over .env."""
    logged = {None: None, True: "on", False: "off"}[access_log]
    _override(host=host, port=port, debug=debug or None, access_log=logged)
    settings = load_settings()
    require_data_dir(settings)
    try:
        sockets = bound_sockets(settings.host, settings.port)
    except CannotListen as error:
        fail(str(error))
    if family := missing_family(settings.host, sockets):
        _say(f"HOST {settings.host}: this machine has no {family}; listening without it.")
    starting()
    ready(settings)  # the app does all three too, but reports failures as tracebacks
    require_own_key(settings)
    SoleUser(settings.database).try_file()
    model = _started_model(settings) if local_model else None
    try:
        _run(settings, sockets, reload)
    finally:
        if model:
            model.stop()


def _override(**settings: str | int | None) -> None:
    """Settings by the environment, which the app and a reloaded app both read."""
    for name, value in settings.items():
        if value is not None:
            os.environ[name.upper()] = str(value)


def _started_model(settings: Settings) -> LocalModel | None:
    if settings.default_api_key.get_secret_value():
        _say("The local model is not started: DEFAULT_API_KEY names a default model already.")
        return None
    model = LocalModel(_say, settings.debug)
    try:
        model.start()
    except LocalModelUnavailable as error:
        _say(f"The local model is not available: {error}. The server runs without it.")
        return None
    os.environ.update(model.environment)
    return model


def _say(text: str) -> None:
    typer.echo(text, err=True)


class _Server(uvicorn.Server):
    """uvicorn's server that prints its address once it listens."""

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started and sockets:
            port = sockets[0].getsockname()[1]
            announce(page_address(self.config.host, port))


def _run(settings: Settings, sockets: list[socket.socket], reload: bool) -> None:
    http = partial(BoundedHttpProtocol, head_seconds=settings.request_timeout_seconds)
    config = uvicorn.Config(
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
    server = _Server(config)
    try:
        if reload:
            ChangeReload(config, target=server.run, sockets=sockets).run()
        else:
            server.run(sockets)
    except KeyboardInterrupt:
        return  # raised again by uvicorn, after it has stopped as it was asked to
