"""What tests of the administration do again and again: make things as an administrator."""

from typing import Any

from tests.support.server import Person


async def made(admin: Person, path: str, **body: Any) -> dict[str, Any]:
    """Something new, as the server tells it."""
    return await done(admin, "POST", path, **body)


async def done(admin: Person, method: str, path: str, **body: Any) -> dict[str, Any]:
    """A change that goes well."""
    answer = await admin.request(method, f"/admin/{path}", **({"json": body} if body else {}))
    assert answer.is_success, answer.text
    told: dict[str, Any] = answer.json() if answer.content else {}
    return told


async def group_of(admin: Person, name: str, *members: Person) -> dict[str, Any]:
    """A group with these in it."""
    group = await made(admin, "groups", name=name)
    for person in members:
        await done(admin, "PUT", f"groups/{group['id']}/members/{person.id}")
    return group


async def connection_of(admin: Person, url: str, label: str, *models: str) -> dict[str, Any]:
    """A connection of the operator's that is offered to nobody yet."""
    body = {"label": label, "base_url": url, "api_key": "sk-0123456789abcdef1234"}
    return await made(admin, "connections", **body, models=list(models))
