"""People with connections, and what they ask of them."""

from typing import Any

from tests.support.server import Person

KEY = "sk-connected-0123456789-tail"


async def connect(person: Person, url: str, **more: Any) -> dict[str, Any]:
    """A new connection of somebody's."""
    answer = await person.post("/connections", json={"model_url": url, "api_key": KEY} | more)
    assert answer.status_code == 201, answer.text
    made: dict[str, Any] = answer.json()
    return made


async def add_model(person: Person, connection: dict[str, Any], name: str) -> int:
    """The id of a model that is named by hand."""
    path = f"/connections/{connection['id']}/models"
    answer = await person.post(path, json={"name": name})
    assert answer.status_code == 201, answer.text
    return int(answer.json()["id"])


async def models(person: Person) -> list[dict[str, Any]]:
    """All that somebody may use."""
    answer = await person.get("/models")
    assert answer.status_code == 200, answer.text
    found: list[dict[str, Any]] = answer.json()["models"]
    return found


async def names(person: Person) -> list[str]:
    return [model["name"] for model in await models(person)]


async def patch(person: Person, path: str, **change: Any) -> dict[str, Any]:
    answer = await person.request("PATCH", path, json=change)
    assert answer.status_code == 200, answer.text
    changed: dict[str, Any] = answer.json()
    return changed
