"""The audit log as administrators read and check it."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Connection, delete

from app.database import table_of
from app.models import AuditEvent
from tests.faults.watching import eventually
from tests.keys.test_keys import make_older
from tests.support.refusals import assert_refused
from tests.support.server import PASSWORD, Person, RunningServer

pytestmark = pytest.mark.anyio

_event = table_of(AuditEvent)


async def events(admin: Person, **params: Any) -> Any:
    answer = await admin.get("/admin/audit", params=params)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def test_read_and_filtered(alone: RunningServer) -> None:
    admin, ada = await alone.admin(), await alone.register()
    body = {"username_or_email": ada.name, "password": "not the password"}
    assert_refused(await alone.http.post("/auth/login", json=body), 401, "invalid_credentials")

    async def is_written() -> bool:
        return bool((await events(admin, outcome="refused", user_id=ada.id))["events"])

    await eventually(is_written)
    found = await events(admin, user_id=ada.id)
    assert [(e["action"], e["outcome"]) for e in found["events"]] == [
        *[("login", "refused"), ("login", "ok"), ("account_created", "ok")]
    ]
    assert {e["username"] for e in found["events"]} == {ada.name}
    newest = found["events"][0]
    assert set(newest) == {
        *("id", "at", "user_id", "username", "action", "outcome", "address", "detail")
    }
    assert newest["address"] == "127.0.0.1" and newest["detail"] == {}
    roles = (await events(admin, action="role_changed"))["events"]
    assert [event["user_id"] for event in roles] == [admin.id]

    everything = (await events(admin))["events"]
    ids = [event["id"] for event in everything]
    assert ids == sorted(ids, reverse=True)
    pages, cursor = [], None
    while True:
        page = await events(admin, limit=2, **({"cursor": cursor} if cursor else {}))
        pages += page["events"]
        cursor = page["next_cursor"]
        if cursor is None:
            break
    assert pages == everything
    today = datetime.now(UTC).date()
    assert (await events(admin, **{"from": today.isoformat()}))["events"] == everything
    assert (await events(admin, to=today.isoformat()))["events"] == everything
    yesterday = (today - timedelta(days=1)).isoformat()
    assert (await events(admin, to=yesterday))["events"] == []

    for wrong in ({"action": "anything"}, {"outcome": "x"}, {"cursor": "x"}, {"from": "today"}):
        answer = await admin.get("/admin/audit", params=wrong)
        assert_refused(answer, 422, "invalid_input")


async def test_checked(alone: RunningServer) -> None:
    admin = await alone.admin()
    audit = alone.app.state.services.audit
    await audit.close()  # writes and seals what there is
    report = (await admin.post("/admin/audit/verify")).json()
    assert report["sealed"] >= 3 and report["findings"] == []
    assert report["place"] == report["sealed"] and len(report["seal"]) == 64
    await make_older(alone, admin)
    assert_refused(await admin.post("/admin/audit/verify"), 403, "login_too_old")
    body = {"password": PASSWORD}
    assert (await admin.post("/auth/reauthenticate", json=body)).status_code == 204

    def tamper(connection: Connection) -> None:
        connection.execute(delete(_event).where(_event.c.seq == 2))

    await alone.app.state.services.database.write(tamper)
    report = (await admin.post("/admin/audit/verify")).json()
    assert "Place 2 is missing" in report["findings"]
    checks = (await events(admin, action="audit_verified"))["events"]
    assert [event["detail"] for event in checks] == [{"admin_id": admin.id}] * 2
