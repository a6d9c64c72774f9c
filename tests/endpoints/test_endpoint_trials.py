"""An endpoint can be tried before it is saved: its models listed, its model asked for a word. Every
way to fail has a name, the saved key goes to its own URL only, and nothing of a trial is kept."""

import asyncio
import secrets
from typing import Any

import pytest
from sqlalchemy import Connection, update

from app.database import table_of
from app.models import ModelConfig
from app.services.endpoints.trials import TRIAL_SECONDS
from tests.conftest import StartServer
from tests.support.refusals import assert_refused
from tests.support.server import Person, RunningServer
from tests.support.upstream import MODELS, Raw, ScriptedUpstream
from tests.support.upstream_exchange import Exchange, scenario
from tests.support.upstream_replies import echo

pytestmark = pytest.mark.anyio

LIST, TEST = "/auth/config/models", "/auth/config/test"
BOTH = (LIST, TEST)
KEY = "sk-trial"

_config = table_of(ModelConfig)


@pytest.fixture(scope="module")
def database_url(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A trial reads one row and writes none: one kind of database is enough."""
    return f"sqlite:///{tmp_path_factory.mktemp('database') / 'chat.db'}"


async def tried(person: Person, path: str, language: str = "en", **body: str) -> dict[str, Any]:
    """The answer to a trial that was made, whatever came of it."""
    answer = await person.post(path, json=body or None, headers={"Accept-Language": language})
    assert answer.status_code == 200, answer.text
    result: dict[str, Any] = answer.json()
    return result


async def test_before_anything_is_saved(server: RunningServer, upstream: ScriptedUpstream) -> None:
    ada = await server.register()
    endpoint = {"model_url": upstream.url, "api_key": KEY}
    assert await tried(ada, LIST, **endpoint) == {"models": MODELS, "error": None}
    result = await tried(ada, TEST, **endpoint, model_name="echo")
    assert (result["ok"], result["error"]) == (True, None)
    assert 0 <= result["reply_seconds"] <= TRIAL_SECONDS
    assert {request.headers["authorization"] for request in upstream.requests} == {f"Bearer {KEY}"}
    for path in BOTH:
        assert_refused(await ada.post(path), 404, "config_not_found")
    assert_refused(await ada.post(TEST, json=endpoint), 404, "config_not_found")
    assert_refused(await ada.get("/auth/config"), 404, "config_not_found")


async def test_what_is_left_out_is_as_it_is_saved(
    server: RunningServer, upstream: ScriptedUpstream
) -> None:
    ada = await server.register()
    await ada.set_model(upstream.url, "echo", KEY)
    saved = (await ada.get("/auth/config")).json()
    for body in ({}, {"model_url": f"{upstream.url}/"}, {"model_name": "slow"}):
        assert (await tried(ada, LIST, **body))["models"] == MODELS
        assert (await tried(ada, TEST, **body))["ok"], body
    assert {request.headers["authorization"] for request in upstream.requests} == {f"Bearer {KEY}"}
    assert {request.model for request in upstream.replies} == {"echo", "slow"}
    for path in BOTH:
        await tried(ada, path, api_key="sk-other")
        assert upstream.requests[-1].headers["authorization"] == "Bearer sk-other"
        await tried(ada, path, model_url=f"http://{upstream.host}/other", api_key="")
        assert upstream.requests[-1].headers["authorization"] == "Bearer none"
    assert (await ada.get("/auth/config")).json() == saved


async def test_the_saved_key_goes_to_its_own_url_only(
    server: RunningServer, upstream: ScriptedUpstream
) -> None:
    ada = await server.person_with_model(upstream.url)
    for path in BOTH:
        for url in (f"http://{upstream.host}/v2", "http://127.0.0.1:1/v1", f"{upstream.url}/x"):
            answer = await ada.post(path, json={"model_url": url, "model_name": "echo"})
            assert_refused(answer, 422, "api_key_required")
    assert upstream.requests == []


async def test_addresses_that_may_not_be_called(
    start_server: StartServer, upstream: ScriptedUpstream
) -> None:
    server = await start_server(allowed_private_model_hosts=[])
    ada = await server.register()
    for url in (upstream.url, "http://169.254.169.254/v1", "https://x.invalid/v1", "no URL"):
        body = {"model_url": url, "api_key": KEY, "model_name": "echo"}
        assert_refused(await ada.post(LIST, json=body), 422, "model_url_not_allowed")
        result = await tried(ada, TEST, **body)
        assert (result["ok"], result["error"]["code"]) == (False, "model_url_not_allowed")
    assert upstream.requests == []


@pytest.mark.parametrize(
    ("model", "code"),
    [
        ("401", "upstream_auth_failed"),
        ("403", "upstream_auth_failed"),
        ("echo_key_401", "upstream_auth_failed"),
        ("404", "upstream_model_unknown"),
        ("429", "upstream_rate_limited"),
        ("500", "upstream_unavailable"),
        ("drop_second", None),
        ("not_http", "upstream_not_compatible"),
        ("html", "upstream_not_compatible"),
        ("other_json", "upstream_not_compatible"),
        ("garbage", None),  # the first words came
        ("whole_json", None),
        ("reasoning", None),
        ("endless", None),
        ("silent", "upstream_timeout"),
        ("mute", "upstream_timeout"),
    ],
)
async def test_how_a_model_can_fail(
    impatient: RunningServer, upstream: ScriptedUpstream, model: str, code: str | None
) -> None:
    ada = await impatient.register()
    key = f"sk-{secrets.token_hex(20)}"
    body = {"model_url": upstream.url, "api_key": key, "model_name": model}
    result = await tried(ada, TEST, **body)
    assert result["ok"] is (code is None)
    assert (result["error"] or {}).get("code") == code
    assert key not in str(result)
    assert [request.model for request in upstream.replies] == [model]


@pytest.fixture
async def impatient(start_server: StartServer) -> RunningServer:
    return await start_server(upstream_first_token_timeout_seconds=1.5)


@pytest.mark.parametrize(
    ("folder", "code"),
    [
        ("401", "upstream_auth_failed"),
        ("404", "upstream_not_compatible"),
        ("429", "upstream_rate_limited"),
        ("503", "upstream_unavailable"),
        ("html", "upstream_not_compatible"),
        ("other_json", "upstream_not_compatible"),
        ("redirect", "upstream_not_compatible"),
        ("echo_key_401", "upstream_auth_failed"),
    ],
)
async def test_how_a_list_can_fail(
    server: RunningServer, upstream: ScriptedUpstream, folder: str, code: str
) -> None:
    ada = await server.register()
    body = {"model_url": f"http://{upstream.host}/{folder}", "api_key": KEY}
    result = await tried(ada, LIST, **body)
    assert (result["models"], result["error"]["code"]) == ([], code)
    assert KEY not in str(result)


async def test_a_wrong_path_and_a_wrong_model_are_told_apart(
    server: RunningServer, upstream: ScriptedUpstream
) -> None:
    ada = await server.register()
    body = {"api_key": KEY, "model_name": "404"}
    wrong_path = await tried(ada, TEST, model_url=f"http://{upstream.host}/404", **body)
    assert wrong_path["error"]["code"] == "upstream_not_compatible"
    wrong_model = await tried(ada, TEST, model_url=upstream.url, **body)
    assert wrong_model["error"]["code"] == "upstream_model_unknown"


LISTS: dict[str, Any] = {
    "alone": [{"id": "a"}, {"id": "b"}],
    "names": ["a", "b"],
    "named": {"models": [{"name": "a"}, {"model": "b"}]},
    "ollama": {"models": [{"name": "a", "model": "x"}, {"name": "b", "size": 1}]},
    "texts": {"object": "list", "data": ["a", "b", "a"]},
    "empty_first": {"data": [], "models": ["a", "b"]},
    "nested": {"code": 0, "data": {"models": [{"model_name": "a"}, {"id": "b"}]}},
}


@pytest.mark.parametrize("shape", LISTS)
async def test_lists_of_every_shape(
    server: RunningServer, upstream: ScriptedUpstream, shape: str
) -> None:
    scenario(shape)(lambda exchange: exchange.answer(200, LISTS[shape]))
    ada = await server.register()
    body = {"model_url": f"http://{upstream.host}/{shape}", "api_key": KEY}
    assert await tried(ada, LIST, **body) == {"models": ["a", "b"], "error": None}
    unknown = await tried(ada, TEST, **body, model_name="404")
    assert unknown["error"]["code"] == "upstream_model_unknown"


@pytest.mark.parametrize(
    ("status", "words", "code"),
    [
        (404, "model 'x:1b' not found", "upstream_model_unknown"),
        (400, "Model Not Exist", "upstream_model_unknown"),
        (400, "模型不存在", "upstream_model_unknown"),
        (422, "No", "upstream_rejected"),
        (404, "Not Found", "upstream_not_compatible"),
        (405, "Method Not Allowed", "upstream_not_compatible"),
    ],
)
async def test_a_server_without_a_list_is_judged_by_its_refusal(
    server: RunningServer, upstream: ScriptedUpstream, status: int, words: str, code: str
) -> None:
    scenario("x:1b")(lambda exchange: exchange.error(status, words))
    scenario("listless")(lambda exchange: exchange.error(404, "Not Found"))
    ada = await server.register()
    body = {"model_url": f"http://{upstream.host}/listless", "api_key": KEY}
    assert (await tried(ada, TEST, **body, model_name="x:1b"))["error"]["code"] == code
    assert (await tried(ada, TEST, **body, model_name="echo"))["ok"]


@pytest.mark.parametrize("path", BOTH)
@pytest.mark.parametrize("language", ["en", "zh"])
async def test_the_address_that_is_meant_is_found(
    server: RunningServer, upstream: ScriptedUpstream, path: str, language: str
) -> None:
    scenario("bare")(lambda exchange: exchange.error(404, "Not Found"))
    scenario("not here")(lambda exchange: exchange.error(404, "Not Found"))
    ada = await server.register()
    url = f"http://{upstream.host}/bare"
    body = {"model_url": url, "api_key": KEY} | ({"model_name": "not here"} if path == TEST else {})
    result = await tried(ada, path, language, **body)
    assert result["error"]["code"] == "upstream_not_compatible"
    assert result["suggested_url"] == f"{url}/v1" and f"{url}/v1" in result["error"]["message"]
    sent = {r.path: r.headers["authorization"] for r in upstream.requests}
    assert sent["/bare/v1/models"] == "Bearer none", "the key is for its own URL only"
    asked = len(upstream.requests)
    body["model_url"] = f"http://{upstream.host}/not here/v1".replace(" ", "%20")
    assert "suggested_url" not in await tried(ada, path, language, **body)
    assert all("/v1/v1" not in request.path for request in upstream.requests[asked:])


@pytest.mark.parametrize("status", [301, 302, 307, 308])
async def test_a_slash_more_is_followed_on_the_same_server_only(
    server: RunningServer, upstream: ScriptedUpstream, status: int
) -> None:
    async def slash(exchange: Exchange) -> None:
        path = exchange.request.path
        if path.endswith("/"):
            await echo(exchange)
        else:
            to = "http://127.0.0.1:9/" if exchange.request.last_user_text == "away" else path + "/"
            await exchange.answer(status, {}, Location=to)

    scenario("slash")(slash)
    ada = await server.person_with_model(upstream.url, "slash")
    conversation = await ada.conversation("Mine")
    reply = (await ada.say(conversation, "hello")).json()["reply"]
    assert reply["content"] == "You said: hello"
    paths = [request.path for request in upstream.requests]
    assert paths == ["/v1/chat/completions", "/v1/chat/completions/"]
    reply = (await ada.say(conversation, "away")).json()["reply"]
    assert reply["error"]["code"] == "upstream_rejected"


async def test_nobody_listens_there(server: RunningServer) -> None:
    ada = await server.register()
    body = {"model_url": "http://127.0.0.1:1/v1", "api_key": KEY, "model_name": "m"}
    for path in BOTH:
        error = (await tried(ada, path, "zh", **body))["error"]
        assert error == {"code": "upstream_unavailable", "message": "无法连接模型服务，或服务出错"}
        assert "cannot be reached" in (await tried(ada, path, **body))["error"]["message"]


async def test_one_at_a_time_for_each_user(
    server: RunningServer, upstream: ScriptedUpstream
) -> None:
    ada, bob = await server.register(), await server.register()
    body = {"model_url": upstream.url, "api_key": KEY}
    first = asyncio.create_task(tried(ada, TEST, **body, model_name="mute"))
    await upstream.received()
    second = asyncio.create_task(tried(ada, TEST, **body, model_name="echo"))
    for _ in range(3):
        assert (await tried(bob, TEST, **body, model_name="reasoning"))["ok"]
    assert [request.model for request in upstream.requests] == ["mute", *["reasoning"] * 3]
    upstream.release()
    assert (await first)["ok"] and (await second)["ok"]
    assert upstream.requests[-1].model == "echo"


async def test_the_connection_is_closed_at_the_first_words(
    server: RunningServer, upstream: ScriptedUpstream
) -> None:
    ada = await server.person_with_model(upstream.url, "endless")
    assert (await tried(ada, TEST))["ok"]
    await upstream.left_early()


def spoil_key(connection: Connection, user_id: int) -> None:
    changed = {"encrypted_api_key": "1:spoiled"}
    connection.execute(update(_config).where(_config.c.user_id == user_id).values(**changed))


async def test_a_key_that_no_longer_opens(server: RunningServer) -> None:
    ada = await server.person_with_model("http://127.0.0.1:1/v1")
    await server.app.state.services.database.write(spoil_key, ada.id)
    for path in BOTH:
        assert (await tried(ada, path))["error"]["code"] == "api_key_unreadable"


async def test_a_refusal_is_told_by_its_words_whatever_its_status(
    server: RunningServer, upstream: ScriptedUpstream
) -> None:
    ada = await server.register()
    body = {"model_url": f"http://{upstream.host}/raw", "api_key": KEY}
    for status, words, code in (
        (400, "API key not valid", "upstream_auth_failed"),
        (404, "Unauthorized", "upstream_auth_failed"),
        (403, "余额不足", "upstream_out_of_credit"),
        (400, "User location is not supported", "upstream_region_refused"),
    ):
        upstream.raw = Raw(f'{{"error":{{"message":"{words}"}}}}'.encode(), "text/plain", status)
        assert (await tried(ada, LIST, **body))["error"]["code"] == code
        assert (await tried(ada, TEST, **body, model_name="raw"))["error"]["code"] == code
