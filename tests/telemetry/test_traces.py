"""Where a collector is named, it gets the spans of requests and replies, and nothing of users."""

import asyncio
import signal
import socket
from collections.abc import AsyncIterator
from pathlib import Path

import orjson
import pytest
from opentelemetry.proto.trace.v1.trace_pb2 import Span, Status

from tests.support.collector import Collector, attributes
from tests.support.patience import PATIENCE_SECONDS
from tests.support.server import running_server
from tests.support.server_process import server_process
from tests.support.upstream import ScriptedUpstream

pytestmark = pytest.mark.anyio

SEND = "POST /conversations/{id}/messages"


@pytest.fixture
async def collector() -> AsyncIterator[Collector]:
    async with Collector() as collecting:
        yield collecting


async def test_a_message_is_one_trace(
    database_url: str, upstream: ScriptedUpstream, collector: Collector
) -> None:
    settings = {"database_url": database_url, "otel_exporter_otlp_endpoint": collector.url}
    async with running_server(**settings) as server:
        ada = await server.person_with_model(upstream.url)
        answer = await ada.say(await ada.conversation("Named"), "hello")
    request, call = collector.named(SEND), collector.named("model call")
    sent, reply = collector.named("send transaction"), collector.named("reply")
    assert request.parent_span_id == b""
    assert {span.trace_id for span in (sent, reply, call)} == {request.trace_id}
    assert sent.parent_span_id == reply.parent_span_id == request.span_id
    assert call.parent_span_id == reply.span_id
    assert (request.kind, call.kind) == (Span.SPAN_KIND_SERVER, Span.SPAN_KIND_CLIENT)
    for inner, outer in ((sent, request), (call, reply)):
        assert outer.start_time_unix_nano <= inner.start_time_unix_nano
        assert inner.start_time_unix_nano < inner.end_time_unix_nano <= outer.end_time_unix_nano
    assert attributes(request) == {
        "http.request.method": "POST",
        "http.route": "/conversations/{id}/messages",
        "http.response.status_code": 200,
        "chat.request_id": answer.headers["X-Request-ID"],
    }
    assert attributes(reply) == {"chat.reply.status": "complete"}
    assert attributes(call) == attributes(sent) == {}
    assert collector.resource["service.name"] == "chat-backend"


@pytest.mark.databases("sqlite")
async def test_failures_are_told_by_code_and_nothing_of_users_is(
    database_url: str, upstream: ScriptedUpstream, collector: Collector
) -> None:
    settings = {"database_url": database_url, "otel_exporter_otlp_endpoint": collector.url}
    async with running_server(**settings) as server:
        ada = await server.register(password="zebra zebra zebra")
        await ada.set_model(upstream.url, "echo_key_401", "sk-zebra")
        conversation = await ada.conversation("zebra")
        async with ada.socket(conversation) as chat:
            await chat.say("zebra")
            await chat.send(type="message", content=" ")
            await chat.until("error")
        await ada.get(f"/conversations/{conversation}?zebra=zebra", headers={"X-Zebra": "zebra"})
        await ada.get("/zebra/987654321")
    call, reply = collector.named("model call"), collector.named("reply")
    assert call.status.code == Status.STATUS_CODE_ERROR
    assert attributes(call) == {"error.type": "upstream_auth_failed"}
    assert attributes(reply)["error.type"] == "upstream_auth_failed"
    refused = [s for s in collector.spans if attributes(s).get("error.type") == "blank_message"]
    assert [span.name for span in refused] == ["socket message"]
    assert not [span for span in collector.spans if span.events or span.status.message]
    words = ("zebra", "987654321", ada.name, ada.token, upstream.url, upstream.host)
    assert [word for word in words if word.encode() in collector.raw] == []


async def test_the_framework_does_not_send_whole_addresses_besides(
    collector: Collector, tmp_path: Path
) -> None:
    settings = {"OTEL_EXPORTER_OTLP_ENDPOINT": collector.url, "FASTAPI_OTEL_AUTO_CONFIGURE": "true"}
    async with server_process(f"sqlite:///{tmp_path / 'chat.db'}", **settings) as process:
        assert (await process.http.get("/auth/me?zebra=zebra")).status_code == 401
        process.kill(signal.SIGTERM)
        await process.exited()
    assert collector.named("GET /auth/me")
    assert b"zebra" not in collector.raw


@pytest.fixture
def without_extra(tmp_path: Path) -> Path:
    """A folder with a module that is in the way of the real one."""
    (tmp_path / "opentelemetry" / "sdk").mkdir(parents=True)
    (tmp_path / "opentelemetry" / "sdk" / "__init__.py").touch()
    return tmp_path


async def test_without_the_extra_the_server_says_so_and_runs(
    without_extra: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    url = f"sqlite:///{without_extra / 'chat.db'}"
    settings = {"OTEL_EXPORTER_OTLP_ENDPOINT": "http://127.0.0.1:1", "LOG_FORMAT": "json"}
    async with server_process(url, PYTHONPATH=str(without_extra), **settings) as process:
        assert (await process.http.get("/health/ready")).status_code == 200
    written = await asyncio.to_thread(capfd.readouterr)
    (line,) = [line for line in written.err.splitlines() if "traces" in line]
    assert orjson.loads(line)["advice"] == "install chat-backend[otel]"


@pytest.mark.databases("sqlite")
async def test_a_collector_that_is_away_holds_nothing_up(
    database_url: str, upstream: ScriptedUpstream
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as closed:
        url = f"http://127.0.0.1:{closed.getsockname()[1]}"
    async with asyncio.timeout(PATIENCE_SECONDS):
        async with running_server(
            database_url=database_url, otel_exporter_otlp_endpoint=url
        ) as server:
            ada = await server.person_with_model(upstream.url)
            answer = await ada.say(await ada.conversation(), "hello")
            assert answer.json()["reply"]["status"] == "complete"
