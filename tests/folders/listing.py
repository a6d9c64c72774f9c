"""Conversations put into lists over HTTP, and the lists read back."""

from typing import Any

from tests.support.server import Person


async def folder(person: Person, name: str, **given: Any) -> dict[str, Any]:
    """A new folder, as it was answered."""
    answer = await person.post("/folders", json={"name": name} | given)
    assert answer.status_code == 201, answer.text
    made: dict[str, Any] = answer.json()
    return made


async def place(person: Person, conversation: int, **where: Any) -> dict[str, Any]:
    """The conversation, pinned, archived or moved."""
    answer = await person.request("PATCH", f"/conversations/{conversation}", json=where)
    assert answer.status_code == 200, answer.text
    changed: dict[str, Any] = answer.json()
    return changed


async def page(person: Person, **query: Any) -> dict[str, Any]:
    """A page of a list."""
    answer = await person.get("/conversations", params=query)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def ids_in(person: Person, **query: Any) -> list[int]:
    """Whole lists that are no longer than a page, whose total is theirs."""
    found = await page(person, limit=100, **query)
    ids = [item["id"] for item in found["conversations"]]
    assert found["total"] == len(ids), found
    return ids


async def folders_of(person: Person) -> list[tuple[str, int]]:
    """The names of the folders, and how many conversations are counted in each."""
    found = (await person.get("/folders")).json()["folders"]
    return [(each["name"], each["conversation_count"]) for each in found]
