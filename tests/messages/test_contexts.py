"""What a model was sent for a reply is written down with its ending, and never computed anew; what
it would be sent for a draft is what it then is sent."""

from typing import Any

import pytest
from sqlalchemy import Connection, delete, func, select

from app.database import table_of
from app.models import MessageContext, PromptText
from app.services.generation.context import HIDDEN_MAX
from tests.conftest import StartServer
from tests.endpoints.connecting import add_model, connect, patch
from tests.messages.test_long_histories import lengthened
from tests.support.refusals import assert_refused
from tests.support.server import Person, RunningServer
from tests.support.upstream import ScriptedUpstream
from tests.support.upstream_exchange import USAGE

pytestmark = pytest.mark.anyio

LONG = "x" * 20_000
"""About 5,000 tokens."""


async def sent(person: Person, reply: dict[str, Any]) -> list[dict[str, Any]]:
    """The runs of a reply."""
    answer = await person.get(f"/messages/{reply['id']}/context")
    assert answer.status_code == 200, answer.text
    found = answer.json()
    assert found["message_id"] == reply["id"]
    runs: list[dict[str, Any]] = found["runs"]
    return runs


async def say(person: Person, conversation: int, content: str, **options: Any) -> Any:
    body = {"content": content} | options
    answer = await person.post(f"/conversations/{conversation}/messages", json=body)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def draft(person: Person, conversation: int, content: str, **options: Any) -> Any:
    body = {"content": content} | options
    return await person.post(f"/conversations/{conversation}/context", json=body)


async def test_all_of_it_is_told(server: RunningServer, upstream: ScriptedUpstream) -> None:
    ada = await server.person_with_model(upstream.url)
    other = await add_model(ada, await connect(ada, upstream.url, label="Second"), "other")
    conversation = await ada.conversation()
    first = await say(ada, conversation, "hello")
    assert await sent(ada, first["reply"]) == [
        {
            "run": 1,
            "model_name": "echo",
            "connection_label": "127.0.0.1",
            "messages": 1,
            "first_message_id": first["message"]["id"],
            "last_message_id": first["message"]["id"],
            "left_out": [],
            "params_left_out": [],
            "estimated_tokens": 6,
            "usage": USAGE,
        }
    ]
    await patch(ada, "/auth/me", custom_instructions="Be kind.")
    await patch(ada, f"/conversations/{conversation}", system_prompt="Be brief.")
    params = {"temperature": 0.5, "max_tokens": 90}
    second = await say(ada, conversation, "again", model_id=other, params=params)
    (run,) = await sent(ada, second["reply"])
    told = upstream.replies[-1].body
    assert run["system_prompt"] == told["messages"][0]["content"] == "Be kind.\n\nBe brief."
    assert (run["model_name"], run["connection_label"]) == ("other", "Second")
    assert run["params"] == {name: told[name] for name in params} == params
    assert (run["messages"], len(told["messages"])) == (3, 4)
    assert run["first_message_id"] == first["message"]["id"]
    assert run["last_message_id"] == second["message"]["id"]


async def test_it_stays_what_it_was(server: RunningServer, upstream: ScriptedUpstream) -> None:
    ada = await server.person_with_model(upstream.url)
    conversation = await ada.conversation()
    path = f"/conversations/{conversation}"
    await patch(ada, path, system_prompt="One.", params={"seed": 1})
    first = await say(ada, conversation, "hello")
    second = await say(ada, conversation, "and")
    before = [await sent(ada, turn["reply"]) for turn in (first, second)]
    await patch(ada, path, system_prompt="Two.", params=None)
    await ada.set_model(upstream.url, "another")
    edit = f"/messages/{first['message']['id']}/edit"
    assert (await ada.post(edit, json={"content": "not so"})).status_code == 200
    assert [await sent(ada, turn["reply"]) for turn in (first, second)] == before
    assert before[1][0]["system_prompt"] == "One."
    assert before[1][0]["params"] == {"seed": 1}


async def test_a_text_is_kept_once(server: RunningServer, upstream: ScriptedUpstream) -> None:
    ada, bob = [await server.person_with_model(upstream.url) for _ in range(2)]

    async def kept() -> int:
        text = table_of(PromptText)

        def count(connection: Connection) -> int:
            theirs = text.c.user_id.in_([ada.id, bob.id])
            every = select(func.count()).select_from(text).where(theirs)
            return int(connection.execute(every).scalar_one())

        found: int = await server.app.state.services.database.read(count)
        return found

    for person, expected in ((ada, 1), (bob, 2)):
        for _ in range(2):
            conversation = await person.conversation()
            await patch(person, f"/conversations/{conversation}", system_prompt="Be brief. 🐉")
            for _ in range(2):
                reply = (await say(person, conversation, "hello"))["reply"]
                assert (await sent(person, reply))[0]["system_prompt"] == "Be brief. 🐉"
        assert await kept() == expected


@pytest.mark.databases("sqlite")
async def test_what_had_no_room(server: RunningServer, upstream: ScriptedUpstream) -> None:
    ada = await server.person_with_model(upstream.url)
    conversation = await ada.conversation()
    turns = [await say(ada, conversation, f"{number} {LONG}") for number in range(3)]
    (run,) = await sent(ada, turns[-1]["reply"])
    contents = [m["content"] for m in upstream.replies[-1].body["messages"]]
    assert contents[-1] == f"2 {LONG}"
    assert run["messages"] == len(contents) < 5
    left = 5 - len(contents)
    assert run["left_out"] == [{"reason": "budget", "count": left, "ids": []}]
    assert run["first_message_id"] == turns[left // 2]["message"]["id"]
    assert run["estimated_tokens"] > 5_000


@pytest.mark.databases("sqlite")
async def test_it_is_the_request_that_was_accepted(
    server: RunningServer, upstream: ScriptedUpstream
) -> None:
    ada = await server.person_with_model(upstream.url)
    conversation = await ada.conversation()
    for _ in range(3):
        await say(ada, conversation, "hello " * 200)
    await ada.set_model(upstream.url, "context_length")
    turn = await say(ada, conversation, "now")
    assert turn["reply"]["status"] == "complete"
    (run,) = await sent(ada, turn["reply"])
    contents = upstream.replies[-1].body["messages"]
    assert run["messages"] == len(contents) <= 3
    assert run["left_out"] == [{"reason": "budget", "count": 7 - len(contents), "ids": []}]


@pytest.mark.databases("sqlite")
async def test_what_failed_is_named(server: RunningServer, upstream: ScriptedUpstream) -> None:
    ada = await server.person_with_model(upstream.url)
    conversation = await ada.conversation()
    first = await say(ada, conversation, "one")
    await ada.set_model(upstream.url, "401")
    failed = await say(ada, conversation, "two")
    assert failed["reply"]["status"] == "failed"
    (tried,) = await sent(ada, failed["reply"])
    assert tried["messages"] == 3 and "usage" not in tried
    await ada.set_model(upstream.url, "echo")
    last = await say(ada, conversation, "three")
    (run,) = await sent(ada, last["reply"])
    assert run["left_out"] == [{"reason": "failed", "count": 1, "ids": [failed["reply"]["id"]]}]
    assert run["messages"] == 4
    assert run["first_message_id"] == first["message"]["id"]


@pytest.mark.databases("sqlite")
async def test_a_question_passed_over_is_named(
    server: RunningServer, upstream: ScriptedUpstream
) -> None:
    """A question that got no answer and is too long: what is before it is sent all the same."""
    ada = await server.person_with_model(upstream.url)
    conversation = await ada.conversation()
    first = await say(ada, conversation, "one")
    await ada.set_model(upstream.url, "401")
    failed = await say(ada, conversation, "x" * 90_000)
    await ada.set_model(upstream.url, "echo")
    last = await say(ada, conversation, "three")
    assert len(upstream.replies[-1].body["messages"]) == 3
    (run,) = await sent(ada, last["reply"])
    assert run["first_message_id"] == first["message"]["id"]
    assert run["messages"] == 3
    assert run["left_out"] == [
        {"reason": "budget", "count": 1, "ids": [failed["message"]["id"]]},
        {"reason": "failed", "count": 1, "ids": [failed["reply"]["id"]]},
    ]


@pytest.mark.databases("sqlite")
async def test_parameters_that_were_given_up(
    server: RunningServer, upstream: ScriptedUpstream
) -> None:
    ada = await server.person_with_model(upstream.url, "refuses")
    upstream.refuse = lambda body: (
        {"error": {"message": "Unsupported parameter: 'top_p'", "param": "top_p"}}
        if "top_p" in body
        else None
    )
    conversation = await ada.conversation()
    params = {"top_p": 0.5, "max_tokens": 40}
    turn = await say(ada, conversation, "hello", params=params)
    (run,) = await sent(ada, turn["reply"])
    assert run["params"] == {"max_tokens": 40}
    assert run["params_left_out"] == turn["reply"]["left_out"]
    assert [left["name"] for left in run["params_left_out"]] == ["top_p"]
    drafted = (await draft(ada, conversation, "more", params=params)).json()
    assert drafted["params"] == {"max_tokens": 40}
    assert drafted["params_left_out"] == run["params_left_out"]


@pytest.mark.databases("sqlite")
async def test_continuing_adds_a_run(server: RunningServer, upstream: ScriptedUpstream) -> None:
    ada = await server.person_with_model(upstream.url, "at_length")
    conversation = await ada.conversation()
    reply = (await say(ada, conversation, "hello"))["reply"]
    other = await add_model(ada, await connect(ada, upstream.url, label="Second"), "echo")
    path = f"/messages/{reply['id']}/continue"
    continued = (await ada.post(path, json={"model_id": other})).json()["reply"]
    first, second = await sent(ada, reply)
    assert (first["model_name"], second["model_name"]) == ("at_length", "echo")
    assert first["run"] < second["run"]
    assert (first["messages"], second["messages"]) == (1, 2)
    assert second["last_message_id"] == reply["id"]
    assert first["usage"] == second["usage"] == USAGE
    assert continued["usage"]["total_tokens"] == 2 * USAGE["total_tokens"]
    assert second["left_out"] == []


async def test_versions_that_are_not_shown_are_counted(
    server: RunningServer, upstream: ScriptedUpstream
) -> None:
    """Those of then, and none of them is taken for one that had no room."""
    ada = await server.person_with_model(upstream.url)
    conversation = await ada.conversation()
    first = await say(ada, conversation, "one")
    second = await say(ada, conversation, "two")
    path = f"/messages/{first['reply']['id']}/regenerate"
    again = (await ada.post(path)).json()["reply"]
    edited = await ada.post(f"/messages/{first['message']['id']}/edit", json={"content": "uno"})
    hidden = ((second["reply"], 0, 3), (again, 3, 1), (edited.json()["reply"], 5, 1))
    for reply, count, messages in hidden:
        (run,) = await sent(ada, reply)
        assert run["messages"] == messages
        left = [{"reason": "hidden", "count": count, "ids": []}] if count else []
        assert run["left_out"] == left
    drafted = (await draft(ada, conversation, "more")).json()
    assert drafted["left_out"] == [{"reason": "hidden", "count": 5, "ids": []}]


async def test_what_was_deleted_is_none_of_them(
    server: RunningServer, upstream: ScriptedUpstream
) -> None:
    ada = await server.person_with_model(upstream.url)
    conversation = await ada.conversation()
    reply = (await say(ada, conversation, "one"))["reply"]["id"]
    for _ in range(3):
        reply = (await ada.post(f"/messages/{reply}/regenerate")).json()["reply"]["id"]
    more = await lengthened(server, conversation, HIDDEN_MAX)
    for gone in (more[-2], more[0]):
        await ada.request("DELETE", f"/messages/{gone}")
    drafted = (await draft(ada, conversation, "more")).json()
    assert drafted["left_out"] == [{"reason": "hidden", "count": 3, "ids": []}]
    await ada.post(f"/messages/{more[0]}/restore")
    await say(ada, conversation, "two")
    await ada.post(f"/messages/{reply}/regenerate")
    drafted = (await draft(ada, conversation, "more")).json()
    assert drafted["left_out"] == [{"reason": "hidden", "count": HIDDEN_MAX, "ids": []}]


@pytest.mark.databases("sqlite")
async def test_a_draft_is_what_then_goes_out(
    server: RunningServer, upstream: ScriptedUpstream
) -> None:
    ada = await server.person_with_model(upstream.url)
    other = await add_model(ada, await connect(ada, upstream.url, label="Second"), "other")
    conversation = await ada.conversation()
    await patch(ada, f"/conversations/{conversation}", system_prompt="Be brief.")
    every: list[dict[str, Any]] = [{}, {"model_id": other}]
    every += [{"params": {"seed": 7}}, {"params": {"seed": None}}]
    for number, options in enumerate(every):
        content = f"{number} {LONG}"
        before = len(upstream.replies), await ada.messages(conversation)
        drafted = (await draft(ada, conversation, content, **options)).json()
        assert (len(upstream.replies), await ada.messages(conversation)) == before
        turn = await say(ada, conversation, content, **options)
        (run,) = await sent(ada, turn["reply"])
        told = {"run", "usage", "first_message_id", "last_message_id"}
        assert {k: v for k, v in drafted.items() if k not in told} == {
            k: v for k, v in run.items() if k not in told
        }
        if run["messages"] > 1:
            assert drafted["first_message_id"] == run["first_message_id"]
        else:
            assert "first_message_id" not in drafted


@pytest.mark.databases("sqlite")
async def test_what_cannot_be_sent_cannot_be_drafted(
    server: RunningServer, upstream: ScriptedUpstream
) -> None:
    ada = await server.register()
    conversation = await ada.conversation()
    assert_refused(await draft(ada, conversation, "hello"), 409, "model_not_configured")
    await ada.set_model(upstream.url, "hold")
    assert_refused(await draft(ada, conversation, " "), 422, "blank_message")
    assert_refused(await draft(ada, conversation, "hello", model_id=2**62), 404, "model_not_found")
    wrong = await draft(ada, conversation, "hello", params={"temperature": 9})
    assert_refused(wrong, 422, "invalid_input")
    bob = await server.person_with_model(upstream.url)
    assert_refused(await draft(bob, conversation, "hello"), 404, "conversation_not_found")
    async with ada.socket(conversation) as socket:
        await socket.send(type="message", content="hello")
        start, *_ = await socket.until("chunk")
        assert_refused(await draft(ada, conversation, "hello"), 409, "reply_in_progress")
        assert await sent(ada, start["message"]) == []
        upstream.release()
        await socket.until("done")
    assert len(await sent(ada, start["message"])) == 1


async def test_whose_it_is(server: RunningServer, upstream: ScriptedUpstream) -> None:
    ada, bob = [await server.person_with_model(upstream.url) for _ in range(2)]
    turn = await say(ada, await ada.conversation(), "a secret")
    path = f"/messages/{turn['reply']['id']}/context"
    assert_refused(await bob.get(path), 404, "message_not_found")
    asked = f"/messages/{turn['message']['id']}/context"
    assert_refused(await ada.get(asked), 404, "message_not_found")


async def test_a_reply_from_before_has_none(
    server: RunningServer, upstream: ScriptedUpstream
) -> None:
    ada = await server.person_with_model(upstream.url)
    reply = (await say(ada, await ada.conversation(), "hello"))["reply"]
    context = table_of(MessageContext)

    def forget(connection: Connection) -> None:
        connection.execute(delete(context).where(context.c.message_id == reply["id"]))

    await server.app.state.services.database.write(forget)
    assert await sent(ada, reply) == []


async def test_a_long_past_is_a_number(
    start_server: StartServer, upstream: ScriptedUpstream
) -> None:
    """Thousands that had no room are counted, not listed."""
    server = await start_server()
    ada = await server.person_with_model(upstream.url)
    conversation = await ada.conversation()
    await say(ada, conversation, "hello")
    await lengthened(server, conversation, 4_000)
    turn = await say(ada, conversation, "y" * 30_000)
    answer = await ada.get(f"/messages/{turn['reply']['id']}/context")
    (run,) = answer.json()["runs"]
    assert run["messages"] + sum(left["count"] for left in run["left_out"]) == 4_003
    assert len(answer.content) < 2_000
