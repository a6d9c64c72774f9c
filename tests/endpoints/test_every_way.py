"""Every way to ask for a reply, by HTTP and in frames, takes a model and parameters, and looks anew
at whether its user may use that model."""

from typing import Any

import pytest

from tests.endpoints.connecting import add_model, connect, patch
from tests.support.refusals import assert_refused
from tests.support.server import Person, RunningServer
from tests.support.upstream import ScriptedUpstream

pytestmark = [pytest.mark.anyio, pytest.mark.databases("sqlite")]

WAYS = ("continue", "regenerate", "edit", "message")
MISSING = 2**62
HOT = {"temperature": 9}


async def asked(person: Person, conversation: int, way: str) -> tuple[str, dict[str, Any]]:
    """Where a request goes, and what it says of the message that it is about."""
    *_, question, reply = await person.messages(conversation)
    if way == "message":
        return f"/conversations/{conversation}/messages", {"content": "hello"}
    about, body = (question, {"content": "other"}) if way == "edit" else (reply, {})
    return f"/messages/{about['id']}/{way}", body | {"message_id": about["id"]}


async def by_http(person: Person, conversation: int, way: str, **options: Any) -> Any:
    path, body = await asked(person, conversation, way)
    body.pop("message_id", None)
    return await person.post(path, json=body | options)


async def by_socket(person: Person, conversation: int, way: str, **options: Any) -> Any:
    """The first and the last event."""
    _, body = await asked(person, conversation, way)
    async with person.socket(conversation) as socket:
        await socket.send(type=way, **body | options)
        events = await socket.until("done", "error")
        return events[0], events[-1]


async def test_it_takes_a_model_and_parameters(
    server: RunningServer, upstream: ScriptedUpstream
) -> None:
    ada = await server.person_with_model(upstream.url, "at_length")
    other = await add_model(ada, await connect(ada, upstream.url, label="Second"), "at_length")
    conversation = await ada.conversation()
    await ada.say(conversation, "hello")
    for seed, way in enumerate(WAYS):
        options = {"model_id": other, "params": {"seed": seed}}
        answer = await by_http(ada, conversation, way, **options)
        assert answer.json()["reply"]["connection_label"] == "Second", way
        assert upstream.replies[-1].body["seed"] == seed
        # As this once was not as it is from now on.
        plain = (await by_http(ada, conversation, way)).json()["reply"]
        assert plain["connection_label"] == "127.0.0.1"
        assert "seed" not in upstream.replies[-1].body
        start, end = await by_socket(ada, conversation, way, **options)
        assert (end["type"], start["message"]["connection_label"]) == ("done", "Second")
        assert upstream.replies[-1].body["seed"] == seed


async def test_a_model_that_its_user_may_not_use_answers_in_no_way(
    server: RunningServer, upstream: ScriptedUpstream
) -> None:
    ada, eve = await server.register(), await server.register()
    theirs = await add_model(eve, await connect(eve, upstream.url), "secret")
    made = await connect(ada, upstream.url)
    model = await add_model(ada, made, "at_length")
    conversation = await ada.conversation()
    await patch(ada, f"/conversations/{conversation}", model_id=model)
    await ada.say(conversation, "hello")
    before, count = await ada.messages(conversation), len(upstream.replies)
    for way in WAYS:
        for id in (theirs, MISSING):
            answer = await by_http(ada, conversation, way, model_id=id)
            assert_refused(answer, 404, "model_not_found")
            _, error = await by_socket(ada, conversation, way, model_id=id)
            assert error["code"] == "model_not_found"
        answer = await by_http(ada, conversation, way, params=HOT)
        assert_refused(answer, 422, "invalid_input")
        assert [found["field"] for found in answer.json()["fields"]] == ["params.temperature"]
        assert (await by_socket(ada, conversation, way, params=HOT))[1]["code"] == "invalid_input"
    await patch(ada, f"/connections/{made['id']}", enabled=False)
    for way in WAYS:
        for options in ({}, {"model_id": model}):
            answer = await by_http(ada, conversation, way, **options)
            assert_refused(answer, 409, "model_gone")
            _, error = await by_socket(ada, conversation, way, **options)
            assert (error["code"], "at_length" in error["message"]) == ("model_gone", True)
    assert await ada.messages(conversation) == before
    assert len(upstream.replies) == count
