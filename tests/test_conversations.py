"""Conversations: made, listed, changed, deleted, restored, and nobody else's business."""

import asyncio
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Connection, insert, update

from app.database import table_of
from app.models import Conversation, utc_now
from app.services.conversations.list_rows import (
    BEFORE,
    PageRequest,
    deleted_query,
    page_query,
)
from tests.support.plans import plan_of, walks_along
from tests.support.refusals import assert_refused, last_words
from tests.support.server import Person, RunningServer
from tests.support.upstream import ScriptedUpstream

pytestmark = pytest.mark.anyio

MISSING = 999_999_999


async def listed(person: Person, **query: int) -> tuple[list[int], int]:
    """The ids of a page, and the total."""
    answer = await person.get("/conversations", params=query)
    assert answer.status_code == 200, answer.text
    body = answer.json()
    assert set(body) == {"conversations", "total"}
    return [item["id"] for item in body["conversations"]], body["total"]


def endpoints(conversation_id: int) -> list[tuple[str, str, dict[str, Any]]]:
    """Every request that names a conversation: method, path, options."""
    path = f"/conversations/{conversation_id}"
    return [
        ("GET", path, {}),
        ("PATCH", path, {"json": {"title": "mine now"}}),
        ("DELETE", path, {}),
        ("POST", f"{path}/restore", {}),
        ("GET", f"{path}/messages", {}),
        ("GET", f"{path}/messages?before_id=5&limit=1", {}),
        ("POST", f"{path}/messages", {"json": {"content": "hi"}}),
        (
            "POST",
            f"{path}/messages",
            {"json": {"content": "hi"}, "headers": {"Accept": "text/event-stream"}},
        ),
        ("GET", f"{path}/stream", {}),
        ("GET", f"{path}/stream", {"headers": {"Last-Event-ID": "1.0.0"}}),
        ("POST", f"{path}/stop", {}),
    ]


async def test_making_one(server: RunningServer) -> None:
    ada = await server.register()
    cases: list[tuple[dict[str, Any], str, str]] = [
        ({}, "", "新对话"),
        ({}, "en", "New chat"),
        ({"json": {}}, "zh-CN,en;q=0.5", "新对话"),
        ({"json": {"title": None}}, "fr, en-GB;q=0.9, zh;q=0.1", "New chat"),
        ({"json": {"title": "  Trip to 成都 🍣 "}}, "en", "Trip to 成都 🍣"),
        ({"json": {"title": "x" * 200}}, "en", "x" * 200),
    ]
    for options, language, title in cases:
        answer = await ada.post("/conversations", headers={"Accept-Language": language}, **options)
        made = answer.json()
        assert answer.status_code == 201, answer.text
        assert set(made) == {"id", "title", "created_at"}
        assert made["title"] == title and made["created_at"].endswith("Z")
        read = (await ada.get(f"/conversations/{made['id']}")).json()
        unset = dict.fromkeys(("system_prompt", "model_id", "preset_id", "params"))
        place = {"pinned": False, "archived": False, "folder_id": None}
        assert read == made | unset | place | {"updated_at": made["created_at"]}


async def test_the_list(server: RunningServer, upstream: ScriptedUpstream) -> None:
    ada = await server.person_with_model(upstream.url)
    assert await listed(ada) == ([], 0)
    ids = [await ada.conversation() for _ in range(22)]
    newest_first = ids[::-1]
    assert await listed(ada) == (newest_first[:20], 22)
    assert await listed(ada, limit=100) == (newest_first, 22)
    assert await listed(ada, limit=1, offset=1) == (newest_first[1:2], 22)
    assert await listed(ada, offset=21) == (newest_first[21:], 22)
    assert await listed(ada, offset=22) == ([], 22)
    assert await listed(ada, offset=2**63 - 1) == ([], 22)
    for bad in ({"limit": 0}, {"limit": 101}, {"limit": -1}, {"offset": -1}, {"offset": 2**63}):
        assert_refused(await ada.get("/conversations", params=bad), 422, "invalid_input")

    assert (await ada.say(ids[0], "hello")).status_code == 200
    assert (await listed(ada, limit=2))[0] == [ids[0], ids[21]]
    await ada.request("PATCH", f"/conversations/{ids[1]}", json={"title": "renamed"})
    assert (await listed(ada, limit=2))[0] == [ids[0], ids[21]]
    first = (await ada.get("/conversations", params={"limit": 1})).json()["conversations"][0]
    assert set(first) == {"id", "title", "created_at", "updated_at", "message_count"}
    assert first["message_count"] == 2
    assert first["updated_at"] > first["created_at"] and first["updated_at"].endswith("Z")


async def test_scrolling_meets_every_conversation_once(
    server: RunningServer, upstream: ScriptedUpstream
) -> None:
    ada = await server.person_with_model(upstream.url)
    ids = [await ada.conversation() for _ in range(11)]
    seen: list[int] = []
    place: dict[str, Any] = {}
    while page := await scrolled(ada, **place):
        seen += [item["id"] for item in page]
        place = {"before": page[-1]["updated_at"], "before_id": page[-1]["id"]}
        assert (await ada.say(ids[len(seen)], "to the front")).status_code == 200
        await ada.conversation("made meanwhile")
    # Of those that were used meanwhile, the scrolling had not yet come to one.
    assert seen == [id for id in ids[::-1] if id != ids[4]]


async def scrolled(person: Person, **place: Any) -> list[dict[str, Any]]:
    answer = await person.get("/conversations", params={"limit": 4, **place})
    assert answer.status_code == 200, answer.text
    items: list[dict[str, Any]] = answer.json()["conversations"]
    return items


async def test_conversations_of_one_moment_are_told_apart_by_id(server: RunningServer) -> None:
    ada = await server.register()
    database = server.app.state.services.database
    await database.write(make_many, ada.id, 9)
    first = await scrolled(ada)
    moment = first[0]["updated_at"]
    assert len({item["updated_at"] for item in first}) == 1
    rest = await scrolled(ada, before=moment, before_id=first[-1]["id"])
    last = await scrolled(ada, before=moment, before_id=rest[-1]["id"])
    ids = [item["id"] for item in first + rest + last]
    assert len(ids) == 9 and ids == sorted(ids, reverse=True)
    assert await scrolled(ada, before=moment) == []
    assert await scrolled(ada, before="9999-12-31T23:59:59.999999Z") == first
    assert await scrolled(ada, before="0001-01-01T00:00:00.000000Z") == []


_conversation = table_of(Conversation)


def make_many(connection: Connection, user_id: int, count: int) -> None:
    now = utc_now()
    same = {"user_id": user_id, "title_source": "user", "created_at": now, "updated_at": now}
    rows = [same | {"title": f"number {number}"} for number in range(count)]
    connection.execute(insert(_conversation), rows)


async def test_a_page_of_many_is_a_walk_along_an_index(server: RunningServer) -> None:
    ada = await server.register()
    database = server.app.state.services.database
    await database.write(make_many, ada.id, 10_000)
    place = (await scrolled(ada))[-1]
    at = datetime.fromisoformat(place["updated_at"])
    part = {"of_user": ada.id, "most": 20, "after": 0}
    place = {"before": at, "before_id": place["id"]}
    first, rest = page_query("listed"), page_query("listed", *BEFORE)
    for query in (first.params(part), rest.params(part | place)):
        plan = await database.read(plan_of, query)
        assert walks_along("idx_conversation_listed", plan), plan


async def test_what_was_deleted(server: RunningServer) -> None:
    ada, eve = await server.register(), await server.register()
    ids = [await ada.conversation(f"number {number}") for number in range(7)]
    await eve.request("DELETE", f"/conversations/{await eve.conversation()}")
    kept, *gone = ids
    before = (await ada.get("/conversations")).json()["conversations"]
    gone = gone[3:] + gone[:3]  # not in the order in which they were made
    for id in gone:
        await ada.request("DELETE", f"/conversations/{id}")
    assert await listed(ada) == ([kept], 1)
    first = await in_bin(ada, limit=2)
    assert [item["id"] for item in first["conversations"]] == gone[:-3:-1]
    assert first["total"] == 6
    item = first["conversations"][0]
    plain = next(other for other in before if other["id"] == item["id"])
    at, until = (datetime.fromisoformat(item[f]) for f in ("deleted_at", "restorable_until"))
    assert item == plain | {f: item[f] for f in ("deleted_at", "restorable_until")}
    assert until - at == timedelta(days=30) and at < utc_now()

    # What is restored meanwhile is still a place in the list.
    await ada.post(f"/conversations/{first['conversations'][1]['id']}/restore")
    place = first["conversations"][1]
    rest = await in_bin(ada, before=place["deleted_at"], before_id=place["id"])
    assert [item["id"] for item in rest["conversations"]] == gone[-3::-1]
    assert rest["total"] == 5
    assert (await in_bin(ada, offset=4))["conversations"] == rest["conversations"][-1:]
    assert "deleted_at" not in (await ada.get("/conversations")).json()["conversations"][0]

    # Nobody else's, and nothing that is not there, is a place.
    for person in (ada, eve):
        for id in (MISSING, ids[1] if person is eve else MISSING):
            query = {"deleted": True, "before": place["deleted_at"], "before_id": id}
            answer = await person.get("/conversations", params=query)
            assert_refused(answer, 404, "conversation_not_found")
    for bad in ({"deleted": "maybe"}, {"deleted": True, "before_id": 1}):
        assert_refused(await ada.get("/conversations", params=bad), 422, "invalid_input")


async def in_bin(person: Person, **query: Any) -> dict[str, Any]:
    """A page of what a person has deleted."""
    answer = await person.get("/conversations", params={"deleted": True, **query})
    assert answer.status_code == 200, answer.text
    page: dict[str, Any] = answer.json()
    return page


async def test_what_was_deleted_at_once_or_long_ago(server: RunningServer) -> None:
    ada = await server.register()
    database = server.app.state.services.database
    now = utc_now()
    await database.write(make_many, ada.id, 9)
    await database.write(delete_all, ada.id, now)
    first = await in_bin(ada, limit=4)
    place, seen = first["conversations"][-1], first["conversations"]
    while len(seen) < 9:
        query = {"before": place["deleted_at"], "before_id": place["id"], "limit": 4}
        seen += (await in_bin(ada, **query))["conversations"]
        place = seen[-1]
    ids = [item["id"] for item in seen]
    assert len(ids) == 9 and ids == sorted(ids, reverse=True)
    assert await in_bin(ada, before=place["deleted_at"]) == {"conversations": [], "total": 9}

    await database.write(delete_all, ada.id, now - timedelta(days=30, seconds=1))
    assert await in_bin(ada) == {"conversations": [], "total": 0}
    answer = await ada.post(f"/conversations/{ids[0]}/restore")
    assert_refused(answer, 404, "conversation_not_found")


def delete_all(connection: Connection, user_id: int, at: datetime) -> None:
    mine = update(_conversation).where(_conversation.c.user_id == user_id)
    connection.execute(mine.values(deleted_at=at))


async def test_a_page_of_many_deleted_is_a_walk_along_an_index(server: RunningServer) -> None:
    ada = await server.register()
    database = server.app.state.services.database
    await database.write(make_many, ada.id, 10_000)
    now = utc_now()
    await database.write(delete_all, ada.id, now)
    place = PageRequest(20, 0, now, 5)
    for page, used in ((PageRequest(20, 0, None, 0), None), (place, now)):
        query = deleted_query(ada.id, now - timedelta(days=30), page, used)
        plan = await database.read(plan_of, query)
        assert walks_along("idx_user_recent", plan), plan


async def test_places_that_are_none(server: RunningServer) -> None:
    ada = await server.register()
    for bad in (
        {"before": "now"},
        {"before": "1"},
        {"before": ""},
        {"before": "2026-11-24"},
        {"before": "2026-11-24T12:00:00.000000"},
        {"before": "0001-01-01T00:00:00.000000+23:59"},
        {"before": "2026-13-24T12:00:00.000000Z"},
        {"before": "0000-01-01T00:00:00.000000Z"},
        {"before_id": "1"},
        {"before": "2026-11-24T12:00:00.000000Z", "before_id": "0"},
    ):
        assert_refused(await ada.get("/conversations", params=bad), 422, "invalid_input")


async def test_changing_one(server: RunningServer) -> None:
    ada = await server.register()
    id = await ada.conversation()
    path = f"/conversations/{id}"
    before = (await ada.get(path)).json()

    async def patch(**change: Any) -> dict[str, Any]:
        answer = await ada.request("PATCH", path, json=change)
        assert answer.status_code == 200, answer.text
        assert answer.json() == (await ada.get(path)).json()
        changed: dict[str, Any] = answer.json()
        return changed

    assert await patch(title="名字") == before | {"title": "名字"}
    prompt = "Answer in verse.\n" * 900
    assert await patch(system_prompt=prompt) == before | {"title": "名字", "system_prompt": prompt}
    assert (await patch(title=None))["title"] == "名字"
    assert await patch(system_prompt="") == before | {"title": "名字"}
    read_only = {
        "id": MISSING,
        "user_id": MISSING,
        "yn": 0,
        "created_at": "2000-01-01T00:00:00Z",
        "updated_at": "2000-01-01T00:00:00Z",
        "deleted_at": "2000-01-01T00:00:00Z",
        "message_count": 7,
        "title_source": "model",
    }
    assert await patch(**read_only) == before | {"title": "名字"}
    for bad in (
        {"title": ""},
        {"title": " \n"},
        {"title": "x" * 201},
        {"title": 7},
        {"title": "a\0b"},
        {"system_prompt": "x" * 20_001},
        {"system_prompt": ["x"]},
    ):
        assert_refused(await ada.request("PATCH", path, json=bad), 422, "invalid_input")
    assert (await ada.get(path)).json() == before | {"title": "名字"}


async def test_deleting_and_restoring(server: RunningServer, upstream: ScriptedUpstream) -> None:
    ada = await server.person_with_model(upstream.url)
    kept, id = await ada.conversation(), await ada.conversation("with a title of its own")
    await ada.say(id, "hello")
    whole, messages = (await ada.get(f"/conversations/{id}")).json(), await ada.messages(id)
    async with ada.socket(id) as socket:
        await socket.send(type="ping")
        assert await socket.receive() == {"type": "pong"}  # it has found the conversation
        answer = await ada.request("DELETE", f"/conversations/{id}")
        assert (answer.status_code, answer.content) == (204, b"")
        await socket.send(type="message", content="still there?")
        event = (await socket.until("error"))[-1]
        assert event["code"] == "conversation_not_found"
    assert await listed(ada) == ([kept], 1)
    for method, path, options in endpoints(id):
        if not path.endswith("/restore"):
            answer = await ada.request(method, path, **options)
            assert_refused(answer, 404, "conversation_not_found")
    async with ada.socket(id) as socket:
        assert (await last_words(socket.connection))[1] == 4404
    answers = await asyncio.gather(*(ada.post(f"/conversations/{id}/restore") for _ in range(4)))
    assert [(answer.status_code, answer.json()) for answer in answers] == [(200, whole)] * 4
    assert await listed(ada) == ([id, kept], 2)
    assert await ada.messages(id) == messages
    answers = await asyncio.gather(
        *(ada.request("DELETE", f"/conversations/{id}") for _ in range(4))
    )
    assert sorted(answer.status_code for answer in answers) == [204, 404, 404, 404]
    assert await listed(ada) == ([kept], 1)


async def test_deleting_stops_the_running_reply(
    server: RunningServer, upstream: ScriptedUpstream
) -> None:
    ada = await server.person_with_model(upstream.url, "hold")
    id = await ada.conversation()
    async with ada.socket(id) as socket:
        await socket.send(type="message", content="tell me more")
        await socket.until("chunk")
        assert (await ada.request("DELETE", f"/conversations/{id}")).status_code == 204
        end = (await socket.until("done", "error"))[-1]
        assert (end["type"], end["finish_reason"]) == ("done", "stopped")
    await upstream.left_early()


async def test_a_strangers_conversation_is_as_good_as_missing(
    server: RunningServer, upstream: ScriptedUpstream
) -> None:
    ada = await server.person_with_model(upstream.url, "hold")
    eve = await server.person_with_model(upstream.url)
    id = await ada.conversation("private")
    async with ada.socket(id) as socket:
        await socket.send(type="message", content="a secret")
        await socket.until("chunk")
        requests = zip(endpoints(id), endpoints(MISSING), strict=True)
        for (method, path, options), (_, missing, _) in requests:
            stolen = await eve.request(method, path, **options)
            nothing = await eve.request(method, missing, **options)
            assert_refused(stolen, 404, "conversation_not_found")
            assert stolen.content == nothing.content, (method, path)
            assert plain_headers(stolen.headers) == plain_headers(nothing.headers)
        ends = []
        for other in (id, MISSING):
            async with eve.socket(other) as spy:
                ends.append(await last_words(spy.connection))
            async with eve.socket(other, last_event_id="1.0.0") as spy:
                ends.append(await last_words(spy.connection))
        assert ends == [ends[0]] * 4 and ends[0][1] == 4404
        upstream.release()
        assert (await socket.until("done", "error"))[-1]["type"] == "done"
    assert (await ada.get(f"/conversations/{id}")).json()["title"] == "private"
    assert [m["status"] for m in await ada.messages(id)] == ["complete", "complete"]
    assert await listed(eve) == ([], 0)


def plain_headers(headers: Any) -> dict[str, str]:
    """All headers but those that differ from request to request."""
    return {k: v for k, v in headers.items() if k not in ("date", "x-request-id")}
