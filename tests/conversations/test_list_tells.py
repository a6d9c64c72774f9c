"""The list tells which conversations have a system prompt, and which model was chosen for each."""

import pytest

from tests.endpoints.connecting import add_model, connect
from tests.support.server import Person, RunningServer
from tests.support.upstream import ScriptedUpstream

pytestmark = pytest.mark.anyio


async def listed(person: Person, name: str) -> dict[int, object]:
    items = (await person.get("/conversations")).json()["conversations"]
    return {item["id"]: item.get(name, "left out") for item in items}


async def test_the_list_tells_which_have_a_system_prompt(server: RunningServer) -> None:
    ada = await server.register()
    plain, told = [await ada.conversation(title) for title in ("plain", "told")]
    assert await listed(ada, "has_system_prompt") == {plain: "left out", told: "left out"}
    await ada.request("PATCH", f"/conversations/{told}", json={"system_prompt": "Be brief."})
    assert await listed(ada, "has_system_prompt") == {plain: "left out", told: True}
    await ada.request("PATCH", f"/conversations/{told}", json={"system_prompt": ""})
    assert await listed(ada, "has_system_prompt") == {plain: "left out", told: "left out"}


async def test_the_list_tells_which_model_was_chosen(
    server: RunningServer, upstream: ScriptedUpstream
) -> None:
    ada = await server.register()
    plain, given = [await ada.conversation(title) for title in ("plain", "given")]
    model = await add_model(ada, await connect(ada, upstream.url), "echo")
    await ada.request("PATCH", f"/conversations/{given}", json={"model_id": model})
    assert await listed(ada, "model_id") == {plain: "left out", given: model}
    await ada.request("PATCH", f"/conversations/{given}", json={"model_id": None})
    assert await listed(ada, "model_id") == {plain: "left out", given: "left out"}
