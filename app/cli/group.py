"""`chat-backend group`: groups of users, whom grants of connections and caps are for."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Annotated

import orjson
import typer
from pydantic import ValidationError

from app.cli.database import opened
from app.cli.failure import fail
from app.errors import UserNotFound
from app.schemas.group import GroupForm, GroupRead
from app.services.groups.service import GroupService

AS_JSON = typer.Option("--json", help="One object a line.")
MEMBERS_OF = typer.Argument(help="A group: who is in it.", show_default=False)

cli = typer.Typer()
groups = typer.Typer(no_args_is_help=True)
cli.add_typer(
    groups,
    name="group",
    help="Groups of users: list, create, rename and remove them, add and drop members.",
)


@groups.command(name="list")
def list_groups(
    name: Annotated[str | None, MEMBERS_OF] = None, as_json: Annotated[bool, AS_JSON] = False
) -> None:
    """Every group, and how many are in it; or the members of one."""
    if name is None:
        for group in _run(lambda groups: groups.all()).groups:
            typer.echo(group.model_dump_json() if as_json else _in_words(group))
    else:
        _run(lambda groups: _print_members(groups, name, as_json))


def _in_words(group: GroupRead) -> str:
    return f"{group.name}  {group.members} members  since {group.created_at:%Y-%m-%d}"


async def _print_members(groups: GroupService, name: str, as_json: bool) -> None:
    async for page in groups.member_names(await groups.id_of(name)):
        for username in page:
            typer.echo(orjson.dumps({"username": username}).decode() if as_json else username)


@groups.command()
def create(name: str) -> None:
    """Make a group, with nobody in it."""
    named = _name(name)
    _run(lambda groups: groups.create(None, named))
    typer.echo(f"Group {named} was made")


@groups.command()
def rename(name: str, to: str) -> None:
    """Give a group another name."""
    named = _name(to)

    async def give(groups: GroupService) -> None:
        await groups.rename(None, await groups.id_of(name), named)

    _run(give)
    typer.echo(f"Group {name} is called {named}")


@groups.command()
def remove(name: str) -> None:
    """Remove a group with its grants and its caps; its members stay."""

    async def end(groups: GroupService) -> None:
        await groups.remove(None, await groups.id_of(name))

    _run(end)
    typer.echo(f"Group {name} was removed")


@groups.command()
def add(name: str, user: str) -> None:
    """Put a user into a group."""

    async def put(groups: GroupService, user_id: int) -> None:
        await groups.add_member(None, await groups.id_of(name), user_id)

    _run(lambda groups: _with_user(groups, user, put))
    typer.echo(f"{user} is in group {name}")


@groups.command()
def drop(name: str, user: str) -> None:
    """Take a user out of a group. What was for its members only they can use no more."""

    async def take(groups: GroupService, user_id: int) -> None:
        await groups.drop_member(None, await groups.id_of(name), user_id)

    _run(lambda groups: _with_user(groups, user, take))
    typer.echo(f"{user} is not in group {name}")


async def _with_user(
    groups: GroupService, user: str, work: Callable[[GroupService, int], Awaitable[None]]
) -> None:
    try:
        await work(groups, await groups.user_id_of(user))
    except UserNotFound:
        fail(f"There is no account named {user}")


def _name(text: str) -> str:
    try:
        return GroupForm(name=text).name
    except ValidationError as error:
        fail("\n".join(f"{detail['loc'][0]}: {detail['msg']}" for detail in error.errors()))


def _run[T](work: Callable[[GroupService], Awaitable[T]]) -> T:
    return asyncio.run(_on_groups(work))


async def _on_groups[T](work: Callable[[GroupService], Awaitable[T]]) -> T:
    async with opened() as (_, database):
        return await work(GroupService(database))
