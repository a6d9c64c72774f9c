"""Connections: any number of servers, each with its models, and keys that nobody sees again."""

import asyncio
from typing import Any

import pytest
from sqlalchemy import Connection, func, insert, select, update

from app.database import table_of
from app.models import Model, ModelConnection
from tests.conftest import StartServer
from tests.endpoints.connecting import KEY, add_model, connect, models, names, patch
from tests.endpoints.test_config import in_table
from tests.support.refusals import assert_refused
from tests.support.server import RunningServer
from tests.support.upstream import MODELS, ScriptedUpstream

pytestmark = pytest.mark.anyio

OTHER = "http://127.0.0.1:11434/v1"
_connection = table_of(ModelConnection)
_model = table_of(Model)


async def test_saved_listed_changed_and_removed(
    server: RunningServer, upstream: ScriptedUpstream
) -> None:
    ada = await server.register()
    assert (await ada.get("/connections")).json() == {"connections": []}
    made = await connect(ada, f" {upstream.url}/chat/completions", label="  My Server, née X ")
    assert {name: made[name] for name in ("slug", "label", "model_url", "key_tail", "enabled")} == {
        "slug": "my-server-nee-x",
        "label": "My Server, née X",
        "model_url": upstream.url,
        "key_tail": "tail",
        "enabled": True,
    }
    second = await connect(ada, OTHER, api_key="short")
    assert (second["label"], second["slug"], second["key_tail"]) == ("127.0.0.1", "127-0-0-1", None)
    path = f"/connections/{made['id']}"
    assert (await ada.get(path)).json() == made
    assert (await ada.get("/connections")).json()["connections"] == [made, second]
    renamed = await patch(ada, path, label="家里的", enabled=False)
    assert (renamed["label"], renamed["slug"]) == ("家里的", "my-server-nee-x")
    assert renamed["enabled"] is False and renamed["key_tail"] == "tail"
    assert (await ada.request("DELETE", path)).status_code == 204
    for answer in (await ada.get(path), await ada.request("DELETE", path)):
        assert_refused(answer, 404, "connection_not_found")
    actions = [event["action"] for event in (await ada.get("/auth/audit")).json()["events"]]
    assert actions[:4] == [
        *("connection_removed", "connection_changed", "connection_created", "connection_created")
    ]


async def test_slugs_are_unique_and_free_again(server: RunningServer) -> None:
    ada, eve = await server.register(), await server.register()
    made = [await connect(ada, OTHER, label=label) for label in ("A b", "a-B", "模型", "Default")]
    assert [one["slug"] for one in made] == ["a-b", "a-b-2", "127-0-0-1", "default-2"]
    await ada.request("DELETE", f"/connections/{made[0]['id']}")
    assert (await connect(ada, OTHER, label="a b"))["slug"] == "a-b"
    assert (await connect(eve, OTHER, label="a b"))["slug"] == "a-b"


@pytest.mark.databases("sqlite")
async def test_a_key_stays_with_its_url_and_is_seen_nowhere(
    server: RunningServer, upstream: ScriptedUpstream
) -> None:
    ada = await server.register()
    assert_refused(
        await ada.post("/connections", json={"model_url": OTHER}), 422, "api_key_required"
    )
    made = await connect(ada, upstream.url)
    path = f"/connections/{made['id']}"
    change = {"model_url": OTHER}
    assert_refused(await ada.request("PATCH", path, json=change), 422, "api_key_required")
    assert (await patch(ada, path, model_url=f"{upstream.url}/models"))["model_url"] == upstream.url
    model = await add_model(ada, made, "echo")
    answers = [await ada.get(path), await ada.get("/connections"), await ada.get("/models")]
    answers.append(await ada.request("PATCH", path, json={"api_key": [KEY], "label": KEY * 9}))
    conversation = await ada.conversation()
    said = f"/conversations/{conversation}/messages"
    answers.append(await ada.post(said, json={"content": "hello", "model_id": model}))
    assert answers[-1].json()["reply"]["connection_label"] == "127.0.0.1"
    assert all(KEY not in answer.text for answer in answers)
    assert upstream.replies[-1].headers["authorization"] == f"Bearer {KEY}"
    await patch(ada, path, api_key="sk-another-key-0123456789-next")
    await ada.post(said, json={"content": "hello", "model_id": model})
    assert upstream.replies[-1].headers["authorization"] == "Bearer sk-another-key-0123456789-next"
    moved = await patch(ada, path, model_url=OTHER, api_key="sk-of-another-server-0123")
    assert (moved["model_url"], moved["key_tail"]) == (OTHER, "0123")
    assert [model["gone"] for model in await models(ada)] == [True]


@pytest.mark.databases("sqlite")
async def test_addresses_that_may_not_be_called(start_server: StartServer) -> None:
    server = await start_server(allowed_private_model_hosts=[])
    ada = await server.register()
    made = await connect(ada, "https://8.8.8.8/v1")
    for url in ("http://127.0.0.1:1/v1", "http://169.254.169.254/latest", "https://8.8.8.8/v1?k=1"):
        body = {"model_url": url, "api_key": KEY}
        assert_refused(await ada.post("/connections", json=body), 422, "model_url_not_allowed")
        answer = await ada.request("PATCH", f"/connections/{made['id']}", json=body)
        assert_refused(answer, 422, "model_url_not_allowed")
    assert (await ada.get("/connections")).json()["connections"] == [made]


async def test_a_list_is_taken_over(server: RunningServer, upstream: ScriptedUpstream) -> None:
    ada = await server.register()
    made = await connect(ada, upstream.url)
    by_hand = await add_model(ada, made, "by hand")
    refresh = f"/connections/{made['id']}/refresh"
    assert (await ada.post(refresh)).json() == {"models": MODELS, "error": None}
    assert await names(ada) == ["by hand", *MODELS]
    assert await add_model(ada, made, "echo") in [m["id"] for m in await models(ada)]
    upstream_models, MODELS[:] = list(MODELS), ["slow", "new"]
    try:
        assert (await ada.post(refresh)).json()["models"] == ["slow", "new"]
        assert {m["name"]: m["gone"] for m in await models(ada)} == {
            **dict.fromkeys(("by hand", "slow", "new"), False),
            **dict.fromkeys(("echo", "reasoning"), True),
        }
        MODELS[:] = []
        assert (await ada.post(refresh)).json()["models"] == []
        assert len([m for m in await models(ada) if not m["gone"]]) == 3
    finally:
        MODELS[:] = upstream_models
    await ada.post(refresh)
    assert {m["name"] for m in await models(ada) if m["gone"]} == {"new"}
    assert (await models(ada))[0]["id"] == by_hand
    conversation = await ada.conversation()
    gone = next(m["id"] for m in await models(ada) if m["gone"])
    body = {"content": "hello", "model_id": gone}
    answer = await ada.post(f"/conversations/{conversation}/messages", json=body)
    assert answer.json()["reply"]["status"] == "complete"


@pytest.mark.databases("sqlite")
async def test_lists_of_any_length_and_shape(
    server: RunningServer, upstream: ScriptedUpstream
) -> None:
    ada = await server.register()
    upstream_models, MODELS[:] = list(MODELS), [f"model-{n}" for n in range(10_000)]
    try:
        made = await connect(ada, upstream.url)
        answer = await ada.post(f"/connections/{made['id']}/refresh")
        assert len(answer.json()["models"]) == 5_000
        assert len(await models(ada)) == 5_000
    finally:
        MODELS[:] = upstream_models
    made = await connect(ada, upstream.url.replace("/v1", "/raw"))
    upstream.raw.media_type = "application/json"
    for body, listed in {
        b'{"data": []}': [],
        b'["a", {"id": "b"}, {"name": "c"}, {"id": 7}, {"id": "x\\ny"}, null, "a"]': [
            "a",
            "b",
            "c",
        ],
        b'{"models": [{"model": "d"}]}': ["d"],
        b'{"what": 1}': None,
        b"<html>": None,
        b"": None,
    }.items():
        upstream.raw.body = body
        answer = (await ada.post(f"/connections/{made['id']}/refresh")).json()
        assert answer["models"] == (listed or [])
        code = answer["error"] and answer["error"]["code"]
        assert code == ("upstream_not_compatible" if listed is None else None), body
    mine = {m["name"]: m["gone"] for m in await models(ada) if m["connection"]["id"] == made["id"]}
    assert mine == {"a": True, "b": True, "c": True, "d": False}


async def test_names_that_change_at_every_look_do_not_pile_up(
    server: RunningServer, upstream: ScriptedUpstream
) -> None:
    ada = await server.register()
    made = await connect(ada, upstream.url)
    upstream_models = list(MODELS)
    kept = await add_model(ada, made, "kept")
    conversation = await ada.conversation()
    await patch(ada, f"/conversations/{conversation}", model_id=kept)
    try:
        for look in range(4):
            MODELS[:] = [f"{look}-{n}" for n in range(1_000)]
            await ada.post(f"/connections/{made['id']}/refresh")
    finally:
        MODELS[:] = upstream_models
    listed = await models(ada)
    assert len(listed) == 1 + 2_000 and kept in [model["id"] for model in listed]


async def test_a_long_list_forgets_nothing_that_is_used_or_back_again(
    server: RunningServer, upstream: ScriptedUpstream
) -> None:
    ada = await server.register()
    made = await connect(ada, upstream.url)
    path = f"/connections/{made['id']}"
    upstream_models = list(MODELS)
    try:
        MODELS[:] = [f"m{n}" for n in range(1_000)]
        await ada.post(f"{path}/refresh")
        ids = {model["name"]: model["id"] for model in await models(ada)}
        await patch(ada, "/auth/me", default_model_id=ids["m7"], title_model_id=ids["m8"])
        await patch(ada, f"/models/{ids['m9']}", favourite=True, label="Nine")
        # It leads elsewhere for a while, and comes back; later its list has none of them.
        for url in (OTHER, upstream.url):
            await patch(ada, path, model_url=url, api_key=KEY)
        assert (await ada.post(f"{path}/refresh")).json()["error"] is None
        back = {model["name"]: model for model in await models(ada)}
        assert {name: model["id"] for name, model in back.items()} == ids
        assert not any(model["gone"] for model in back.values())
        assert (back["m9"]["favourite"], back["m9"]["label"]) == (True, "Nine")
        for look in "ab":
            MODELS[:] = [f"{look}{n}" for n in range(1_000)]
            await ada.post(f"{path}/refresh")
    finally:
        MODELS[:] = upstream_models
    kept = {model["name"]: model["id"] for model in await models(ada)}
    assert (kept["m7"], kept["m8"]) == (ids["m7"], ids["m8"])
    conversation = await ada.conversation()
    answer = await ada.say(conversation, "hello")
    assert answer.status_code == 200, answer.text


@pytest.mark.databases("sqlite")
async def test_a_model_is_tried(server: RunningServer, upstream: ScriptedUpstream) -> None:
    ada = await server.register()
    made = await connect(ada, upstream.url)
    path = f"/connections/{made['id']}/test"
    answer = (await ada.post(path, json={"model_name": "echo"})).json()
    assert (answer["ok"], answer["error"]) == (True, None)
    answer = (await ada.post(path, json={"model_name": "html"})).json()
    assert (answer["ok"], answer["error"]["code"]) == (False, "upstream_not_compatible")
    assert_refused(await ada.post(path, json={}), 422, "invalid_input")
    assert upstream.replies[0].headers["authorization"] == f"Bearer {KEY}"


async def test_bounds(server: RunningServer) -> None:
    ada = await server.register()
    for bad in (
        {"label": ""},
        {"label": "  "},
        {"label": "x" * 101},
        {"label": "a\nb"},
        {"label": "\u200b"},
        {"model_url": ""},
        {"model_url": None},
        {"api_key": "密钥"},
        {"api_key": "x" * 4001},
    ):
        body = {"model_url": OTHER, "api_key": KEY} | bad
        assert_refused(await ada.post("/connections", json=body), 422, "invalid_input")
    made = await connect(ada, OTHER)
    for bad_name in ("", "  ", "x" * 101, "a\nb", None):
        answer = await ada.post(f"/connections/{made['id']}/models", json={"name": bad_name})
        assert_refused(answer, 422, "invalid_input")
    model = await add_model(ada, made, "  🍣 ")
    assert await names(ada) == ["🍣"]
    for bad_change in ({"label": ""}, {"context_tokens": 1}, {"favourite": "maybe"}):
        answer = await ada.request("PATCH", f"/models/{model}", json=bad_change)
        assert_refused(answer, 422, "invalid_input")
    await asyncio.gather(*(connect(ada, OTHER) for _ in range(49)))
    answer = await ada.post("/connections", json={"model_url": OTHER, "api_key": KEY})
    assert_refused(answer, 409, "list_full")
    assert answer.json()["detail"].endswith("50")


async def test_what_is_set_of_a_model(server: RunningServer) -> None:
    ada = await server.register()
    made = await connect(ada, OTHER, label="Mine")
    model = await add_model(ada, made, "m")
    plain = {
        "id": model,
        "name": "m",
        "label": None,
        "connection": {"id": made["id"], "slug": "mine", "label": "Mine", "shared": False},
        **{"favourite": False, "default": False, "context_tokens": None, "vision": None},
        **{"price": None, "gone": False, "images": True},
    }
    assert await models(ada) == [plain]
    given = {"favourite": True, "label": "The one", "context_tokens": 8192, "vision": False}
    path = f"/models/{model}"
    blind = plain | given | {"images": False}
    assert await patch(ada, path, **given) == blind
    assert await patch(ada, path) == blind
    assert await patch(ada, path, label=None, vision=True) == plain | given | {
        **{"label": None, "vision": True}
    }
    cleared = await patch(ada, path, favourite=False, context_tokens=None, vision=None)
    assert cleared == plain
    assert await models(ada) == [plain]
    await patch(ada, f"/connections/{made['id']}", enabled=False)
    assert await models(ada) == []
    assert (await patch(ada, path, favourite=True))["favourite"] is True


@pytest.mark.databases("sqlite")
async def test_what_a_model_costs(server: RunningServer) -> None:
    ada = await server.register()
    model = await add_model(ada, await connect(ada, OTHER), "m")
    path = f"/models/{model}"

    async def price(given: object) -> Any:
        return (await patch(ada, path, price=given))["price"]

    plain = {"prompt": "2.5", "completion": "10"}
    assert await price({"prompt": 2.5, "completion": "10"}) == plain
    assert await price({"prompt": "2.50", "completion": 10.0, "cached": None, "tiers": []}) == plain
    own = {"cached": "0.000000001", "cache_write": "3.125", "reasoning": "0"}
    assert (
        await price(plain | {"cached": 1e-9, "cache_write": 3.125, "reasoning": 0}) == plain | own
    )
    assert [each["price"] for each in await models(ada)] == [plain | own]
    bad: Any
    for bad in (-1, "-1", 10_001, 1e300, "1e3", True, "x", "", None, [], 1e-10, "0.0000000001"):
        for name in ("prompt", "completion", "cached"):
            if (name, bad) != ("cached", None):
                answer = await ada.request("PATCH", path, json={"price": plain | {name: bad}})
                assert_refused(answer, 422, "invalid_input")
    for text in ("NaN", "Infinity", "-Infinity", '"NaN"', "1" * 5000, "{}"):
        body = f'{{"price": {{"prompt": {text}, "completion": 1}}}}'
        answer = await ada.request(
            "PATCH", path, content=body, headers={"content-type": "application/json"}
        )
        assert answer.status_code == 422
    for lacking in ({}, {"prompt": 1}, {"completion": 1}, 1, "1"):
        answer = await ada.request("PATCH", path, json={"price": lacking})
        assert_refused(answer, 422, "invalid_input")
    assert await patch(ada, path) == (await models(ada))[0]
    assert [each["price"] for each in await models(ada)] == [plain | own]
    assert await price(None) is None
    bob = await server.register()
    answer = await bob.request("PATCH", path, json={"price": plain})
    assert_refused(answer, 404, "model_not_found")


async def test_a_deleted_connection_leaves_what_is_named(
    server: RunningServer, upstream: ScriptedUpstream
) -> None:
    ada = await server.register()
    made = await connect(ada, upstream.url)
    model = await add_model(ada, made, "hold")
    await add_model(ada, made, "unused")
    conversation = await ada.conversation()
    await patch(ada, f"/conversations/{conversation}", model_id=model)
    async with ada.socket(conversation) as socket:
        await socket.send(type="message", content="hello")
        await socket.until("chunk")
        answer = await ada.request("DELETE", f"/connections/{made['id']}")
        assert answer.status_code == 204
        upstream.release()
        assert (await socket.until("done", "error"))[-1]["type"] == "done"
        error = (await socket.say("and now?"))[-1]
        assert (error["code"], "hold" in error["message"]) == ("model_gone", True)
    assert await models(ada) == []
    _, reply = await ada.messages(conversation)
    assert (reply["model_name"], reply["connection_label"]) == ("hold", "127.0.0.1")
    assert (await ada.get(f"/conversations/{conversation}")).json()["model_id"] == model

    def left(connection: Connection, user_id: int) -> list[Any]:
        rows = connection.execute(
            select(
                _connection.c.base_url, _connection.c.encrypted_api_key, _connection.c.key_tail
            ).where(_connection.c.user_id == user_id)
        )
        there = select(func.count()).where(_model.c.connection_id == made["id"])
        return [tuple(row) for row in rows] + [connection.execute(there).scalar()]

    assert await in_table(server.app.state.settings, left, ada.id) == [("", None, None), 1]


async def test_the_saved_model_answers_again_once_the_chosen_one_is_deleted(
    start_server: StartServer, upstream: ScriptedUpstream
) -> None:
    operators = {"default_model_url": upstream.url, "default_model_name": "operators"}
    for settings in ({}, operators | {"default_api_key": "sk-operator"}):
        server = await start_server(**settings)
        ada = await server.person_with_model(upstream.url, "saved")
        saved = (await ada.get("/auth/me")).json()["default_model_id"]
        made = await connect(ada, upstream.url)
        chosen = await add_model(ada, made, "chosen")
        await patch(ada, "/auth/me", default_model_id=chosen, title_model_id=chosen)
        await ada.request("DELETE", f"/connections/{made['id']}")
        me = (await ada.get("/auth/me")).json()
        assert (me["default_model_id"], me["title_model_id"]) == (saved, None)
        assert me["has_config"] and me["can_chat"]
        answer = await ada.say(await ada.conversation(), "hello")
        assert answer.json()["reply"]["model_name"] == "saved"
        await ada.request("DELETE", "/auth/config")
        assert (await ada.get("/auth/me")).json()["default_model_id"] is None


async def test_five_thousand_models_are_listed(server: RunningServer) -> None:
    ada = await server.register()
    made = await connect(ada, OTHER)

    def fill(connection: Connection) -> None:
        rows = [
            {"connection_id": made["id"], "name": f"m{n}", "name_key": f"m{n}".encode()}
            for n in range(5_000)
        ]
        connection.execute(insert(_model), rows)
        connection.execute(update(_model).where(_model.c.name == "m7").values(gone_at=None))

    await in_table(server.app.state.settings, fill)
    assert await names(ada) == [f"m{n}" for n in range(5_000)]
