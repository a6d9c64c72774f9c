"""Which model answers: the request's, the conversation's, the user's default, the operator's; and
what is told of one that cannot be asked any more."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from sqlalchemy import Connection, select, update

from app.database import table_of
from app.models import Model, ModelConnection, utc_now
from tests.conftest import StartServer
from tests.endpoints.connecting import add_model, connect, models, patch
from tests.endpoints.test_config import in_table
from tests.support.refusals import assert_refused
from tests.support.server import Person, RunningServer
from tests.support.upstream import ScriptedUpstream

pytestmark = pytest.mark.anyio

MISSING = 2**62
_connection = table_of(ModelConnection)
_model = table_of(Model)


async def operators(start_server: StartServer, upstream: ScriptedUpstream, **more: Any) -> Any:
    settings = {"default_model_url": upstream.url, "default_model_name": "operators"}
    return await start_server(**settings, default_api_key="sk-operator", **more)


async def say(person: Person, conversation: int, **options: Any) -> Any:
    body = {"content": "hello"} | options
    return await person.post(f"/conversations/{conversation}/messages", json=body)


async def test_the_order(start_server: StartServer, upstream: ScriptedUpstream) -> None:
    server = await operators(start_server, upstream)
    ada = await server.register()
    conversation = await ada.conversation()

    async def answered() -> str:
        reply = (await say(ada, conversation)).json()["reply"]
        assert reply["status"] == "complete"
        return str(reply["model_name"])

    assert await answered() == "operators"
    assert upstream.replies[-1].headers["authorization"] == "Bearer sk-operator"
    await ada.set_model(upstream.url, "users")
    assert await answered() == "users"
    made = await connect(ada, upstream.url, label="Second")
    chosen, once = [await add_model(ada, made, name) for name in ("conversations", "requests")]
    path = f"/conversations/{conversation}"
    assert (await patch(ada, path, model_id=chosen))["model_id"] == chosen
    assert await answered() == "conversations"
    sent = (await say(ada, conversation, model_id=once)).json()
    assert sent["reply"]["model_name"] == "requests"
    assert (sent["reply"]["model_id"], sent["reply"]["connection_label"]) == (once, "Second")
    assert "model_id" not in sent["message"]
    assert await answered() == "conversations"
    for action in ("edit", "regenerate", "continue"):
        target = sent["message"] if action == "edit" else (await ada.messages(conversation))[-1]
        options = {"model_id": once} | ({"content": "again"} if action == "edit" else {})
        answer = await ada.post(f"/messages/{target['id']}/{action}", json=options)
        if action == "continue":
            assert_refused(answer, 409, "cannot_continue")
        else:
            assert answer.json()["reply"]["model_name"] == "requests"
    last = (await ada.messages(conversation))[-1]
    assert (last["model_id"], last["connection_label"]) == (once, "Second")
    async with ada.socket(conversation) as socket:
        assert (await socket.say("hello", model_id=once))[0]["message"]["model_id"] == once
        await socket.send(type="regenerate", message_id=last["id"])
        assert (await socket.until("done"))[0]["message"]["model_name"] == "conversations"
    assert (await patch(ada, path, model_id=None))["model_id"] is None
    assert await answered() == "users"
    await ada.request("DELETE", "/auth/config")
    assert await answered() == "operators"


@pytest.mark.databases("sqlite")
async def test_continuing_with_another_model(
    server: RunningServer, upstream: ScriptedUpstream
) -> None:
    ada = await server.person_with_model(upstream.url, "at_length")
    other = await add_model(ada, await connect(ada, upstream.url), "echo")
    conversation = await ada.conversation()
    sent = (await say(ada, conversation)).json()
    assert sent["reply"]["finish_reason"] == "length"
    path = f"/messages/{sent['reply']['id']}/continue"
    named = {"Idempotency-Key": "x"}
    answer = await ada.post(path, json={"model_id": other}, headers=named)
    assert answer.json()["reply"]["model_name"] == "echo"
    again = await ada.post(path, json={"model_id": other}, headers=named)
    assert again.json()["reply"] == answer.json()["reply"]
    assert_refused(await ada.post(path, headers=named), 422, "client_id_reused")


@pytest.mark.databases("sqlite")
async def test_the_same_name_with_another_model(
    server: RunningServer, upstream: ScriptedUpstream
) -> None:
    ada = await server.person_with_model(upstream.url)
    made = await connect(ada, upstream.url)
    one, two = [await add_model(ada, made, name) for name in ("one", "two")]
    conversation = await ada.conversation()
    said = f"/conversations/{conversation}/messages"
    asked = 0

    async def ask(path: str, name: str, model: int | None, **body: Any) -> Any:
        options = body | ({} if model is None else {"model_id": model})
        return await ada.post(path, json=options, headers={"Idempotency-Key": name})

    sent = (await ask(said, "sent", one, content="hello")).json()
    plain = (await ask(said, "plain", None, content="hello")).json()
    again = f"/messages/{sent['reply']['id']}/regenerate"
    (await ask(again, "again", two)).raise_for_status()
    edit = f"/messages/{sent['message']['id']}/edit"
    (await ask(edit, "edit", one, content="other")).raise_for_status()
    asked = len(upstream.replies)
    for path, name, model, body in (
        (said, "sent", two, {"content": "hello"}),
        (said, "sent", None, {"content": "hello"}),
        (said, "plain", one, {"content": "hello"}),
        (again, "again", one, {}),
        (again, "again", None, {}),
        (edit, "edit", None, {"content": "other"}),
    ):
        refused = await ask(path, name, model, **body)
        assert_refused(refused, 422, "client_id_reused")
    assert (await ask(said, "sent", one, content="hello")).json()["reply"]["id"] == sent["reply"][
        "id"
    ]
    assert (await ask(said, "plain", None, content="hello")).json() == plain
    async with ada.socket(conversation) as socket:
        await socket.send(type="message", content="hello", client_id="sent", model_id=two)
        assert (await socket.until("error"))[-1]["code"] == "client_id_reused"
    assert len(upstream.replies) == asked


async def test_models_of_others_are_not_there(
    start_server: StartServer, upstream: ScriptedUpstream
) -> None:
    server = await operators(start_server, upstream)
    ada, eve = await server.register(), await server.register()
    theirs = await add_model(eve, await connect(eve, upstream.url), "secret")
    conversation = await ada.conversation()
    reply = (await say(ada, conversation)).json()["reply"]
    for id in (theirs, MISSING):
        assert_refused(await say(ada, conversation, model_id=id), 404, "model_not_found")
        path = f"/messages/{reply['id']}/regenerate"
        answer = await ada.post(path, json={"model_id": id})
        assert_refused(answer, 404, "model_not_found")
        for path in (f"/conversations/{conversation}", f"/models/{id}"):
            body = {"model_id": id, "favourite": True}
            answer = await ada.request("PATCH", path, json=body)
            assert_refused(answer, 404, "model_not_found")
        async with ada.socket(conversation) as socket:
            assert (await socket.say("hello", model_id=id))[-1]["code"] == "model_not_found"
    assert len(await ada.messages(conversation)) == 2
    assert "secret" not in (await ada.get("/models")).text


async def test_own_models_that_are_gone_are_named(
    server: RunningServer, upstream: ScriptedUpstream
) -> None:
    ada = await server.register()
    made = await connect(ada, upstream.url)
    model = await add_model(ada, made, "the one")
    conversation = await ada.conversation()
    await patch(ada, f"/conversations/{conversation}", model_id=model)
    await patch(ada, f"/connections/{made['id']}", enabled=False)
    for answer in (
        await say(ada, conversation),
        await say(ada, conversation, model_id=model),
        await ada.request("PATCH", f"/conversations/{conversation}", json={"model_id": model}),
    ):
        assert_refused(answer, 409, "model_gone")
        assert "the one" in answer.json()["detail"]
    await patch(ada, f"/connections/{made['id']}", enabled=True)
    assert (await say(ada, conversation)).json()["reply"]["status"] == "complete"
    await ada.request("DELETE", f"/connections/{made['id']}")
    answer = await say(ada, conversation)
    assert_refused(answer, 409, "model_gone")
    chinese = {"Accept-Language": "zh"}
    path = f"/conversations/{conversation}/messages"
    answer = await ada.post(path, json={"content": "hello"}, headers=chinese)
    assert answer.json()["detail"] == "模型 the one 已不可用，请另选一个"
    assert await ada.messages(conversation) != []


@pytest.mark.databases("sqlite")
async def test_the_models_of_the_settings(
    start_server: StartServer, upstream: ScriptedUpstream
) -> None:
    server = await operators(start_server, upstream)
    ada = await server.register()
    (model,) = await models(ada)
    assert model["connection"] == {
        "id": None,
        "slug": "@environment",
        "label": "",
        "shared": True,
    }
    assert (model["name"], model["default"]) == ("operators", True)
    assert upstream.url not in (await ada.get("/models")).text
    assert (await patch(ada, f"/models/{model['id']}", favourite=True))["favourite"] is True
    for change in ({"label": "mine"}, {"favourite": True, "vision": None}):
        answer = await ada.request("PATCH", f"/models/{model['id']}", json=change)
        assert_refused(answer, 403, "shared_model")
    conversation = await ada.conversation()
    await ada.set_model(upstream.url, "mine")
    assert [m["default"] for m in await models(ada)] == [False, True]
    await patch(ada, f"/conversations/{conversation}", model_id=model["id"])
    reply = (await say(ada, conversation)).json()["reply"]
    assert (reply["model_name"], reply["model_id"]) == ("operators", model["id"])
    assert upstream.replies[-1].headers["authorization"] == "Bearer sk-operator"

    def rows(connection: Connection) -> list[Any]:
        mine = select(_connection).where(_connection.c.source == "environment")
        return [row._mapping for row in connection.execute(mine)]

    (row,) = await in_table(server.app.state.settings, rows)
    assert row["encrypted_api_key"] is None and row["key_tail"] is None
    ids = await in_table(server.app.state.settings, rows)
    path = f"/connections/{ids[0]['id']}"
    for method, more in (
        ("GET", ""),
        ("PATCH", ""),
        ("DELETE", ""),
        ("POST", "/refresh"),
        ("POST", "/test"),
        ("POST", "/models"),
    ):
        body = {"label": "x", "model_name": "x", "name": "x"}
        answer = await ada.request(method, path + more, json=body)
        assert_refused(answer, 404, "connection_not_found")
    without = await start_server(database_url=server.app.state.settings.database_url)
    ada_there = await without.log_in(ada.name, "correct horse battery")
    assert [m["name"] for m in await models(ada_there)] == ["mine"]
    answer = await say(ada_there, conversation)
    assert_refused(answer, 409, "model_gone")
    assert (await in_table(server.app.state.settings, rows))[0]["enabled"] == 0
    # The process that has the settings goes on with them.
    assert (await say(ada, conversation)).json()["reply"]["status"] == "complete"


async def test_models_of_the_operator_are_counted_and_withdrawn(
    start_server: StartServer, upstream: ScriptedUpstream
) -> None:
    server = await start_server(default_model_daily_messages=2)
    ada = await server.person_with_model(upstream.url)
    conversation = await ada.conversation()
    async with shared_model(server, upstream) as shared:
        found = next(m for m in await models(ada) if m["id"] == shared)
        slug = found["connection"]["slug"]
        assert slug.startswith("@ours")
        its = {"id": None, "slug": slug, "label": "Ours", "shared": True}
        assert found["connection"] == its
        answers = [await say(ada, conversation, model_id=shared) for _ in range(3)]
        assert [answer.status_code for answer in answers] == [200, 200, 429]
        assert answers[0].json()["reply"]["connection_label"] == "Ours"
        assert upstream.replies[-1].headers["authorization"] == "Bearer sk-of-the-operator"
        assert (await say(ada, conversation)).status_code == 200
        await patch(ada, f"/conversations/{conversation}", model_id=shared)
    assert shared not in [m["id"] for m in await models(ada)]
    # In a request it is like a missing one: its name may never have been this user's to see.
    assert_refused(await say(ada, conversation, model_id=shared), 404, "model_not_found")
    answer = await say(ada, conversation)
    assert_refused(answer, 409, "model_gone")
    assert "shared-model" in answer.json()["detail"]


@pytest.mark.databases("sqlite")
async def test_extra_parameters_are_for_connections_of_ones_own(
    start_server: StartServer, upstream: ScriptedUpstream
) -> None:
    """Gateways take another model from there, or another address for the operator's key."""
    server = await operators(start_server, upstream)
    ada = await server.person_with_model(upstream.url)
    params = {"temperature": 0.5, "extra": {"api_base": "http://elsewhere.example/v1"}}
    conversation = await ada.conversation()
    await patch(ada, f"/conversations/{conversation}", params=params)
    async with shared_model(server, upstream) as added:
        shared = [m["id"] for m in await models(ada) if m["connection"]["shared"]]
        assert added in shared and len(shared) == 2  # that of the settings, too
        for model_id in shared:
            reply = (await say(ada, conversation, model_id=model_id)).json()["reply"]
            assert reply["left_out"] == [{"name": "extra", "reason": "shared_model"}]
            sent = upstream.replies[-1].body
            assert sent["temperature"] == 0.5 and "api_base" not in sent
    reply = (await say(ada, conversation)).json()["reply"]
    assert "left_out" not in reply
    assert upstream.replies[-1].body["api_base"] == "http://elsewhere.example/v1"


@asynccontextmanager
async def shared_model(server: RunningServer, upstream: ScriptedUpstream) -> AsyncIterator[int]:
    """A model that everybody may use meanwhile; other tests have the same database."""
    settings = server.app.state.settings
    sealed = server.app.state.services.vault.seal(0, upstream.url, "sk-of-the-operator")
    made = await in_table(settings, share, upstream.url, sealed)
    try:
        yield made
    finally:
        await in_table(settings, withdraw, made)


def share(connection: Connection, url: str, sealed: str) -> int:
    now = utc_now()
    row = {
        "slug": f"ours-{now.timestamp()}"[:40],
        "slug_key": f"0/{now.timestamp()}".encode(),
        **{"label": "Ours", "base_url": url, "encrypted_api_key": sealed, "source": "operator"},
        **{"enabled": 1, "created_at": now, "updated_at": now},
    }
    connection.execute(_connection.insert().values(row))
    mine = select(_connection.c.id).where(_connection.c.slug_key == row["slug_key"])
    its = connection.execute(mine).scalar_one()
    model = {"connection_id": its, "name": "shared-model", "name_key": b"shared-model"}
    connection.execute(_model.insert().values(model))
    made = select(_model.c.id).where(_model.c.connection_id == its)
    return int(connection.execute(made).scalar_one())


def withdraw(connection: Connection, model_id: int) -> None:
    its = select(_model.c.connection_id).where(_model.c.id == model_id).scalar_subquery()
    connection.execute(update(_connection).where(_connection.c.id == its).values(enabled=0))


async def test_what_holds_for_all_conversations(
    server: RunningServer, upstream: ScriptedUpstream
) -> None:
    ada, eve = await server.register(), await server.register()
    me = (await ada.get("/auth/me")).json()
    chosen = {"default_model_id": None, "title_model_id": None, "custom_instructions": None}
    assert me.items() >= chosen.items() and me["can_chat"] is False
    made = await connect(ada, upstream.url)
    model, titles = [await add_model(ada, made, name) for name in ("echo", "titles")]
    theirs = await add_model(eve, await connect(eve, upstream.url), "theirs")
    for name in ("default_model_id", "title_model_id"):
        for id in (theirs, MISSING):
            answer = await ada.request("PATCH", "/auth/me", json={name: id})
            assert_refused(answer, 404, "model_not_found")
    answer = await ada.request("PATCH", "/auth/me", json={"custom_instructions": "x" * 16_001})
    assert_refused(answer, 422, "invalid_input")
    given = {"default_model_id": model, "title_model_id": titles, "custom_instructions": "Be brief"}
    me = await patch(ada, "/auth/me", **given)
    assert me.items() >= given.items() and me["can_chat"] and not me["has_config"]
    assert (await patch(ada, "/auth/me")) == me == (await ada.get("/auth/me")).json()
    conversation = await ada.conversation()
    await patch(ada, f"/conversations/{conversation}", system_prompt="Rhyme")
    async with ada.socket(conversation) as socket:
        assert (await socket.say("hello"))[-1]["type"] == "done"
        assert (await socket.until("title"))[-1]["title"] == upstream.title
    reply, title = upstream.requests
    assert reply.body["messages"][0] == {"role": "system", "content": "Be brief\n\nRhyme"}
    assert (reply.model, title.model) == ("echo", "titles")
    await patch(ada, f"/connections/{made['id']}", enabled=False)
    assert (await ada.get("/auth/me")).json()["can_chat"] is False
    assert_refused(await say(ada, conversation), 409, "model_gone")
    await ada.request("DELETE", f"/connections/{made['id']}")
    me = (await ada.get("/auth/me")).json()
    assert (me["default_model_id"], me["title_model_id"]) == (None, None)
    assert_refused(await say(ada, conversation), 409, "model_not_configured")
    assert (await patch(ada, "/auth/me", custom_instructions=""))["custom_instructions"] is None


@pytest.mark.databases("sqlite")
async def test_titles_by_a_model_of_the_operator_are_all_counted(
    start_server: StartServer, upstream: ScriptedUpstream
) -> None:
    server = await start_server(
        default_model_url=upstream.url,
        default_model_name="operators",
        default_api_key="sk-operator",
        default_model_daily_messages=100,
        max_replies_per_user=16,
    )
    ada = await server.person_with_model(upstream.url)
    shared = next(m["id"] for m in await models(ada) if m["connection"]["shared"])
    await patch(ada, "/auth/me", title_model_id=shared)

    async def titled(conversation: int) -> None:
        async with ada.socket(conversation) as socket:
            await socket.say("hello")
            assert (await socket.until("title"))[-1]["title"] == upstream.title

    for _ in range(2):
        conversations = [await ada.conversation() for _ in range(12)]
        async with asyncio.TaskGroup() as group:
            for conversation in conversations:
                group.create_task(titled(conversation))
    titles = [request.model for request in upstream.requests if request not in upstream.replies]
    assert titles == ["operators"] * 24
    me = await patch(ada, "/auth/me", default_model_id=shared)
    assert me["default_model_left"] == 100 - 24


@pytest.mark.databases("sqlite")
async def test_a_title_model_that_is_withdrawn_is_passed_over(
    server: RunningServer, upstream: ScriptedUpstream
) -> None:
    ada = await server.person_with_model(upstream.url)
    made = await connect(ada, upstream.url)
    titles = await add_model(ada, made, "titles")
    await patch(ada, "/auth/me", title_model_id=titles)
    await patch(ada, f"/connections/{made['id']}", enabled=False)
    conversation = await ada.conversation()
    async with ada.socket(conversation) as socket:
        await socket.say("hello")
        assert (await socket.until("title"))[-1]["title"] == upstream.title
    assert [request.model for request in upstream.requests] == ["echo", "echo"]


@pytest.mark.databases("sqlite")
async def test_how_long_a_prompt_is_follows_what_is_said_of_the_model(
    start_server: StartServer, upstream: ScriptedUpstream
) -> None:
    server = await start_server(context_token_budget=64)
    ada = await server.register()
    model = await add_model(ada, await connect(ada, upstream.url), "echo")
    conversation = await ada.conversation()
    for _ in range(4):
        await say(ada, conversation, model_id=model, content="long " * 40)

    async def sent() -> int:
        await say(ada, conversation, model_id=model, content="?")
        return len(upstream.replies[-1].body["messages"])

    assert await sent() == 1
    await patch(ada, f"/models/{model}", context_tokens=100_000)
    everything = await sent()
    assert everything > 8
    await patch(ada, f"/models/{model}", context_tokens=64)
    assert await sent() < everything
