"""Folders: made, named, put in order, removed; and what is in them."""

import asyncio
from typing import Any

import pytest

from app.services.folders import rows
from tests.folders.listing import folder, folders_of, ids_in, page, place
from tests.support.refusals import assert_refused
from tests.support.server import RunningServer

pytestmark = pytest.mark.anyio

MISSING = 2**62


async def test_made_named_and_put_in_order(server: RunningServer) -> None:
    ada = await server.register()
    assert (await ada.get("/folders")).json() == {"folders": []}
    work, trip = await folder(ada, "  Work "), await folder(ada, "京都 🍣")
    assert set(work) == {
        *("id", "name", "order", "conversation_count"),
        *("created_at", "updated_at"),
    }
    assert (work["name"], work["conversation_count"]) == ("Work", 0)
    between = await folder(ada, "Between", order=(work["order"] + trip["order"]) // 2)
    assert work["order"] < between["order"] < trip["order"]
    listed = (await ada.get("/folders")).json()["folders"]
    assert listed == [work, between, trip]

    path = f"/folders/{trip['id']}"
    moved = await ada.request("PATCH", path, json={"order": -(2**31) + 1})
    assert moved.json() == trip | {"order": -(2**31) + 1, "updated_at": moved.json()["updated_at"]}
    named = await ada.request("PATCH", path, json={"name": "Trips", "conversation_count": 7})
    assert (named.json()["name"], named.json()["conversation_count"]) == ("Trips", 0)
    same = await ada.request("PATCH", path, json={"name": None, "order": None})
    assert same.json() == named.json()
    assert [name for name, _ in await folders_of(ada)] == ["Trips", "Work", "Between"]
    assert (await folder(ada, "Last"))["order"] > trip["order"]


async def test_a_name_is_there_once(server: RunningServer) -> None:
    ada, eve = await server.register(), await server.register()
    first, other = await folder(ada, "Straße ①"), await folder(ada, "Other")
    assert (await folder(eve, "Straße ①"))["id"] != first["id"]
    for name in ("STRASSE 1", "straße ①", " Straße ① "):
        taken = await ada.post("/folders", json={"name": name})
        assert_refused(taken, 409, "folder_name_taken")
        taken = await ada.request("PATCH", f"/folders/{other['id']}", json={"name": name})
        assert_refused(taken, 409, "folder_name_taken")
    again = await ada.request("PATCH", f"/folders/{first['id']}", json={"name": "strasse 1"})
    assert again.json()["name"] == "strasse 1"
    many = [ada.post("/folders", json={"name": "At once"}) for _ in range(5)]
    codes = sorted([answer.status_code for answer in await asyncio.gather(*many)])
    assert codes == [201, 409, 409, 409, 409]


async def test_no_more_than_a_hundred(
    server: RunningServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    ada = await server.register()
    assert rows.FOLDERS_PER_USER == 100
    monkeypatch.setattr(rows, "FOLDERS_PER_USER", 3)
    at_once = [ada.post("/folders", json={"name": f"number {number}"}) for number in range(6)]
    codes = sorted([answer.status_code for answer in await asyncio.gather(*at_once)])
    assert codes == [201, 201, 201, 409, 409, 409]
    refused = await ada.post("/folders", json={"name": "one more"})
    assert_refused(refused, 409, "list_full")


@pytest.mark.databases("sqlite")
@pytest.mark.parametrize(
    "bad",
    [
        {},
        {"name": ""},
        {"name": " \n"},
        {"name": "\u200b"},
        {"name": "a\0b"},
        {"name": "a\nb"},
        {"name": "x" * 81},
        {"name": 7},
        {"name": "x", "order": "1"},
        {"name": "x", "order": 1.5},
        {"name": "x", "order": True},
        {"name": "x", "order": 2**31},
    ],
)
async def test_what_is_no_folder(server: RunningServer, bad: dict[str, Any]) -> None:
    ada = await server.register()
    assert_refused(await ada.post("/folders", json=bad), 422, "invalid_input")
    assert await folders_of(ada) == []


async def test_moving_in_and_out(server: RunningServer) -> None:
    ada = await server.register()
    a, b, c = [await ada.conversation(name) for name in "abc"]
    work, trip = (await folder(ada, "Work"))["id"], (await folder(ada, "Trip"))["id"]
    assert (await place(ada, a, folder_id=work))["folder_id"] == work
    await place(ada, b, folder_id=work)
    assert await ids_in(ada, folder_id=work) == [b, a]
    assert await ids_in(ada) == [c, b, a]
    items = {item["id"]: item for item in (await page(ada))["conversations"]}
    assert items[a]["folder_id"] == work and "folder_id" not in items[c]
    assert await folders_of(ada) == [("Work", 2), ("Trip", 0)]

    await place(ada, a, folder_id=trip)
    await place(ada, a, folder_id=trip)
    assert await folders_of(ada) == [("Work", 1), ("Trip", 1)]
    assert (await place(ada, b, folder_id=None))["folder_id"] is None
    assert await folders_of(ada) == [("Work", 0), ("Trip", 1)]
    await place(ada, a, archived=True)
    assert (await folders_of(ada), await ids_in(ada, folder_id=trip)) == (
        [("Work", 0), ("Trip", 0)],
        [],
    )
    assert (await place(ada, a, archived=False))["folder_id"] == trip
    await ada.request("DELETE", f"/conversations/{a}")
    assert await folders_of(ada) == [("Work", 0), ("Trip", 0)]
    restored = await ada.post(f"/conversations/{a}/restore")
    assert restored.json()["folder_id"] == trip
    assert await folders_of(ada) == [("Work", 0), ("Trip", 1)]


async def test_folders_of_others_and_those_that_are_gone(server: RunningServer) -> None:
    ada, eve = await server.register(), await server.register()
    theirs, mine = await folder(ada, "Ada's"), await eve.conversation()
    gone = await folder(eve, "Gone")
    assert (await eve.request("DELETE", f"/folders/{gone['id']}")).status_code == 204
    for id in (theirs["id"], gone["id"], MISSING):
        path = f"/conversations/{mine}"
        moved = await eve.request("PATCH", path, json={"folder_id": id, "pinned": True})
        assert_refused(moved, 404, "folder_not_found")
        listed = await eve.get("/conversations", params={"folder_id": id})
        assert_refused(listed, 404, "folder_not_found")
        for answer in (
            await eve.request("PATCH", f"/folders/{id}", json={"name": "x"}),
            await eve.request("DELETE", f"/folders/{id}"),
        ):
            assert_refused(answer, 404, "folder_not_found")
    assert not (await eve.get(f"/conversations/{mine}")).json()["pinned"]
    assert await folders_of(ada) == [("Ada's", 0)]


async def test_removing_one_keeps_what_is_in_it(
    server: RunningServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rows, "TAKEN_OUT_PER_COMMIT", 2)
    ada = await server.register()
    work, trip = (await folder(ada, "Work"))["id"], (await folder(ada, "Trip"))["id"]
    ids = [await ada.conversation() for _ in range(7)]
    for id in ids[:5]:
        await place(ada, id, folder_id=work)
    await place(ada, ids[5], folder_id=trip)
    await place(ada, ids[1], archived=True)
    await ada.request("DELETE", f"/conversations/{ids[2]}")
    twice = [ada.request("DELETE", f"/folders/{work}") for _ in range(2)]
    codes = [answer.status_code for answer in await asyncio.gather(*twice)]
    assert 204 in codes and set(codes) <= {204, 404}
    assert await folders_of(ada) == [("Trip", 1)]
    assert sorted(await ids_in(ada)) == sorted([*ids[:1], *ids[3:]])
    assert (await ada.post(f"/conversations/{ids[2]}/restore")).json()["folder_id"] is None
    for id in ids[:5]:
        assert (await ada.get(f"/conversations/{id}")).json()["folder_id"] is None


async def test_moved_while_its_folder_is_removed(server: RunningServer) -> None:
    ada = await server.register()
    conversation = await ada.conversation()
    for number in range(5):
        made = (await folder(ada, f"number {number}"))["id"]
        path = f"/conversations/{conversation}"
        moved, removed = await asyncio.gather(
            ada.request("PATCH", path, json={"folder_id": made}),
            ada.request("DELETE", f"/folders/{made}"),
        )
        assert removed.status_code == 204 and moved.status_code in (200, 404)
        assert (await ada.get(path)).json()["folder_id"] is None
    assert await folders_of(ada) == []
