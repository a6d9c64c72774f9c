"""Nothing is overwritten: edits and new replies are versions; a broken reply is continued."""

import asyncio

import pytest

from tests.support.server import Person, RunningServer, text_of
from tests.support.upstream import ScriptedUpstream

pytestmark = pytest.mark.anyio


async def shown(person: Person, conversation: int) -> list[str]:
    return [message["content"] for message in await person.messages(conversation)]


async def count(person: Person, conversation: int) -> int:
    items = (await person.get("/conversations")).json()["conversations"]
    return next(int(item["message_count"]) for item in items if item["id"] == conversation)


async def test_regenerate_adds_a_version_and_switching_brings_the_old_one_back(
    server: RunningServer, upstream: ScriptedUpstream
) -> None:
    ada = await server.person_with_model(upstream.url)
    conversation = await ada.conversation()
    first = (await ada.say(conversation, "one")).json()["reply"]
    await ada.say(conversation, "two")
    answer = await ada.post(f"/messages/{first['id']}/regenerate")
    assert answer.status_code == 200, answer.text
    again = answer.json()["reply"]
    assert (again["version"], again["versions"], again["status"]) == (2, 2, "complete")
    assert again["parent_id"] == first["parent_id"]
    assert await shown(ada, conversation) == ["one", "You said: one"]
    assert await count(ada, conversation) == 2
    page = (await ada.post(f"/messages/{first['id']}/activate")).json()
    assert [m["content"] for m in page["messages"]] == [
        "one",
        "You said: one",
        "two",
        "You said: two",
    ]
    assert await count(ada, conversation) == 4
    versions = (await ada.get(f"/messages/{again['id']}/versions")).json()["versions"]
    assert [version["id"] for version in versions] == [first["id"], again["id"]]


async def test_edit_is_a_version_beside_what_was_said(
    server: RunningServer, upstream: ScriptedUpstream
) -> None:
    ada = await server.person_with_model(upstream.url)
    conversation = await ada.conversation()
    first = (await ada.say(conversation, "first")).json()["message"]
    second = (await ada.say(conversation, "second")).json()["message"]
    edited = await ada.post(f"/messages/{second['id']}/edit", json={"content": "better"})
    assert edited.json()["message"]["version"] == 2
    assert await shown(ada, conversation) == [
        "first",
        "You said: first",
        "better",
        "You said: better",
    ]
    # The first message has no parent; editing it begins the conversation anew.
    edited = await ada.post(f"/messages/{first['id']}/edit", json={"content": "anew"})
    assert await shown(ada, conversation) == ["anew", "You said: anew"]
    assert upstream.replies[-1].body["messages"] == [{"role": "user", "content": "anew"}]
    # A version that is not shown can be edited too: the path to it comes back.
    edited = await ada.post(f"/messages/{second['id']}/edit", json={"content": "third try"})
    assert edited.json()["message"]["version"] == 3
    assert await shown(ada, conversation) == [
        "first", "You said: first", "third try", "You said: third try",
    ]  # fmt: skip
    assert await count(ada, conversation) == 4


async def test_continue_goes_on_in_the_same_message(
    server: RunningServer, upstream: ScriptedUpstream
) -> None:
    ada = await server.person_with_model(upstream.url, "cut")
    conversation = await ada.conversation()
    async with ada.socket(conversation) as socket:
        broken = await socket.say("tell me")
        before = text_of(broken)
        assert broken[-1]["code"] == "upstream_interrupted"
        reply = (await ada.messages(conversation))[1]
        await ada.set_model(upstream.url, "echo")
        await socket.send(type="continue", message_id=reply["id"], client_id="go-on")
        events = await socket.until("done", "error")
        assert "resumed" not in events[0] and events[0]["client_id"] == "go-on"
    after = (await ada.messages(conversation))[1]
    assert (after["id"], after["status"]) == (reply["id"], "complete")
    assert after["content"] == text_of(events)
    assert after["content"].startswith(before) and len(after["content"]) > len(before)
    prompt = upstream.replies[-1].body["messages"]
    assert [message["role"] for message in prompt] == ["user", "assistant", "user"]
    assert prompt[1]["content"] == before
    # What a reader had seen of the first run says nothing about the second.
    async with ada.socket(conversation, broken[-1]["id"]) as socket:
        again = await socket.until("done")
        assert "resumed" not in again[0] and text_of(again) == after["content"]
    async with ada.socket(conversation, events[-1]["id"].removesuffix(".end")) as socket:
        rest = await socket.until("done")
        assert rest[0]["resumed"] is True and text_of(rest) == ""


async def test_the_tokens_of_a_continued_reply_are_those_of_all_its_runs(
    server: RunningServer, upstream: ScriptedUpstream
) -> None:
    ada = await server.person_with_model(upstream.url, "at_length")
    conversation = await ada.conversation()
    reply = (await ada.say(conversation, "tell me")).json()["reply"]
    twice = {name: 2 * count for name, count in reply["usage"].items()}
    async with ada.socket(conversation) as socket:
        await socket.send(type="continue", message_id=reply["id"], client_id="one")
        assert (await socket.until("done"))[-1]["usage"] == twice
    assert (await ada.messages(conversation))[1]["usage"] == twice
    # What is stopped is not counted by its server: about as much as it took comes to it.
    await ada.set_model(upstream.url, "hold")
    async with ada.socket(conversation) as socket:
        await socket.send(type="continue", message_id=reply["id"], client_id="two")
        await socket.until("chunk")
        await socket.send(type="stop")
        told = (await socket.until("done"))[-1]["usage"]
    assert told.pop("estimated") is True
    assert all(told[name] > count for name, count in twice.items())
    assert (await ada.messages(conversation))[1]["usage"] == {**told, "estimated": True}


async def test_every_reader_is_told_which_version_is_shown(
    server: RunningServer, upstream: ScriptedUpstream
) -> None:
    ada = await server.person_with_model(upstream.url)
    conversation = await ada.conversation()
    first = (await ada.say(conversation, "one")).json()["reply"]["id"]
    last = (await ada.say(conversation, "two")).json()["reply"]["id"]
    second = (await ada.post(f"/messages/{first}/regenerate")).json()["reply"]["id"]
    async with ada.socket(conversation) as reader, ada.socket(conversation) as other:
        for socket in (reader, other):
            await socket.send(type="ping")
            assert await socket.receive() == {"type": "pong"}
        await ada.post(f"/messages/{first}/activate")
        await ada.post(f"/messages/{first}/activate")  # shown already: no news
        await ada.post(f"/messages/{second}/activate")
        for socket in (reader, other):
            assert [await socket.receive() for _ in range(2)] == [
                {"type": "switched", "message_id": last},
                {"type": "switched", "message_id": second},
            ]


@pytest.mark.databases("sqlite")
async def test_what_cannot_be_done_is_refused_and_changes_nothing(
    server: RunningServer, upstream: ScriptedUpstream
) -> None:
    ada = await server.person_with_model(upstream.url)
    eve = await server.person_with_model(upstream.url)
    conversation = await ada.conversation()
    exchange = (await ada.say(conversation, "hello")).json()
    message, reply = exchange["message"]["id"], exchange["reply"]["id"]
    before = await ada.messages(conversation)

    async def code(person: Person, path: str, **options: object) -> tuple[int, str]:
        answer = await person.post(path, **options)
        return answer.status_code, answer.json()["code"]

    assert await code(ada, f"/messages/{reply}/continue") == (409, "cannot_continue")
    assert await code(ada, f"/messages/{message}/regenerate") == (404, "message_not_found")
    assert await code(ada, f"/messages/{reply}/edit", json={"content": "x"}) == (
        404,
        "message_not_found",
    )
    assert await code(ada, f"/messages/{message}/edit", json={"content": " "}) == (
        422,
        "blank_message",
    )
    for path in ("regenerate", "continue", "activate"):
        missing = await eve.post(f"/messages/{10**15}/{path}")
        foreign = await eve.post(f"/messages/{reply}/{path}")
        assert (missing.status_code, missing.content) == (404, foreign.content)
    assert (await eve.get(f"/messages/{reply}/versions")).status_code == 404
    assert await ada.messages(conversation) == before
    await ada.set_model(upstream.url, "hold")
    sending = asyncio.create_task(ada.say(conversation, "wait"))
    await upstream.received(len(upstream.requests) + 1)
    assert await code(ada, f"/messages/{reply}/regenerate") == (409, "reply_in_progress")
    assert await code(ada, f"/messages/{reply}/activate") == (409, "reply_in_progress")
    upstream.release()
    await sending


async def test_every_way_to_ask_is_idempotent(
    server: RunningServer, upstream: ScriptedUpstream
) -> None:
    ada = await server.person_with_model(upstream.url, "slow")
    conversation = await ada.conversation()
    exchange = (await ada.say(conversation, "hello")).json()
    paths = {
        f"/messages/{exchange['reply']['id']}/regenerate": None,
        f"/messages/{exchange['message']['id']}/edit": {"content": "changed"},
    }
    for number, (path, body) in enumerate(paths.items()):
        asked = len(upstream.replies)
        headers = {"Idempotency-Key": f"key-{number}"}
        answers = await asyncio.gather(
            *(ada.post(path, json=body, headers=headers) for _ in range(10))
        )
        assert {answer.status_code for answer in answers} == {200}
        assert len({answer.text for answer in answers}) == 1
        assert len(upstream.replies) == asked + 1
    await ada.set_model(upstream.url, "cut")
    reply = (await ada.say(conversation, "again")).json()["reply"]
    assert reply["status"] == "interrupted"
    await ada.set_model(upstream.url, "slow")
    asked = len(upstream.replies)
    answers = await asyncio.gather(
        *(
            ada.post(f"/messages/{reply['id']}/continue", headers={"Idempotency-Key": "more"})
            for _ in range(10)
        )
    )
    assert {answer.status_code for answer in answers} == {200}
    assert len({answer.text for answer in answers}) == 1
    assert len(upstream.replies) == asked + 1
