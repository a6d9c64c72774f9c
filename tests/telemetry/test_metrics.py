"""What happens is counted at `/metrics`: for who may read it, without a word about users, and every
metric is documented and every query of the dashboard finds what it asks for."""

import asyncio
import re
from collections.abc import Awaitable, Callable
from pathlib import Path

import orjson
import pytest

from tests.conftest import StartServer
from tests.support.patience import PATIENCE_SECONDS
from tests.support.refusals import assert_refused
from tests.support.scraping import Scrape, scrape
from tests.support.server import RunningServer
from tests.support.upstream import ScriptedUpstream

pytestmark = pytest.mark.anyio

ROOT = Path(__file__).parents[2]
DASHBOARD = ROOT / "deploy" / "grafana" / "chat-backend.json"
OPERATIONS = ROOT / "docs" / "operations.md"
SEEN_LATER = {"chat_model_tokens_total", "chat_model_cost_nano_usd_total"}
"""There once something was used."""
LABELS = {"method", "route", "status", "reason", "code", "budget", "model", "kind", "le"}


class Growth:
    """How much samples grew since the start of a test; tests share one process, and its counts."""

    def __init__(self, server: RunningServer, before: Scrape) -> None:
        self._server, self._before = server, before

    async def of(self, sample: str, **labels: str) -> float:
        after = await scrape(self._server)
        return after.value(sample, **labels) - self._before.value(sample, **labels)


async def growth(server: RunningServer) -> Growth:
    return Growth(server, await scrape(server))


async def until(is_so: Callable[[], Awaitable[bool]]) -> None:
    async with asyncio.timeout(PATIENCE_SECONDS):
        while True:
            if await is_so():
                return
            await asyncio.sleep(0.01)


@pytest.mark.databases("sqlite")
async def test_requests_are_counted_by_route_and_not_by_address(server: RunningServer) -> None:
    grown = await growth(server)
    ada = await server.register()
    conversation = await ada.conversation()
    for _ in range(3):
        await ada.get(f"/conversations/{conversation}")
    await ada.get("/conversations/987654321")
    await ada.get("/zebra")
    await ada.request("PROPFIND", "/zebra")
    route = {"route": "/conversations/{id}", "method": "GET"}
    assert await grown.of("chat_requests_total", status="200", **route) == 3
    assert await grown.of("chat_requests_total", status="404", **route) == 1
    assert await grown.of("chat_request_seconds_count", **route) == 4
    assert await grown.of("chat_request_seconds_bucket", le="+Inf", **route) == 4
    assert await grown.of("chat_requests_total", route="none", status="404") == 2
    seen = await scrape(server)
    assert {name for name, _ in seen.labels} <= LABELS
    values = " ".join(value for _, value in seen.labels)
    assert not [word for word in ("zebra", "PROPFIND", "987654321", ada.name) if word in values]


@pytest.mark.databases("sqlite")
async def test_replies_are_counted_with_their_pace(
    server: RunningServer, upstream: ScriptedUpstream
) -> None:
    grown = await growth(server)
    ada = await server.person_with_model(upstream.url, "slow")
    conversation = await ada.conversation("Named")
    assert (await ada.say(conversation, "one two three four")).status_code == 200
    assert await grown.of("chat_replies_total", status="complete") == 1
    assert await grown.of("chat_first_token_seconds_count") == 1
    assert await grown.of("chat_first_token_seconds_sum") > 0
    assert 1 <= await grown.of("chat_token_gap_seconds_count") <= 10
    assert await grown.of("chat_checkpoint_seconds_count") >= 1
    for model, code in (("401", "upstream_auth_failed"), ("cut", "upstream_interrupted")):
        await ada.set_model(upstream.url, model)
        await ada.say(conversation, "fail")
        assert await grown.of("chat_upstream_errors_total", code=code) == 1
    assert await grown.of("chat_replies_lost_total") == 0


async def test_what_runs_and_what_is_open_is_shown(
    server: RunningServer, upstream: ScriptedUpstream
) -> None:
    grown = await growth(server)
    ada = await server.person_with_model(upstream.url, "hold")
    async with ada.socket(await ada.conversation()) as socket:
        await socket.send(type="message", content="one two")
        await socket.until("chunk")
        assert await grown.of("chat_replies_running") == 1
        assert await grown.of("chat_sockets_open") == 1
        lag = (await scrape(server)).value("chat_checkpoint_lag_seconds")
        assert 0 <= lag < PATIENCE_SECONDS
        upstream.release()
        await socket.until("done")
    assert await grown.of("chat_replies_running") == 0

    async def nobody_there() -> bool:
        return await grown.of("chat_sockets_open") == 0

    await until(nobody_there)
    seen = await scrape(server)
    assert 0 <= seen.value("chat_database_running") <= seen.value("chat_database_limit")
    assert seen.value("chat_database_waiting") == 0
    assert seen.value("process_resident_memory_bytes") > 10_000_000


@pytest.mark.databases("sqlite")
async def test_refusals_are_counted(start_server: StartServer) -> None:
    server = await start_server(rate_limit_per_minute=4, login_rate_limit_per_minute=2)
    grown = await growth(server)
    for _ in range(3):
        body = {"username_or_email": "nobody", "password": "wrong"}
        await server.http.post("/auth/login", json=body)
    assert await grown.of("chat_logins_failed_total") == 2
    assert await grown.of("chat_rate_limited_total", budget="login") == 1
    for _ in range(3):
        await server.http.get("/auth/me")
    assert await grown.of("chat_rate_limited_total", budget="all") >= 1
    assert (await server.http.get("/metrics")).status_code == 200


async def test_a_reply_that_is_lost_is_counted(
    start_server: StartServer, server: RunningServer, upstream: ScriptedUpstream
) -> None:
    grown = await growth(server)
    leaving = await start_server()
    ada = await leaving.person_with_model(upstream.url, "hold")
    async with ada.socket(await ada.conversation()) as socket:
        await socket.send(type="message", content="one two")
        await socket.until("chunk")
        await leaving.app.state.services.supervisor.drain(0)
        await socket.until("error")
    assert await grown.of("chat_replies_lost_total", reason="interrupted") == 1


@pytest.mark.databases("sqlite")
@pytest.mark.parametrize(
    "header", ["Forwarded", "Via", "X-Forwarded-For", "X-Forwarded-Proto", "X-Real-IP"]
)
async def test_without_a_token_nobody_behind_a_proxy_reads(
    server: RunningServer, header: str
) -> None:
    answer = await server.http.get("/metrics", headers={header: "127.0.0.1"})
    assert_refused(answer, 404, "not_found")


@pytest.mark.databases("sqlite")
async def test_with_a_token_only_it_reads_from_anywhere(start_server: StartServer) -> None:
    server = await start_server(metrics_token="sesame", allowed_hosts=["chat.example.com"])
    ada_token = "Bearer sesam"
    for headers in ({}, {"Authorization": ada_token}, {"Authorization": "Basic sesame"}):
        assert_refused(await server.http.get("/metrics", headers=headers), 401, "invalid_token")
    for via in ({}, {"X-Forwarded-For": "203.0.113.9"}):
        await scrape(server, Authorization="Bearer sesame", **via)


@pytest.mark.databases("sqlite")
async def test_every_metric_is_documented_and_no_other(server: RunningServer) -> None:
    ours = {family.name for family in (await scrape(server)).families}
    ours = {name for name in ours if name.startswith("chat_")}
    text = await asyncio.to_thread(OPERATIONS.read_text, "utf-8")
    rows = re.findall(r"^\| `(chat_\w+)` \|", text, re.MULTILINE)
    assert sorted(name.removesuffix("_total") for name in rows) == sorted(ours)


@pytest.mark.databases("sqlite")
async def test_every_query_of_the_dashboard_finds_its_metrics(
    server: RunningServer, upstream: ScriptedUpstream
) -> None:
    ada = await server.person_with_model(upstream.url)
    await ada.say(await ada.conversation(), "hello")
    await ada.set_model(upstream.url, "401")
    await ada.say(await ada.conversation(), "fail")
    exported = (await scrape(server)).names
    text = await asyncio.to_thread(DASHBOARD.read_text, "utf-8")
    panels = orjson.loads(text)["panels"]
    queries = [target["expr"] for panel in panels for target in panel.get("targets", ())]
    asked = {name for query in queries for name in re.findall(r"\b(?:chat|process)_\w+", query)}
    told = {re.sub(r"_(bucket|count|sum)$", "", name) for name in asked}
    documented = await asyncio.to_thread(OPERATIONS.read_text, "utf-8")
    own = {*re.findall(r"^\| `(chat_\w+)` \|", documented, re.MULTILINE)}
    assert asked - exported <= SEEN_LATER
    assert {name for name in told if name.startswith("chat_")} == own
