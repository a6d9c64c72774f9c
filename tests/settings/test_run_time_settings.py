"""Settings that administrators change while servers run."""

import asyncio
from typing import Any

import pytest

from app.services.settings import live
from tests.admin.conftest import alone, own_database
from tests.conftest import StartServer
from tests.faults.watching import eventually
from tests.support.refusals import assert_refused
from tests.support.server import PASSWORD, Person, RunningServer
from tests.support.upstream import ScriptedUpstream

pytestmark = [pytest.mark.anyio, pytest.mark.databases("sqlite")]
__all__ = ["alone", "own_database"]

NAMES = [
    *("registration", "require_verified_email", "banner_zh", "banner_en"),
    *("retention_days", "default_model_daily_messages", "shares"),
]


async def settings(admin: Person) -> dict[str, Any]:
    found = (await admin.get("/admin/settings")).json()["settings"]
    return {setting.pop("name"): setting for setting in found}


async def change(admin: Person, **values: Any) -> Any:
    answer = await admin.request("PATCH", "/admin/settings", json=values)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def options(server: RunningServer) -> Any:
    return (await server.http.get("/auth/options")).json()


async def test_changed_and_cleared(alone: RunningServer) -> None:
    admin = await alone.admin()
    before = await settings(admin)
    assert [*before] == NAMES
    assert before["registration"] == {
        **{"value": "open", "source": "default", "environment": None, "default": "open"}
    }
    assert before["banner_en"]["value"] is None
    assert (await options(alone))["banner"] is None
    await change(admin, registration="closed", banner_en=" Down at noon ", retention_days=7)
    now = await settings(admin)
    assert (now["registration"]["value"], now["registration"]["source"]) == ("closed", "stored")
    assert now["retention_days"]["value"] == 7
    told = await options(alone)
    assert (told["registration"], told["ways"]) == (False, "closed")
    assert told["banner"] == {"zh": "Down at noon", "en": "Down at noon"}
    await change(admin, banner_zh="中午停机")
    assert (await options(alone))["banner"] == {"zh": "中午停机", "en": "Down at noon"}
    body = {"username": "late", "email": "late@example.com", "password": PASSWORD}
    refused = await alone.http.post("/auth/register", json=body)
    assert_refused(refused, 403, "registration_closed")

    await change(admin, **dict.fromkeys(NAMES))
    assert await settings(admin) == before
    await change(admin)
    events = (await admin.get("/admin/audit", params={"action": "settings_changed"})).json()
    names = [event["detail"]["names"] for event in events["events"]]
    assert names == [sorted(NAMES), ["banner_zh"], ["banner_en", "registration", "retention_days"]]
    assert events["events"][0]["detail"]["admin_id"] == admin.id


async def test_bad_values(alone: RunningServer) -> None:
    admin = await alone.admin()
    wrong: list[dict[str, Any]] = [
        {"registration": "anybody"},
        {"require_verified_email": 1},
        {"banner_en": " "},
        {"banner_en": "b" * 501},
        {"banner_zh": "\u200b"},
        {"retention_days": 0},
        {"retention_days": 1.5},
        {"retention_days": True},
        {"default_model_daily_messages": -1},
        {"shares": "everybody"},
        {"smtp_host": "evil.example.com"},
        {"secret_key": "x" * 40},
    ]
    for values in wrong:
        answer = await admin.request("PATCH", "/admin/settings", json=values)
        assert_refused(answer, 422, "invalid_input")


async def test_the_environment_goes_before(own_database: str, start_server: StartServer) -> None:
    plain = await start_server(database_url=own_database)
    admin = await plain.admin()
    await change(admin, registration="closed", shares="off")
    server = await start_server(database_url=own_database, registration="open")
    admin = await server.log_in(admin.name, PASSWORD, admin.id)
    now = await settings(admin)
    assert now["registration"] == {
        **{"value": "open", "source": "environment", "environment": "open", "default": "open"}
    }
    assert now["shares"]["source"] == "stored"
    refused = await admin.request("PATCH", "/admin/settings", json={"registration": "invite"})
    assert_refused(refused, 409, "set_by_environment")
    assert (await options(server))["ways"] == "open"


async def test_every_process_keeps_to_them_soon(
    own_database: str,
    start_server: StartServer,
    upstream: ScriptedUpstream,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Whatever a process has kept is read again after a time, and what it does then is another."""
    monkeypatch.setattr(live, "KEPT_SECONDS", 0.1)
    of_operator = {
        "default_model_url": upstream.url,
        "default_model_name": "echo",
        "default_api_key": "sk-operator",
    }
    one, two = [await start_server(database_url=own_database, **of_operator) for _ in range(2)]
    admin = await one.admin()
    ada = await two.register()
    conversation = await ada.conversation()
    await ada.say(conversation, "hello")
    assert (await ada.post(f"/conversations/{conversation}/shares")).status_code == 201
    assert (await ada.get("/auth/me")).json()["default_model_daily"] == 200
    await change(admin, default_model_daily_messages=1, shares="off", registration="approve")

    async def is_told() -> bool:
        me = (await ada.get("/auth/me")).json()
        return (me["default_model_daily"], me["shares"]) == (1, "off")

    await eventually(is_told)
    assert (await options(two))["ways"] == "approve"
    refused = await ada.post(f"/conversations/{conversation}/shares")
    assert_refused(refused, 403, "shares_off")
    said = await ada.post(f"/conversations/{conversation}/messages", json={"content": "more"})
    assert_refused(said, 429, "daily_limit_reached")


async def test_retention_holds_from_then_on(alone: RunningServer) -> None:
    admin = await alone.admin()
    gone = await admin.conversation()
    assert (await admin.request("DELETE", f"/conversations/{gone}")).status_code == 204

    async def until() -> str:
        params = {"deleted": True}
        listed = (await admin.get("/conversations", params=params)).json()["conversations"]
        return str(listed[0]["restorable_until"])

    month = await until()
    await change(admin, retention_days=90)
    await asyncio.sleep(0)
    await admin.get("/auth/options")  # which reads what was changed
    assert await until() > month
    await alone.app.state.services.purger.purge()
    assert (await admin.post(f"/conversations/{gone}/restore")).status_code in (200, 204)
