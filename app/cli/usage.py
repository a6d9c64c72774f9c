"""`chat-backend usage`: what was used of the operator's models, in numbers."""

import asyncio
from dataclasses import asdict
from datetime import UTC, date, datetime
from typing import Annotated

import orjson
import typer

from app.cli.database import opened
from app.cli.failure import fail
from app.schemas.price import usd_of
from app.services.usage.totals import Total, TotalsBy, totals

BY = typer.Option("--by", help="What a line is about.")
FROM = typer.Option("--from", help="First day, as 2026-01-31 (UTC); else the month's first.")
TO = typer.Option("--to", help="Last day; else today.")
AS_JSON = typer.Option("--json", help="One object a line.")

cli = typer.Typer()


@cli.command()
def usage(
    by: Annotated[TotalsBy, BY] = "model",
    first: Annotated[str | None, FROM] = None,
    last: Annotated[str | None, TO] = None,
    as_json: Annotated[bool, AS_JSON] = False,
) -> None:
    """What was used of the shared models: by user, model or day.

    Models of users' own are not in it. What ended in the last seconds follows.
    """
    today = datetime.now(UTC).date()
    begin = today.replace(day=1) if first is None else _day(first)
    end = today if last is None else _day(last)
    found = asyncio.run(_totals(by, begin, end))
    for total in found:
        typer.echo(orjson.dumps(asdict(total)).decode() if as_json else _in_words(total))


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        fail(f"{text} is no day; write it as 2026-01-31")


async def _totals(by: TotalsBy, first: date, last: date) -> list[Total]:
    async with opened() as (_, database):
        return await database.read(totals, by, first, last)


def _in_words(total: Total) -> str:
    """One line; what is known by estimate, or not at all, is said."""
    cost = "cost not known" if total.cost_nano_usd is None else f"${usd_of(total.cost_nano_usd)}"
    words = [
        total.key or "(deleted accounts)",
        f"{total.messages} messages",
        f"{total.attempts} requests",
        f"{total.prompt_tokens} tokens in",
        f"{total.completion_tokens} out",
        cost,
    ]
    if total.estimated:
        words.append(f"{total.estimated} estimated")
    if total.unpriced and total.cost_nano_usd is not None:
        words.append(f"{total.unpriced} without a price")
    return "  ".join(words)
