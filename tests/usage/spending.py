"""What somebody has used, as the server tells it."""

from typing import Any

from tests.faults.watching import eventually
from tests.support.server import Person


async def attempts(person: Person, **query: Any) -> list[dict[str, Any]]:
    """All requests, the oldest first, read in pages."""
    found: list[dict[str, Any]] = []
    while True:
        answer = await person.get("/usage/attempts", params=query)
        assert answer.status_code == 200, answer.text
        page = answer.json()
        found += page["attempts"]
        if page["next"] is None:
            return found[::-1]
        query["cursor"] = page["next"]


async def over(person: Person, count: int, purpose: str = "reply") -> list[dict[str, Any]]:
    """The requests of one purpose, once so many are over."""
    found: list[dict[str, Any]] = []

    async def are_over() -> bool:
        found[:] = [each for each in await attempts(person) if each["purpose"] == purpose]
        return len(found) >= count and all(each["status"] != "running" for each in found)

    await eventually(are_over)
    assert len(found) == count, found
    return found


async def usage(person: Person, **query: Any) -> list[dict[str, Any]]:
    """The rows of a summary; `first` is its `from`."""
    if "first" in query:
        query["from"] = query.pop("first")
    answer = await person.get("/usage", params=query)
    assert answer.status_code == 200, answer.text
    rows: list[dict[str, Any]] = answer.json()["rows"]
    return rows
