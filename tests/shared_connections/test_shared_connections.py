"""The operator's connections as administrators add, change, try and remove them."""

from typing import Any

import pytest

from app.services.auth.recent import RECENT
from tests.conftest import StartServer
from tests.endpoints.connecting import models
from tests.groups.grouped import KEY, new_group, set_grants, shared_connection
from tests.support.audit_log import events
from tests.support.refusals import assert_refused
from tests.support.server import Person, RunningServer
from tests.support.upstream import MODELS, ScriptedUpstream

pytestmark = [pytest.mark.anyio, pytest.mark.databases("sqlite")]

MISSING = 2**62


async def listed(admin: Person) -> list[dict[str, Any]]:
    answer = await admin.get("/admin/connections")
    assert answer.status_code == 200, answer.text
    assert KEY not in answer.text
    found: list[dict[str, Any]] = answer.json()["connections"]
    return found


async def test_one_is_added_shared_changed_and_removed(
    server: RunningServer, upstream: ScriptedUpstream
) -> None:
    admin, ada = await server.admin(), await server.register()
    new = {"base_url": f"{upstream.url}/models", "api_key": KEY, "models": [" by hand "]}
    answer = await admin.post("/admin/connections", json=new)
    assert answer.status_code == 201, answer.text
    made = answer.json()
    assert made == {
        "id": made["id"],
        "slug": made["slug"],
        "label": "127.0.0.1",
        "base_url": upstream.url,
        "key_tail": "last",
        "shared": False,
        "source": "operator",
        "models": [{"id": made["models"][0]["id"], "name": "by hand", "gone": False}],
        "restricted": False,
        "grants": [],
    }
    path = f"/admin/connections/{made['id']}"

    async def seen() -> list[str]:
        return [m["name"] for m in await models(ada) if m["connection"]["label"] == "Ours"]

    renamed = await admin.request("PATCH", path, json={"label": "Ours"})
    assert renamed.json() == made | {"label": "Ours"}
    assert await seen() == []
    refreshed = await admin.post(f"{path}/refresh")
    assert refreshed.json() == {"models": [*MODELS], "error": None}
    assert upstream.requests[-1].headers["authorization"] == f"Bearer {KEY}"
    tried = (await admin.post(f"{path}/test", json={"model_name": "echo"})).json()
    assert (tried["ok"], tried["error"]) == (True, None)
    tried = (await admin.post(f"{path}/test", json={"model_name": "401"})).json()
    assert (tried["ok"], tried["error"]["code"]) == (False, "upstream_auth_failed")
    assert (await admin.request("PATCH", path, json={"shared": True})).json()["shared"]
    assert await seen() == ["by hand", *MODELS]
    # Another URL wants its key; what was listed at the first is gone then.
    elsewhere = {"base_url": f"{upstream.url}/other"}
    refused = await admin.request("PATCH", path, json=elsewhere)
    assert_refused(refused, 422, "api_key_required")
    moved = await admin.request("PATCH", path, json=elsewhere | {"api_key": "sk-short"})
    assert (moved.json()["base_url"], moved.json()["key_tail"]) == (f"{upstream.url}/other", None)
    assert {model["gone"] for model in moved.json()["models"]} == {True}
    assert (await listed(admin))[-1] == moved.json()
    assert not (await admin.request("PATCH", path, json={"shared": False})).json()["shared"]
    assert await seen() == []
    assert (await admin.request("DELETE", path)).status_code == 204
    assert_refused(await admin.request("DELETE", path), 404, "connection_not_found")
    assert made["id"] not in [each["id"] for each in await listed(admin)]
    told = [each for each in await events(server) if each["detail"].get("admin_id") == admin.id]
    assert [each["action"] for each in told] == [
        "connection_created",
        "connection_changed",
        "connection_refreshed",
        *["connection_tried"] * 2,
        *["connection_changed"] * 3,
        "connection_removed",
    ]
    assert {each["user_id"] for each in told} == {None}


async def test_what_is_shared_stays_restricted(
    server: RunningServer, upstream: ScriptedUpstream
) -> None:
    """Whether a connection is shared, and with whom, are two things."""
    admin = await server.admin()
    async with shared_connection(admin, upstream.url, "echo") as shared:
        path, group = f"/admin/connections/{shared['id']}", await new_group(admin)
        its = {"group_id": group, "model_ids": None}
        for change, told in (
            ({"shared": False}, (False, False)),
            ({"restricted": True}, (False, True)),
            ({"shared": True}, (True, True)),
            ({"shared": False}, (False, True)),
            ({"restricted": False}, (False, False)),
            ({"restricted": True}, (False, True)),
            ({"shared": True}, (True, True)),
            ({"restricted": False}, (True, False)),
        ):
            if "restricted" in change:
                answer = await set_grants(admin, shared, its, **change)
            else:
                answer = (await admin.request("PATCH", path, json=change)).json()
            assert (answer["shared"], answer["restricted"]) == told, change
            assert answer["grants"] == ([its] if answer["grants"] else [])


async def test_what_is_refused(server: RunningServer, upstream: ScriptedUpstream) -> None:
    admin, ada = await server.admin(), await server.person_with_model(upstream.url)
    (own,) = (await ada.get("/connections")).json()["connections"]
    body = {"restricted": True, "grants": []}
    new = {"base_url": upstream.url, "api_key": KEY}
    async with shared_connection(admin, upstream.url, "echo") as shared:
        for id in (MISSING, own["id"]):  # of users there are none
            path = f"/admin/connections/{id}"
            for method, place, form in (
                ("PATCH", path, {"label": "x"}),
                ("DELETE", path, None),
                ("PUT", f"{path}/grants", body),
                ("POST", f"{path}/refresh", None),
                ("POST", f"{path}/test", {"model_name": "echo"}),
            ):
                answer = await admin.request(method, place, json=form)
                assert_refused(answer, 404, "connection_not_found")
        group, path = await new_group(admin), f"/admin/connections/{shared['id']}"
        theirs = (await ada.get("/models")).json()["models"]
        foreign = next(m["id"] for m in theirs if not m["connection"]["shared"])
        for grants, status, code in (
            ([{"group_id": MISSING}], 404, "group_not_found"),
            ([{"group_id": group, "model_ids": [foreign]}], 404, "model_not_found"),
            ([{"group_id": group, "model_ids": []}], 422, "invalid_input"),
            ([{"group_id": group}] * 2, 422, "invalid_input"),
            ([{"group_id": group, "user_id": ada.id}], 422, "invalid_input"),
        ):
            wanted = {"restricted": True, "grants": grants}
            answer = await admin.request("PUT", f"{path}/grants", json=wanted)
            assert_refused(answer, status, code)
        refusals: tuple[tuple[dict[str, Any], str], ...] = (
            ({"base_url": "http://10.0.0.1/v1"}, "model_url_not_allowed"),
            ({"base_url": "ftp://127.0.0.1"}, "model_url_not_allowed"),
            ({"models": ["a\nb"]}, "invalid_input"),
            ({"label": ""}, "invalid_input"),
            ({"shared": True}, "invalid_input"),
            ({"user_id": ada.id}, "invalid_input"),
        )
        for change, code in refusals:
            answer = await admin.post("/admin/connections", json=new | change)
            assert_refused(answer, 422, code)
        for field in ("id", "slug", "source", "enabled", "restricted", "user_id"):
            answer = await admin.request("PATCH", path, json={field: 1})
            assert_refused(answer, 422, "invalid_input")
        assert next(e for e in await listed(admin) if e["id"] == shared["id"]) == shared


async def test_that_of_the_settings(start_server: StartServer, upstream: ScriptedUpstream) -> None:
    default = {"default_model_url": upstream.url, "default_api_key": "sk-settings"}
    server = await start_server(**default)
    admin = await server.admin()
    (its,) = [each for each in await listed(admin) if each["source"] == "environment"]
    assert (its["slug"], its["key_tail"], its["shared"]) == ("environment", None, True)
    path = f"/admin/connections/{its['id']}"
    for method, place, form in (
        ("PATCH", path, {"shared": False}),
        ("DELETE", path, None),
        ("PUT", f"{path}/grants", {"restricted": True, "grants": []}),
        ("POST", f"{path}/refresh", None),
        ("POST", f"{path}/test", {"model_name": "echo"}),
    ):
        answer = await admin.request(method, place, json=form)
        assert_refused(answer, 409, "of_settings")


async def test_a_login_of_long_ago_changes_nothing(
    server: RunningServer, upstream: ScriptedUpstream, monkeypatch: pytest.MonkeyPatch
) -> None:
    admin = await server.admin()
    async with shared_connection(admin, upstream.url, "echo") as shared:
        group = await new_group(admin)
        path, count = f"/admin/connections/{shared['id']}", len(upstream.requests)
        cap = {"scope": "everyone", "period": "day", "unit": "tokens", "amount": 10**9}
        with monkeypatch.context() as patched:
            patched.setattr("app.services.auth.recent.RECENT", -RECENT)
            for method, place, form in (
                ("POST", "/admin/connections", {"base_url": upstream.url, "api_key": KEY}),
                ("PATCH", path, {"label": "x"}),
                ("DELETE", path, None),
                ("PUT", f"{path}/grants", {"restricted": True, "grants": []}),
                ("POST", f"{path}/refresh", None),
                ("POST", f"{path}/test", {"model_name": "echo"}),
                ("POST", "/admin/groups", {"name": "x"}),
                ("PATCH", f"/admin/groups/{group}", {"name": "x"}),
                ("PUT", f"/admin/groups/{group}/members/{admin.id}", None),
                ("DELETE", f"/admin/groups/{group}/members/{admin.id}", None),
                ("DELETE", f"/admin/groups/{group}", None),
                ("POST", "/admin/caps", cap),
                ("DELETE", "/admin/caps/1", None),
            ):
                answer = await admin.request(method, place, json=form)
                assert_refused(answer, 403, "login_too_old")
        assert len(upstream.requests) == count
        assert next(e for e in await listed(admin) if e["id"] == shared["id"]) == shared
