"""`chat-backend invite`: invitations to make an account."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Annotated

import orjson
import typer
from sqlalchemy import Connection, select

from app.cli.database import opened
from app.cli.failure import fail
from app.database import Database, table_of
from app.models import UserGroup
from app.schemas.invite import INVITE_DAYS_MAX, NOTE_CHARACTERS, USES_MAX, InviteCreate, InviteRead
from app.services.invites.service import InviteService
from app.utils.names import canonical

USES = typer.Option("--uses", min=1, max=USES_MAX, help="For so many accounts.")
DAYS = typer.Option("--days", min=1, max=INVITE_DAYS_MAX, help="Good for so many days.")
GROUP = typer.Option("--group", help="The accounts become members of this group.")
NOTE = typer.Option("--note", help="What administrators are to remember of it.")
AS_JSON = typer.Option("--json", help="One object a line.")

cli = typer.Typer()
invites = typer.Typer(no_args_is_help=True)
cli.add_typer(invites, name="invite", help="Invitations to make an account: create, list, revoke.")
_group = table_of(UserGroup)


@invites.command()
def create(
    uses: Annotated[int, USES] = 1,
    days: Annotated[int, DAYS] = 7,
    group: Annotated[str | None, GROUP] = None,
    note: Annotated[str | None, NOTE] = None,
    as_json: Annotated[bool, AS_JSON] = False,
) -> None:
    """Make an invitation, and print its link: it is shown this once."""
    if note is not None and not 0 < len(note.strip()) <= NOTE_CHARACTERS:
        fail(f"A note has {NOTE_CHARACTERS} characters at most")

    async def make(service: InviteService, database: Database) -> InviteRead:
        group_id = None if group is None else await database.read(_group_id, group)
        wanted = InviteCreate(uses=uses, expires_in_days=days, group_id=group_id, note=note)
        return await service.create(None, wanted)

    made = _run(make)
    told = made.model_dump(mode="json")
    if as_json:
        typer.echo(orjson.dumps(told).decode())
        return
    where = ", at the server's address" if told["url"].startswith("/") else ""
    typer.echo(f"{_in_words(made)}{where}:\n{told['url']}")


@invites.command(name="list")
def list_invites(as_json: Annotated[bool, AS_JSON] = False) -> None:
    """All invitations by their beginnings: whole ones are kept nowhere."""

    async def read(service: InviteService, _: Database) -> list[InviteRead]:
        return (await service.list()).invites

    for invite in _run(read):
        told = invite.model_dump(mode="json")
        typer.echo(orjson.dumps(told).decode() if as_json else _in_words(invite))


@invites.command()
def revoke(id: int) -> None:
    """End an invitation for good, by its number in the list."""
    _run(lambda service, _: service.revoke(None, id))
    typer.echo(f"Invitation {id} was revoked")


def _group_id(connection: Connection, name: str) -> int:
    same = select(_group.c.id).where(_group.c.name_key == canonical(name))
    id = connection.execute(same).scalar()
    if id is None:
        fail(f"There is no group named {name}")
    return int(id)


def _in_words(invite: InviteRead) -> str:
    words = (
        f"Invitation {invite.id}",
        f"{invite.prefix}…",
        invite.state,
        f"{invite.uses_left} of {invite.uses} left",
        f"until {invite.expires_at:%Y-%m-%d}",
        f"for {invite.group.name}" if invite.group else "",
        invite.note or "",
    )
    return "  ".join(filter(None, words))


def _run[T](work: Callable[[InviteService, Database], Awaitable[T]]) -> T:
    return asyncio.run(_on_invites(work))


async def _on_invites[T](work: Callable[[InviteService, Database], Awaitable[T]]) -> T:
    async with opened() as (settings, database):
        return await work(InviteService(database, settings), database)
