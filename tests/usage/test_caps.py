"""Caps of one's own: exact, told of before, and refused with the time of their reset."""

import asyncio
from datetime import UTC, datetime
from typing import Any

import pytest

from tests.conftest import StartServer
from tests.endpoints.connecting import add_model, connect, models, patch
from tests.faults.watching import eventually
from tests.support.refusals import assert_refused
from tests.support.server import Person, RunningServer
from tests.support.server_process import server_process
from tests.support.upstream import ScriptedUpstream
from tests.usage.capped import cap, caps_of, set_caps

pytestmark = pytest.mark.anyio

SENDERS = 50
MISSING = 2**62


@pytest.mark.databases("sqlite")
async def test_what_is_set_is_told(server: RunningServer, upstream: ScriptedUpstream) -> None:
    ada = await server.register()
    made = await connect(ada, upstream.url, label="Mine")
    model = await add_model(ada, made, "m")
    assert await caps_of(ada) == []
    told = await set_caps(
        ada,
        cap(5),
        cap(10**6, "tokens", target="connection", connection_id=made["id"], period="month"),
        cap(2 * 10**9, "nano_usd", target="model", model_id=model, warn_percent=50),
    )
    assert told == await caps_of(ada)
    first, second, third = told
    id, resets_at = first.pop("id"), first.pop("resets_at")
    assert id != second["id"]
    assert first == {
        **{"scope": "user", "source": "user", "target": "all", "label": None},
        **{"connection_id": None, "model_id": None, "period": "day", "unit": "messages"},
        **{"amount": 5, "warn_percent": 80, "used": 0, "left": 5, "warning": False},
    }
    at = datetime.fromisoformat(resets_at)
    assert (at.hour, at.minute) == (0, 0) and 0 < (at - datetime.now(UTC)).total_seconds() <= 86_400
    month = datetime.fromisoformat(second["resets_at"])
    assert (month.day, month.hour) == (1, 0) and month > datetime.now(UTC)
    assert (second["label"], second["connection_id"]) == ("Mine", made["id"])
    assert (third["label"], third["model_id"], third["warn_percent"]) == ("m", model, 50)
    bob = await server.register()
    assert await caps_of(bob) == []
    assert len(await set_caps(ada, cap(1))) == 1
    assert await set_caps(ada) == []


@pytest.mark.databases("sqlite")
async def test_what_cannot_be_set(server: RunningServer, upstream: ScriptedUpstream) -> None:
    ada, bob = await server.register(), await server.register()
    theirs = await connect(bob, upstream.url)
    its_model = await add_model(bob, theirs, "m")
    kept = await set_caps(ada, cap(7))
    for bad in (
        *(
            {"amount": -1},
            {"amount": 10**15 + 1},
            {"amount": 1.5},
            {"amount": True},
            {"amount": None},
        ),
        *({"unit": "euro"}, {"period": "week"}, {"target": "everyone"}, {"warn_percent": 0}),
        *({"warn_percent": 101}, {"target": "connection"}, {"target": "model"}, {"model_id": 1}),
        *({"target": "connection", "connection_id": 0}, {"target": "model", "connection_id": 1}),
    ):
        answer = await ada.request("PUT", "/usage/caps", json={"caps": [cap(1) | bad]})
        assert_refused(answer, 422, "invalid_input")
    body: Any
    for body in ({}, {"caps": None}, {"caps": [cap(1)] * 21}, []):
        assert_refused(await ada.request("PUT", "/usage/caps", json=body), 422, "invalid_input")
    for kind, id in (("connection", theirs["id"]), ("connection", MISSING), ("model", its_model)):
        of = {"target": kind, f"{kind}_id": id}
        answer = await ada.request("PUT", "/usage/caps", json={"caps": [cap(1), cap(1) | of]})
        assert_refused(answer, 404, f"{kind}_not_found")
    assert await caps_of(ada) == kept


async def test_messages_up_to_a_cap(server: RunningServer, upstream: ScriptedUpstream) -> None:
    ada = await server.person_with_model(upstream.url)
    conversation = await ada.conversation("no title is asked for")
    await set_caps(ada, cap(3))
    for n in range(3):
        assert (await ada.say(conversation, f"{n}")).status_code == 200
    (told,) = await caps_of(ada)
    assert (told["used"], told["left"], told["warning"]) == (3, 0, True)
    refused = await ada.say(conversation, "one more")
    assert_refused(refused, 429, "cap_reached")
    seconds = int(refused.headers["retry-after"])
    at = datetime.fromisoformat(told["resets_at"])
    assert abs((at - datetime.now(UTC)).total_seconds() - seconds) < 60
    assert refused.json()["detail"] == (
        f"The limit that you have set (3 messages a day) is reached;"
        f" it begins anew at {at:%Y-%m-%d} 00:00 UTC"
    )
    chinese = await ada.say(conversation, "one more", **{"Accept-Language": "zh"})
    assert chinese.json()["detail"].startswith("已达到自己设定的用量上限（每天 3 条消息）")
    assert len(await ada.messages(conversation)) == 6
    assert len(upstream.replies) == 3
    await set_caps(ada, cap(4))
    assert (await ada.say(conversation, "one more")).status_code == 200


@pytest.mark.databases("sqlite")
async def test_a_refusal_and_a_warning_over_a_socket(
    server: RunningServer, upstream: ScriptedUpstream
) -> None:
    ada = await server.person_with_model(upstream.url)
    await set_caps(ada, cap(5))
    async with ada.socket(await ada.conversation("named")) as socket:

        async def said() -> dict[str, Any]:
            await socket.send(type="message", content="hello", client_id=None)
            while (event := await socket.receive())["type"] not in ("done", "error"):
                pass
            return event

        ended = [await said() for _ in range(6)]
    assert ["warning" in event for event in ended] == [False] * 3 + [True] * 2 + [False]
    (told,) = await caps_of(ada)
    assert ended[3]["warning"] == {
        **{"source": "user", "period": "day", "unit": "messages", "amount": 5, "left": 1},
        "resets_at": told["resets_at"].replace(".000000", ""),
    }
    assert ended[4]["warning"]["left"] == 0
    assert (ended[5]["type"], ended[5]["code"]) == ("error", "cap_reached")
    assert 0 < ended[5]["retry_after"] <= 86_400
    assert ended[5]["reason"] == "user"


async def test_tokens_and_money(server: RunningServer, upstream: ScriptedUpstream) -> None:
    ada = await server.register()
    made = await connect(ada, upstream.url)
    model = await add_model(ada, made, "echo")
    await patch(ada, f"/models/{model}", price={"prompt": "1000", "completion": "2000"})
    await patch(ada, "/auth/me", default_model_id=model)
    conversation = await ada.conversation("named")
    assert (await ada.say(conversation, "hello")).status_code == 200
    # What stands in no cap was counted all the same.
    usage = (await ada.messages(conversation))[-1]["usage"]
    tokens = usage["prompt_tokens"] + usage["completion_tokens"]
    cost = 1_000_000 * usage["prompt_tokens"] + 2_000_000 * usage["completion_tokens"]
    of_tokens, of_money = await set_caps(ada, cap(10**6, "tokens"), cap(10**12, "nano_usd"))
    assert (of_tokens["used"], of_money["used"]) == (tokens, cost)
    await set_caps(ada, cap(tokens + 1_000, "tokens"))  # an answer is taken to have a thousand
    assert_refused(await ada.say(conversation, "hello"), 429, "cap_reached")
    few = {"content": "hello", "params": {"max_tokens": 100}}
    path = f"/conversations/{conversation}/messages"
    assert (await ada.post(path, json=few)).status_code == 200
    await set_caps(ada, cap(2 * cost + 2_000_000_000, "nano_usd"))
    assert_refused(await ada.say(conversation, "hello"), 429, "cap_reached")
    many = few | {"params": {"max_tokens": 2**31 - 1}}
    assert_refused(await ada.post(path, json=many), 429, "cap_reached")
    assert (await ada.post(path, json=few)).status_code == 200
    # Of a model without a price no money is counted.
    await patch(ada, f"/models/{model}", price=None)
    assert (await ada.post(path, json=many)).status_code == 200


async def test_a_cap_is_about_its_target(server: RunningServer, upstream: ScriptedUpstream) -> None:
    ada = await server.register()
    one, two = [await connect(ada, upstream.url, label=label) for label in ("one", "two")]
    mine = [await add_model(ada, one, name) for name in ("echo", "other")]
    elsewhere = await add_model(ada, two, "echo")
    conversation = await ada.conversation("named")

    async def says(model: int) -> int:
        body = {"content": "hello", "model_id": model}
        return (await ada.post(f"/conversations/{conversation}/messages", json=body)).status_code

    await set_caps(ada, cap(1, target="model", model_id=mine[0]))
    assert [await says(model) for model in (*mine, elsewhere, *mine)] == [200, 200, 200, 429, 200]
    await set_caps(ada, cap(3, target="connection", connection_id=one["id"]))
    assert [await says(model) for model in (*mine, elsewhere)] == [429, 429, 200]
    await set_caps(ada, cap(0, target="shared"))
    assert await says(mine[0]) == 200
    assert [each["label"] for each in await caps_of(ada)] == [None]


@pytest.mark.databases("sqlite")
async def test_other_ways_to_a_reply_are_under_caps(
    server: RunningServer, upstream: ScriptedUpstream
) -> None:
    ada = await server.person_with_model(upstream.url, "at_length")
    conversation = await ada.conversation("named")
    question, reply = (await ada.say(conversation, "hello")).json().values()
    await set_caps(ada, cap(1))
    for path, body in (
        (f"/messages/{question['id']}/edit", {"content": "other"}),
        (f"/messages/{reply['id']}/regenerate", None),
        (f"/messages/{reply['id']}/continue", None),
    ):
        answer = await ada.post(path, json=body)
        assert_refused(answer, 429, "cap_reached")
    assert len(await ada.messages(conversation)) == 2


async def test_what_is_held_back_is_given_back(
    server: RunningServer, upstream: ScriptedUpstream
) -> None:
    ada = await server.person_with_model(upstream.url, "hold")
    await set_caps(ada, cap(10_000, "tokens"))
    conversation = await ada.conversation("named")
    many = {"content": "hello", "params": {"max_tokens": 6_000}}
    async with ada.socket(conversation) as socket:
        await socket.send(type="message", **many)
        while (await socket.receive())["type"] != "chunk":
            pass
        (told,) = await caps_of(ada)
        assert 6_000 < told["used"] < 7_000
        other = f"/conversations/{await ada.conversation('other')}/messages"
        assert_refused(await ada.post(other, json=many), 429, "cap_reached")
        upstream.release()
        while (await socket.receive())["type"] != "done":
            pass
    (told,) = await caps_of(ada)
    assert told["used"] < 200
    assert (await ada.post(other, json=many)).status_code == 200


async def test_fifty_at_once_over_two_processes_at_one_below_a_cap(
    start_server: StartServer, upstream: ScriptedUpstream, database_url: str
) -> None:
    here = await start_server(max_replies_per_user=SENDERS)
    ada = await here.person_with_model(upstream.url)
    conversations = [await ada.conversation("named") for _ in range(SENDERS)]
    assert (await ada.say(conversations[0], "the first")).status_code == 200
    await set_caps(ada, cap(2))
    more = {"MAX_REPLIES_PER_USER": str(SENDERS)}
    async with server_process(database_url, **more) as process:
        places = [ada, process.seen_by(ada)]
        answers = await asyncio.gather(
            *(places[n % 2].say(id, "at once") for n, id in enumerate(conversations))
        )
    codes = sorted(answer.status_code for answer in answers)
    assert codes == [200] + [429] * (SENDERS - 1)
    refused = [answer for answer in answers if answer.status_code == 429]
    assert {answer.json()["code"] for answer in refused} == {"cap_reached"}
    assert len(upstream.replies) == 2


def own(found: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [each for each in found if not each["connection"]["shared"]]


@pytest.mark.databases("sqlite")
async def test_the_default_models_share_is_shown_as_a_cap(
    start_server: StartServer, upstream: ScriptedUpstream
) -> None:
    settings = {"default_model_url": upstream.url, "default_model_name": "echo"}
    server = await start_server(
        **settings, default_api_key="sk-operator", default_model_daily_messages=5
    )
    ada = await server.register()
    async with ada.socket(await ada.conversation("named")) as socket:
        ended: list[dict[str, Any]] = []
        for _ in range(6):
            await socket.send(type="message", content="hello")
            while (event := await socket.receive())["type"] not in ("done", "error"):
                pass
            ended.append(event)
    assert ["warning" in event for event in ended] == [False] * 3 + [True] * 2 + [False]
    assert ended[3]["warning"]["source"] == "operator"
    assert ended[5]["code"] == "daily_limit_reached"
    (told,) = await caps_of(ada)
    assert (told["id"], told["target"], told["source"]) == (None, "shared", "operator")
    assert (told["amount"], told["used"], told["left"]) == (5, 5, 0)


async def said(person: Person, conversation: int, model: int) -> int:
    body = {"content": "hello", "model_id": model}
    return (await person.post(f"/conversations/{conversation}/messages", json=body)).status_code


async def test_caps_go_with_what_they_are_about(
    server: RunningServer, upstream: ScriptedUpstream
) -> None:
    ada = await server.register()
    made = await connect(ada, upstream.url)
    await add_model(ada, made, "echo")
    await set_caps(ada, cap(1, target="connection", connection_id=made["id"]))
    assert (await ada.request("DELETE", f"/connections/{made['id']}")).status_code == 204
    assert own(await models(ada)) == []
    assert [each["label"] for each in await caps_of(ada)] in ([], [None])


@pytest.mark.databases("sqlite")
async def test_a_trial_is_under_caps(server: RunningServer, upstream: ScriptedUpstream) -> None:
    ada = await server.register()
    made = await connect(ada, upstream.url)
    path, body = f"/connections/{made['id']}/test", {"model_name": "echo"}
    await set_caps(ada, cap(1_000, "tokens"), cap(0))  # it is no message
    tried = (await ada.post(path, json=body)).json()
    assert (tried["ok"], tried["error"]["code"]) == (False, "cap_reached")
    assert tried["error"]["message"] and upstream.replies == []
    await set_caps(ada, cap(10_000, "tokens"), cap(0))
    assert (await ada.post(path, json=body)).json()["ok"] is True
    of_tokens, of_messages = await caps_of(ada)
    assert 0 < of_tokens["used"] < 100 and of_messages["used"] == 0


@pytest.mark.databases("sqlite")
async def test_a_title_is_not_asked_for_where_there_is_no_room(
    server: RunningServer, upstream: ScriptedUpstream, caplog: pytest.LogCaptureFixture
) -> None:
    ada = await server.person_with_model(upstream.url)
    await set_caps(ada, cap(1_050, "tokens"))  # a thousand of them for an answer
    first = await ada.conversation()
    assert (await ada.say(first, "hello")).status_code == 200

    async def is_refused() -> bool:
        return any(record.message == "title_failed" for record in caplog.records)

    await eventually(is_refused)
    assert [request for request in upstream.requests if request.is_title] == []
    (told,) = await caps_of(ada)
    assert told["used"] == 12
    await set_caps(ada, cap(5_000, "tokens"))
    async with ada.socket(await ada.conversation()) as socket:
        await socket.send(type="message", content="hello")
        while (event := await socket.receive())["type"] != "title" or event["title"] == "hello":
            pass
    assert event["title"] == upstream.title
