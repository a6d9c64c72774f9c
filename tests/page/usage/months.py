"""Months of requests that nobody made, for what is drawn of them."""

import math
from collections.abc import Iterable
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from sqlalchemy import Connection

from app.models import utc_now
from app.services.usage.targets import Target
from tests.page.conftest import Site
from tests.support.server import Person
from tests.usage.ledger import put, target

MODELS = [
    ("gpt-4o", "OpenAI", 9_000),
    ("gpt-4o-mini", "OpenAI", 600),
    ("meta-llama/llama-3.3-70b-instruct-with-a-long-name:free", "OpenRouter", None),
]
"""Names, connections, and what a token costs."""
TWENTY = [
    (f"model-{number:02}", f"Connection {number % 3}", 1_000 * number) for number in range(20)
]


async def spend(
    site: Site, person: Person, models: Iterable[tuple[str, str, int | None]] = MODELS
) -> None:
    """A month up to today in which somebody used these models, more and less from day to day, and
    today all of them, for replies that were stopped."""
    today = utc_now().date()
    me = (await person.get("/auth/me")).json()["id"]
    rows = list(_rows(me, today, list(models)))
    await site.server.app.state.services.database.write(_put, me, rows)


def _rows(
    me: int, today: date, models: list[tuple[str, str, int | None]]
) -> Iterable[tuple[Target, datetime, dict[str, Any]]]:
    for day in range(1, today.day + 1):
        at = datetime.combine(today.replace(day=day), time(0, 30), UTC)
        for place, (name, connection, price) in enumerate(models):
            is_off = (day + place) % 5 == 0 or (day * (place + 1)) % 7 == 3
            if is_off and day < today.day:
                continue
            tokens = int(4_000 * (2 + math.sin(day * 0.7 + place * 2)) / (place + 1)) + day
            used: dict[str, Any] = {"prompt_tokens": tokens * 4, "completion_tokens": tokens}
            used["cost_nano"] = None if price is None else tokens * price
            used["price_source"] = "none" if price is None else "table"
            if day == today.day:
                used |= {"status": "stopped", "counted_by": "estimate"}
            yield target(me, name, connection), at + timedelta(seconds=place), used


def _put(
    connection: Connection, me: int, rows: Iterable[tuple[Target, datetime, dict[str, Any]]]
) -> None:
    for model, at, used in rows:
        put(connection, me, model, at, **used)
