"""`chat-backend cap`: how much of the operator's models may be used."""

import asyncio
import re
from collections.abc import Awaitable, Callable
from typing import Annotated, Any

import orjson
import typer

from app.cli.database import opened
from app.cli.failure import fail
from app.errors import CapNotFound, UserNotFound
from app.schemas.admin_cap import AdminCap, CapCreate, OperatorScope
from app.schemas.cap import AMOUNT_MAX, WARN_PERCENT, CapPeriod, CapUnit
from app.schemas.price import nano_of, usd_of
from app.services.caps.operators import OperatorCaps

USD = re.compile(r"[0-9]{1,6}(?:\.[0-9]{1,9})?")
EVERYONE = typer.Option("--everyone", help="Of all users together.")
EACH = typer.Option("--each", help="Of each user.")
GROUP = typer.Option("--group", help="Of the members of this group together.")
USER = typer.Option("--user", help="Of the user of this name.")
CONNECTION = typer.Option("--connection", help="Of this shared connection; else of all.")
MODEL = typer.Option("--model", help="Of this model of the connection.")
PER = typer.Option("--per", help="By UTC.")
MESSAGES = typer.Option("--messages", min=0, help="So many replies.")
TOKENS = typer.Option("--tokens", min=0, max=AMOUNT_MAX, help="So many tokens.")
DOLLARS = typer.Option("--usd", help="So many US dollars. What has no known price is not counted.")
WARN = typer.Option("--warn", min=1, max=100, help="From so many percent on there are warnings.")
AS_JSON = typer.Option("--json", help="One object a line.")

cli = typer.Typer()
caps = typer.Typer(no_args_is_help=True)
cli.add_typer(
    caps, name="cap", help="How much of the shared models may be used: add, list, remove."
)


@caps.command()
def add(
    per: Annotated[CapPeriod, PER],
    everyone: Annotated[bool, EVERYONE] = False,
    each: Annotated[bool, EACH] = False,
    group: Annotated[str | None, GROUP] = None,
    user: Annotated[str | None, USER] = None,
    connection: Annotated[str | None, CONNECTION] = None,
    model: Annotated[str | None, MODEL] = None,
    messages: Annotated[int | None, MESSAGES] = None,
    tokens: Annotated[int | None, TOKENS] = None,
    usd: Annotated[str | None, DOLLARS] = None,
    warn: Annotated[int, WARN] = WARN_PERCENT,
) -> None:
    """Set a cap. Servers that run keep to it from the next message on."""
    if everyone + each + (group is not None) + (user is not None) != 1:
        fail("Say whose cap it is: --everyone, --each, --group NAME or --user NAME")
    if model is not None and connection is None:
        fail("A model is named with its connection: --connection SLUG --model NAME")
    unit, amount = _amount(messages, tokens, usd)
    scope: OperatorScope = "everyone" if everyone else "group" if group is not None else "user"

    async def set_cap(caps: OperatorCaps) -> AdminCap:
        try:
            ids = await caps.ids_of(user, group, connection, model)
        except UserNotFound:
            fail(f"There is no account named {user}")
        how_much = {"period": per, "unit": unit, "amount": amount, "warn_percent": warn}
        return await caps.add(None, CapCreate(scope=scope, **ids, **how_much))

    typer.echo(f"Cap {_run(set_cap).id} was set")


@caps.command(name="list")
def list_caps(as_json: Annotated[bool, AS_JSON] = False) -> None:
    """Every cap of the operator's, and how much of it is used."""
    for cap in map(_told, _run(lambda caps: caps.all())):
        typer.echo(orjson.dumps(cap).decode() if as_json else _in_words(cap))


@caps.command()
def remove(id: int) -> None:
    """Take a cap away, by its number in the list."""

    async def remove_cap(caps: OperatorCaps) -> None:
        try:
            await caps.remove(None, id)
        except CapNotFound:
            fail(f"There is no cap {id}")

    _run(remove_cap)
    typer.echo(f"Cap {id} was removed")


def _amount(messages: int | None, tokens: int | None, usd: str | None) -> tuple[CapUnit, int]:
    given: list[tuple[CapUnit, int]] = []
    if messages is not None:
        given.append(("messages", messages))
    if tokens is not None:
        given.append(("tokens", tokens))
    if usd is not None:
        if not USD.fullmatch(usd):
            fail("--usd takes a decimal such as 20 or 0.5")
        given.append(("nano_usd", nano_of(usd)))
    if len(given) != 1:
        fail("Say how much it is: --messages, --tokens or --usd")
    return given[0]


def _told(cap: AdminCap) -> dict[str, Any]:
    return {
        "id": cap.id,
        "scope": cap.scope,
        "user": cap.user and cap.user.username,
        "group": cap.group and cap.group.name,
        "slug": cap.connection and cap.connection.slug,
        "model": cap.model and cap.model.name,
        "period": cap.period,
        "unit": cap.unit,
        "amount": cap.amount,
        "warn_percent": cap.warn_percent,
        "used": cap.used,
    }


def _in_words(cap: dict[str, Any]) -> str:
    whose = cap["user"] or "each user"
    if cap["scope"] == "everyone":
        whose = "everyone"
    elif cap["scope"] == "group":
        whose = f"group {cap['group']}"
    what = " ".join(filter(None, (cap["slug"], cap["model"]))) or "all shared"
    unit = cap["unit"]
    used = "" if cap["used"] is None else f"{_so_many(cap['used'], unit)} used"
    amount = f"{_so_many(cap['amount'], unit)} a {cap['period']}"
    words = (str(cap["id"]), whose, what, amount, f"warns at {cap['warn_percent']} %", used)
    return "  ".join(words).rstrip()


def _so_many(amount: int, unit: CapUnit) -> str:
    return f"${usd_of(amount)}" if unit == "nano_usd" else f"{amount} {unit}"


def _run[T](work: Callable[[OperatorCaps], Awaitable[T]]) -> T:
    return asyncio.run(_on_caps(work))


async def _on_caps[T](work: Callable[[OperatorCaps], Awaitable[T]]) -> T:
    async with opened() as (_, database):
        return await work(OperatorCaps(database))
