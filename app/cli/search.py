"""`chat-backend search`: the index by which messages are found."""

import asyncio
from typing import Annotated

import typer

from app.cli.database import opened
from app.cli.failure import fail
from app.cli.progress import progress_bar
from app.services.search import rebuild as index

USER = typer.Option("--user", help="Of the user of this name; else of everybody.")

cli = typer.Typer()
search = typer.Typer(no_args_is_help=True)
cli.add_typer(search, name="search", help="The index by which messages are found: make it anew.")


@search.callback()
def _search() -> None:
    """The index by which messages are found."""


@search.command()
def rebuild(user: Annotated[str | None, USER] = None) -> None:
    """Make the index anew from the messages, while servers run.

    What is not read again yet is not found. Broken off, it is gone on with by the next server.
    """
    count = asyncio.run(_rebuilt(user))
    typer.echo(f"{count} messages were read again")


async def _rebuilt(name: str | None) -> int:
    async with opened() as (settings, database):
        user_id = None
        if name is not None:
            user_id = await database.read(index.find_user, name)
            if user_id is None:
                fail(f"There is no account named {name}")
        count = await database.read(index.count, user_id)
        with progress_bar("Messages", count) as progress:
            await index.rebuild(database, settings, user_id, progress)
        return count
