"""The database goes away in the middle of a reply: readers go on reading, and nothing is lost."""

import asyncio
import signal
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests import private_servers
from tests.databases import fresh_database
from tests.faults.database_server import DatabaseServer, available, database_server
from tests.faults.figures import Note
from tests.faults.scale import scaled
from tests.faults.watching import REPLY, Shown, eventually, watch
from tests.server import Person
from tests.server_process import server_process
from tests.upstream import ScriptedUpstream

pytestmark = pytest.mark.anyio

AWAY_SECONDS = scaled(2, 30)
PATIENCE = {"DATABASE_PATIENCE_SECONDS": "2", "REAP_AFTER_SECONDS": "1"}
TIMES = scaled(1, 5)


@pytest.fixture(scope="module", params=available(), ids=lambda programs: programs.name)
def private(request: pytest.FixtureRequest) -> Iterator[DatabaseServer]:
    programs: private_servers.Programs = request.param
    with database_server(programs) as server:
        yield server


@pytest.fixture
def private_url(private: DatabaseServer, tmp_path: Path) -> Iterator[str]:
    with fresh_database(private.url, tmp_path) as url:
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

    await eventually(grown, 5)


async def _check_whole(ada: Person, shown: Shown) -> None:
    assert shown.events[-1]["type"] == "done", shown.events[-1]
    assert shown.text == REPLY.format(shown.content)
    message, reply = await ada.messages(shown.conversation)
    assert message["content"] == shown.content
    assert (reply["status"], reply["content"]) == ("complete", shown.text)


async def test_suspended_for_a_while(
    upstream: ScriptedUpstream, private: DatabaseServer, private_url: str, note: Note
) -> None:
    async with server_process(private_url) as process:
        ada = await process.person_with_model(upstream.url, "slow")
        shown, reader = await _during_a_reply(ada, AWAY_SECONDS + 2)
        private.signal(signal.SIGSTOP)
        await asyncio.sleep(AWAY_SECONDS / 2)
        await _goes_on(shown)
        await asyncio.sleep(AWAY_SECONDS / 2)
        private.signal(signal.SIGCONT)
        await reader
        await _check_whole(ada, shown)
    fault = f"database suspended for {AWAY_SECONDS} s during a reply: text lost"
    note(fault, private.url.get_backend_name(), "none, `complete`", "none, `complete`")


async def test_killed_and_started_again(
    upstream: ScriptedUpstream, private: DatabaseServer, private_url: str, note: Note
) -> None:
    async with server_process(private_url) as process:
        ada = await process.person_with_model(upstream.url, "slow")
        for _ in range(TIMES):
            shown, reader = await _during_a_reply(ada, 4)
            await private.kill()
            await _goes_on(shown)
            await private.start()
            await reader
            await _check_whole(ada, shown)
    fault = f"database killed (-9) and started again during a reply, {TIMES} times: text lost"
    note(fault, private.url.get_backend_name(), "none, `complete`", "none, `complete`")


async def test_away_for_good_and_back_later(
    upstream: ScriptedUpstream, private: DatabaseServer, private_url: str, note: Note
) -> None:
    loop = asyncio.get_running_loop()
    async with server_process(private_url, **PATIENCE) as process:
        ada = await process.person_with_model(upstream.url, "slow")
        shown, reader = await _during_a_reply(ada, 1.5)
        longer, other = await _during_a_reply(ada, 30)
        await private.kill()
        away_since = loop.time()
        await asyncio.gather(reader, other)
        took = loop.time() - away_since
        for each in (shown, longer):
            assert each.events[-1]["code"] == "database_unavailable"
        answer = await ada.get("/conversations")
        assert (answer.status_code, answer.json()["code"]) == (503, "database_unavailable")
        assert (await process.http.get("/health/live")).status_code == 200
        await private.start()
        await _is_kept(ada, shown, "complete")
        await _is_kept(ada, longer, "interrupted")
        answer = await ada.say(shown.conversation, "again")
        assert answer.json()["reply"]["status"] == "complete"
    promised = "a clear error after the patience (2 s)"
    note("database away for good: end of a reply", "mysql", promised, f"{took:.1f} s")
    assert took < 8


async def _is_kept(ada: Person, shown: Shown, status: str) -> None:
    """What was said while the database was away is written down when it is back."""

    async def ended() -> bool:
        replies = await ada.messages(shown.conversation)
        return bool(replies[1]["status"] != "generating")

    await eventually(ended, 10)
    reply = (await ada.messages(shown.conversation))[1]
    assert (reply["status"], reply["content"]) == (status, shown.text)


async def test_sigterm_while_the_database_is_suspended(
    upstream: ScriptedUpstream, private: DatabaseServer, private_url: str, note: Note
) -> None:
    loop = asyncio.get_running_loop()
    async with server_process(private_url, DRAIN_SECONDS="1") as process:
        ada = await process.person_with_model(upstream.url, "slow")
        shown, reader = await _during_a_reply(ada, 10)
        private.signal(signal.SIGSTOP)
        try:
            await asyncio.sleep(0.5)
            process.kill(signal.SIGTERM)
            began = loop.time()
            assert await process.exited() in (0, -signal.SIGTERM)
            took = loop.time() - began
            await reader
        finally:
            private.signal(signal.SIGCONT)
    assert _codes(shown)[-1:] == ["server_restarting"]
    note("SIGTERM while the database is suspended: exit", "mysql", "≤ 10 s", f"{took:.1f} s")
    assert took <= 10


def _codes(shown: Shown) -> list[Any]:
    return [event["code"] for event in shown.events if event["type"] == "error"]


async def test_sqlite_locked_by_another_program(upstream: ScriptedUpstream, tmp_path: Path) -> None:
    path = tmp_path / "locked.db"
    async with server_process(f"sqlite:///{path}") as process:
        ada = await process.person_with_model(upstream.url, "slow")
        shown, reader = await _during_a_reply(ada, 4)
        await asyncio.to_thread(_hold_lock, path, 3)
        await reader
        await _check_whole(ada, shown)


def _hold_lock(path: Path, seconds: float) -> None:
    """BEGIN IMMEDIATE, held for some seconds: nobody else can write."""
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute("BEGIN IMMEDIATE")
    asyncio.run(asyncio.sleep(seconds))
    connection.execute("ROLLBACK")
    connection.close()
