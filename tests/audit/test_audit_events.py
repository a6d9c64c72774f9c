"""Whatever is done to an account, or refused, is written down: once, without secrets or content,
bounded in number, and told to nobody but the user it is about."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx2
import orjson
import pytest
from sqlalchemy import select
from sqlalchemy.engine import URL
from websockets.exceptions import ConnectionClosed

from app.models import AuditEvent
from app.services.audit.events import AuditAction
from app.services.audit.notes import MAX_WINDOWS, RefusalNotes
from tests.conftest import StartServer
from tests.faults.watching import eventually
from tests.support.audit_log import events, outcomes
from tests.support.migrated import migrated_database
from tests.support.server import PASSWORD, Person, RunningServer, running_server
from tests.support.upstream import ScriptedUpstream

pytestmark = pytest.mark.anyio

NEW_PASSWORD = "battery staple horse"
METADATA = "http://169.254.169.254/latest/secret-path"


@pytest.fixture
def alone(database_server: URL, tmp_path: Path) -> Iterator[str]:
    """A database with no other server on it: whichever seals a row tells of it."""
    with migrated_database(database_server, tmp_path) as url:
        yield url


async def whole_life(ada: Person, upstream: ScriptedUpstream) -> None:
    """Everything a user may do to their account, once."""
    await ada.set_model(f"{upstream.url}/private-path", "echo", "sk-secret-key")
    conversation = await ada.conversation("a title of hers")
    await ada.request("DELETE", f"/conversations/{conversation}")
    await ada.post(f"/conversations/{conversation}/restore")
    await ada.post(f"/conversations/{conversation}/restore")  # changes nothing
    said = (await ada.say(conversation, "words of hers")).json()["message"]["id"]
    await ada.request("DELETE", f"/messages/{said}")
    await ada.post(f"/messages/{said}/restore")
    await ada.post(f"/messages/{said}/restore")  # changes nothing
    second = await ada.server.log_in(ada.name, PASSWORD)
    await ada.request("DELETE", f"/auth/sessions/{second.session_id}")
    change = {"old_password": PASSWORD, "new_password": NEW_PASSWORD}
    await ada.request("PUT", "/auth/password", json=change)
    await ada.post("/auth/logout")
    again = await ada.server.log_in(ada.name, NEW_PASSWORD, ada.id)
    await again.post("/auth/logout-all")
    last = await ada.server.log_in(ada.name, NEW_PASSWORD, ada.id)
    answer = await last.request("DELETE", "/auth/me", json={"password": NEW_PASSWORD})
    assert answer.status_code == 204


async def test_a_whole_life_is_written_down(
    server: RunningServer, upstream: ScriptedUpstream
) -> None:
    ada = await server.register()
    await whole_life(ada, upstream)
    assert await outcomes(ada) == [
        (action, "ok")
        for action in (
            *("account_created", "login", "config_changed"),
            *("conversation_deleted", "conversation_restored"),
            *("message_deleted", "message_restored"),
            *("login", "session_ended", "password_changed", "logout"),
            *("login", "logout_all", "login", "account_deleted"),
        )
    ]
    rows = await events(server, user_id=ada.id)
    assert all(row["address"] == "127.0.0.1" and len(row["request_id"]) == 16 for row in rows)
    assert rows[2]["detail"] == {"host": "127.0.0.1", "key_changed": True}
    written = repr(rows)
    secrets = (
        "sk-secret",
        "private-path",
        "title",
        "words",
        PASSWORD,
        NEW_PASSWORD,
        ada.name,
        ada.token,
    )
    assert not [secret for secret in secrets if secret in written]


@pytest.mark.databases("sqlite")
async def test_the_operators_reset_is_written_down(server: RunningServer) -> None:
    ada = await server.register()
    token = await server.app.state.services.passwords.make_reset(ada.name)
    body = {"token": token, "new_password": NEW_PASSWORD}
    for status in (204, 422):
        answer = await server.http.post("/auth/password/reset", json=body)
        assert answer.status_code == status
    assert (await outcomes(ada))[2:] == [("reset_link_made", "ok"), ("password_reset", "ok")]
    assert (await events(server, action="password_reset", outcome="refused"))[-1]["user_id"] is None


@pytest.mark.databases("sqlite")
async def test_refusals_are_written_down(server: RunningServer) -> None:
    ada = await server.register()
    for name in (ada.name, "nobody-of-this-name"):
        body = {"username_or_email": name, "password": "wrong"}
        assert (await server.http.post("/auth/login", json=body)).status_code == 401
    model = {"model_url": METADATA, "model_name": "m", "api_key": "sk-secret"}
    assert (await ada.request("PUT", "/auth/config", json=model)).status_code == 422
    for trial in ("models", "test"):  # of the same minute: counted in the next row
        await ada.post(f"/auth/config/{trial}", json=model)
    await ada.request("DELETE", "/auth/me", json={"password": "wrong"})
    assert set((await outcomes(ada))[2:]) == {
        ("login", "refused"),
        ("model_url_refused", "refused"),
        ("password_checked", "refused"),
    }
    refused = await events(server, user_id=ada.id, action="model_url_refused")
    assert sum(row["detail"].get("count", 1) for row in refused) == 3
    assert {row["detail"]["host"] for row in refused} == {"169.254.169.254"}
    unknown = await events(server, action="login", outcome="refused", user_id=None)
    assert unknown and all(row["detail"].keys() <= {"count"} for row in unknown)


@pytest.mark.databases("sqlite")
async def test_a_call_that_is_refused_is_written_down(
    server: RunningServer, start_server: StartServer, upstream: ScriptedUpstream
) -> None:
    ada = await server.person_with_model(upstream.url)
    conversation = await ada.conversation()
    strict = await start_server(allowed_private_model_hosts=[])
    answer = await replace(ada, server=strict).say(conversation, "hello")
    assert answer.json()["reply"]["error"]["code"] == "model_url_not_allowed"
    rows = await events(strict, user_id=ada.id, action="model_url_refused")
    assert [(row["detail"], row["address"]) for row in rows] == [
        ({"host": "127.0.0.1"}, "127.0.0.1")
    ]


@pytest.mark.databases("sqlite")
async def test_tokens_used_twice_are_written_down(server: RunningServer) -> None:
    ada = await server.register()
    conversation = await ada.conversation()
    ticket = (await ada.post("/auth/ws-ticket")).json()["ticket"]
    async with ada.socket(conversation, token=ticket) as socket:
        await socket.send(type="ping")
        await socket.receive()
    with pytest.raises(ConnectionClosed):
        async with ada.socket(conversation, token=ticket) as socket:
            assert (await socket.receive())["code"] == "invalid_token"
            await socket.receive()
    first = await ada.refresh()
    await first.refresh()
    await server.http.post("/auth/refresh", json={"refresh_token": ada.refresh_token})
    assert sorted((await outcomes(ada))[2:]) == [
        ("refresh_token_reused", "refused"),
        ("ticket_reused", "refused"),
    ]


@pytest.mark.databases("sqlite")
async def test_a_strangers_object_is_written_down_and_nobody_can_tell(
    server: RunningServer, upstream: ScriptedUpstream
) -> None:
    ada = await server.person_with_model(upstream.url)
    theirs = await ada.conversation()
    message = (await ada.say(theirs, "hello")).json()["reply"]["id"]
    places = {
        f"/conversations/{theirs}": "/conversations/999999",
        f"/messages/{message}/versions": "/messages/999999/versions",
    }
    eve, mallory = await server.register(), await server.register()
    for there, missing in places.items():
        assert bare(await eve.get(there)) == bare(await mallory.get(missing))
    answers = [
        await person.request("DELETE", f"/auth/sessions/{id}")
        for person, id in ((eve, ada.session_id), (mallory, 999999))
    ]
    assert bare(answers[0]) == bare(answers[1])
    found = await events(server, user_id=eve.id, action="foreign_object")
    details = [row["detail"] for row in found]  # one row, or two where a second of the job passed
    assert sum(detail.get("count", 1) for detail in details) == 3
    tried = {name: ids for detail in details for name, ids in detail.items() if name != "count"}
    assert tried == {
        "conversation": [theirs],
        "message": [message],
        "session": [ada.session_id],
    }
    assert await events(server, user_id=mallory.id, action="foreign_object") == []
    shown = (await eve.get("/auth/audit")).json()["events"]
    assert [event["action"] for event in shown] == ["login", "account_created"]


@pytest.mark.databases("sqlite")
async def test_the_numbers_of_events_do_not_tell_what_exists(server: RunningServer) -> None:
    ada = await server.register()
    theirs = await ada.conversation()
    gaps = []
    for asked in (theirs, 999999):
        eve = await server.register()
        before = (await numbers(eve))[0]
        assert (await eve.get(f"/conversations/{asked}")).status_code == 404
        await events(server)
        await eve.set_model("https://127.0.0.1/", "m")
        gaps.append((await numbers(eve))[0] - before)
    assert gaps[0] == gaps[1]


async def numbers(person: Person) -> list[int]:
    return [event["id"] for event in (await person.get("/auth/audit")).json()["events"]]


def bare(answer: httpx2.Response) -> tuple[Any, ...]:
    """An answer without what every answer has of its own."""
    changing = {"x-request-id", "date"}
    headers = {name: value for name, value in answer.headers.items() if name not in changing}
    return answer.status_code, answer.content, headers


@pytest.mark.databases("sqlite")
async def test_another_users_events_are_not_shown(server: RunningServer) -> None:
    ada, eve = await server.register(), await server.register()
    shown = (await ada.get("/auth/audit")).json()
    login, created = shown["events"]
    assert (login["action"], login["session_id"]) == ("login", ada.session_id)
    assert (created["action"], created["outcome"], created["count"]) == ("account_created", "ok", 1)
    assert not shown["has_more"]
    assert not {event["id"] for event in shown["events"]} & set(await numbers(eve))


async def test_events_are_paged(server: RunningServer) -> None:
    ada = await server.register()
    for _ in range(3):
        await server.log_in(ada.name, PASSWORD)
    seen: list[int] = []
    more = True
    while more:
        below = f"&before_id={seen[-1]}" if seen else ""
        page = (await ada.get(f"/auth/audit?limit=2{below}")).json()
        seen += [event["id"] for event in page["events"]]
        more = page["has_more"]
    assert len(seen) == 5 and seen == sorted(seen, reverse=True)
    for wrong in ("limit=0", "limit=201", "before_id=0", "before_id=x"):
        assert (await ada.get(f"/auth/audit?{wrong}")).status_code == 422


async def test_refusals_do_not_fill_the_table(start_server: StartServer) -> None:
    server = await start_server(rate_limit_per_minute=5)
    eve = await server.register()
    for _ in range(60):
        await eve.get("/auth/me")

    async def is_written() -> bool:
        return await rate_limited(eve) == 1  # the first at once, the others when a minute is over

    await eventually(is_written)
    rows = await events(server, user_id=eve.id, action="rate_limited")
    assert 50 <= sum(row["detail"].get("count", 1) for row in rows) <= 60


async def rate_limited(person: Person) -> int:
    found = select(AuditEvent.id).where(
        AuditEvent.user_id == person.id, AuditEvent.action == "rate_limited"
    )
    database = person.server.app.state.services.database
    return len(await database.read(lambda connection: connection.execute(found).all()))


def test_a_flood_from_everywhere_is_bounded() -> None:
    notes = RefusalNotes()
    for user_id in range(10 * MAX_WINDOWS):
        notes.add(AuditAction.RATE_LIMITED, user_id)
    taken = notes.take()
    assert len(taken) == MAX_WINDOWS + 1
    dropped = taken[AuditAction.EVENTS_DROPPED, None, None]
    assert dropped.count == 9 * MAX_WINDOWS
    assert notes.take() == {}
    notes.give_back(taken)  # they could not be written
    assert {key: note.count for key, note in notes.take().items()} == {
        key: note.count for key, note in taken.items()
    }


@pytest.mark.databases("sqlite")
async def test_every_event_is_one_line_of_the_log(
    alone: str, capsys: pytest.CaptureFixture[str]
) -> None:
    told: list[dict[str, Any]] = []

    async def all_told() -> bool:
        lines = [orjson.loads(line) for line in capsys.readouterr().err.splitlines()]
        audited = [line for line in lines if line["event"] == "audit"]
        told.extend(line for line in audited if line["seal"] in seals)  # others end meanwhile
        return len(told) >= len(rows)

    async with running_server(database_url=alone, log_format="json") as server:
        ada = await server.register()
        rows = await events(server, user_id=ada.id)
        seals = {row["seal"].hex() for row in rows}
        await eventually(all_told)
    told.sort(key=lambda line: line["seq"])
    assert [(line["id"], line["seq"], line["seal"]) for line in told] == [
        (row["id"], row["seq"], row["seal"].hex()) for row in rows
    ]
    assert [line["action"] for line in told] == ["account_created", "login"]


async def test_what_waits_is_written_at_shutdown(
    database_url: str, start_server: StartServer, server: RunningServer
) -> None:
    async with running_server(database_url=database_url) as ending:
        ada = await ending.register()
        for _ in range(3):
            await ending.http.post(
                "/auth/login", json={"username_or_email": ada.name, "password": "wrong"}
            )
    rows = await events(server, user_id=ada.id, outcome="refused")
    assert sum(row["detail"].get("count", 1) for row in rows) == 3
    assert all(row["seal"] for row in rows)
