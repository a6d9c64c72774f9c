"""People under caps, and what they ask of them."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from sqlalchemy import Connection, delete, insert

from app.database import table_of
from app.models import Cap, utc_now
from tests.support.server import Person, RunningServer

_cap = table_of(Cap)


def cap(amount: int, unit: str = "messages", **more: Any) -> dict[str, Any]:
    """A cap as it is set: of everything, each day."""
    return {"target": "all", "period": "day", "unit": unit, "amount": amount} | more


async def set_caps(person: Person, *caps: dict[str, Any]) -> list[dict[str, Any]]:
    """Set somebody's own caps; what they are told of them."""
    answer = await person.request("PUT", "/usage/caps", json={"caps": list(caps)})
    assert answer.status_code == 200, answer.text
    found: list[dict[str, Any]] = answer.json()["caps"]
    return found


async def caps_of(person: Person) -> list[dict[str, Any]]:
    """The caps that somebody is under."""
    answer = await person.get("/usage/caps")
    assert answer.status_code == 200, answer.text
    found: list[dict[str, Any]] = answer.json()["caps"]
    return found


@asynccontextmanager
async def operators_cap(server: RunningServer, **values: Any) -> AsyncIterator[int]:
    """A cap of the operator's for as long as the block lasts: others share the database."""
    database = server.app.state.services.database
    id = await database.write(_add, values)
    try:
        yield id
    finally:
        await database.write(_remove, id)


def _add(connection: Connection, values: dict[str, Any]) -> int:
    now = utc_now()
    row = {"period": "day", "source": "operator", "created_at": now, "updated_at": now}
    result = connection.execute(insert(_cap).values(row | values))
    return int(result.inserted_primary_key[0])  # type: ignore[index]


def _remove(connection: Connection, id: int) -> None:
    connection.execute(delete(_cap).where(_cap.c.id == id))
