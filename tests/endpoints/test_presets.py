"""Presets are templates, and parameters go from where they were set to the model's server."""

import asyncio
import json
from typing import Any

import pytest

from tests.endpoints.connecting import add_model, connect, patch
from tests.support.refusals import assert_refused
from tests.support.server import Person, RunningServer
from tests.support.upstream import ScriptedUpstream

pytestmark = pytest.mark.anyio

MISSING = 2**62
OTHER = "http://127.0.0.1:11434/v1"
EVERY: dict[str, Any] = {
    "temperature": 0.5,
    "top_p": 1.0,
    "max_tokens": 100,
    "stop": ["END", "🍣"],
    "seed": -7,
    "presence_penalty": -2.0,
    "frequency_penalty": 2.0,
    "reasoning_effort": "low",
    "extra": {"top_k": 40, "nested": {"a": [None, True, "字"]}},
}


async def preset(person: Person, **given: Any) -> dict[str, Any]:
    answer = await person.post("/presets", json={"name": "Mine"} | given)
    assert answer.status_code == 201, answer.text
    made: dict[str, Any] = answer.json()
    return made


async def say(person: Person, conversation: int, **options: Any) -> Any:
    body = {"content": "hello"} | options
    return await person.post(f"/conversations/{conversation}/messages", json=body)


async def test_made_listed_changed_and_removed(server: RunningServer) -> None:
    ada, eve = await server.register(), await server.register()
    model = await add_model(ada, await connect(ada, OTHER), "m")
    plain = await preset(ada, name="  Plain ")
    assert (plain["name"], plain["model_id"], plain["system_prompt"], plain["params"]) == (
        *("Plain", None),
        *(None, None),
    )
    full = {"model_id": model, "system_prompt": "Rhyme", "params": EVERY}
    made = await preset(ada, name="Full", **full)
    assert made.items() >= full.items()
    assert (await ada.get("/presets")).json()["presets"] == [made, plain]
    path = f"/presets/{made['id']}"
    changed = await patch(ada, path, name="Fuller", params={"seed": 1, "top_p": None})
    assert (changed["name"], changed["params"], changed["model_id"]) == (
        "Fuller",
        {"seed": 1},
        model,
    )
    cleared = await patch(ada, path, name=None, model_id=None, system_prompt=None, params=None)
    assert cleared["name"] == "Fuller"
    assert {cleared[name] for name in ("model_id", "system_prompt", "params")} == {None}
    for method in ("PATCH", "DELETE"):
        for id in (made["id"], MISSING):
            answer = await eve.request(method, f"/presets/{id}", json={"name": "x"})
            assert_refused(answer, 404, "preset_not_found")
    assert (await eve.get("/presets")).json() == {"presets": []}
    assert (await ada.request("DELETE", path)).status_code == 204
    assert (await ada.get("/presets")).json()["presets"] == [plain]


async def test_bounds(server: RunningServer) -> None:
    ada, eve = await server.register(), await server.register()
    theirs = await add_model(eve, await connect(eve, OTHER), "m")
    wrong: list[dict[str, Any]] = [
        {"name": ""},
        {"name": "x" * 101},
        {"name": None},
        {"system_prompt": "x" * 16_001},
        {"params": {"temperature": 3}},
        {"params": {"unknown": 1}},
        {"params": {"extra": {"model": "x"}}},
        {"params": {"extra": {"x": "y" * 9_000}}},
        {"params": []},
    ]
    for bad in wrong:
        answer = await ada.post("/presets", json={"name": "n"} | bad)
        assert_refused(answer, 422, "invalid_input")
    answer = await ada.post("/presets", json={"name": "n", "params": {"temperature": 3}})
    assert [found["field"] for found in answer.json()["fields"]] == ["params.temperature"]
    for id in (theirs, MISSING):
        answer = await ada.post("/presets", json={"name": "n", "model_id": id})
        assert_refused(answer, 404, "model_not_found")
    mine = await preset(ada)
    answer = await ada.request("PATCH", f"/presets/{mine['id']}", json={"model_id": theirs})
    assert_refused(answer, 404, "model_not_found")
    await asyncio.gather(*(preset(ada) for _ in range(199)))
    assert_refused(await ada.post("/presets", json={"name": "n"}), 409, "list_full")


@pytest.mark.databases("sqlite")
@pytest.mark.parametrize("depth", [1, 99, 100, 253, 254, 255, 256, 900])
async def test_extra_that_is_taken_is_answered_and_sent(
    server: RunningServer, upstream: ScriptedUpstream, depth: int
) -> None:
    ada = await server.person_with_model(upstream.url)
    conversation = await ada.conversation()
    body = '{"name": "n", "params": {"extra": {"a": %s}}}' % ("[" * depth + "]" * depth)
    answer = await ada.post("/presets", content=body, headers={"content-type": "application/json"})
    assert (answer.status_code == 201) is (depth < 100), answer.text
    if answer.status_code != 201:
        assert_refused(answer, 422, "invalid_input")
        return
    extra = json.loads(body)["params"]["extra"]
    assert (await ada.get("/presets")).json()["presets"][0]["params"] == {"extra": extra}
    path = f"/conversations/{conversation}"
    await patch(ada, path, preset_id=answer.json()["id"])
    assert (await ada.get(path)).json()["params"] == {"extra": extra}
    assert (await say(ada, conversation)).json()["reply"]["status"] == "complete"
    assert upstream.replies[-1].body["a"] == extra["a"]


@pytest.mark.parametrize("number", [2**63, -(2**63) - 1, 2**64, 10**30, -(10**400)])
async def test_a_number_of_many_digits_stays_as_it_is(
    server: RunningServer, upstream: ScriptedUpstream, number: int
) -> None:
    """Over a socket too."""
    ada = await server.person_with_model(upstream.url)
    conversation = await ada.conversation()
    path = f"/conversations/{conversation}"
    params = {"temperature": 0.5, "extra": {"a": number}}
    assert (await patch(ada, path, params=params))["params"] == params
    assert (await ada.get(path)).json()["params"] == params
    for options in ({}, {"params": params}):
        answer = await ada.post(f"{path}/messages", json={"content": "hello"} | options)
        assert answer.json()["reply"]["status"] == "complete", answer.text
        sent = upstream.replies[-1].body
        assert (sent["temperature"], sent["a"]) == (0.5, number)
    await patch(ada, path, params=None)
    async with ada.socket(conversation) as socket:
        frame = {"type": "message", "content": "hello", "params": params}
        await socket.connection.send(json.dumps(frame))
        await socket.until("done")
    sent = upstream.replies[-1].body
    assert (sent["temperature"], sent["a"]) == (0.5, number)


async def test_a_preset_is_copied(server: RunningServer, upstream: ScriptedUpstream) -> None:
    ada, eve = await server.register(), await server.register()
    made = await connect(ada, upstream.url)
    one, two = [await add_model(ada, made, name) for name in ("one", "two")]
    full = {"model_id": one, "system_prompt": "Rhyme", "params": {"seed": 7}}
    template = await preset(ada, **full)
    bare = await preset(ada)
    conversation = await ada.conversation()
    path = f"/conversations/{conversation}"
    before = {"model_id": None, "preset_id": None, "params": None, "system_prompt": None}
    assert (await ada.get(path)).json().items() >= before.items()
    filled = await patch(ada, path, preset_id=template["id"])
    assert filled.items() >= (full | {"preset_id": template["id"]}).items()
    await patch(ada, f"/presets/{template['id']}", system_prompt="No", params=None, model_id=two)
    await ada.request("DELETE", f"/presets/{template['id']}")
    assert (await ada.get(path)).json() == filled
    (await say(ada, conversation)).raise_for_status()
    asked = upstream.replies[-1].body
    assert (asked["model"], asked["seed"], asked["messages"][0]["content"]) == ("one", 7, "Rhyme")
    own = {"model_id": two, "params": {"top_p": 0.5}, "system_prompt": "Mine"}
    filled = await patch(ada, path, preset_id=bare["id"], **own)
    assert filled.items() >= (own | {"preset_id": bare["id"]}).items()
    assert (await patch(ada, path, preset_id=None)).items() >= (own | {"preset_id": None}).items()
    emptied = await patch(ada, path, preset_id=bare["id"])
    assert {emptied[name] for name in own} == {None}
    theirs = await preset(eve)
    for id in (theirs["id"], template["id"], MISSING):
        answer = await ada.request("PATCH", path, json={"preset_id": id, "title": "stolen"})
        assert_refused(answer, 404, "preset_not_found")
    assert (await ada.get(path)).json() == emptied


async def test_parameters_of_a_conversation_and_of_a_request(
    server: RunningServer, upstream: ScriptedUpstream
) -> None:
    ada = await server.person_with_model(upstream.url)
    conversation = await ada.conversation()
    path = f"/conversations/{conversation}"

    async def sent(**options: Any) -> dict[str, Any]:
        answer = (await say(ada, conversation, **options)).json()
        assert answer["reply"]["status"] == "complete"
        known = {"model", "messages", "stream", "stream_options"}
        return {k: v for k, v in upstream.replies[-1].body.items() if k not in known}

    assert await sent() == {}
    assert (await patch(ada, path, params=EVERY))["params"] == EVERY
    flat = EVERY | EVERY["extra"]
    del flat["extra"]
    assert await sent() == flat
    assert await sent(params={"seed": 1, "temperature": None}) == {
        name: value for name, value in (flat | {"seed": 1}).items() if name != "temperature"
    }
    assert await sent() == flat
    assert (await patch(ada, path, params={"seed": 3, "stop": None}))["params"] == {"seed": 3}
    assert await sent() == {"seed": 3}
    assert (await patch(ada, path, title="Other"))["params"] == {"seed": 3}
    async with ada.socket(conversation) as socket:
        assert (await socket.say("hi", params={"top_p": 0.25}))[-1]["type"] == "done"
        assert upstream.replies[-1].body["top_p"] == 0.25
        event = (await socket.say("hi", params={"top_p": 7}))[-1]
        assert (event["type"], event["code"]) == ("error", "invalid_input")
    last = (await ada.messages(conversation))[-1]["id"]
    again = await ada.post(f"/messages/{last}/regenerate", json={"params": {"seed": 9}})
    assert again.status_code == 200
    assert upstream.replies[-1].body["seed"] == 9
    assert (await patch(ada, path, params=None))["params"] is None
    assert await sent() == {}
    for bad_params in ({"temperature": "hot"}, {"n": 2}, {"extra": {"stream": False}}, 7):
        refused = await say(ada, conversation, params=bad_params)
        assert_refused(refused, 422, "invalid_input")
        assert_refused(
            await ada.request("PATCH", path, json={"params": bad_params}), 422, "invalid_input"
        )


@pytest.mark.databases("sqlite")
async def test_the_same_name_with_other_parameters(
    server: RunningServer, upstream: ScriptedUpstream
) -> None:
    ada = await server.person_with_model(upstream.url)
    conversation = await ada.conversation()
    said = f"/conversations/{conversation}/messages"

    async def ask(**options: Any) -> Any:
        body = {"content": "hello"} | options
        return await ada.post(said, json=body, headers={"Idempotency-Key": "one"})

    first = (await ask(params={"seed": 1, "top_p": 0.5})).json()
    assert (await ask(params={"top_p": 0.5, "seed": 1})).json() == first
    for options in ({}, {"params": {"seed": 1}}, {"params": {"seed": 1, "top_p": None}}):
        assert_refused(await ask(**options), 422, "client_id_reused")
    assert len(upstream.replies) == 1


@pytest.mark.databases("sqlite")
async def test_what_a_server_does_not_take_is_told(
    server: RunningServer, upstream: ScriptedUpstream
) -> None:
    def refuse(body: dict[str, Any]) -> dict[str, Any] | None:
        if "temperature" not in body:
            return None
        words = "Unsupported parameter: 'temperature' is not supported with this model."
        return {
            "error": {"message": words, "param": "temperature", "code": "unsupported_parameter"}
        }

    upstream.refuse = refuse
    ada = await server.person_with_model(upstream.url, "refuses")
    conversation = await ada.conversation()
    left_out = [{"name": "temperature", "reason": "not_supported"}]
    async with ada.socket(conversation) as socket:
        done = (await socket.say("hello", params={"temperature": 0.5, "seed": 1}))[-1]
        assert (done["type"], done["left_out"]) == ("done", left_out)
    reply = (await ada.messages(conversation))[-1]
    assert (reply["status"], reply["left_out"]) == ("complete", left_out)
    assert upstream.replies[-1].body["seed"] == 1
    asked = len(upstream.replies)
    answer = await say(ada, conversation, params={"temperature": 0.5})
    assert answer.json()["reply"]["left_out"] == left_out
    assert len(upstream.replies) == asked + 1, "it was remembered, and not sent again"
    eve = await server.person_with_model(upstream.url, "refuses")
    await say(eve, await eve.conversation(), params={"temperature": 0.5})
    assert len(upstream.replies) == asked + 3, "each learns alone"
    (mine,) = (await ada.get("/connections")).json()["connections"]
    await patch(ada, f"/connections/{mine['id']}", api_key="sk-another")
    await say(ada, conversation, params={"temperature": 0.5})
    assert len(upstream.replies) == asked + 5, "another key may lead to another server"
    assert "left_out" not in (await say(ada, conversation)).json()["reply"]
    # Whoever comes back to a reply that has ended is told as well.
    async with ada.socket(conversation, last_event_id=f"{reply['id']}.0.0") as socket:
        assert (await socket.until("done"))[-1]["left_out"] == left_out
