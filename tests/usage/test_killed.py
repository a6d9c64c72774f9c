"""What is known of requests whose process was killed: that they left, or that they may have."""

import asyncio
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime, timedelta

import httpx2
import pytest
from sqlalchemy import Connection, select

from app.database import table_of
from app.local_model import NAME as LOCAL_MODEL
from app.models import Generation
from tests.conftest import StartServer
from tests.endpoints.connecting import add_model, connect, patch
from tests.faults.watching import eventually
from tests.support.patience import PATIENCE_SECONDS
from tests.support.server import Person, RunningServer
from tests.support.server_process import ServerProcess, server_process
from tests.support.upstream import ScriptedUpstream
from tests.support.upstream_exchange import SCENARIOS
from tests.usage.capped import cap, caps_of, set_caps
from tests.usage.ledger import put, target
from tests.usage.spending import attempts, over, usage

pytestmark = pytest.mark.anyio

LEASE = {"REAP_AFTER_SECONDS": "1", "CHECKPOINT_SECONDS": "0.1"}
ABOUT = 10
"""Tokens of the question, by estimate."""
_generation = table_of(Generation)


@asynccontextmanager
async def dying(database_url: str, **settings: str) -> AsyncIterator[ServerProcess]:
    """A process that is killed at the end of the block."""
    async with server_process(database_url, **LEASE, **settings) as process:
        yield process
        process.kill(signal.SIGKILL)
        await process.exited()


@asynccontextmanager
async def asking(person: Person, conversation: int) -> AsyncIterator[None]:
    """A message is on its way, whose answer is lost with its process after the block."""
    said = asyncio.create_task(person.say(conversation, "What is it all about?"))
    try:
        yield
    finally:
        with suppress(httpx2.HTTPError, ConnectionError):
            await said


async def is_known_to_have_left(server: RunningServer, conversation: int) -> bool:
    its = _generation.c.conversation_id == conversation

    def read(connection: Connection) -> bool:
        return connection.execute(select(_generation.c.asked_at).where(its)).scalar() is not None

    return bool(await server.app.state.services.database.read(read))


async def has_text(person: Person, conversation: int) -> bool:
    messages = await person.messages(conversation)
    return bool(messages and messages[-1]["content"])


@pytest.mark.parametrize(("model", "said"), [("stall", 7), ("silent", 0)])
async def test_a_request_that_left_is_an_estimate(
    start_server: StartServer, upstream: ScriptedUpstream, database_url: str, model: str, said: int
) -> None:
    server = await start_server(reap_after_seconds=1)
    ada = await server.register()
    id = await add_model(ada, await connect(ada, upstream.url), model)
    await patch(ada, f"/models/{id}", price={"prompt": "1000", "completion": "2000"})
    await patch(ada, "/auth/me", default_model_id=id)
    conversation = await ada.conversation("named")
    async with dying(database_url) as process, asking(process.seen_by(ada), conversation):
        await eventually(lambda: is_known_to_have_left(server, conversation))
        if said:
            await eventually(lambda: has_text(ada, conversation))
        process.kill(signal.SIGKILL)
    [attempt] = await over(ada, 1)
    status = "interrupted" if said else "failed"
    assert (attempt["status"], attempt["counted_by"]) == (status, "estimate")
    assert (attempt["prompt_tokens"], attempt["completion_tokens"]) == (ABOUT, said)
    cost = ABOUT * 1_000_000 + said * 2_000_000
    assert (attempt["cost_nano_usd"], attempt["price_source"]) == (cost, "user")
    reply = (await ada.messages(conversation))[-1]
    assert (reply["status"], reply["error"]["code"]) == (status, "interrupted")
    tokens = {"prompt_tokens": ABOUT, "completion_tokens": said, "total_tokens": ABOUT + said}
    assert reply["usage"] == tokens | {"cost_nano_usd": cost, "estimated": True}


@pytest.mark.databases("sqlite")
async def test_the_local_model_costs_nothing_whoever_adds_it_up(
    start_server: StartServer,
    upstream: ScriptedUpstream,
    database_url: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(SCENARIOS, LOCAL_MODEL, SCENARIOS["silent"])
    server = await start_server(reap_after_seconds=1)
    ada = await server.register()
    conversation = await ada.conversation("named")
    local = {"DEFAULT_MODEL_URL": upstream.url, "DEFAULT_MODEL_NAME": LOCAL_MODEL}
    async with (
        dying(database_url, **local, DEFAULT_API_KEY="sk-local") as process,
        asking(process.seen_by(ada), conversation),
    ):
        await eventually(lambda: is_known_to_have_left(server, conversation))
        process.kill(signal.SIGKILL)
    [attempt] = await over(ada, 1)
    assert attempt["counted_by"] == "estimate" and attempt["shared"]
    assert (attempt["cost_nano_usd"], attempt["price_source"]) == (0, "operator")
    [row] = await usage(ada)
    assert (row["cost_nano_usd"], row["unpriced"], row["estimated"]) == (0, 0, 1)
    assert (await ada.messages(conversation))[-1]["usage"]["cost_nano_usd"] == 0


async def test_a_request_that_may_never_have_left_says_so(
    start_server: StartServer, database_url: str
) -> None:
    server = await start_server(reap_after_seconds=1)
    connected = asyncio.Event()

    async def say_nothing(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        connected.set()  # and waits for a TLS handshake that nobody answers
        await reader.read()
        writer.close()

    async with await asyncio.start_server(say_nothing, "127.0.0.1", 0) as mute:
        port = mute.sockets[0].getsockname()[1]
        ada = await server.person_with_model(f"https://127.0.0.1:{port}/v1")
        await set_caps(ada, cap(5_000, "tokens"), cap(5))
        conversation = await ada.conversation("named")
        async with dying(database_url) as process, asking(process.seen_by(ada), conversation):
            await asyncio.wait_for(connected.wait(), PATIENCE_SECONDS)
            process.kill(signal.SIGKILL)
        [attempt] = await over(ada, 1)
    assert (attempt["status"], attempt["error_code"]) == ("unconfirmed", "interrupted")
    assert (attempt["prompt_tokens"], attempt["completion_tokens"]) == (ABOUT, 0)
    assert attempt["counted_by"] == "estimate"
    # As if it had left: a process that is killed again and again spends nothing unseen.
    assert [each["used"] for each in await caps_of(ada)] == [ABOUT, 1]
    [reply] = (await ada.messages(conversation))[1:]
    assert (reply["status"], reply["error"]["code"]) == ("failed", "interrupted")


@pytest.mark.databases("sqlite")
async def test_a_title_of_a_killed_process_is_unconfirmed(server: RunningServer) -> None:
    ada = await server.register()
    long_ago = datetime.now(UTC) - timedelta(hours=1)
    running = {"purpose": "title", "status": "running", "completion_tokens": None}
    nothing = {"counted_by": None, "price_source": None, "cost_nano": None, "reserved_tokens": 900}
    await server.app.state.services.database.write(
        put, ada.id, target(ada.id), long_ago, **running, **nothing
    )
    [title] = await attempts(ada)
    assert (title["status"], title["error_code"]) == ("unconfirmed", "interrupted")
    assert (title["prompt_tokens"], title["completion_tokens"]) == (100, 0)
    await set_caps(ada, cap(1_000, "tokens"))
    is_of_today = long_ago.date() == datetime.now(UTC).date()
    assert [each["used"] for each in await caps_of(ada)] == [100 if is_of_today else 0]
