"""A key opens `/v1`, and nothing else does; a key opens nothing else."""

import asyncio
import threading
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Connection, update

from app.database import table_of
from app.models import ProgramKey
from app.services.gateway import service
from app.services.gateway.body import GatewayEndpoint, ProgramRequest, read_request
from tests.conftest import StartServer
from tests.keys.programs import Program, assert_told, program_of
from tests.support.patience import PATIENCE_SECONDS
from tests.support.refusals import assert_refused
from tests.support.server import RunningServer
from tests.support.upstream import ScriptedUpstream

pytestmark = pytest.mark.anyio

_key = table_of(ProgramKey)


async def change_row(server: RunningServer, key: str, **values: Any) -> None:
    def changed(connection: Connection) -> None:
        connection.execute(update(_key).where(_key.c.prefix == key[:12]).values(**values))

    await server.app.state.services.database.write(changed)


async def test_one_401_for_everything_that_is_no_good_key(
    server: RunningServer, upstream: ScriptedUpstream
) -> None:
    ada = await server.person_with_model(upstream.url)
    good, revoked, expired = [(await program_of(ada)).key for _ in range(3)]
    keys = (await ada.get("/auth/keys")).json()["keys"]
    id = next(key["id"] for key in keys if key["prefix"] == revoked[:12])
    assert (await ada.request("DELETE", f"/auth/keys/{id}")).status_code == 204
    await change_row(server, expired, expires_at=datetime.now(UTC) - timedelta(seconds=1))
    disabled = await server.register()
    of_disabled = (await program_of(disabled)).key
    await server.app.state.services.accounts.set_enabled(disabled.name, False)
    other = good[:-1] + ("A" if good[-1] != "A" else "B")
    wrong = {
        "none": {},
        "login": {"Authorization": f"Bearer {ada.token}"},
        "cookie": {"Cookie": f"refresh_token={ada.refresh_token}; key={good}"},
        "page of another origin": {
            "Cookie": f"refresh_token={ada.refresh_token}",
            "Origin": "https://elsewhere.example",
        },
        "basic": {"Authorization": f"Basic {good}"},
        "header of another vendor": {"x-api-key": good},
        "odd": {"Authorization": "Bearer cbk_' OR 1=1 --"},
    }
    tokens = {"revoked": revoked, "expired": expired, "disabled": of_disabled, "other": other}
    wrong |= {name: {"Authorization": f"Bearer {key}"} for name, key in tokens.items()}
    faces = set()
    for name, headers in wrong.items():
        for path in ("/v1/models", "/v1/nothing"):
            answer = await server.http.get(path, headers=headers)
            assert_told(answer, 401, "invalid_api_key")
            faces.add((name and answer.text, answer.headers["www-authenticate"]))
    assert len(faces) == 1
    assert (await server.http.get("/v1/models", params={"key": good})).status_code == 401
    program = Program(server, good)
    assert (await program.request("GET", "/models")).status_code == 200
    assert_told(await program.request("GET", "/chat/completions"), 404, "not_found")
    for path in ("/auth/me", "/conversations", "/auth/keys", "/models"):
        assert_refused(await server.http.get(path, headers=program.headers), 401, "invalid_token")
    used = next(key for key in (await ada.get("/auth/keys")).json()["keys"])
    assert used["last_used_at"] is None
    keys = (await ada.get("/auth/keys")).json()["keys"]
    used_at = next(key["last_used_at"] for key in keys if key["prefix"] == good[:12])
    assert used_at.endswith(":00.000000Z")


async def test_no_log_holds_a_key_from_an_address(
    start_server: StartServer, capsys: pytest.CaptureFixture[str]
) -> None:
    server = await start_server()
    program = await program_of(await server.register())
    for path in (f"/v1/models/{program.key}", f"/{program.key}/v1/models"):
        await server.http.get(path, headers=program.headers)
    logged = ""
    async with asyncio.timeout(PATIENCE_SECONDS):
        while logged.count("cbk_...") < 2:
            await asyncio.sleep(0.005)
            logged += capsys.readouterr().err
    assert program.key not in logged


async def test_scopes_models_and_names(server: RunningServer, upstream: ScriptedUpstream) -> None:
    ada = await server.person_with_model(upstream.url, "echo")
    await ada.set_model(upstream.url, "full")
    body = {"model_url": upstream.url, "label": "Other", "api_key": "sk-other"}
    second = (await ada.post("/connections", json=body)).json()["id"]
    for name in ("full", "a/b"):
        added = await ada.post(f"/connections/{second}/models", json={"name": name})
        assert added.status_code == 201
    models = (await ada.get("/models")).json()["models"]
    bob = await server.person_with_model(upstream.url, "secret")

    program = await program_of(ada)
    listed = (await program.request("GET", "/models")).json()
    assert listed["object"] == "list"
    ids = [model["id"] for model in listed["data"]]
    assert ids == ["default", "default/echo", "default/full", "other/full", "other/a/b"]
    assert {tuple(sorted(model)) for model in listed["data"]} == {
        ("created", "id", "object", "owned_by")
    }
    one = await program.request("GET", "/models/other/a/b")
    assert one.json() == listed["data"][-1]
    for name, asked in (("default", "full"), ("a/b", "a/b"), ("other/full", "full")):
        assert (await program.chat(name, stream=True)).status_code == 200
        assert upstream.requests[-1].model == asked
    ambiguous = await program.chat("full")
    assert_told(ambiguous, 404, "model_not_found", "model")
    assert "`default/full`, `other/full`" in ambiguous.json()["error"]["message"]
    for name in ("missing", "other/echo", "@other/full", "secret", "default/secret", "a\udc00"):
        if name.isascii():
            assert_told(await program.chat(name), 404, "model_not_found", "model")
            assert (await program.request("GET", f"/models/{name}")).status_code == 404
    await program_of(bob)

    only = next(
        m["id"] for m in models if (m["name"], m["connection"]["slug"]) == ("full", "other")
    )
    narrow = await program_of(ada, scopes=["chat"], model_ids=[only])
    assert (await narrow.chat("full", stream=True)).status_code == 200
    for name in ("default", "default/full", "echo"):
        assert_told(await narrow.chat(name), 404, "model_not_found", "model")
    assert_told(await narrow.request("GET", "/models"), 403, "scope_missing", "models")
    embedding = {"model": "full", "input": "x"}
    refused = await narrow.request("POST", "/embeddings", json=embedding)
    assert_told(refused, 403, "scope_missing", "embeddings")


async def test_pages_of_any_origin_and_no_cookies(
    start_server: StartServer, upstream: ScriptedUpstream
) -> None:
    server = await start_server(cors_origins=["https://ours.example"], rate_limit_per_minute=40)
    program = await program_of(await server.person_with_model(upstream.url))
    origin = {"Origin": "https://elsewhere.example"}
    asked = {
        "Access-Control-Request-Method": "POST",
        "Access-Control-Request-Headers": "authorization, x-stainless-os",
    }
    path = "/v1/chat/completions"
    preflight = await server.http.request("OPTIONS", path, headers=origin | asked)
    assert preflight.status_code == 204
    assert preflight.headers["access-control-allow-headers"] == "authorization, x-stainless-os"
    answers = [preflight, await program.request("GET", "/models", headers=origin)]
    answers.append(await server.http.get("/v1/models", headers=origin))
    for answer in answers:
        assert answer.headers["access-control-allow-origin"] == "*"
        assert "access-control-allow-credentials" not in answer.headers
    assert "x-ratelimit-remaining-requests" in answers[1].headers["access-control-expose-headers"]

    before = int(answers[1].headers["x-ratelimit-remaining-requests"])
    assert before < int(answers[1].headers["x-ratelimit-limit-requests"]) == 40
    for _ in range(41):
        answer = await program.request("GET", "/models")
    assert_told(answer, 429, "rate_limit_exceeded")
    assert int(answer.headers["retry-after"]) > 0
    assert answer.headers["x-ratelimit-remaining-requests"] == "0"
    assert float(answer.headers["x-ratelimit-reset-requests"].removesuffix("s")) > 0
    guess = {"Authorization": f"Bearer cbk_{'A' * 43}"}
    for _ in range(41):
        answer = await server.http.get("/v1/models", headers=guess)
    assert_told(answer, 429, "rate_limit_exceeded")


async def test_bodies(start_server: StartServer, upstream: ScriptedUpstream) -> None:
    server = await start_server(api_body_max_bytes=3 * 1024**2)
    program = await program_of(await server.person_with_model(upstream.url, "whole_json"))
    said = "long " * (500 * 1024)
    answer = await program.chat("default", messages=[{"role": "user", "content": said}])
    assert answer.status_code == 200, answer.text  # more than a person's request may hold
    assert_told(
        await program.chat("default", messages=[{"role": "user", "content": said * 2}]),
        413,
        "body_too_large",
    )
    tool = {"type": "function", "function": {"name": "f", "parameters": {"type": "object"}}}
    assert (await program.chat("default", tools=[tool] * 200)).status_code == 200
    assert len(upstream.requests[-1].body["tools"]) == 200
    bad: dict[str, tuple[bytes, str, str | None]] = {
        "no JSON": (b"{", "invalid_json", None),
        "no object": (b"[]", "invalid_json", None),
        "half a character": (b'{"model": "\\ud800"}', "invalid_json", None),
        "no number": (b'{"model": "m", "n": NaN}', "invalid_json", None),
        "deep": (b"[" * 100_000, "invalid_json", None),
        "no model": (b"{}", "invalid_request", "model"),
        "no messages": (b'{"model": "default"}', "invalid_request", "messages"),
        "stream": (b'{"model": "default", "stream": "yes"}', "invalid_request", "stream"),
    }
    for name, (data, code, param) in bad.items():
        answer = await program.request("POST", "/chat/completions", content=data)
        assert answer.status_code == 400, name
        assert_told(answer, 400, code, param)
    nested = b'{"model": "default", "messages": [{"role": "user", "content": "x", "deep": '
    nested += b'{"a":' * 300 + b"1" + b"}" * 301 + b"]}"
    answer = await program.request("POST", "/chat/completions", content=nested)
    assert answer.status_code == 200


async def test_a_large_body_keeps_nobody_waiting(
    server: RunningServer, upstream: ScriptedUpstream, monkeypatch: pytest.MonkeyPatch
) -> None:
    threads: list[threading.Thread] = []

    def seen(endpoint: GatewayEndpoint, data: bytes) -> ProgramRequest:
        threads.append(threading.current_thread())
        return read_request(endpoint, data)

    monkeypatch.setattr(service, "read_request", seen)
    program = await program_of(await server.person_with_model(upstream.url, "whole_json"))
    for parts in (10, 100_000):
        said = [{"role": "user", "content": "x"}] * parts
        assert (await program.chat("default", messages=said)).status_code == 200
    assert [thread is threading.main_thread() for thread in threads] == [True, False]
