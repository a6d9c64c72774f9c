"""A message is sent once, one reply runs at a time, and limits hold."""

import asyncio
from typing import Any

import pytest

from tests.conftest import StartServer
from tests.support.server import Person, RunningServer, text_of
from tests.support.upstream import ScriptedUpstream

pytestmark = pytest.mark.anyio


async def test_parallel_duplicates_are_one_message(
    server: RunningServer, upstream: ScriptedUpstream
) -> None:
    ada = await server.person_with_model(upstream.url, "slow")
    conversation = await ada.conversation()
    headers = {"Idempotency-Key": "the-one"}
    answers = await asyncio.gather(
        *(ada.say(conversation, "only once", **headers) for _ in range(20))
    )
    assert {answer.status_code for answer in answers} == {200}
    assert len({answer.text for answer in answers}) == 1
    assert len(await ada.messages(conversation)) == 2
    assert len(upstream.replies) == 1


async def test_duplicates_hold_across_a_restart(
    start_server: StartServer, upstream: ScriptedUpstream
) -> None:
    first = await start_server()
    ada = await first.person_with_model(upstream.url)
    conversation = await ada.conversation()
    key = {"Idempotency-Key": "k1"}
    before = (await ada.say(conversation, "once", **key)).json()
    ada.server = await start_server()
    assert (await ada.say(conversation, "once", **key)).json() == before
    async with ada.socket(conversation) as socket:
        events = await socket.say("once", client_id="k1")
        assert events[0]["client_id"] == "k1" and text_of(events) == "You said: once"
    assert len(upstream.replies) == 1


async def test_a_client_id_is_not_used_for_another_message(
    server: RunningServer, upstream: ScriptedUpstream
) -> None:
    ada = await server.person_with_model(upstream.url)
    conversation = await ada.conversation()
    async with ada.socket(conversation) as socket:
        events = await socket.say("one", client_id="a")
        assert events[0]["client_id"] == "a"
        refusal = (await socket.say("two", client_id="a"))[-1]
        assert (refusal["code"], refusal["client_id"]) == ("client_id_reused", "a")
        assert (await socket.say("three", client_id="A"))[-1]["type"] == "done"
    assert len(await ada.messages(conversation)) == 4


async def test_a_client_id_is_not_used_for_another_act(
    server: RunningServer, upstream: ScriptedUpstream
) -> None:
    ada = await server.person_with_model(upstream.url, "cut")
    conversation = await ada.conversation()
    first = (await ada.say(conversation, "same", **named("sent"))).json()
    second = (await ada.say(conversation, "two")).json()
    said, heard = f"/messages/{second['message']['id']}", f"/messages/{second['reply']['id']}"

    async def ask(path: str, name: str, content: str | None = None) -> dict[str, Any]:
        body = {"content": content} if content else None
        answer = await ada.post(path, json=body, headers=named(name))
        result: dict[str, Any] = {"status": answer.status_code} | answer.json()
        return result

    edited = await ask(f"{said}/edit", "edited", "same")
    again = await ask(f"/messages/{edited['reply']['id']}/regenerate", "again")
    more = await ask(f"/messages/{again['reply']['id']}/continue", "more")
    assert [answer["status"] for answer in (edited, again, more)] == [200, 200, 200]
    before, asked = await ada.messages(conversation), len(upstream.replies)
    send, message = f"/conversations/{conversation}/messages", f"/messages/{first['message']['id']}"
    last = f"/messages/{again['reply']['id']}"
    for path, name, content in (
        (send, "edited", "same"),
        (f"{message}/edit", "edited", "same"),
        (f"{message}/edit", "sent", "same"),
        (f"/messages/{edited['message']['id']}/edit", "edited", "same"),
        (f"{said}/edit", "sent", "same"),
        (f"{said}/edit", "again", "same"),
        (f"{last}/regenerate", "again", None),
        (f"{last}/regenerate", "more", None),
        (f"{heard}/regenerate", "again", None),
        (f"{heard}/regenerate", "edited", None),
        (f"{last}/continue", "again", None),
        (f"{last}/continue", "edited", None),
    ):
        refusal = await ask(path, name, content)
        assert (refusal["status"], refusal.get("code")) == (422, "client_id_reused"), (path, name)
    assert await ada.messages(conversation) == before
    # The same names for the same acts lead to what they led to.
    assert (await ask(send, "sent", "same"))["reply"]["id"] == first["reply"]["id"]
    assert (await ask(f"{said}/edit", "edited", "same"))["message"] == edited["message"]
    same = await ask(f"/messages/{edited['reply']['id']}/regenerate", "again")
    assert same["reply"]["id"] == again["reply"]["id"]
    assert (await ask(f"{last}/continue", "more"))["reply"] == more["reply"]
    assert len(upstream.replies) == asked


def named(name: str) -> dict[str, str]:
    return {"Idempotency-Key": name}


async def test_a_second_message_waits_for_the_first_reply(
    server: RunningServer, upstream: ScriptedUpstream
) -> None:
    ada = await server.person_with_model(upstream.url, "hold")
    conversation = await ada.conversation()
    async with ada.socket(conversation) as socket:
        await socket.send(type="message", content="one")
        await socket.until("chunk")
        answer = await ada.say(conversation, "two")
        assert (answer.status_code, answer.json()["code"]) == (409, "reply_in_progress")
        assert len(await ada.messages(conversation)) == 2
        upstream.release()
        await socket.until("done")
        assert (await ada.say(conversation, "two")).status_code == 200


async def test_running_replies_of_a_user_are_bounded(
    start_server: StartServer, upstream: ScriptedUpstream
) -> None:
    server = await start_server(max_replies_per_user=2)
    ada = await server.person_with_model(upstream.url, "hold")
    conversations = [await ada.conversation() for _ in range(8)]
    sending = [asyncio.create_task(ada.say(id, "hello")) for id in conversations]
    done, running = await asyncio.wait(sending, return_when=asyncio.FIRST_COMPLETED)
    while len(done) < 6:
        more, running = await asyncio.wait(running, return_when=asyncio.FIRST_COMPLETED)
        done |= more
    assert {task.result().status_code for task in done} == {429}
    upstream.release()
    assert {task.result().status_code for task in (await asyncio.wait(running))[0]} == {200}


@pytest.mark.databases("sqlite")
async def test_without_a_model_nothing_is_stored(server: RunningServer) -> None:
    ada = await server.register()
    conversation = await ada.conversation()
    answer = await ada.say(conversation, "hello")
    assert (answer.status_code, answer.json()["code"]) == (409, "model_not_configured")
    assert await ada.messages(conversation) == []


async def test_the_default_model_has_a_daily_share(
    start_server: StartServer, upstream: ScriptedUpstream
) -> None:
    server = await start_server(
        default_model_url=upstream.url,
        default_model_name="echo",
        default_api_key="sk-operator",
        default_model_daily_messages=2,
        allowed_private_model_hosts=[],
    )
    ada = await server.register()
    assert (await ada.get("/auth/me")).json()["can_chat"] is True
    conversation = await ada.conversation()
    assert await share(ada) == (2, 2)
    statuses, left = [], []
    for _ in range(3):
        statuses.append((await ada.say(conversation, "hello")).status_code)
        left.append(await share(ada))
    assert statuses == [200, 200, 429]
    assert left == [(1, 2), (0, 2), (0, 2)]
    assert await share(await server.register()) == (2, 2)
    await ada.set_model("https://93.184.215.14/v1", "her own")
    assert await share(ada) == (None, None)
    assert upstream.replies[0].headers["authorization"] == "Bearer sk-operator"


@pytest.mark.databases("sqlite")
@pytest.mark.parametrize("daily, offered", [(0, True), (2, False)])
async def test_what_is_not_counted_is_not_told(
    start_server: StartServer, upstream: ScriptedUpstream, daily: int, offered: bool
) -> None:
    server = await start_server(
        default_model_url=upstream.url,
        default_api_key="sk-operator" if offered else "",
        default_model_daily_messages=daily,
    )
    assert await share(await server.register()) == (None, None)


async def share(person: Person) -> tuple[int | None, int | None]:
    """How many messages to the operator's model are left today, of how many."""
    me = (await person.get("/auth/me")).json()
    return me["default_model_left"], me["default_model_daily"]


@pytest.mark.databases("sqlite", "mysql")
async def test_a_hundred_chats_at_once(server: RunningServer, upstream: ScriptedUpstream) -> None:
    people = [await server.register() for _ in range(100)]

    async def chat(number: int) -> str:
        await people[number].set_model(upstream.url, "slow")
        conversation = await people[number].conversation()
        answer = await people[number].say(conversation, f"I am number {number}")
        return str(answer.json()["reply"]["content"])

    said = await asyncio.gather(*map(chat, range(100)))
    assert said == [f"You said: I am number {number}" for number in range(100)]
