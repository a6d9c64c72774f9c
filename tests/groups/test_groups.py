"""Groups: made, renamed and removed by administrators, and who is in them."""

import asyncio
from typing import Any

import pytest

from tests.groups.grouped import join, leave, new_group, set_grants, shared_connection
from tests.support.audit_log import events
from tests.support.refusals import assert_refused
from tests.support.server import Person, RunningServer
from tests.support.upstream import ScriptedUpstream

pytestmark = pytest.mark.anyio

MISSING = 2**62


async def groups_of(admin: Person) -> dict[int, dict[str, Any]]:
    answer = await admin.get("/admin/groups")
    assert answer.status_code == 200, answer.text
    return {group["id"]: group for group in answer.json()["groups"]}


async def members_of(admin: Person, group: int, limit: int = 1) -> list[str]:
    """The names of a group's members, read in pages."""
    names: list[str] = []
    query: dict[str, Any] = {"limit": limit}
    while True:
        answer = await admin.get(f"/admin/groups/{group}/members", params=query)
        assert answer.status_code == 200, answer.text
        page = answer.json()
        names += [user["username"] for user in page["users"]]
        if page["next_cursor"] is None:
            return names
        query["cursor"] = page["next_cursor"]


async def test_a_group_and_its_members(server: RunningServer) -> None:
    admin = await server.admin()
    ada, bob = await server.register(), await server.register()
    red = await new_group(admin, name=f"Red {admin.name}")
    assert (await groups_of(admin))[red]["members"] == 0
    for name in (f"Red {admin.name}", f"ＲＥＤ {admin.name}  "):
        taken = await admin.post("/admin/groups", json={"name": name})
        assert_refused(taken, 409, "group_name_taken")
    blue = await new_group(admin)
    path = f"/admin/groups/{blue}"
    renamed = await admin.request("PATCH", path, json={"name": f"red {admin.name}"})
    assert_refused(renamed, 409, "group_name_taken")
    renamed = await admin.request("PATCH", path, json={"name": f"Blue {admin.name}"})
    assert renamed.json()["name"] == f"Blue {admin.name}"
    # By another spelling of its own name, too.
    renamed = await admin.request("PATCH", path, json={"name": f"BLUE {admin.name}"})
    assert (await groups_of(admin))[blue] == renamed.json()
    for person in (ada, ada, bob):
        await join(admin, red, person)
    assert await members_of(admin, red) == sorted([ada.name, bob.name])
    told = (await admin.get(f"/admin/users/{ada.id}")).json()
    assert told["groups"] == [{"id": red, "name": f"Red {admin.name}"}]
    for _ in range(2):
        await leave(admin, red, ada)
    assert await members_of(admin, red) == [bob.name]
    # One event of what has changed, which is told to whom it is about.
    changed = await events(server, user_id=ada.id, action="groups_changed")
    assert [event["detail"] for event in changed] == [
        {"admin_id": admin.id, "joined": [red]},
        {"admin_id": admin.id, "left": [red]},
    ]
    theirs = (await ada.get("/auth/audit")).json()["events"]
    assert [event["action"] for event in theirs[:2]] == ["groups_changed"] * 2
    removed = await admin.request("DELETE", f"/admin/groups/{red}")
    assert removed.status_code == 204
    assert red not in await groups_of(admin)
    assert [
        event["action"]
        for event in await events(server)
        if event["detail"].get("group_id") in (red, blue)
    ] == ["group_created", "group_created", "group_changed", "group_changed", "group_removed"]


@pytest.mark.databases("sqlite")
async def test_what_is_refused(server: RunningServer) -> None:
    admin, ada = await server.admin(), await server.register()
    red = await new_group(admin)
    form = {"name": "Other"}
    for method, path, body in (
        ("PATCH", f"/admin/groups/{MISSING}", form),
        ("DELETE", f"/admin/groups/{MISSING}", None),
        ("GET", f"/admin/groups/{MISSING}/members", None),
        ("PUT", f"/admin/groups/{MISSING}/members/{ada.id}", None),
        ("DELETE", f"/admin/groups/{MISSING}/members/{ada.id}", None),
    ):
        answer = await admin.request(method, path, json=body)
        assert_refused(answer, 404, "group_not_found")
    for method in ("PUT", "DELETE"):
        answer = await admin.request(method, f"/admin/groups/{red}/members/{MISSING}")
        assert_refused(answer, 404, "user_not_found")
    for name in ("", " ", "​", "a\nb", "x" * 101, "ﷺ" * 100, 7, None):
        answer = await admin.post("/admin/groups", json={"name": name})
        assert_refused(answer, 422, "invalid_input")
    answer = await admin.post("/admin/groups", json={"name": "x", "members": [ada.id]})
    assert_refused(answer, 422, "invalid_input")
    for method, path in (("GET", "/admin/groups"), ("DELETE", f"/admin/groups/{red}")):
        assert_refused(await ada.request(method, path), 403, "admin_only")


async def test_those_who_ask_at_once(server: RunningServer) -> None:
    admin, ada = await server.admin(), await server.register()
    names = [f"Same {admin.name}", f"same {admin.name}"] * 3
    made = await asyncio.gather(*(admin.post("/admin/groups", json={"name": n}) for n in names))
    assert sorted(answer.status_code for answer in made) == [201, *[409] * 5]
    red = next(answer.json()["id"] for answer in made if answer.status_code == 201)
    await asyncio.gather(*(join(admin, red, ada) for _ in range(6)))
    assert await members_of(admin, red) == [ada.name]
    joined = await events(server, user_id=ada.id, action="groups_changed")
    assert len(joined) == 1


async def test_it_goes_with_what_was_for_it(
    server: RunningServer, upstream: ScriptedUpstream
) -> None:
    admin, ada = await server.admin(), await server.register()
    async with shared_connection(admin, upstream.url, "echo") as shared:
        red = await new_group(admin, ada)
        told = await set_grants(admin, shared, {"group_id": red})
        assert told["grants"] == [{"group_id": red, "model_ids": None}]
        cap = {"scope": "group", "group_id": red, "period": "day", "unit": "tokens", "amount": 1}
        assert (await admin.post("/admin/caps", json=cap)).status_code == 201
        assert (await admin.request("DELETE", f"/admin/groups/{red}")).status_code == 204
        listed = (await admin.get("/admin/connections")).json()["connections"]
        (mine,) = [each for each in listed if each["id"] == shared["id"]]
        assert (mine["restricted"], mine["grants"]) == (True, [])
        caps = (await admin.get("/admin/caps")).json()["caps"]
        assert [each for each in caps if each["group"] is not None] == []
