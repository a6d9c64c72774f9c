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
from app.services.endpoints.shared import OfSettings, SharedConnection, SharedConnections

KEY_STDIN = typer.Option("--key-stdin", help="Read the API key from standard input, one line.")
MODEL = typer.Option("--model", help="A model that its server does not list; may be repeated.")
STOP = typer.Option("--stop", help="Nobody may use its models any more.")
AS_JSON = typer.Option("--json", help="One object a line.")
LABEL = typer.Option("--label", help="What users see it called; never the address.")

cli = typer.Typer()
connections = typer.Typer(no_args_is_help=True)
cli.add_typer(
    connections,
    name="connection",
    help="Model servers for every user: add, list, refresh, share, price and remove them.",
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
    made = _run(lambda shared: shared.add(given.label, given.url, given.api_key, names))
    typer.echo(
        f"Connection {made.slug} was saved. Next: chat-backend connection refresh {made.slug}, "
        f"then share {made.slug}"
    )


@connections.command(name="list")
def list_connections(as_json: Annotated[bool, AS_JSON] = False) -> None:
    """Every shared connection: its address, the end of its key, how many models it has."""
    for found in _run(lambda shared: shared.all()):
        typer.echo(orjson.dumps(asdict(found)).decode() if as_json else _in_words(found))


def _in_words(found: SharedConnection) -> str:
    state = "shared" if found.shared else "not shared"
    key = f"key …{found.key_tail}" if found.key_tail else "key not shown"
    where = "of the settings" if found.source == "environment" else key
    models = f"{found.models} models"
    return "  ".join((found.slug, found.label or "-", state, found.model_url, where, models))


@connections.command()
def refresh(slug: str) -> None:
    """Ask the server for its models, and keep them."""
    count = _run(lambda shared: shared.refresh(slug))
    typer.echo(f"Connection {slug} has {count} models")


@connections.command()
def share(slug: str, stop: Annotated[bool, STOP] = False) -> None:
    """Let every user use its models. Their messages are counted (DEFAULT_MODEL_DAILY_MESSAGES)."""
    _run(lambda shared: shared.share(slug, not stop))
    typer.echo(f"Connection {slug} is {'not shared any more' if stop else 'shared'}")


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
    _run(lambda shared: shared.set_price(slug, model, its))
    typer.echo(f"The price of {model} is {'set' if its else 'that of the table, where it has one'}")


@connections.command()
def remove(slug: str) -> None:
    """Forget a connection and its key. Chats that use a model of it are told so."""
    _run(lambda shared: shared.remove(slug))
    typer.echo(f"Connection {slug} was removed")


def _run[T](work: Callable[[SharedConnections], Awaitable[T]]) -> T:
    return asyncio.run(_on_connections(work))


async def _on_connections[T](work: Callable[[SharedConnections], Awaitable[T]]) -> T:
    async with opened() as (settings, database):
        ai = AiService(settings)
        shared = SharedConnections(database, KeyVault(settings.encryption_keys), ai)
        try:
            return await work(shared)
        except OfSettings:
            fail("This connection comes from the settings DEFAULT_MODEL_*: change it there")
        finally:
            await ai.aclose()
