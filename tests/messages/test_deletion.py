"""Messages deleted with all that answers them, brought back, purged; and what they leave alone."""

import asyncio
from datetime import timedelta
from typing import Any

import httpx2
import pytest
from sqlalchemy import Connection, func, select, update

from app.database import table_of
from app.errors import ConversationNotFound, ReplyInProgress
from app.models import Conversation, Message, MessageDeletion, utc_now
from app.services.conversations.list_rows import PageRequest, page_of
from app.services.conversations.rows import restore
from app.services.messages import branch, deletion
from app.services.upkeep.purge import MARGIN, purge_conversations
from tests.support.refusals import assert_refused
from tests.support.server import PASSWORD, Person, RunningServer
from tests.support.upstream import ScriptedUpstream

pytestmark = pytest.mark.anyio

MISSING = 2**62
RETENTION = timedelta(days=30)
_message = table_of(Message)
_deletion = table_of(MessageDeletion)
_conversation = table_of(Conversation)


async def said(person: Person, conversation: int, text: str, **headers: str) -> dict[str, Any]:
    answer = await person.say(conversation, text, **headers)
    assert answer.status_code == 200, answer.text
    exchange: dict[str, Any] = answer.json()
    return exchange


async def remove(person: Person, message: int) -> None:
    answer = await person.request("DELETE", f"/messages/{message}")
    assert (answer.status_code, answer.content) == (204, b""), answer.text


async def ids(person: Person, conversation: int) -> list[int]:
    return [message["id"] for message in await person.messages(conversation)]


async def counted(person: Person, conversation: int) -> int:
    items = (await person.get("/conversations")).json()["conversations"]
    return next(int(item["message_count"]) for item in items if item["id"] == conversation)


async def test_with_all_that_answers_it(server: RunningServer, upstream: ScriptedUpstream) -> None:
    ada = await server.person_with_model(upstream.url)
    conversation = await ada.conversation()
    for text in ("one", "two", "three"):
        await said(ada, conversation, text)
    m = await ids(ada, conversation)
    await remove(ada, m[2])
    assert await ids(ada, conversation) == m[:2]
    assert await counted(ada, conversation) == 2
    for id in m[2:]:  # it is there no longer, nor is what answered it
        for answer in (
            await ada.request("DELETE", f"/messages/{id}"),
            await ada.get(f"/messages/{id}/versions"),
            await ada.get(f"/messages/{id}/context"),
            await ada.post(f"/messages/{id}/activate"),
            await ada.post(f"/messages/{id}/regenerate"),
            await ada.post(f"/messages/{id}/edit", json={"content": "x"}),
            await ada.post(f"/messages/{id}/branch"),
        ):
            assert_refused(answer, 404, "message_not_found")
    export = await ada.get(f"/conversations/{conversation}/export", params={"format": "md"})
    assert "one" in export.text and "two" not in export.text

    # What is said now stands in its place, as the only version.
    after = await said(ada, conversation, "instead")
    assert (after["message"]["parent_id"], after["message"]["versions"]) == (m[1], 1)
    prompt = upstream.replies[-1].body["messages"]
    asked = [each["content"] for each in prompt if each["role"] == "user"]
    assert asked == ["one", "instead"]
    context = (await ada.get(f"/messages/{after['reply']['id']}/context")).json()["runs"][0]
    assert context["left_out"] == []

    page = await ada.post(f"/messages/{m[2]}/restore")
    assert [each["id"] for each in page.json()["messages"]] == m
    assert page.json()["messages"][2]["versions"] == 2
    assert await counted(ada, conversation) == 6
    again = await ada.post(f"/messages/{m[2]}/restore")
    assert again.json() == page.json()


async def test_the_newest_other_version_is_shown(
    server: RunningServer, upstream: ScriptedUpstream
) -> None:
    ada = await server.person_with_model(upstream.url)
    conversation = await ada.conversation()
    first = await said(ada, conversation, "question")
    question, replies = first["message"]["id"], [first["reply"]["id"]]
    for _ in range(2):
        answer = await ada.post(f"/messages/{replies[-1]}/regenerate")
        replies.append(answer.json()["reply"]["id"])
    await remove(ada, replies[0])  # one that is not shown
    shown = await ada.messages(conversation)
    assert [m["id"] for m in shown] == [question, replies[2]]
    assert (shown[1]["version"], shown[1]["versions"]) == (2, 2)
    await remove(ada, replies[2])
    shown = await ada.messages(conversation)
    assert [m["id"] for m in shown] == [question, replies[1]]
    assert (shown[1]["version"], shown[1]["versions"]) == (1, 1)
    versions = (await ada.get(f"/messages/{replies[1]}/versions")).json()["versions"]
    assert [m["id"] for m in versions] == [replies[1]]
    await remove(ada, replies[1])
    assert await ids(ada, conversation) == [question]

    # A question without a reply gets another one.
    again = (await ada.post(f"/messages/{question}/regenerate")).json()
    assert (again["message"]["id"], again["reply"]["versions"]) == (question, 1)
    refused = await ada.post(f"/messages/{question}/regenerate")
    assert_refused(refused, 404, "message_not_found")
    # One that was not shown when it was deleted is not shown when it is back.
    page = (await ada.post(f"/messages/{replies[0]}/restore")).json()["messages"]
    assert page[-1]["id"] == again["reply"]["id"] and page[-1]["versions"] == 2
    page = (await ada.post(f"/messages/{replies[1]}/restore")).json()["messages"]
    assert (page[-1]["id"], page[-1]["version"], page[-1]["versions"]) == (replies[1], 2, 3)


async def test_the_first_message(server: RunningServer, upstream: ScriptedUpstream) -> None:
    ada = await server.person_with_model(upstream.url)
    conversation = await ada.conversation()
    first = await said(ada, conversation, "first")
    async with ada.socket(conversation) as socket:
        await socket.send(type="ping")
        await socket.until("pong")
        await remove(ada, first["message"]["id"])
        assert (await socket.until("switched"))[-1]["message_id"] is None
        assert await ids(ada, conversation) == []
        second = await said(ada, conversation, "second")
        await socket.until("done")
        await ada.post(f"/messages/{first['message']['id']}/restore")
        assert (await socket.until("switched"))[-1]["message_id"] == first["reply"]["id"]
    shown = await ada.messages(conversation)
    assert (shown[0]["content"], shown[0]["versions"]) == ("first", 2)
    page = await ada.post(f"/messages/{second['message']['id']}/activate")
    assert page.json()["messages"][0]["content"] == "second"


async def test_a_deleted_reply_is_told_to_nobody(
    server: RunningServer, upstream: ScriptedUpstream
) -> None:
    ada = await server.person_with_model(upstream.url)
    conversation = await ada.conversation()
    sent = await said(ada, conversation, "hello")
    cursor = f"{sent['reply']['id']}.0.0"
    stream = f"/conversations/{conversation}/stream"
    async with ada.socket(conversation, cursor) as socket:
        await socket.until("done")
    async with ada.socket(conversation) as reading:  # so that this process has it at hand
        await reading.send(type="ping")
        await reading.until("pong")
        for gone in (sent["reply"]["id"], sent["message"]["id"]):
            await remove(ada, gone)
            refused = await ada.get(stream, headers={"Last-Event-ID": cursor})
            assert_refused(refused, 422, "invalid_cursor")
            async with ada.socket(conversation, cursor) as socket:
                assert (await socket.receive())["code"] == "invalid_cursor"
    await ada.post(f"/messages/{sent['message']['id']}/restore")
    await ada.post(f"/messages/{sent['reply']['id']}/restore")
    async with ada.socket(conversation, cursor) as socket:
        await socket.until("done")


async def test_a_client_id_stays_taken(server: RunningServer, upstream: ScriptedUpstream) -> None:
    ada = await server.person_with_model(upstream.url)
    conversation = await ada.conversation()
    await said(ada, conversation, "before")
    named = {"Idempotency-Key": "once"}
    sent = await said(ada, conversation, "hello", **named)
    await remove(ada, sent["reply"]["id"])
    assert_refused(await ada.say(conversation, "hello", **named), 409, "message_deleted")
    again = {"Idempotency-Key": "again"}
    path = f"/messages/{sent['message']['id']}/regenerate"
    reply = (await ada.post(path, headers=again)).json()["reply"]["id"]
    repeated = await ada.post(path, headers=again)
    assert repeated.json()["reply"]["id"] == reply
    await remove(ada, reply)
    assert_refused(await ada.post(path, headers=again), 409, "message_deleted")
    await remove(ada, sent["message"]["id"])
    for text in ("hello", "something else"):
        assert_refused(await ada.say(conversation, text, **named), 409, "message_deleted")
    assert len(await ids(ada, conversation)) == 2
    # What is said in the place of one that is gone is repeated like anything else.
    other = {"Idempotency-Key": "other"}
    new = await said(ada, conversation, "hello", **other)
    assert (await said(ada, conversation, "hello", **other))["reply"]["id"] == new["reply"]["id"]


async def test_a_running_reply_is_stopped_first(
    server: RunningServer, upstream: ScriptedUpstream
) -> None:
    ada = await server.person_with_model(upstream.url)
    conversation = await ada.conversation()
    kept = await said(ada, conversation, "kept")
    await ada.set_model(upstream.url, "hold")
    async with ada.socket(conversation) as socket:
        await socket.send(type="message", content="hello")
        start = (await socket.until("start"))[-1]
        await socket.until("chunk")
        restored = await ada.post(f"/messages/{start['user_message']['id']}/restore")
        assert restored.status_code == 200  # it is there: nothing to do
        await remove(ada, start["user_message"]["id"])
        events = await socket.until("switched")
        assert "done" in [event["type"] for event in events]
        assert events[-1]["message_id"] == kept["reply"]["id"]
    back = await ada.post(f"/messages/{start['user_message']['id']}/restore")
    last = back.json()["messages"][-1]
    assert (last["id"], last["status"]) == (start["message"]["id"], "stopped")


async def test_below_one_that_was_deleted(
    server: RunningServer, upstream: ScriptedUpstream
) -> None:
    ada, eve = await server.person_with_model(upstream.url), await server.register()
    conversation = await ada.conversation()
    for text in ("one", "two"):
        await said(ada, conversation, text)
    m = await ids(ada, conversation)
    await remove(ada, m[3])
    await remove(ada, m[1])
    assert_refused(await ada.post(f"/messages/{m[3]}/restore"), 409, "message_deleted")
    assert_refused(await ada.post(f"/messages/{m[2]}/restore"), 409, "message_deleted")
    for id in (MISSING, m[1]):
        assert_refused(await eve.post(f"/messages/{id}/restore"), 404, "message_not_found")
        answer = await eve.request("DELETE", f"/messages/{id}")
        assert_refused(answer, 404, "message_not_found")
    await ada.post(f"/messages/{m[1]}/restore")
    assert await ids(ada, conversation) == m[:3]
    await ada.post(f"/messages/{m[3]}/restore")
    assert await ids(ada, conversation) == m


async def test_deleted_twice_at_once(server: RunningServer, upstream: ScriptedUpstream) -> None:
    ada = await server.person_with_model(upstream.url)
    conversation = await ada.conversation()
    await said(ada, conversation, "kept")
    m = [*await ids(ada, conversation)]
    sent = await said(ada, conversation, "gone")
    paths = [f"/messages/{sent[name]['id']}" for name in ("message", "reply", "message")]
    answers = await asyncio.gather(*[ada.request("DELETE", path) for path in paths])
    codes = [answer.status_code for answer in answers]
    assert set(codes) <= {204, 404} and 204 in (codes[0], codes[2]) and sum(codes[::2]) == 608
    assert await ids(ada, conversation) == m
    assert await counted(ada, conversation) == 2


async def test_purged_after_its_retention(
    server: RunningServer, upstream: ScriptedUpstream, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(deletion, "ROWS_PER_COMMIT", 3)
    ada = await server.person_with_model(upstream.url)
    conversation = await ada.conversation()
    for text in ("one", "two", "three", "four"):
        await said(ada, conversation, text)
    m = await ids(ada, conversation)
    services = server.app.state.services
    await remove(ada, m[6])
    await remove(ada, m[2])
    await services.purger.purge()
    assert await services.database.read(rows_of, conversation) == (8, 2)
    await services.database.write(age, timedelta(days=31))
    assert_refused(await ada.post(f"/messages/{m[2]}/restore"), 404, "message_not_found")
    await services.purger.purge()
    assert await services.database.read(rows_of, conversation) == (2, 0)
    assert await ids(ada, conversation) == m[:2]
    # One that the release before, which knows of no deletion, has shown again stays.
    sent = await said(ada, conversation, "shown again")
    await remove(ada, sent["message"]["id"])
    await services.database.write(show, [sent["message"]["id"], sent["reply"]["id"]])
    await services.database.write(age, timedelta(days=31))
    await services.purger.purge()
    assert await services.database.read(rows_of, conversation) == (4, 0)


async def test_one_that_the_release_before_has_shown_again(
    server: RunningServer, upstream: ScriptedUpstream
) -> None:
    ada = await server.person_with_model(upstream.url)
    database = server.app.state.services.database
    conversation = await ada.conversation()
    for text in ("one", "two"):
        await said(ada, conversation, text)
    m = await ids(ada, conversation)
    await remove(ada, m[2])
    await database.write(show_only, conversation, m)
    assert [(each["version"], each["versions"]) for each in await ada.messages(conversation)] == [
        (1, 1)
    ] * 4
    versions = (await ada.get(f"/messages/{m[2]}/versions")).json()["versions"]
    assert [each["id"] for each in versions] == [m[2]]
    await remove(ada, m[3])
    await remove(ada, m[2])
    assert await ids(ada, conversation) == m[:2]
    page = (await ada.post(f"/messages/{m[2]}/restore")).json()
    assert [each["id"] for each in page["messages"]] == m[:3]

    # It is there also once it is hidden by another version of it, or of what is above it.
    for above in (m[2], m[0]):
        await remove(ada, m[2])
        await database.write(show_only, conversation, m[:3])
        assert (await ada.post(f"/messages/{m[2]}/restore")).status_code == 200
        edited = await ada.post(f"/messages/{above}/edit", json={"content": "again"})
        assert edited.json()["message"]["versions"] == 2
        page = (await ada.post(f"/messages/{m[2]}/activate")).json()
        assert page["messages"][-1]["id"] == m[2]


async def test_what_is_repeated_was_done_whatever_was_deleted_since(
    server: RunningServer, upstream: ScriptedUpstream
) -> None:
    ada = await server.person_with_model(upstream.url)
    conversation = await ada.conversation()
    first = await said(ada, conversation, "first")
    question, reply = first["message"]["id"], first["reply"]["id"]

    async def ask(path: str, name: str, content: str | None = None) -> httpx2.Response:
        body = {"content": content} if content else None
        return await ada.post(path, json=body, headers={"Idempotency-Key": name})

    again, edit = f"/messages/{reply}/regenerate", f"/messages/{question}/edit"
    anew = (await ask(again, "again")).json()
    edited = (await ask(edit, "edit", "second")).json()
    for gone in (reply, question):  # the versions that these began beside
        await remove(ada, gone)
        assert (await ask(edit, "edit", "second")).json()["reply"]["id"] == edited["reply"]["id"]
        for name in ("again", "new"):
            repeated = await ask(again, name)
            if gone == reply and name == "again":
                assert repeated.json()["reply"]["id"] == anew["reply"]["id"]
            else:
                code = (409, "message_deleted") if name == "again" else (404, "message_not_found")
                assert_refused(repeated, *code)
    assert_refused(await ask(edit, "other", "second"), 404, "message_not_found")

    # A message that stands where another one was deleted is no edit of that when it is back.
    await remove(ada, edited["message"]["id"])
    send = f"/conversations/{conversation}/messages"
    sent = (await ask(send, "sent", "third")).json()
    await ada.post(f"/messages/{question}/restore")
    assert (await ask(send, "sent", "third")).json()["reply"]["id"] == sent["reply"]["id"]
    assert_refused(await ask(send, "edit", "second"), 409, "message_deleted")
    await ada.post(f"/messages/{edited['message']['id']}/restore")
    assert_refused(await ask(send, "edit", "second"), 422, "client_id_reused")


async def test_a_client_id_stays_taken_when_its_reply_is_purged(
    server: RunningServer, upstream: ScriptedUpstream
) -> None:
    ada = await server.person_with_model(upstream.url)
    conversation = await ada.conversation()
    named = {"Idempotency-Key": "once"}
    sent = await said(ada, conversation, "hello", **named)
    again = f"/messages/{sent['reply']['id']}/regenerate"
    reply = (await ada.post(again)).json()["reply"]["id"]
    services = server.app.state.services
    for id in (sent["reply"]["id"], reply):
        await remove(ada, id)
        await services.database.write(age, timedelta(days=31))
        await services.purger.purge()
        # Another reply is not the one that was asked for.
        assert_refused(await ada.say(conversation, "hello", **named), 409, "message_deleted")
    assert await ids(ada, conversation) == [sent["message"]["id"]]


def rows_of(connection: Connection, conversation_id: int) -> tuple[int, int]:
    """How many messages it has, and how many of them were deleted."""
    counts = [
        select(func.count()).where(table.c.conversation_id == conversation_id)
        for table in (_message, _deletion)
    ]
    messages, deletions = [connection.execute(count).scalar_one() for count in counts]
    return messages, deletions


def age(connection: Connection, by: timedelta) -> None:
    connection.execute(update(_deletion).values(deleted_at=utc_now() - by))


def show(connection: Connection, ids: list[int]) -> None:
    connection.execute(update(_message).where(_message.c.id.in_(ids)).values(active=1))


def show_only(connection: Connection, conversation_id: int, ids: list[int]) -> None:
    """Show this path, as the release before does."""
    here = _message.c.conversation_id == conversation_id
    connection.execute(update(_message).where(here).values(active=0))
    show(connection, ids)
    counted = update(_conversation).where(_conversation.c.id == conversation_id)
    connection.execute(counted.values(message_count=len(ids)))


async def answered(person: Person, message: int) -> httpx2.Response:
    return await person.post(f"/messages/{message}/branch")


async def test_branching(server: RunningServer, upstream: ScriptedUpstream) -> None:
    ada, eve = await server.person_with_model(upstream.url), await server.register()
    conversation = await ada.conversation("A long way")
    folder = (await ada.post("/folders", json={"name": "Work"})).json()["id"]
    kept = {"system_prompt": "Be brief.", "folder_id": folder, "params": {"seed": 1}}
    await ada.request("PATCH", f"/conversations/{conversation}", json=kept | {"pinned": True})
    for text in ("one", "two", "three"):
        await said(ada, conversation, text)
    m = await ada.messages(conversation)
    made = (await answered(ada, m[3]["id"])).json()
    source = (await ada.get(f"/conversations/{conversation}")).json()
    own = ("id", "created_at", "updated_at", "pinned")
    assert made == source | {name: made[name] for name in own}
    assert (made["pinned"], await counted(ada, made["id"])) == (False, 4)
    copied = await ada.messages(made["id"])
    different = ("id", "parent_id", "cursor")
    assert [{k: v for k, v in each.items() if k not in different} for each in copied] == [
        {k: v for k, v in each.items() if k not in different} for each in m[:4]
    ]
    assert [each["parent_id"] for each in copied] == [None, *[each["id"] for each in copied[:3]]]
    assert (await ada.get("/folders")).json()["folders"][0]["conversation_count"] == 2
    await said(ada, made["id"], "another way")
    assert len(await ada.messages(conversation)) == 6

    # Of a version that is not shown, the way there.
    other = (await ada.post(f"/messages/{m[0]['id']}/edit", json={"content": "other"})).json()
    made = (await answered(ada, m[4]["id"])).json()
    texts = [each["content"] for each in await ada.messages(made["id"])]
    assert texts == [each["content"] for each in m[:5]]
    for person, id in ((eve, m[0]["id"]), (ada, MISSING)):
        assert_refused(await answered(person, id), 404, "message_not_found")
    await ada.set_model(upstream.url, "hold")
    async with ada.socket(conversation) as socket:
        await socket.send(type="message", content="hello")
        start = (await socket.until("start"))[-1]
        running = start["message"]["id"]
        assert_refused(await answered(ada, running), 409, "reply_in_progress")
        assert (await answered(ada, other["reply"]["id"])).status_code == 201
        await socket.send(type="stop")
        await socket.until("done")


async def test_a_reply_is_continued_while_it_is_branched(
    server: RunningServer, upstream: ScriptedUpstream, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(branch, "MESSAGES_PER_COMMIT", 2)
    ada = await server.person_with_model(upstream.url, "at_length")
    conversation = await ada.conversation()
    for text in ("one", "two"):
        last = (await said(ada, conversation, text))["reply"]["id"]
    total = (await ada.get("/conversations")).json()["total"]
    database = server.app.state.services.database
    begun = await database.write(branch.begin, ada.id, last, RETENTION)
    await ada.set_model(upstream.url, "hold")
    async with ada.socket(conversation) as socket:
        await socket.send(type="continue", message_id=last)
        await socket.until("start")
        with pytest.raises(ReplyInProgress):
            await database.write(branch.go_on, begun, RETENTION)
        await socket.send(type="stop")
        await socket.until("done")
    assert (await ada.get("/conversations")).json()["total"] == total
    assert (await answered(ada, last)).status_code == 201


async def test_half_a_branch_is_nowhere(
    server: RunningServer, upstream: ScriptedUpstream, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(branch, "MESSAGES_PER_COMMIT", 2)
    ada = await server.person_with_model(upstream.url)
    conversation = await ada.conversation()
    for text in ("one", "two"):
        last = (await said(ada, conversation, text))["reply"]["id"]
    database = server.app.state.services.database
    # A node whose clock is behind, or ahead.
    behind, ahead = (RETENTION + timedelta(minutes=20 * way) for way in (1, -1))
    begun = await database.write(branch.begin, ada.id, last, RETENTION)
    deleted = PageRequest(50, 0, None, 0, "deleted")
    assert (await database.read(page_of, ada.id, deleted, behind)).list.conversations == []
    await database.write(restore, ada.id, begun.unseen.conversation_id, utc_now() - behind)
    while await database.write(purge_conversations, utc_now() - MARGIN - ahead):
        pass
    assert not (await database.write(branch.go_on, begun, RETENTION)).due
    assert len(await ids(ada, begun.unseen.conversation_id)) == 4
    assert (await ada.get("/conversations")).json()["total"] == 2

    # Where more is restored than is kept here, the rest is not put below what was said since.
    begun = await database.write(branch.begin, ada.id, last, RETENTION)
    await database.write(restore, ada.id, begun.unseen.conversation_id, utc_now() - 2 * RETENTION)
    with pytest.raises(ConversationNotFound):
        await database.write(branch.go_on, begun, RETENTION)
    assert len(await ids(ada, begun.unseen.conversation_id)) == 2
    assert (await ada.get("/conversations")).json()["total"] == 3
    begun = await database.write(branch.begin, ada.id, last, RETENTION)
    await ada.request("DELETE", "/auth/me", json={"password": PASSWORD})
    with pytest.raises(ConversationNotFound):
        await database.write(branch.go_on, begun, RETENTION)


async def test_a_folder_is_removed_while_a_branch_is_made(
    server: RunningServer, upstream: ScriptedUpstream, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(branch, "MESSAGES_PER_COMMIT", 1)
    ada = await server.person_with_model(upstream.url)
    conversation = await ada.conversation()
    folder = (await ada.post("/folders", json={"name": "Work"})).json()["id"]
    last = (await said(ada, conversation, "hello"))["reply"]["id"]
    database = server.app.state.services.database
    begun = await database.write(branch.begin, ada.id, last, RETENTION)
    await ada.request("DELETE", f"/folders/{folder}")
    # As it is where the folder was read before, and what it holds was committed after.
    await database.write(put_in, begun.unseen.conversation_id, folder)
    await database.write(branch.go_on, begun, RETENTION)
    made = (await ada.get(f"/conversations/{begun.unseen.conversation_id}")).json()
    assert made["folder_id"] is None


def put_in(connection: Connection, conversation_id: int, folder_id: int) -> None:
    its = update(_conversation).where(_conversation.c.id == conversation_id)
    connection.execute(its.values(folder_id=folder_id))


async def test_a_long_branch_is_there_once_it_is_whole(
    server: RunningServer, upstream: ScriptedUpstream, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(branch, "MESSAGES_PER_COMMIT", 3)
    ada = await server.person_with_model(upstream.url)
    conversation = await ada.conversation("Long")
    for number in range(4):
        await said(ada, conversation, f"number {number}")
    last = (await ids(ada, conversation))[-1]
    total = (await ada.get("/conversations")).json()["total"]
    made = (await answered(ada, last)).json()["id"]
    texts = [each["content"] for each in await ada.messages(conversation)]
    assert [each["content"] for each in await ada.messages(made)] == texts
    assert (await ada.get("/conversations")).json()["total"] == total + 1
    assert (await ada.get("/conversations", params={"deleted": True})).json()["total"] == 0

    def broken(*_: Any) -> None:
        raise RuntimeError

    monkeypatch.setattr(branch, "show_whole", broken)
    assert (await answered(ada, last)).status_code == 500
    assert (await ada.get("/conversations")).json()["total"] == total + 1
    assert (await ada.get("/conversations", params={"deleted": True})).json()["total"] == 0
