"""The list says of each conversation whether it has a system prompt, and not which."""

import pytest

from tests.support.server import RunningServer

pytestmark = pytest.mark.anyio


async def test_the_list_tells_which_have_a_system_prompt(server: RunningServer) -> None:
    ada = await server.register()
    plain, told = [await ada.conversation(title) for title in ("plain", "told")]

    async def listed() -> dict[int, object]:
        items = (await ada.get("/conversations")).json()["conversations"]
        return {item["id"]: item.get("has_system_prompt", "left out") for item in items}

    assert await listed() == {plain: "left out", told: "left out"}
    await ada.request("PATCH", f"/conversations/{told}", json={"system_prompt": "Be brief."})
    assert await listed() == {plain: "left out", told: True}
    await ada.request("PATCH", f"/conversations/{told}", json={"system_prompt": ""})
    assert await listed() == {plain: "left out", told: "left out"}
