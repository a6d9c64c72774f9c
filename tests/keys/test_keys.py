"""API keys as their owners have them: made after a recent login, told once, changed, revoked."""

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Connection, select, update

from app.database import table_of
from app.models import LoginSession, ProgramKey
from tests.support.refusals import assert_refused
from tests.support.server import PASSWORD, Person, RunningServer
from tests.support.upstream import ScriptedUpstream

pytestmark = pytest.mark.anyio

MISSING = 2**62
_session = table_of(LoginSession)
_key = table_of(ProgramKey)


async def make_older(server: RunningServer, person: Person, minutes: int = 16) -> None:
    """Have a login lie so long ago."""

    def older(connection: Connection) -> None:
        its = (_session.c.id == person.session_id,)
        at = datetime.now(UTC) - timedelta(minutes=minutes)
        values = {"created_at": at, "confirmed_at": None}
        connection.execute(update(_session).where(*its).values(**values))

    await server.app.state.services.database.write(older)


async def test_made_listed_changed_and_revoked(
    server: RunningServer, upstream: ScriptedUpstream
) -> None:
    ada = await server.person_with_model(upstream.url)
    models = (await ada.get("/models")).json()["models"]
    own = next(model["id"] for model in models if not model["connection"]["shared"])
    answer = await ada.post("/auth/keys", json={"name": " my editor "})
    assert answer.status_code == 201
    made: dict[str, Any] = answer.json()
    key = made.pop("key")
    assert re.fullmatch(r"cbk_[\w-]{43}", key)
    assert made["prefix"] == key[:12]
    assert made | {"name": "my editor", "model_ids": None, "cap": None} == made
    assert made | {"expires_at": None, "last_used_at": None} == made
    assert made["scopes"] == ["models", "chat", "embeddings"]

    ahead = (datetime.now(UTC) + timedelta(days=1)).isoformat(timespec="microseconds")
    full: dict[str, Any] = {
        "name": "an agent",
        "scopes": ["chat", "chat"],
        "model_ids": [own, own],
        "expires_at": ahead.replace("+00:00", "Z"),
        "cap": {"period": "day", "unit": "tokens", "amount": 1000},
    }
    second = (await ada.post("/auth/keys", json=full)).json()
    assert (second["scopes"], second["model_ids"]) == (["chat"], [own])
    assert second["expires_at"] == full["expires_at"]
    cap = second["cap"]
    assert cap == full["cap"] | {"used": 0, "left": 1000, "resets_at": cap["resets_at"]}
    del second["key"]
    assert (await ada.get("/auth/keys")).json() == {"keys": [second, made]}

    path = f"/auth/keys/{second['id']}"
    cleared = {"model_ids": None, "expires_at": None, "cap": None, "scopes": ["models"]}
    changed = (await ada.request("PATCH", path, json=cleared)).json()
    assert changed == second | cleared
    assert (await ada.request("DELETE", path)).status_code == 204
    assert_refused(await ada.request("DELETE", path), 404, "key_not_found")
    assert (await ada.get("/auth/keys")).json() == {"keys": [made]}
    events = (await ada.get("/auth/audit")).json()["events"]
    actions = [event["action"] for event in events if event["action"].startswith("key_")]
    assert actions == ["key_revoked", "key_changed", "key_created", "key_created"]

    def kept(connection: Connection) -> Any:
        return connection.execute(select(_key).where(_key.c.id == made["id"])).one()

    row = await server.app.state.services.database.read(kept)
    assert key[12:] not in str(tuple(row))


async def test_what_lasts_wants_a_recent_login(server: RunningServer) -> None:
    ada = await server.register()
    made = (await ada.post("/auth/keys", json={"name": "first"})).json()["id"]
    await make_older(server, ada)
    assert_refused(await ada.post("/auth/keys", json={"name": "no"}), 403, "login_too_old")
    path = f"/auth/keys/{made}"
    for change in ({"scopes": ["chat"]}, {"cap": None}, {"expires_at": None}, {"model_ids": None}):
        assert_refused(await ada.request("PATCH", path, json=change), 403, "login_too_old")
    renamed = await ada.request("PATCH", path, json={"name": "second"})
    assert renamed.json()["name"] == "second"
    ada = await ada.refresh()  # a login stays as old as it is
    assert_refused(await ada.post("/auth/keys", json={"name": "no"}), 403, "login_too_old")

    wrong = await ada.post("/auth/reauthenticate", json={"password": "not the password"})
    assert_refused(wrong, 403, "wrong_password")
    elsewhere = await server.log_in(ada.name, PASSWORD, ada.id)
    assert (await elsewhere.post("/auth/keys", json={"name": "there"})).status_code == 201
    assert_refused(await ada.post("/auth/keys", json={"name": "no"}), 403, "login_too_old")
    right = await ada.post("/auth/reauthenticate", json={"password": PASSWORD})
    assert right.status_code == 204
    assert (await ada.post("/auth/keys", json={"name": "here"})).status_code == 201
    await make_older(server, ada)
    assert (await ada.request("DELETE", path)).status_code == 204  # taking away wants none


async def test_bad_input(server: RunningServer, upstream: ScriptedUpstream) -> None:
    ada, bob = await server.register(), await server.person_with_model(upstream.url)
    models = (await bob.get("/models")).json()["models"]
    theirs = next(model["id"] for model in models if not model["connection"]["shared"])
    past = "2020-01-01T00:00:00.000000Z"
    cap = {"period": "day", "unit": "tokens", "amount": 1}
    wrong: list[dict[str, Any]] = [
        {"name": " "},
        {"name": "n" * 101},
        {"scopes": []},
        {"scopes": ["admin"]},
        {"model_ids": []},
        {"model_ids": [1.5]},
        {"model_ids": list(range(1, 102))},
        {"expires_at": past},
        {"expires_at": "tomorrow"},
        {"cap": cap | {"amount": -1}},
        {"cap": cap | {"unit": "euro"}},
        {"cap": {"amount": 1}},
    ]
    for change in wrong:
        answer = await ada.post("/auth/keys", json={"name": "key"} | change)
        assert_refused(answer, 422, "invalid_input")
    for id in (theirs, MISSING):
        answer = await ada.post("/auth/keys", json={"name": "key", "model_ids": [id]})
        assert_refused(answer, 404, "model_not_found")
    assert_refused(await ada.request("DELETE", f"/auth/keys/{MISSING}"), 404, "key_not_found")
    for number in range(50):
        assert (await ada.post("/auth/keys", json={"name": f"{number}"})).status_code == 201
    assert_refused(await ada.post("/auth/keys", json={"name": "51"}), 409, "list_full")
