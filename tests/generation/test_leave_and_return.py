"""A reply goes on without its reader, and is resumed at the very character."""

import asyncio

import orjson
import pytest

from tests.support.server import RunningServer, text_of
from tests.support.upstream import ScriptedUpstream

pytestmark = pytest.mark.anyio


@pytest.mark.databases("sqlite")
async def test_every_way_to_see_the_end_says_what_became_of_the_reply(
    server: RunningServer, upstream: ScriptedUpstream
) -> None:
    ada = await server.register()
    conversation = await ada.conversation()
    statuses = {"echo": "complete", "cut": "interrupted", "500": "failed"}
    for model, status in statuses.items():
        await ada.set_model(upstream.url, model)
        async with ada.socket(conversation) as socket:
            ends = [(await socket.say("how will it end?"))[-1]]
        reply = (await ada.messages(conversation))[-1]
        cursor = f"{reply['id']}.0.0"
        async with ada.socket(conversation, cursor) as socket:
            ends.append((await socket.until("done", "error"))[-1])
        path = f"/conversations/{conversation}/stream"
        streamed = await ada.get(path, headers={"Last-Event-ID": cursor})
        ends.append(orjson.loads(streamed.text.rpartition("data: ")[2]))
        assert [end["status"] for end in ends] == [status] * 3 == [reply["status"]] * 3


@pytest.mark.databases("sqlite")
async def test_a_closed_socket_cancels_nothing(
    server: RunningServer, upstream: ScriptedUpstream
) -> None:
    ada = await server.person_with_model(upstream.url, "hold")
    conversation = await ada.conversation()
    async with ada.socket(conversation) as socket:
        await socket.send(type="message", content="are you there?")
        events = await socket.until("chunk")
    upstream.release()
    async with ada.socket(conversation, events[-1]["id"]) as socket:
        rest = await socket.until("done")
    assert rest[0]["type"] == "start" and rest[0]["resumed"] is True
    assert text_of(events) + text_of(rest) == "You said: are you there?"
    assert upstream.closed_early == 0
    assert (await ada.messages(conversation))[1]["content"] == "You said: are you there?"


async def test_resuming_after_the_end_brings_the_rest_and_the_end(
    server: RunningServer, upstream: ScriptedUpstream
) -> None:
    ada = await server.person_with_model(upstream.url, "emoji")
    conversation = await ada.conversation()
    async with ada.socket(conversation) as socket:
        events = await socket.say("👩‍👩‍👧 é 你好")
    whole = text_of(events)
    message_id = events[-1]["message_id"]
    for offset in range(len(whole) + 1):
        async with ada.socket(conversation, f"{message_id}.0.{offset}") as socket:
            rest = await socket.until("done")
        assert whole[:offset] + text_of(rest) == whole
    async with ada.socket(conversation, events[-1]["id"]) as socket:
        await socket.send(type="ping")
        assert await socket.receive() == {"type": "pong"}


async def test_whoever_has_all_of_a_reply_is_shown_the_next(
    server: RunningServer, upstream: ScriptedUpstream
) -> None:
    ada = await server.person_with_model(upstream.url)
    conversation = await ada.conversation()
    path = f"/conversations/{conversation}/stream"
    async with ada.socket(conversation) as socket:
        end = (await socket.say("first"))[-1]["id"]
        assert (
            await ada.get(path, headers=ada.headers | {"Last-Event-ID": end})
        ).status_code == 204
        await ada.set_model(upstream.url, "hold")
        await socket.send(type="message", content="second")
        await socket.until("chunk")
        headers = ada.headers | {"Last-Event-ID": end}
        async with server.http.stream("GET", path, headers=headers) as answer:
            assert answer.status_code == 200
            upstream.release()
            shown = (await answer.aread()).decode()
    assert '"type":"start"' in shown and '"type":"done"' in shown


@pytest.mark.databases("sqlite")
async def test_a_second_tab_gets_the_whole_reply(
    server: RunningServer, upstream: ScriptedUpstream
) -> None:
    ada = await server.person_with_model(upstream.url, "hold")
    conversation = await ada.conversation()
    async with ada.socket(conversation) as first, ada.socket(conversation) as early:
        await first.send(type="message", content="one two three")
        await first.until("chunk")
        async with ada.socket(conversation) as late:
            start = (await late.until("chunk"))[0]
            assert start["type"] == "start" and "resumed" not in start
            upstream.release()
            seen = [
                [event for event in await tab.until("done") if event["type"] == "chunk"]
                for tab in (first, early, late)
            ]
    assert text_of(seen[1]) == "You said: one two three"
    assert text_of(seen[0]) == text_of(seen[2])
    assert len(upstream.replies) == 1


async def test_history_shows_the_text_so_far_and_a_cursor_without_gap(
    server: RunningServer, upstream: ScriptedUpstream
) -> None:
    ada = await server.person_with_model(upstream.url, "hold")
    conversation = await ada.conversation()
    async with ada.socket(conversation) as socket:
        await socket.send(type="message", content="slowly please")
        await socket.until("chunk")
        reply = (await ada.messages(conversation))[1]
        assert reply["status"] == "generating"
        upstream.release()
        async with ada.socket(conversation, reply["cursor"]) as other:
            rest = await other.until("done")
    assert reply["content"] + text_of(rest) == "You said: slowly please"


@pytest.mark.databases("sqlite")
async def test_server_sent_events_carry_the_same_reply(
    server: RunningServer, upstream: ScriptedUpstream
) -> None:
    ada = await server.person_with_model(upstream.url)
    conversation = await ada.conversation()
    answer = await ada.say(conversation, "in events", Accept="text/event-stream")
    assert answer.headers["content-type"].startswith("text/event-stream")
    frames = answer.text.strip().split("\n\n")
    assert frames[-1].startswith("id: ") and '"type":"done"' in frames[-1]
    first_id = next(line[4:] for line in answer.text.splitlines() if line.startswith("id: "))
    path = f"/conversations/{conversation}/stream"
    rest = await ada.get(path, headers={"Last-Event-ID": first_id})
    assert '"resumed":true' in rest.text and '"type":"done"' in rest.text
    assert (await ada.get(path)).status_code == 204


@pytest.mark.databases("sqlite")
async def test_a_cursor_of_another_conversation_is_refused_and_the_socket_stays(
    server: RunningServer, upstream: ScriptedUpstream
) -> None:
    ada = await server.person_with_model(upstream.url)
    one, two = await ada.conversation(), await ada.conversation()
    message_id = (await ada.say(one, "hello")).json()["reply"]["id"]
    for cursor in (f"{message_id}.0.0", "99999999.0.0", "nonsense", "1.0"):
        async with ada.socket(two, cursor) as socket:
            assert (await socket.receive())["code"] == "invalid_cursor"
            await socket.send(type="ping")
            assert (await socket.receive())["type"] == "pong"
        answer = await ada.get(f"/conversations/{two}/stream", headers={"Last-Event-ID": cursor})
        assert (answer.status_code, answer.json()["code"]) == (422, "invalid_cursor")


@pytest.mark.databases("sqlite")
async def test_a_cursor_beyond_the_text_starts_afresh(
    server: RunningServer, upstream: ScriptedUpstream
) -> None:
    ada = await server.person_with_model(upstream.url)
    conversation = await ada.conversation()
    message_id = (await ada.say(conversation, "hello")).json()["reply"]["id"]
    async with ada.socket(conversation, f"{message_id}.0.5000") as socket:
        events = await socket.until("done")
    assert "resumed" not in events[0] and text_of(events) == "You said: hello"


async def test_random_disconnects_lose_and_double_nothing(
    server: RunningServer, upstream: ScriptedUpstream
) -> None:
    words = " ".join(f"词{index}🍣" for index in range(60))
    ada = await server.person_with_model(upstream.url, "slow")
    conversation = await ada.conversation()
    seen, cursor, visits = "", None, 0
    async with ada.socket(conversation) as socket:
        await socket.send(type="message", content=words)
        await socket.until("start")
    while cursor is None or not cursor.endswith(".end"):
        visits += 1
        async with ada.socket(conversation, cursor) as socket:
            for _ in range(1 + visits % 3):
                event = await socket.receive()
                if event["type"] == "start" and "resumed" not in event:
                    seen = ""
                seen += event.get("content", "") if event["type"] == "chunk" else ""
                cursor = event.get("id", cursor)
                if event["type"] == "done":
                    break
    assert seen == f"You said: {words}"
    assert visits > 5


@pytest.mark.databases("sqlite")
async def test_post_goes_on_when_its_client_leaves(
    server: RunningServer, upstream: ScriptedUpstream
) -> None:
    ada = await server.person_with_model(upstream.url, "hold")
    conversation = await ada.conversation()
    sending = asyncio.create_task(ada.say(conversation, "hello"))
    await upstream.received()
    sending.cancel()
    await asyncio.wait([sending])
    async with ada.socket(conversation) as socket:
        events = await socket.until("chunk")
        upstream.release()
        assert text_of(events + await socket.until("done")) == "You said: hello"
