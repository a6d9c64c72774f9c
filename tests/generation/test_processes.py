"""Several server processes on one database: followed, stopped, killed and drained."""

import asyncio
import signal
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, func, select

from app.database import Database
from app.models import AuditEvent, Generation
from app.services.generation.feed.news import PIECES_OF
from tests.conftest import StartServer
from tests.faults.watching import eventually
from tests.support.patience import PATIENCE_SECONDS
from tests.support.scraping import scrape
from tests.support.server import ChatSocket, RunningServer, text_of
from tests.support.server_process import ServerProcess, server_process
from tests.support.upstream import ScriptedUpstream

pytestmark = pytest.mark.anyio


@pytest.fixture(scope="module")
async def another_process(database_url: str) -> AsyncIterator[ServerProcess]:
    """A process beside the server of the tests' own; for those that do it no harm."""
    async with server_process(database_url) as process:
        yield process


async def test_another_process_follows_resumes_and_stops(
    server: RunningServer, upstream: ScriptedUpstream, another_process: ServerProcess
) -> None:
    ada = await server.person_with_model(upstream.url, "slow")
    conversation = await ada.conversation()
    elsewhere = another_process.seen_by(ada)
    async with ada.socket(conversation) as owner, elsewhere.socket(conversation) as viewer:
        await owner.send(type="message", content="一 two 🍣 " * 10)
        seen = await viewer.until("chunk")
        assert seen[0]["type"] == "start"
        async with elsewhere.socket(conversation, seen[-1]["id"]) as resumed:
            rest = await resumed.until("done")
        whole = text_of(await owner.until("done"))
    assert text_of(seen) + text_of(rest) == whole
    await ada.set_model(upstream.url, "hold")
    async with ada.socket(conversation) as owner:
        await owner.send(type="message", content="stop me")
        await owner.until("chunk")
        answer = await elsewhere.say(conversation, "too early")
        assert answer.json()["code"] == "reply_in_progress"
        answer = await elsewhere.post(f"/conversations/{conversation}/stop")
        assert answer.status_code == 204
        assert (await owner.until("done"))[-1]["finish_reason"] == "stopped"


async def test_another_process_shows_replies_however_short(
    server: RunningServer, upstream: ScriptedUpstream, another_process: ServerProcess
) -> None:
    ada = await server.person_with_model(upstream.url)
    conversation = await ada.conversation()
    async with another_process.seen_by(ada).socket(conversation) as viewer:
        await viewer.send(type="ping")
        await viewer.until("pong")
        for number in range(4):
            await ada.say(conversation, f"number {number}")
            events = await viewer.until("done")
            assert [e["type"] for e in events if e["type"] != "title"] == ["start", "chunk", "done"]
            assert text_of(events) == f"You said: number {number}"


async def test_another_process_follows_many_replies_at_once(
    start_server: StartServer, upstream: ScriptedUpstream
) -> None:
    many = 2 * PIECES_OF + 3
    room = {
        "max_replies_per_user": many,
        "max_sockets_per_user": many,
        "rate_limit_per_minute": 999,
    }
    here, elsewhere = await start_server(**room), await start_server(**room)
    ada = await here.person_with_model(upstream.url, "hold")
    conversations = [await ada.conversation() for _ in range(many)]
    async with AsyncExitStack() as stack:
        viewers = []
        for conversation in conversations:
            owner = await stack.enter_async_context(ada.socket(conversation))
            await owner.send(type="message", content=f"of {conversation}")
            await owner.until("chunk")
            seen = replace(ada, server=elsewhere).socket(conversation)
            viewers.append(await stack.enter_async_context(seen))
            await viewers[-1].until("start")
        upstream.release()
        shown = [text_of(await viewer.until("done")) for viewer in viewers]
    assert shown == [f"You said: of {conversation}" for conversation in conversations]


async def test_what_ends_while_a_reader_comes_is_shown(
    start_server: StartServer, upstream: ScriptedUpstream, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The counter takes long to read: a reader comes and the reply ends meanwhile."""
    here, elsewhere = await start_server(), await start_server()
    ada = await here.person_with_model(upstream.url, "hold")
    first, second = await ada.conversation("first"), await ada.conversation("second")
    database: Database = elsewhere.app.state.services.database
    version = database.version
    may_look = asyncio.Event()
    looks = 0

    async def slow_version() -> object:
        nonlocal looks
        looks += 1
        await may_look.wait()
        return await version()

    seen = replace(ada, server=elsewhere)
    async with ada.socket(second) as owner, seen.socket(first) as waiting:
        await owner.send(type="message", content="hello")
        await owner.until("chunk")
        await waiting.send(type="ping")
        await waiting.until("pong")
        await eventually(lambda: all_sealed(here.app.state.services.database))
        monkeypatch.setattr(database, "version", slow_version)

        async def is_looking() -> bool:
            return looks > 0

        await eventually(is_looking)
        async with seen.socket(second) as viewer:
            await viewer.until("start")
            upstream.release()
            await owner.until("done")
            may_look.set()
            await viewer.until("done")
    assert looks <= 3  # one later write would have hidden it


async def all_sealed(database: Database) -> bool:
    """Whether the audit log writes nothing more: any write at all makes everybody look."""
    return await database.read(_unsealed) == 0


def _unsealed(connection: Connection) -> int:
    missing = select(func.count()).select_from(AuditEvent).where(AuditEvent.seq.is_(None))
    return connection.scalar(missing) or 0


async def test_a_process_that_slept_through_the_end_of_a_reply_shows_it(
    start_server: StartServer, upstream: ScriptedUpstream, database_url: str
) -> None:
    here = await start_server(reap_after_seconds=1, finished_reply_seconds=0.2)
    ada = await here.person_with_model(upstream.url, "hold")
    conversation = await ada.conversation()
    async with (
        server_process(database_url) as process,
        process.seen_by(ada).socket(conversation, ping_interval=None) as viewer,
    ):
        sending = asyncio.create_task(ada.say(conversation, "one two three"))
        seen = await viewer.until("chunk")
        process.kill(signal.SIGSTOP)
        upstream.release()
        await sending

        async def is_cleared_away() -> bool:
            left: int = await here.app.state.services.database.read(generations, conversation)
            return left == 0

        await eventually(is_cleared_away)
        process.kill(signal.SIGCONT)
        rest = await viewer.until("done")
        assert text_of(seen + rest) == "You said: one two three"
        await ada.set_model(upstream.url, "echo")
        await ada.say(conversation, "again")
        assert text_of(await viewer.until("done")) == "You said: again"


def generations(connection: Connection, conversation_id: int) -> int:
    """How many rows of running or lately ended replies a conversation has."""
    mine = Generation.conversation_id == conversation_id
    return connection.scalar(select(func.count()).select_from(Generation).where(mine)) or 0


async def test_another_process_shows_which_version_was_chosen(
    server: RunningServer, upstream: ScriptedUpstream, another_process: ServerProcess
) -> None:
    ada = await server.person_with_model(upstream.url)
    conversation = await ada.conversation("named")
    first = (await ada.say(conversation, "hello")).json()["reply"]["id"]
    second = (await ada.post(f"/messages/{first}/regenerate")).json()["reply"]["id"]
    elsewhere = another_process.seen_by(ada)
    async with ada.socket(conversation) as near, elsewhere.socket(conversation) as far:
        for socket in (near, far):  # both have been told all that was before
            await socket.send(type="ping")
            await socket.until("pong")
        for chosen in (first, second, first):
            await ada.post(f"/messages/{chosen}/activate")
            event = {"type": "switched", "message_id": chosen}
            assert await far.receive() == event
            assert await near.receive() == event
        # A reply that begins speaks for itself.
        events = await far.say("next")
        assert "switched" not in {event["type"] for event in events}
        assert events[0]["message"]["id"] > second


async def test_kill_loses_no_message_and_the_conversation_goes_on(
    start_server: StartServer, upstream: ScriptedUpstream, database_url: str
) -> None:
    here = await start_server(reap_after_seconds=1)
    before = await scrape(here)
    ada = await here.person_with_model(upstream.url, "slow")
    conversation = await ada.conversation()
    async with server_process(database_url) as process:
        elsewhere = process.seen_by(ada)
        async with ada.socket(conversation) as viewer:
            async with elsewhere.socket(conversation) as owner:
                await owner.send(type="message", content="word " * 200)
                events = await viewer.until("chunk")
                process.kill(signal.SIGKILL)
            events += await viewer.until("error")
        assert (events[-1]["code"], events[-1]["status"]) == ("interrupted", "interrupted")
    reaped = [
        seen.value("chat_replies_lost_total", reason="reaped")
        for seen in (before, await scrape(here))
    ]
    assert reaped[1] == reaped[0] + 1
    message, reply = await ada.messages(conversation)
    assert message["content"] == "word " * 200
    assert reply["status"] == "interrupted"
    assert reply["content"] == text_of(events) != ""
    await ada.set_model(upstream.url, "echo")
    assert (await ada.say(conversation, "still there?")).json()["reply"]["status"] == "complete"


@pytest.mark.databases("sqlite")
@pytest.mark.parametrize("is_killed", [False, True], ids=["followed", "killed"])
async def test_a_thought_that_only_ends_is_put_in_order_by_whoever_ends_the_reply(
    start_server: StartServer, upstream: ScriptedUpstream, database_url: str, is_killed: bool
) -> None:
    here = await start_server(reap_after_seconds=1)
    ada = await here.person_with_model(upstream.url, "prefilled")
    conversation = await ada.conversation()
    async with server_process(database_url) as process, ada.socket(conversation) as viewer:
        async with process.seen_by(ada).socket(conversation) as owner:
            await owner.send(type="message", content="2 + 2?")
            seen = ""
            while "4." not in seen:
                seen += text_of(await viewer.until("chunk"))
            if is_killed:
                process.kill(signal.SIGKILL)
            else:
                upstream.release()
                await owner.until("done")
        afresh = await viewer.until("error" if is_killed else "done")
    start, thought, answer, _ = [event for event in afresh if event["type"] != "title"]
    assert start["type"] == "start" and "resumed" not in start
    assert (thought["content"], answer["content"]) == ("I add.", "The answer is 4.")
    _, reply = await ada.messages(conversation)
    assert (reply["reasoning"], reply["content"]) == ("I add.", "The answer is 4.")


async def test_sigterm_saves_what_was_shown_and_tells_the_clients(
    start_server: StartServer, upstream: ScriptedUpstream, database_url: str
) -> None:
    here = await start_server()
    ada = await here.person_with_model(upstream.url, "hold")
    conversation = await ada.conversation()
    async with server_process(database_url, DRAIN_SECONDS="0.5") as process:
        elsewhere = process.seen_by(ada)
        async with elsewhere.socket(conversation) as socket:
            await socket.send(type="message", content="hello")
            shown = text_of(await socket.until("chunk"))
            process.kill(signal.SIGTERM)
            async with asyncio.timeout(PATIENCE_SECONDS):
                while (await elsewhere.get("/health/ready")).status_code == 200:
                    pass
            refused = await elsewhere.say(await ada.conversation(), "too late")
            assert (refused.status_code, refused.json()["code"]) == (503, "server_restarting")
            reply_end, socket_end = await _errors(socket)
            assert (reply_end["code"], reply_end["status"]) == ("interrupted", "interrupted")
            assert socket_end["code"] == "server_restarting" and "status" not in socket_end
            await socket.connection.wait_closed()
            assert socket.connection.close_code == 1012
        assert await process.exited() in (0, -signal.SIGTERM)
    reply = (await ada.messages(conversation))[1]
    assert (reply["status"], reply["content"]) == ("interrupted", shown)


async def _errors(socket: ChatSocket) -> list[dict[str, Any]]:
    first = (await socket.until("error"))[-1]
    second = (await socket.until("error"))[-1]
    return [first, second]


async def test_what_is_running_at_start_on_sqlite_is_stale_at_once(
    upstream: ScriptedUpstream, tmp_path: Path
) -> None:
    url = f"sqlite:///{tmp_path}/alone.db"
    async with server_process(url) as first:
        ada = await first.person_with_model(upstream.url, "hold")
        conversation = await ada.conversation()
        async with ada.socket(conversation) as socket:
            await socket.send(type="message", content="hello")
            await socket.until("chunk")
            await asyncio.sleep(0.5)  # two checkpoints
            first.kill(signal.SIGKILL)
    async with server_process(url) as second:
        history = await second.seen_by(ada).messages(conversation)
        assert [(m["content"], m["status"]) for m in history] == [
            ("hello", "complete"),
            ("You", "interrupted"),
        ]
