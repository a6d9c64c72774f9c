"""`chat-backend setting`: settings that running servers keep to at once."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Annotated, Any

import orjson
import typer
from pydantic import ValidationError

from app.cli.database import opened
from app.cli.failure import fail
from app.schemas.setting import SettingRead, SettingsUpdate
from app.services.admin.settings import SettingService
from app.services.settings.live import NAMES, LiveSettings

AS_JSON = typer.Option("--json", help="One object a line.")
NAME = typer.Argument(help=f"One of {', '.join(NAMES)}.", show_default=False)
WORDS = {"true": True, "on": True, "false": False, "off": False}

cli = typer.Typer()
settings = typer.Typer(no_args_is_help=True)
cli.add_typer(
    settings,
    name="setting",
    help="Settings that running servers keep to at once: list, set, clear.",
)


@settings.command(name="list")
def list_settings(as_json: Annotated[bool, AS_JSON] = False) -> None:
    """Every setting that can be changed while servers run, and from where its value is."""

    async def read(service: SettingService) -> list[SettingRead]:
        return (await service.list()).settings

    for setting in _run(read):
        told = setting.model_dump(mode="json")
        typer.echo(orjson.dumps(told).decode() if as_json else _in_words(setting))


@settings.command(name="set")
def set_value(name: Annotated[str, NAME], value: str) -> None:
    """Store a value. Servers that run keep to it within five seconds."""
    _change(name, value)
    typer.echo(f"{name} was set")


@settings.command()
def clear(name: Annotated[str, NAME]) -> None:
    """Take a stored value away: the default holds again."""
    _change(name, None)
    typer.echo(f"{name} was cleared")


def _change(name: str, value: str | None) -> None:
    if name not in NAMES:
        fail(f"There is no such setting; there are {', '.join(NAMES)}")
    try:
        wanted = SettingsUpdate.model_validate({name: _read(name, value)})
    except ValidationError as error:
        fail("\n".join(f"{name}: {detail['msg']}" for detail in error.errors()))
    _run(lambda service: service.change(None, wanted))


def _read(name: str, value: str | None) -> Any:
    if value is None:
        return None
    if name == "require_verified_email":
        return WORDS.get(value.lower(), value)
    return int(value) if value.isdecimal() and not name.startswith("banner") else value


def _in_words(setting: SettingRead) -> str:
    value = "-" if setting.value is None else str(setting.value)
    return f"{setting.name}  {value}  ({setting.source})"


def _run[T](work: Callable[[SettingService], Awaitable[T]]) -> T:
    return asyncio.run(_on_settings(work))


async def _on_settings[T](work: Callable[[SettingService], Awaitable[T]]) -> T:
    async with opened() as (settings, database):
        return await work(SettingService(database, settings, LiveSettings(database, settings)))
