"""`chat-backend connection`: model servers that the operator shares with every user."""

import asyncio
import sys
from collections.abc import Awaitable, Callable
from dataclasses import asdict
from typing import Annotated

import orjson
import typer
from pydantic import BaseModel, ValidationError

from app.cli.database import opened
from app.cli.failure import fail
from app.encryption import KeyVault
from app.schemas.config import ApiKey, ModelName, ModelUrl
from app.schemas.connection import Label
from app.schemas.price import Price
from app.services.ai_service import AiService
from app.services.groups.service import GroupService
from app.services.shared_connections.service import SharedConnection, SharedConnections

KEY_STDIN = typer.Option("--key-stdin", help="Read the API key from standard input, one line.")
MODEL = typer.Option("--model", help="A model that its server does not list; may be repeated.")
STOP = typer.Option("--stop", help="Nobody may use its models any more.")
AS_JSON = typer.Option("--json", help="One object a line.")
OF_MODELS = typer.Option("--model", help="Of its models this one alone; may be repeated.")
END_GRANT = typer.Option("--stop", help="The group may not use it any more.")
EVERYBODY = typer.Option("--everybody", help="It is for everybody again, where it is shared.")
GROUP = typer.Argument(help="The name of a group.", show_default=False)
LABEL = typer.Option("--label", help="What users see it called; never the address.")

cli = typer.Typer()
connections = typer.Typer(no_args_is_help=True)
cli.add_typer(
    connections,
    name="connection",
    help="Model servers for every user: add, list, refresh, share, grant, price and remove them.",
)


class _Given(BaseModel):
    label: Label
    url: ModelUrl
    api_key: ApiKey
    models: list[ModelName]


@connections.command()
def add(
    url: str,
    label: Annotated[str, LABEL],
    model: Annotated[list[str] | None, MODEL] = None,
    key_stdin: Annotated[bool, KEY_STDIN] = False,
) -> None:
    """Save a model server and a key for it. Users see its models once it is shared."""
    if key_stdin:
        api_key = sys.stdin.readline().rstrip("\r\n")
    else:
        api_key = typer.prompt("API key", hide_input=True, default="", show_default=False)
    try:
        given = _Given(label=label, url=url, api_key=api_key, models=model or [])
    except ValidationError as error:
        fail("\n".join(f"{detail['loc'][0]}: {detail['msg']}" for detail in error.errors()))
    names = [name.strip() for name in given.models]
    made = _run(lambda shared, _: shared.add(given.label, given.url, given.api_key, names))
    typer.echo(
        f"Connection {made.slug} was saved. Next: chat-backend connection refresh {made.slug}, "
        f"then share {made.slug}"
    )


@connections.command(name="list")
def list_connections(as_json: Annotated[bool, AS_JSON] = False) -> None:
    """Every shared connection: its address, the end of its key, how many models it has."""
    for found in _run(lambda shared, _: shared.all()):
        typer.echo(orjson.dumps(asdict(found)).decode() if as_json else _in_words(found))


def _in_words(found: SharedConnection) -> str:
    state = "shared" if found.shared else "not shared"
    if found.restricted:
        groups = ", ".join(map(_granted, found.groups.items())) or "nobody"
        state += f" (for {groups})"
    key = f"key …{found.key_tail}" if found.key_tail else "key not shown"
    where = "of the settings" if found.source == "environment" else key
    models = f"{found.models} models"
    return "  ".join((found.slug, found.label or "-", state, found.model_url, where, models))


def _granted(group: tuple[str, list[str] | None]) -> str:
    name, models = group
    return name if models is None else f"{name}: {', '.join(models)}"


@connections.command()
def refresh(slug: str) -> None:
    """Ask the server for its models, and keep them."""
    count = _run(lambda shared, _: shared.refresh(slug))
    typer.echo(f"Connection {slug} has {count} models")


@connections.command()
def share(slug: str, stop: Annotated[bool, STOP] = False) -> None:
    """Let every user use its models, or its groups, where it is granted to groups. Their messages
    are counted (DEFAULT_MODEL_DAILY_MESSAGES)."""
    _run(lambda shared, _: shared.share(slug, not stop))
    typer.echo(f"Connection {slug} is {'not shared any more' if stop else 'shared'}")


@connections.command()
def grant(
    slug: str,
    group: Annotated[str | None, GROUP] = None,
    model: Annotated[list[str] | None, OF_MODELS] = None,
    stop: Annotated[bool, END_GRANT] = False,
    everybody: Annotated[bool, EVERYBODY] = False,
) -> None:
    """Let the members of a group use it, and from then on none but such groups."""
    if (group is None) != everybody:
        fail("Say who may use it: the name of a group, or --everybody")
    if model and (stop or everybody):
        fail("--model goes with a grant alone")
    typer.echo(_run(lambda shared, groups: _grant(shared, groups, slug, group, model, stop)))


async def _grant(
    shared: SharedConnections,
    groups: GroupService,
    slug: str,
    group: str | None,
    models: list[str] | None,
    stop: bool,
) -> str:
    if group is None:
        await shared.lift_restriction(slug)
        return f"Connection {slug} is for everybody, where it is shared"
    id = await groups.id_of(group)
    if not stop:
        await shared.grant(slug, id, models or [])
        return f"Connection {slug} is for group {group}, where it is shared"
    if not await shared.end_grant(slug, id):
        fail(f"Group {group} has no grant of connection {slug}")
    return f"Group {group} may not use connection {slug} any more"


@connections.command()
def price(
    slug: str,
    model: str,
    prompt: Annotated[str | None, typer.Option(help="What is sent to it.")] = None,
    completion: Annotated[str | None, typer.Option(help="What it answers.")] = None,
    cached: Annotated[str | None, typer.Option(help="Of what is sent, what it had cached.")] = None,
    cache_write: Annotated[str | None, typer.Option(help="What it cached anew.")] = None,
    reasoning: Annotated[str | None, typer.Option(help="Of its answer, its thoughts.")] = None,
) -> None:
    """Say what a model costs, in US dollars per million tokens; nothing given: as is known."""
    values = {
        "prompt": prompt,
        "completion": completion,
        "cached": cached,
        "cache_write": cache_write,
        "reasoning": reasoning,
    }
    given = {name: value for name, value in values.items() if value is not None}
    try:
        its = Price.model_validate(given) if given else None
    except ValidationError as error:
        fail("\n".join(f"{detail['loc'][0]}: {detail['msg']}" for detail in error.errors()))
    _run(lambda shared, _: shared.set_price(slug, model, its))
    typer.echo(f"The price of {model} is {'set' if its else 'that of the table, where it has one'}")


@connections.command()
def remove(slug: str) -> None:
    """Forget a connection and its key. Chats that use a model of it are told so."""
    _run(lambda shared, _: shared.remove(slug))
    typer.echo(f"Connection {slug} was removed")


def _run[T](work: Callable[[SharedConnections, GroupService], Awaitable[T]]) -> T:
    return asyncio.run(_on_connections(work))


async def _on_connections[T](work: Callable[[SharedConnections, GroupService], Awaitable[T]]) -> T:
    async with opened() as (settings, database):
        ai = AiService(settings)
        shared = SharedConnections(database, KeyVault(settings.encryption_keys), ai)
        try:
            return await work(shared, GroupService(database))
        finally:
            await ai.aclose()
