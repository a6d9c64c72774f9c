"""`chat-backend serve`: the server, by itself or together with the local model."""

import os
from functools import partial
from typing import Annotated

import typer

from app.cli.configuration import load_settings, require_data_dir
from app.cli.failure import MISCONFIGURED, fail
from app.cli.listening import CannotListen, bound_sockets, missing_family, page_address
from app.cli.ready import announce, starting
from app.cli.schema import ready, require_own_key
from app.cli.server import serve_on
from app.config import Settings
from app.engines.sole_user import SoleUser
from app.local_model import LocalModel, LocalModelUnavailable
from app.workers.cores import worker_count

SIDE_BY_SIDE = "MySQL and MariaDB have them write side by side."

cli = typer.Typer()


@cli.command()
def serve(
    host: Annotated[str | None, typer.Option(help="Address to listen on [HOST].")] = None,
    port: Annotated[int | None, typer.Option(help="Port, 0 for a free one [PORT].")] = None,
    local_model: Annotated[
        bool, typer.Option("--local-model", help="Run a small model here as the default one.")
    ] = False,
    workers: Annotated[
        int | None, typer.Option(help="Processes that serve, 0: one a processor [WORKERS].")
    ] = None,
    reload: Annotated[bool, typer.Option("--reload", help="Restart when code changes.")] = False,
    debug: Annotated[bool, typer.Option("--debug", help="Log more [DEBUG].")] = False,
    access_log: Annotated[
        bool | None,
        typer.Option(help="Log every request; on a terminal, none otherwise [ACCESS_LOG]."),
    ] = None,
) -> None:
    """Run the server. An option wins over the environment, the environment over .env."""
    logged = {None: None, True: "on", False: "off"}[access_log]
    _override(host=host, port=port, workers=workers, debug=debug or None, access_log=logged)
    settings = load_settings()
    count = worker_count(settings.workers)
    if reload and count > 1:
        fail("--reload is for one process: leave --workers and WORKERS out.", MISCONFIGURED)
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
    if count > 1 and settings.database.get_backend_name() == "sqlite":
        _say(f"{count} workers, one SQLite file: one of them writes at a time. {SIDE_BY_SIDE}")
    model = _started_model(settings) if local_model else None
    address = page_address(settings.host, sockets[0].getsockname()[1])
    try:
        if count > 1:
            # Loads all of the app, which one process does behind the first line it prints.
            from app.cli.workers import serve_by_workers  # noqa: PLC0415

            serve_by_workers(settings, sockets, count, partial(announce, address))
        else:
            serve_on(settings, sockets, partial(announce, address), reload)
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
