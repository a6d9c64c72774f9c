"""The database goes away in the middle of a reply: readers go on reading, and nothing is lost."""

import asyncio
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import StartServer
from tests.faults.database_server import DatabaseServer, available, database_server
from tests.faults.figures import Note
from tests.faults.locking import locked
from tests.faults.scale import scaled
from tests.faults.watching import REPLY, Shown, eventually, watch
from tests.support import private_servers
from tests.support.migrated import migrated_database
from tests.support.patience import promised
from tests.support.server import Person
from tests.support.server_process import ServerProcess, server_process
from tests.support.upstream import ScriptedUpstream

pytestmark = pytest.mark.anyio

AWAY_SECONDS = scaled(1, 10)
PATIENCE = {
    "DATABASE_PATIENCE_SECONDS": "2",
    "REAP_AFTER_SECONDS": "1",
    "DRAIN_SECONDS": "1",
}
END_SECONDS, EXIT_SECONDS = 8, 10
TIMES = scaled(1, 5)
LOCKED_SECONDS = 3


@pytest.fixture(scope="module", params=available(), ids=lambda programs: programs.name)
def private(request: pytest.FixtureRequest) -> Iterator[DatabaseServer]:
    programs: private_servers.Programs = request.param
    with database_server(programs) as server:
        yield server


@pytest.fixture
def private_url(private: DatabaseServer, tmp_path: Path) -> Iterator[str]:
    with migrated_database(private.url, tmp_path) as url:
        yield url


async def _during_a_reply(ada: Person, seconds: float) -> tuple[Shown, "asyncio.Task[None]"]:
    """A reply that lasts some seconds, and has begun to be saved."""
    words = " ".join(f"词{number}🍣" for number in range(int(seconds / 0.02)))
    shown = Shown(await ada.conversation(), words)
    reader = asyncio.create_task(watch(ada, shown))
    await _goes_on(shown)
    return shown, reader


async def _goes_on(shown: Shown) -> None:
    """The reader is shown more, whatever the database does."""
    before = len(shown.text)

    async def grown() -> bool:
        return len(shown.text) > before + 20

    await eventually(grown)


async def _check_whole(ada: Person, shown: Shown) -> None:
    assert shown.events[-1]["type"] == "done", shown.events[-1]
    assert shown.text == REPLY.format(shown.content)
    message, reply = await ada.messages(shown.conversation)
    assert message["content"] == shown.content
    assert (reply["status"], reply["content"]) == ("complete", shown.text)


async def test_suspended_then_killed_and_started_again(
    upstream: ScriptedUpstream, private: DatabaseServer, private_url: str, note: Note, program: str
) -> None:
    async with server_process(private_url, None, program) as process:
        ada = await process.person_with_model(upstream.url, "slow")
        for _ in range(TIMES):
            shown, reader = await _during_a_reply(ada, AWAY_SECONDS + 2.5)
            private.signal(signal.SIGSTOP)
            await asyncio.sleep(AWAY_SECONDS)
            await _goes_on(shown)
            private.signal(signal.SIGCONT)
            await private.kill()
            await _goes_on(shown)
            await private.start()
            await reader
            await _check_whole(ada, shown)
    fault = f"database suspended for {AWAY_SECONDS} s, killed (-9), started again during a reply"
    note(
        f"{fault} ({program}), {TIMES} times: text lost",
        *(private.kind, "none, `complete`", "none, `complete`"),
    )


async def test_away_for_good_then_back_then_suspended_at_sigterm(
    upstream: ScriptedUpstream, private: DatabaseServer, private_url: str, note: Note, program: str
) -> None:
    loop = asyncio.get_running_loop()
    async with server_process(private_url, None, program, **PATIENCE) as process:
        ada = await process.person_with_model(upstream.url, "slow")
        shown, reader = await _during_a_reply(ada, 1.5)
        longer, other = await _during_a_reply(ada, 30)
        await private.kill()
        away_since = loop.time()
        async with promised(END_SECONDS):
            await asyncio.gather(reader, other)
        took = loop.time() - away_since
        await upstream.left_early()  # long before the longer one was said
        assert [_codes(each) for each in (shown, longer)] == [["database_unavailable"]] * 2
        answer = await ada.get("/conversations")
        assert (answer.status_code, answer.json()["code"]) == (503, "database_unavailable")
        assert (await process.http.get("/health/live")).status_code == 200
        await private.start()
        await _is_kept(ada, shown, "complete")
        await _is_kept(ada, longer, "interrupted")
        answer = await ada.say(shown.conversation, "again")
        assert answer.json()["reply"]["status"] == "complete"
        exit_took = await _terminated_while_suspended(process, ada, private)
    end = "a clear error after the patience (2 s), saved when it is back"
    note(f"database away for good ({program}): end of a reply", private.kind, end, f"{took:.1f} s")
    note(
        f"SIGTERM while the database is suspended ({program}): exit",
        private.kind,
        f"≤ {EXIT_SECONDS} s",
        f"{exit_took:.1f} s",
    )


async def _terminated_while_suspended(
    process: ServerProcess, ada: Person, private: DatabaseServer
) -> float:
    """How long the process takes to exit, in seconds."""
    loop = asyncio.get_running_loop()
    shown, reader = await _during_a_reply(ada, 10)
    private.signal(signal.SIGSTOP)
    try:
        await asyncio.sleep(0.5)
        asking = asyncio.create_task(ada.get("/conversations"))
        await asyncio.sleep(0.1)
        began = loop.time()
        async with promised(EXIT_SECONDS):
            process.kill(signal.SIGTERM)
            assert await process.exited() in (0, -signal.SIGTERM)
        took = loop.time() - began
        assert (await asking).json()["code"] == "database_unavailable"
        await reader
    finally:
        private.signal(signal.SIGCONT)
    assert _codes(shown) == ["server_restarting"]
    return took


async def _is_kept(ada: Person, shown: Shown, status: str) -> None:
    """What was said while the database was away is written down when it is back."""

    async def ended() -> bool:
        replies = await ada.messages(shown.conversation)
        return bool(replies[1]["status"] != "generating")

    await eventually(ended)
    reply = (await ada.messages(shown.conversation))[1]
    assert (reply["status"], reply["content"]) == (status, shown.text)


def _codes(shown: Shown) -> list[Any]:
    return [event["code"] for event in shown.events if event["type"] == "error"]


@pytest.mark.databases("sqlite")
async def test_sqlite_locked_by_another_program(
    start_server: StartServer, upstream: ScriptedUpstream, database_url: str, note: Note
) -> None:
    server = await start_server()
    ada = await server.person_with_model(upstream.url, "slow")
    shown, reader = await _during_a_reply(ada, LOCKED_SECONDS + 1)
    async with locked(database_url):
        await asyncio.sleep(LOCKED_SECONDS)
    await reader
    await _check_whole(ada, shown)
    fault = f"SQLite locked by another program for {LOCKED_SECONDS} s during a reply: text lost"
    note(fault, "sqlite", "none, `complete`", "none, `complete`")
