"""One sign of life a process stands for all its replies."""

import asyncio
import signal
import sqlite3
from collections.abc import AsyncIterator, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, insert, select, update
from sqlalchemy.engine import URL, make_url

from app import __version__
from app.contract import CONTRACTED
from app.database import table_of
from app.migration import sync_engine
from app.models import Base, Generation, Process, utc_now
from app.services.chat.actions import Send
from app.services.generation import process_rows
from app.services.generation.checkpoint import Piece, save
from app.services.generation.process_rows import ProcessBeat
from app.services.generation.reaper import LOOKS_PER_LEASE
from app.utils.tasks import stop_tasks
from tests.faults.begun import begun, request_of
from tests.faults.watching import eventually
from tests.support.backups import command, settings
from tests.support.migrated import migrated_database
from tests.support.rows_written import rows_written
from tests.support.server import RunningServer, running_server
from tests.support.server_process import server_process
from tests.support.upstream import ScriptedUpstream
from tests.upgrades.schemas import old_rows

pytestmark = pytest.mark.anyio

REPLIES = 100
LEASE = 1
LEASES = 8
"""So many until what moves for no reason is seen to."""
_generation = table_of(Generation)
_process = table_of(Process)


def processes(connection: Connection) -> dict[str, Any]:
    return {row.owner: row for row in connection.execute(select(_process))}


def beat_of(connection: Connection, conversation: int) -> int:
    """That of the one reply that a conversation has."""
    its = _generation.c.conversation_id == conversation
    return int(connection.execute(select(_generation.c.beat).where(its)).scalar_one())


def owner_of(server: RunningServer) -> str:
    return str(server.app.state.services.supervisor.owner)


async def processes_of(server: RunningServer) -> dict[str, Any]:
    found: dict[str, Any] = await server.app.state.services.database.read(processes)
    return found


async def beats(server: RunningServer, times: int) -> None:
    """Wait until its process was seen to give so many signs of life."""
    seen = set()

    async def often_enough() -> bool:
        row = (await processes_of(server)).get(owner_of(server))
        if row is not None:
            assert row.version == __version__
            seen.add(row.beat)
        return len(seen) >= times

    await eventually(often_enough)


@pytest.fixture
def own_url(database_server: URL, tmp_path: Path) -> Iterator[str]:
    """A database that no other test uses."""
    with migrated_database(database_server, tmp_path) as url:
        yield url


@pytest.fixture
async def pair(own_url: str, tmp_path: Path) -> AsyncIterator[tuple[RunningServer, RunningServer]]:
    """Two servers on it, with a short lease."""
    options = {"database_url": own_url, "data_dir": tmp_path, "reap_after_seconds": LEASE}
    async with running_server(**options) as one, running_server(**options) as other:
        yield one, other


async def test_a_process_has_a_row_while_it_serves(
    pair: tuple[RunningServer, RunningServer], own_url: str, upstream: ScriptedUpstream
) -> None:
    server, other = pair
    ada = await server.person_with_model(upstream.url, "hold")
    async with ada.socket(await ada.conversation()) as socket:
        await socket.send(type="message", content="a b c")
        await socket.until("chunk")
        await beats(server, 3)
        upstream.release()
        await socket.until("done")

    async def is_as_when_idle() -> bool:
        """A server on SQLite wakes no disk for nothing."""
        return (owner_of(server) in await processes_of(other)) != own_url.startswith("sqlite")

    await eventually(is_as_when_idle)
    services = server.app.state.services
    await stop_tasks(*(task for task in services.tasks if task.get_name() == "lease"))
    lease = services.lease
    await lease.beat()
    assert owner_of(server) in await processes_of(other)
    await lease.end()
    assert owner_of(server) not in await processes_of(other)


@pytest.mark.databases("sqlite")
async def test_processes_at_rest_leave_each_other_at_rest(
    pair: tuple[RunningServer, RunningServer], own_url: str
) -> None:
    """Two on one file, of which each once had something to do."""
    path = make_url(own_url).database
    assert path is not None
    with closing(sqlite3.connect(path, check_same_thread=False)) as file:

        def version() -> int:
            return int(file.execute("PRAGMA data_version").fetchone()[0])

        for server in pair:
            await server.app.state.services.lease.beat()
        changes = []
        for _ in range(LEASES):
            before = await asyncio.to_thread(version)
            await looks_of_both(pair, LOOKS_PER_LEASE)
            changes.append(await asyncio.to_thread(version) != before)
        assert changes[-1] is False, changes
        assert await processes_of(pair[0]) == {}


async def looks_of_both(pair: tuple[RunningServer, RunningServer], count: int) -> None:
    """Wait until each has looked at the signs of life so many times more."""
    reapers = [server.app.state.services.reaper for server in pair]
    enough = [reaper._looks + count for reaper in reapers]

    async def have_looked() -> bool:
        return all(r._looks >= n for r, n in zip(reapers, enough, strict=True))

    await eventually(have_looked)


@pytest.mark.databases("sqlite")
async def test_a_process_whose_row_stands_is_seen_as_alive(
    pair: tuple[RunningServer, RunningServer],
) -> None:
    """Its sign of life moves as long as it is there, even where it has nothing to do any more."""
    server, other = pair
    await server.app.state.services.lease.beat()
    first = (await processes_of(other))[owner_of(server)].beat

    async def has_moved_or_gone() -> bool:
        row = (await processes_of(other)).get(owner_of(server))
        seen.append(row)
        return row is None or row.beat != first

    seen: list[Any] = []
    await eventually(has_moved_or_gone)
    assert seen[-1] is not None


async def test_a_killed_process_goes_with_its_replies(
    pair: tuple[RunningServer, RunningServer], own_url: str, upstream: ScriptedUpstream
) -> None:
    here, _ = pair
    ada = await here.person_with_model(upstream.url, "hold")
    conversation = await ada.conversation()
    async with server_process(own_url, REAP_AFTER_SECONDS=str(LEASE)) as process:
        async with ada.socket(conversation) as viewer:
            async with process.seen_by(ada).socket(conversation) as owner:
                await owner.send(type="message", content="a b c")
                await owner.until("chunk")
                alive = {owner_of(server) for server in pair}

                async def stands() -> bool:
                    return bool(set(await processes_of(here)) - alive)

                await eventually(stands)
                process.kill(signal.SIGKILL)
            assert (await viewer.until("error"))[-1]["code"] == "interrupted"

    async def is_gone() -> bool:
        return not set(await processes_of(here)) - alive

    await eventually(is_gone)


async def test_once_contracted_a_reply_lives_by_its_process(
    pair: tuple[RunningServer, RunningServer],
    own_url: str,
    upstream: ScriptedUpstream,
    tmp_path: Path,
) -> None:
    server, other = pair
    database = other.app.state.services.database
    ada = await server.person_with_model(upstream.url, "hold")
    conversation = await ada.conversation()
    async with ada.socket(conversation) as socket:
        await socket.send(type="message", content="a b c")
        await socket.until("chunk")
        await beats(server, 2)
        done = await asyncio.to_thread(command, tmp_path, own_url, "migrate", "--contract")
        assert f"Versions before {CONTRACTED} are refused" in done.stdout, done.stderr

        async def stands_still() -> bool:
            before = await database.read(beat_of, conversation)
            await beats(server, 4)
            return bool(before == await database.read(beat_of, conversation))

        await eventually(stands_still)
        await beats(server, 25)  # for longer than the lease
        upstream.release()
        assert (await socket.until("done", "error"))[-1]["type"] == "done"
    again = await asyncio.to_thread(command, tmp_path, own_url, "migrate", "--contract")
    assert "as before" in again.stdout


@pytest.mark.databases("sqlite")
async def test_no_contract_while_an_older_process_writes(
    own_url: str, upstream: ScriptedUpstream, tmp_path: Path
) -> None:
    async with running_server(database_url=own_url, data_dir=tmp_path) as server:
        ada = await server.person_with_model(upstream.url, "hold")
        await begun(server, request_of(ada, await ada.conversation(), Send("a"), "old", "older"))
        words = "migrate", "--contract"
        ended = await asyncio.to_thread(command, tmp_path, own_url, *words)
        assert ended.returncode == 1
        (line,) = ended.stderr.splitlines()
        assert "stop those" in line


async def test_a_reply_that_its_process_does_not_know_is_ended(
    pair: tuple[RunningServer, RunningServer], upstream: ScriptedUpstream
) -> None:
    """The COMMIT that began it went through, and its answer was lost."""
    server, _ = pair
    ada = await server.person_with_model(upstream.url, "hold")
    lost, held = await ada.conversation(), await ada.conversation()
    async with ada.socket(held) as socket:
        await socket.send(type="message", content="a b c")
        await socket.until("chunk")
        await begun(server, request_of(ada, lost, Send("lost"), "mine"))

        async def is_ended() -> bool:
            return bool((await ada.messages(lost))[1]["status"] == "failed")

        await eventually(is_ended)
        upstream.release()
        assert (await socket.until("done", "error"))[-1]["type"] == "done"


@pytest.fixture
def many(own_url: str) -> Iterator[tuple[Connection, list[int]]]:
    """A connection to a database in which one living process writes many replies; their ids."""
    engine, now = sync_engine(settings(own_url)), utc_now()
    with engine.connect() as connection:
        for name, row in old_rows(1):
            if name in ("user", "conversation", "message"):
                connection.execute(insert(Base.metadata.tables[name]).values(row))
        process = {"owner": "mine", "beat": 7, "version": __version__, "started_at": now}
        connection.execute(insert(_process).values(process))
        reply = {"message_id": 2, "conversation_id": 1, "user_id": 1, "owner": "mine"}
        ids = [*range(1, REPLIES + 1)]
        rows = [reply | {"id": id, "running_conversation_id": id, "started_at": now} for id in ids]
        connection.execute(insert(_generation), rows)
        yield connection, ids
    engine.dispose()


def test_a_checkpoint_changes_half_as_many_rows(
    many: tuple[Connection, list[int]],
) -> None:
    connection, ids = many

    def checkpoint(position: int, moves_beats: bool) -> int:
        pieces = [Piece(id, "content", position, "a word ") for id in ids]

        def work(connection: Connection) -> None:
            saved = save(connection, "mine", ids, pieces, [], frozenset(), moves_beats)
            assert saved.written == set(ids)

        return rows_written(connection, work)

    assert (checkpoint(0, True), checkpoint(7, False)) == (2 * REPLIES, REPLIES)


def test_a_look_reads_processes_and_not_their_replies(
    many: tuple[Connection, list[int]],
) -> None:
    connection, ids = many
    assert process_rows.beats(connection, "another") == [ProcessBeat("mine", 7)]
    assert process_rows.beats(connection, "mine") == []
    dead = ProcessBeat("mine", 7)
    connection.execute(update(_generation).values(owner="gone").where(_generation.c.id > 90))
    assert len(process_rows.beats(connection, "another")) == 1 + REPLIES - 90
    assert len(process_rows.some_of_dead(connection, dead, 80)) == 10
    assert process_rows.some_of_dead(connection, ProcessBeat("mine", 6), 0) == []
    assert not process_rows.remove(connection, "mine")
