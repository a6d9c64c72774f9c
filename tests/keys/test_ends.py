"""How answers to programs end that do not end by themselves."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Any

import orjson
import pytest
from sqlalchemy import Connection, delete, update

from app.database import table_of
from app.models import ProgramKey
from app.services.gateway import outgoing
from tests.keys.programs import assert_told, program_of, settled
from tests.support.patience import promised
from tests.support.server import Person, RunningServer
from tests.support.upstream import Raw, ScriptedUpstream
from tests.support.upstream_exchange import Exchange, scenario

pytestmark = pytest.mark.anyio

CUT_SECONDS = 2
GONE_SECONDS = 1
HELD_UP = asyncio.Event()
_key = table_of(ProgramKey)

Ends = Callable[[RunningServer, Person, int], Awaitable[Any]]


async def revoked(server: RunningServer, ada: Person, key_id: int) -> None:
    await ada.request("DELETE", f"/auth/keys/{key_id}")


async def revoked_elsewhere(server: RunningServer, ada: Person, key_id: int) -> None:
    def gone(connection: Connection) -> None:
        connection.execute(delete(_key).where(_key.c.id == key_id))

    await server.app.state.services.database.write(gone)


async def expired(server: RunningServer, ada: Person, key_id: int) -> None:
    def over(connection: Connection) -> None:
        values = {"expires_at": datetime.now(UTC)}
        connection.execute(update(_key).where(_key.c.id == key_id).values(**values))

    await server.app.state.services.database.write(over)


async def disabled(server: RunningServer, ada: Person, key_id: int) -> None:
    await server.app.state.services.accounts.set_enabled(ada.name, False)


@pytest.mark.parametrize("end", [revoked, revoked_elsewhere, expired, disabled])
async def test_what_runs_ends_with_its_key(
    server: RunningServer, upstream: ScriptedUpstream, end: Ends
) -> None:
    ada = await server.person_with_model(upstream.url, "hold")
    program = await program_of(ada)
    key_id = (await ada.get("/auth/keys")).json()["keys"][0]["id"]
    async with program.streamed("default") as stream:
        events = aiter(stream)
        assert (await anext(events))["choices"][0]["delta"]["content"] == "You"
        waiting = asyncio.create_task(program.chat("default"))
        await upstream.received(2)
        await end(server, ada, key_id)
        async with promised(CUT_SECONDS):
            last = [event async for event in events]
            answer = await waiting
    assert [event["error"]["code"] for event in last] == ["invalid_api_key"]
    assert_told(answer, 401, "invalid_api_key")
    await upstream.left_early(2)


@scenario("flood")
async def flood(exchange: Exchange) -> None:
    """More than anybody takes; tells when no more of it is taken."""
    await exchange.head()
    while True:
        piece = asyncio.ensure_future(exchange.delta("x" * 100_000))
        await asyncio.wait((piece,), timeout=0.5)
        if not piece.done():
            HELD_UP.set()
        await piece


async def test_what_is_not_read_ends_with_its_key(
    server: RunningServer, upstream: ScriptedUpstream
) -> None:
    ada = await server.person_with_model(upstream.url, "flood")
    program = await program_of(ada)
    key_id = (await ada.get("/auth/keys")).json()["keys"][0]["id"]
    HELD_UP.clear()
    async with program.streamed("default"):
        await HELD_UP.wait()
        await revoked(server, ada, key_id)
        async with promised(CUT_SECONDS):
            await upstream.left_early()
    (attempt,) = await settled(ada)
    assert attempt["status"] == "interrupted"


async def test_a_client_that_leaves_takes_its_request_with_it(
    server: RunningServer, upstream: ScriptedUpstream
) -> None:
    ada = await server.person_with_model(upstream.url, "hold")
    program = await program_of(ada)
    async with program.streamed("default") as stream:
        await anext(aiter(stream))
    async with promised(GONE_SECONDS):
        await upstream.left_early()
    waiting = asyncio.create_task(program.chat("default"))
    await upstream.received(2)
    waiting.cancel()
    async with promised(GONE_SECONDS):
        await upstream.left_early(2)

    attempts = await settled(ada)
    assert {attempt["counted_by"] for attempt in attempts} == {"estimate"}


def chunk(text: str) -> bytes:
    return (
        b"data: " + orjson.dumps({"choices": [{"index": 0, "delta": {"content": text}}]}) + b"\n\n"
    )


async def test_failures_before_and_after_the_first_piece(
    server: RunningServer, upstream: ScriptedUpstream
) -> None:
    ada = await server.person_with_model(upstream.url, "raw")
    program = await program_of(ada)
    error = b'data: {"error": {"message": "sk-secret overloaded", "code": 503}}\n\n'
    upstream.raw = Raw(error)
    assert_told(await program.chat("default", stream=True), 502, "upstream_unavailable")
    for body, code in (
        (chunk("begun") + error, "upstream_unavailable"),
        (chunk("begun"), "upstream_interrupted"),
        (chunk("begun") + b"data: {]\n\n", "upstream_bad_response"),
    ):
        upstream.raw = Raw(body)
        async with program.streamed("default") as stream:
            first, last = await stream.all()
        assert stream.answer.status_code == 200
        assert first["choices"][0]["delta"] == {"content": "begun"}
        assert (set(last), last["error"]["code"]) == ({"error"}, code)
        assert "sk-secret" not in str(last)
    answer = await program.chat("default", stream=True, headers={"Accept-Language": "zh"})
    assert "模型" in answer.text.split("\n\n")[1]
    finished = b'data: {"choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}]}\n\n'
    upstream.raw = Raw(chunk("whole") + finished)
    async with program.streamed("default") as stream:
        assert (await stream.all())[-1] == "[DONE]"


async def test_a_server_that_streams_what_is_asked_for_as_a_whole(
    server: RunningServer, upstream: ScriptedUpstream
) -> None:
    program = await program_of(await server.person_with_model(upstream.url, "raw"))
    upstream.raw = Raw(chunk("streamed") + b"data: [DONE]\n\n")
    assert_told(await program.chat("default"), 502, "upstream_bad_response")
    embedding = {"model": "default", "input": "x"}
    answer = await program.request("POST", "/embeddings", json=embedding)
    assert_told(answer, 502, "upstream_bad_response")


REFUSALS: list[tuple[int, dict[str, Any], int, str, str | None]] = [
    (
        401,
        {"message": "Incorrect API key provided: sk-test-key"},
        502,
        "upstream_auth_failed",
        None,
    ),
    (429, {"message": "Rate limit reached"}, 429, "upstream_rate_limited", None),
    (429, {"message": "no", "code": "insufficient_quota"}, 429, "upstream_out_of_credit", None),
    (500, {"message": "oops"}, 502, "upstream_unavailable", None),
    (404, {"message": "The model `x` does not exist"}, 404, "model_not_found", None),
    (
        *(400, {"message": "maximum context length is 10 tokens"}),
        *(400, "context_length_exceeded", None),
    ),
    (
        *(400, {"message": "Unknown", "param": "tools[0].name", "code": "bad_value"}),
        *(400, "upstream_rejected", "tools[0].name"),
    ),
]


async def test_what_the_models_server_refuses(
    server: RunningServer, upstream: ScriptedUpstream
) -> None:
    ada = await server.person_with_model(upstream.url, "raw")
    program = await program_of(ada)
    for status, error, told, code, param in REFUSALS:
        body = orjson.dumps({"error": {"type": "x", **error}})
        upstream.raw = Raw(body, "application/json", status)
        for is_streamed in (True, False):
            before = len(upstream.requests)
            answer = await program.chat("default", stream=is_streamed, stream_options=None)
            assert_told(answer, told, code, param)
            assert "sk-test-key" not in answer.text
            in_vain = code in ("upstream_auth_failed", "upstream_out_of_credit")
            assert answer.headers.get("x-should-retry") == ("false" if in_vain else None)
            assert len(upstream.requests) - before <= 2
    upstream.raw = Raw(b"{}", "application/json", 404)
    embedding = {"model": "default", "input": "x"}
    answer = await program.request("POST", "/embeddings", json=embedding)
    assert_told(answer, 404, "endpoint_not_found")


async def test_a_server_that_knows_no_stream_options_is_asked_without(
    server: RunningServer, upstream: ScriptedUpstream
) -> None:
    program = await program_of(await server.person_with_model(upstream.url, "no_stream_options"))
    async with program.streamed("default") as stream:
        assert (await stream.all())[-1] == "[DONE]"
    asked = {"stream_options": {"include_usage": True}}
    assert_told(await program.chat("default", stream=True, **asked), 400, "upstream_rejected")


async def test_a_comment_in_every_quiet_while(
    server: RunningServer, upstream: ScriptedUpstream, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(outgoing, "COMMENT_SECONDS", 0.05)
    program = await program_of(await server.person_with_model(upstream.url, "hold"))
    async with program.streamed("default") as stream:
        lines = stream.answer.aiter_lines()
        seen = [line async for line in taken_until(lines, ": keep-alive")]
        assert seen[0].startswith("data: ")
        upstream.release()
        assert [line async for line in lines if line][-1] == "data: [DONE]"


async def taken_until(lines: Any, last: str) -> Any:
    async for line in lines:
        if line:
            yield line
        if line == last:
            return
