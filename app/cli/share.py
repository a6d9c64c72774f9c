"""`chat-backend share`: the links by which users show conversations, listed and ended."""

import asyncio
from dataclasses import asdict
from typing import Annotated

import orjson
import typer

from app.cli.database import opened
from app.cli.failure import fail
from app.services.sharing.operators import OperatorShare, OperatorShares

USER = typer.Option("--user", help="Of the user of this name.")
AS_JSON = typer.Option("--json", help="One object a line.")
NUMBER = typer.Argument(help="The link's number in the list.", show_default=False)

cli = typer.Typer()
shares = typer.Typer(no_args_is_help=True)
cli.add_typer(shares, name="share", help="Links by which users show conversations: list, end.")


@shares.command(name="list")
def list_shares(
    user: Annotated[str | None, USER] = None, as_json: Annotated[bool, AS_JSON] = False
) -> None:
    """The links that are good, without their addresses: those are kept nowhere."""
    asyncio.run(_list(user, as_json))


@shares.command()
def end(id: Annotated[int | None, NUMBER] = None, user: Annotated[str | None, USER] = None) -> None:
    """End one link, or all of a user's, for good. Servers that run answer so at once."""
    if (id is None) == (user is None):
        fail("Say what is ended: a number, or --user NAME")
    asyncio.run(_end(id, user))


async def _list(user: str | None, as_json: bool) -> None:
    async with opened() as (_, database):
        async for page in OperatorShares(database).all(user):
            for share in page:
                typer.echo(orjson.dumps(asdict(share)).decode() if as_json else _in_words(share))


async def _end(id: int | None, user: str | None) -> None:
    async with opened() as (_, database):
        links = OperatorShares(database)
        if id is not None:
            if not await links.end(id):
                fail(f"There is no link {id}")
            typer.echo(f"Link {id} was ended")
        elif user is not None:
            count = await links.end_all_of(user)
            if count is None:
                fail(f"There is no account named {user}")
            typer.echo(f"{count} links were ended")


def _in_words(share: OperatorShare) -> str:
    until = "never ends" if share.expires_at is None else f"until {share.expires_at:%Y-%m-%d}"
    words = (
        str(share.id),
        share.user,
        f"conversation {share.conversation_id}",
        f"{share.messages} messages",
        f"{share.views} views",
        f"since {share.created_at:%Y-%m-%d}",
        until,
    )
    return "  ".join(words)
