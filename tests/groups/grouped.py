"""Groups, and what is shared with them, as an administrator makes them. Other tests use the same
database: what is for many users is gone with the block that made it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from uuid import uuid4

from tests.support.server import Person

KEY = "sk-of-the-operator-0123456789-last"


async def new_group(admin: Person, *members: Person, name: str | None = None) -> int:
    """A group of these users; its id."""
    answer = await admin.post("/admin/groups", json={"name": name or f"group {uuid4()}"})
    assert answer.status_code == 201, answer.text
    id = int(answer.json()["id"])
    for member in members:
        await join(admin, id, member)
    return id


async def join(admin: Person, group: int, member: Person) -> None:
    answer = await admin.request("PUT", f"/admin/groups/{group}/members/{member.id}")
    assert answer.status_code == 204, answer.text


async def leave(admin: Person, group: int, member: Person) -> None:
    answer = await admin.request("DELETE", f"/admin/groups/{group}/members/{member.id}")
    assert answer.status_code == 204, answer.text


async def set_grants(
    admin: Person, connection: dict[str, Any], *grants: dict[str, Any], restricted: bool = True
) -> dict[str, Any]:
    """Say which groups may use a connection."""
    body = {"restricted": restricted, "grants": grants}
    path = f"/admin/connections/{connection['id']}/grants"
    answer = await admin.request("PUT", path, json=body)
    assert answer.status_code == 200, answer.text
    told: dict[str, Any] = answer.json()
    return told


@asynccontextmanager
async def shared_connection(
    admin: Person, url: str, *names: str, label: str | None = None
) -> AsyncIterator[dict[str, Any]]:
    """A connection of the operator's with models that are named by hand, shared."""
    new = {"base_url": url, "api_key": KEY, "models": names, "label": label or f"Ours {uuid4()}"}
    answer = await admin.post("/admin/connections", json=new)
    assert answer.status_code == 201, answer.text
    path = f"/admin/connections/{answer.json()['id']}"
    try:
        answer = await admin.request("PATCH", path, json={"shared": True})
        assert answer.status_code == 200, answer.text
        yield answer.json()
    finally:
        assert (await admin.request("DELETE", path)).status_code == 204


@asynccontextmanager
async def cap_of(admin: Person, **values: Any) -> AsyncIterator[dict[str, Any]]:
    """A cap of the operator's."""
    answer = await admin.post("/admin/caps", json=values)
    assert answer.status_code == 201, answer.text
    made: dict[str, Any] = answer.json()
    try:
        yield made
    finally:
        assert (await admin.request("DELETE", f"/admin/caps/{made['id']}")).status_code == 204
