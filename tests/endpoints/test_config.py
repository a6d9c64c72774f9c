"""The user's own model endpoint: saved, shown without its key, and kept from other uses."""

import asyncio
import secrets
from collections.abc import Callable
from datetime import datetime
from typing import Any, Concatenate

import httpx2
import pytest
from sqlalchemy import Connection, select, update

from app.config import Settings
from app.database import table_of
from app.local_model import NAME
from app.migration import sync_engine
from app.models import ModelConfig, ModelConnection
from tests.conftest import StartServer
from tests.support.refusals import assert_refused
from tests.support.server import Person, RunningServer
from tests.support.upstream import ScriptedUpstream

pytestmark = pytest.mark.anyio

KEY = "sk-very-secret-0123456789"
URL = "http://127.0.0.1:11434/v1"
NOT_ALLOWED = {
    "private_address": [
        "http://127.0.0.1:1/v1",
        "http://localhost/v1",
        "http://LOCALHOST./v1",
        "http://model.localhost:8080/v1",
        "http://[::1]/v1",
        "http://[::ffff:7f00:1]/v1",
        "http://10.0.0.1/v1",
        "http://192.168.1.1:11434/v1",
        "http://[fd00::1]/v1",
    ],
    "host": [
        "http://0/v1",
        "http://169.254.169.254/latest",
        "http://100.100.100.200/latest",
        "http://metadata.google.internal/v1",
        "https://does-not-exist.invalid/v1",
    ],
    "query": [
        "https://8.8.8.8/v1?key=x",
        "https://8.8.8.8/openai/deployments/m/chat/completions?api-version=2024-10-21",
        "8.8.8.8:443/v1?key=x",
    ],
    "malformed": [
        "https://user:password@8.8.8.8/v1",
        "https://8.8.8.8/v1#x",
        "file:///etc/passwd",
        "ftp://8.8.8.8/v1",
        "gopher://8.8.8.8/",
        "//8.8.8.8/v1",
        "8.8.8.8/v1",
        "not a URL",
        "http://",
        "http://[",
        "https://8.8.8.8:99999/v1",
        "https://8.8.8.8\\@127.0.0.1/",
        "${HOME}",
    ],
}
"""What each of them is about: `upstream/test_model_url.py`."""


def body(**changes: Any) -> dict[str, Any]:
    wanted = {"model_url": URL, "model_name": "gpt-3.5-turbo", "api_key": KEY} | changes
    return {name: value for name, value in wanted.items() if value is not ...}


async def put(person: Person, language: str = "en", **changes: Any) -> httpx2.Response:
    headers = {"Accept-Language": language}
    return await person.request("PUT", "/auth/config", json=body(**changes), headers=headers)


async def in_table[**P, T](
    settings: Settings,
    work: Callable[Concatenate[Connection, P], T],
    *args: P.args,
    **kwargs: P.kwargs,
) -> T:
    """The result of `work(connection, …)` on the tables themselves."""

    def run() -> T:
        engine = sync_engine(settings)
        with engine.begin() as connection:
            result = work(connection, *args, **kwargs)
        engine.dispose()
        return result

    return await asyncio.to_thread(run)


_config = table_of(ModelConfig)


def row_of(connection: Connection, user_id: int) -> dict[str, Any]:
    row = connection.execute(select(_config).where(_config.c.user_id == user_id)).first()
    return dict(row._mapping) if row else {}


def move_key(connection: Connection, thief: int, victim: int) -> None:
    stolen = row_of(connection, victim)["encrypted_api_key"]
    for table in (_config, table_of(ModelConnection)):
        same = table.c.user_id == thief
        connection.execute(update(table).where(same).values(encrypted_api_key=stolen))


async def test_saving_and_reading(server: RunningServer) -> None:
    ada = await server.register()
    assert_refused(await ada.get("/auth/config"), 404, "config_not_found")
    answer = await put(ada, language="")
    assert (answer.status_code, answer.json()) == (200, {"message": "配置已更新"})
    first = (await ada.get("/auth/config")).json()
    assert set(first) == {"model_url", "model_name", "configured_at"}
    assert (first["model_url"], first["model_name"]) == (URL, "gpt-3.5-turbo")
    assert first["configured_at"].endswith("Z")
    answer = await put(ada, language="en", model_name="另一个模型")
    assert answer.json() == {"message": "Configuration updated"}
    second = (await ada.get("/auth/config")).json()
    assert second["model_name"] == "另一个模型"
    assert at(second) > at(first)
    me = (await ada.get("/auth/me")).json()
    assert me["has_config"] and me["can_chat"]


def at(config: dict[str, str]) -> datetime:
    return datetime.fromisoformat(config["configured_at"])


@pytest.mark.databases("sqlite")
async def test_the_key_is_seen_nowhere(server: RunningServer, upstream: ScriptedUpstream) -> None:
    ada = await server.register()
    key = f"sk-{secrets.token_hex(20)}"
    answers = [await put(ada, model_url=upstream.url, api_key=key, model_name="echo")]
    conversation = await ada.conversation()
    answers.append(await ada.say(conversation, "hello"))
    answers.append(await put(ada, api_key=key, model_url=7))
    answers.append(await put(ada, api_key=[key]))
    answers.append(await put(ada, api_key=key + "\0"))
    paths = ["/auth/config", "/auth/me", f"/conversations/{conversation}/messages"]
    answers += [await ada.get(path) for path in paths]
    for answer in answers:
        assert key not in answer.text and key not in str(answer.headers)
    row = await in_table(server.app.state.settings, row_of, ada.id)
    assert key not in str(row) and row["base_url"] == upstream.url
    assert upstream.requests[0].headers["authorization"] == f"Bearer {key}"


async def test_a_key_stays_with_its_url(server: RunningServer) -> None:
    ada = await server.register()
    assert_refused(await put(ada, api_key=...), 422, "api_key_required")
    assert_refused(await ada.get("/auth/config"), 404, "config_not_found")
    assert (await put(ada)).status_code == 200
    before = await in_table(server.app.state.settings, row_of, ada.id)
    for same in (URL, f"{URL}/", "HTTP://127.0.0.1:11434/v1"):
        for left_out in (..., None):
            answer = await put(ada, model_url=same, api_key=left_out, model_name="next")
            assert answer.status_code == 200, answer.text
    after = await in_table(server.app.state.settings, row_of, ada.id)
    assert after["encrypted_api_key"] == before["encrypted_api_key"]
    assert after["model_name"] == "next"
    for other in ("http://127.0.0.1:11435/v1", "https://127.0.0.1:11434/v1", f"{URL}/x"):
        assert_refused(await put(ada, model_url=other, api_key=...), 422, "api_key_required")
    assert (await ada.get("/auth/config")).json()["model_url"] == URL


@pytest.mark.databases("sqlite")
async def test_addresses_that_may_not_be_called(start_server: StartServer) -> None:
    server = await start_server(allowed_private_model_hosts=[])
    ada = await server.register()
    said: set[bytes] = set()
    for reason, urls in NOT_ALLOWED.items():
        answers = [await put(ada, model_url=url) for url in urls]
        for answer, url in zip(answers, urls, strict=True):
            assert_refused(answer, 422, "model_url_not_allowed")
            assert answer.json()["reason"] == reason, url
        bodies = {answer.content for answer in answers}
        assert len(bodies) == 1
        said |= bodies
        tried = await ada.post("/auth/config/test", json=body(model_url=urls[0]))
        assert tried.json()["error"] == {
            "code": "model_url_not_allowed",
            "message": answers[0].json()["detail"],
            "reason": reason,
        }
    assert len(said) == len(NOT_ALLOWED)
    assert b"ALLOWED_PRIVATE_MODEL_HOSTS" in b"".join(said)
    assert_refused(await ada.get("/auth/config"), 404, "config_not_found")
    assert (await put(ada, model_url="https://8.8.8.8/v1")).status_code == 200
    for url in sum(NOT_ALLOWED.values(), []):
        assert_refused(await put(ada, model_url=url), 422, "model_url_not_allowed")
    assert (await ada.get("/auth/config")).json()["model_url"] == "https://8.8.8.8/v1"


@pytest.mark.databases("sqlite")
async def test_a_private_address_that_is_listed_is_never_refused_as_private(
    start_server: StartServer,
) -> None:
    server = await start_server(allowed_private_model_hosts=["localhost:11434", "169.254.169.254"])
    ada = await server.register()
    assert (await put(ada, model_url="http://localhost:11434/v1")).status_code == 200
    for url, reason in {
        "http://localhost:11435/v1": "private_address",
        "http://127.0.0.1:11434/v1": "private_address",
        "http://169.254.169.254/v1": "host",
    }.items():
        assert (await put(ada, model_url=url)).json()["reason"] == reason, url


async def test_going_back_to_the_operators_model(
    start_server: StartServer, upstream: ScriptedUpstream
) -> None:
    server = await start_server(
        default_api_key="sk-operator", default_model_url=upstream.url, default_model_name="echo"
    )
    ada, eve = await server.register(), await server.register()
    assert_refused(await ada.request("DELETE", "/auth/config"), 404, "config_not_found")
    for person in (ada, eve):
        await person.set_model(upstream.url, "hold")
    id = await ada.conversation()
    async with ada.socket(id) as socket:
        await socket.send(type="message", content="own model")
        await socket.until("chunk")
        answer = await ada.request("DELETE", "/auth/config")
        assert (answer.status_code, answer.content) == (204, b"")
        assert await in_table(server.app.state.settings, row_of, ada.id) == {}
        upstream.release()
        assert (await socket.until("done", "error"))[-1]["type"] == "done"
        assert (await socket.say("operator's model"))[-1]["type"] == "done"
    assert [m["model_name"] for m in await ada.messages(id)] == [None, "hold", None, "echo"]
    assert upstream.replies[-1].headers["authorization"] == "Bearer sk-operator"
    me = (await ada.get("/auth/me")).json()
    assert (me["has_config"], me["can_chat"], me["default_model"]) == (False, True, "echo")
    assert_refused(await ada.get("/auth/config"), 404, "config_not_found")
    assert_refused(await ada.request("DELETE", "/auth/config"), 404, "config_not_found")
    assert (await eve.get("/auth/config")).json()["model_name"] == "hold"
    event = (await ada.get("/auth/audit")).json()["events"][0]
    assert (event["action"], event["outcome"]) == ("config_removed", "ok")
    assert event["host"] == "127.0.0.1"
    # Nothing of the old key is left: the same URL needs it again.
    answer = await put(ada, model_url=upstream.url, api_key=...)
    assert_refused(answer, 422, "api_key_required")


@pytest.mark.databases("sqlite")
async def test_what_there_is_to_choose_from(start_server: StartServer) -> None:
    plain = await start_server(allowed_private_model_hosts=[])
    ada = await plain.register()
    hosts = ["localhost:11434", "localhost:1234", "localhost:8080"]
    assert (await ada.get("/auth/config/options")).json() == {
        "default_model": None,
        "default_model_is_demo": False,
        "local_hosts": [{"host": host, "allowed": False} for host in hosts],
    }
    settings = {"default_api_key": "x", "default_model_name": NAME}
    some = await start_server(
        allowed_private_model_hosts=["LocalHost:1234", "10.0.0.1"], **settings
    )
    eve = await some.register()
    options = (await eve.get("/auth/config/options")).json()
    assert [host["allowed"] for host in options.pop("local_hosts")] == [False, True, False]
    assert options == {"default_model": NAME, "default_model_is_demo": True}
    me = (await eve.get("/auth/me")).json()
    assert me.items() >= options.items()
    public = (await some.http.get("/auth/options")).json()
    assert (public["default_model"], public["default_model_is_demo"]) == (True, True)
    assert "local_hosts" not in public and NAME not in str(public)


@pytest.mark.databases("sqlite")
async def test_a_key_moved_to_another_user_does_not_open(
    server: RunningServer, upstream: ScriptedUpstream
) -> None:
    victim = await server.person_with_model(upstream.url)
    thief = await server.person_with_model(upstream.url)
    await in_table(server.app.state.settings, move_key, thief.id, victim.id)
    conversation = await thief.conversation()
    answer = await thief.say(conversation, "hello")
    if answer.status_code == 200:
        assert answer.json()["reply"]["status"] == "failed"
    user, reply = await thief.messages(conversation)
    assert (user["content"], user["status"]) == ("hello", "complete")
    assert (reply["status"], reply["error"]["code"]) == ("failed", "api_key_unreadable")
    assert upstream.requests == []
    await thief.set_model(upstream.url, "echo")
    assert (await thief.say(conversation, "again")).json()["reply"]["status"] == "complete"


async def test_two_first_saves_at_once(server: RunningServer) -> None:
    for _ in range(5):
        ada = await server.register()
        # So many connections are open afterwards that the saves really run side by side.
        await asyncio.gather(*(ada.get("/auth/me") for _ in range(8)))
        answers = await asyncio.gather(*(put(ada, model_name=f"model-{n}") for n in range(8)))
        assert [answer.status_code for answer in answers] == [200] * 8


@pytest.mark.databases("sqlite")
async def test_bounds(server: RunningServer) -> None:
    ada = await server.register()
    for bad in (
        {"model_url": ...},
        {"model_url": ""},
        {"model_url": None},
        {"model_url": "https://8.8.8.8/" + "x" * 500},
        {"model_name": ...},
        {"model_name": ""},
        {"model_name": "   "},
        {"model_name": "x" * 101},
        {"model_name": "a\0b"},
        {"model_name": "a\nb"},
        {"model_name": "a\x1b[31mb"},
        {"model_name": "a\x85"},
        {"model_name": "\ta"},
        {"api_key": "sk\nX-Header: 1"},
        {"api_key": "sk\x7f"},
        {"api_key": 7},
        {"api_key": "x" * 4001},
        {"api_key": "sk-\r\nX-Evil: 1"},
        {"api_key": "密钥"},
    ):
        assert_refused(await put(ada, **bad), 422, "invalid_input")
    assert_refused(await ada.get("/auth/config"), 404, "config_not_found")
    for good in (
        {"model_name": "🍣" * 100},
        {"api_key": f"  {KEY}\n"},
        {"api_key": ""},
        {"model_url": f"{URL}/{'x' * 470}"},
    ):
        answer = await put(ada, **good)
        assert answer.status_code == 200, (good, answer.text)


@pytest.mark.databases("sqlite")
async def test_a_url_is_mended_where_it_is_saved(server: RunningServer) -> None:
    ada = await server.register()
    assert (await put(ada, model_url=f" {URL}/chat/completions/ ")).status_code == 200
    assert (await ada.get("/auth/config")).json()["model_url"] == URL
    answer = await put(ada, model_url=f"{URL.removeprefix('http://')}/models", api_key=...)
    assert answer.status_code == 200, "it is the same URL, so its key is kept"
