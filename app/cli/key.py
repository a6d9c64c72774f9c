"""`chat-backend key`: the keys by which programs use their owners' models, listed and revoked."""

import asyncio
from dataclasses import asdict
from datetime import datetime
from typing import Annotated

import orjson
import typer

from app.cli.database import opened
from app.cli.failure import fail
from app.services.keys.operators import OperatorKey, OperatorKeys

USER = typer.Option("--user", help="Of the user of this name.")
AS_JSON = typer.Option("--json", help="One object a line.")
NUMBER = typer.Argument(help="The key's number in the list.", show_default=False)

cli = typer.Typer()
keys = typer.Typer(no_args_is_help=True)
cli.add_typer(keys, name="key", help="Keys by which programs use their owners' models: list, end.")


@keys.command(name="list")
def list_keys(
    user: Annotated[str | None, USER] = None, as_json: Annotated[bool, AS_JSON] = False
) -> None:
    """All keys by their beginnings: whole ones are kept nowhere."""
    asyncio.run(_list(user, as_json))


@keys.command()
def revoke(
    id: Annotated[int | None, NUMBER] = None, user: Annotated[str | None, USER] = None
) -> None:
    """Revoke one key, or all of a user's, for good. Servers that run cut off what runs with it."""
    if (id is None) == (user is None):
        fail("Say what is revoked: a number, or --user NAME")
    asyncio.run(_revoke(id, user))


async def _list(user: str | None, as_json: bool) -> None:
    async with opened() as (_, database):
        async for page in OperatorKeys(database).all(user):
            for key in page:
                typer.echo(orjson.dumps(asdict(key)).decode() if as_json else _in_words(key))


async def _revoke(id: int | None, user: str | None) -> None:
    async with opened() as (_, database):
        everybodys = OperatorKeys(database)
        if id is not None:
            if not await everybodys.revoke(id):
                fail(f"There is no key {id}")
            typer.echo(f"Key {id} was revoked")
        elif user is not None:
            count = await everybodys.revoke_all_of(user)
            if count is None:
                fail(f"There is no account named {user}")
            typer.echo(f"{count} keys were revoked")


def _in_words(key: OperatorKey) -> str:
    words = (
        str(key.id),
        key.user,
        f"{key.prefix}…",
        f"since {key.created_at:%Y-%m-%d}",
        _day("used", "never used", key.last_used_at),
        _day("until", "never expires", key.expires_at),
    )
    return "  ".join(words)


def _day(word: str, never: str, at: datetime | None) -> str:
    return never if at is None else f"{word} {at:%Y-%m-%d}"
