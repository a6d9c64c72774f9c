"""Jobs are done by one process at a time, whatever becomes of it."""

import asyncio
import secrets
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from sqlalchemy import Connection, select

from app.database import Database, table_of
from app.models import Job
from app.services.jobs import rows
from app.services.jobs.rows import JobLost
from app.services.jobs.service import HeldJob, Jobs
from tests.faults.watching import eventually
from tests.support.server import RunningServer

pytestmark = pytest.mark.anyio

LEASE_SECONDS = 0.5
_job = table_of(Job)


@pytest.fixture
def database(server: RunningServer) -> Database:
    found: Database = server.app.state.services.database
    return found


@pytest.fixture
def kind() -> str:
    """A kind of job that only this test does."""
    return f"test_{secrets.token_hex(4)}"


def jobs(database: Database, kind: str, work: Callable[[HeldJob], Awaitable[None]]) -> Jobs:
    return Jobs(database, secrets.token_hex(4), 2, 0.05, LEASE_SECONDS, {kind: work})


def left(connection: Connection, kind: str) -> Any:
    return connection.execute(select(_job).where(_job.c.kind == kind)).first()


async def until_done(database: Database, kind: str) -> None:
    async def is_done() -> bool:
        return await database.read(left, kind) is None

    await eventually(is_done, 20)


async def test_one_process_at_a_time(database: Database, kind: str) -> None:
    await database.write(rows.wish, kind)
    await database.write(rows.wish, kind)
    taken = await database.write(rows.take, "one", [kind], [])
    assert taken is not None and taken.kind == kind
    assert await database.write(rows.take, "two", [kind], []) is None
    beats = [beat for beat in await database.read(rows.held) if beat.name == taken.name]
    again = await database.write(rows.take, "two", [kind], beats)
    assert again is not None and again.owner == "two"
    with pytest.raises(JobLost):
        await HeldJob(database, taken).write(rows.wish, kind)
    await HeldJob(database, again).tell("half of it")
    assert (await database.read(left, kind)).progress == "half of it"
    await database.write(rows.done, taken)  # it is another one's
    assert await database.read(left, kind) is not None
    await database.write(rows.done, again)
    assert await database.read(left, kind) is None


async def test_a_beat_keeps_it(database: Database, kind: str) -> None:
    await database.write(rows.wish, kind)
    taken = await database.write(rows.take, "one", [kind], [])
    assert taken is not None
    beats = await database.read(rows.held)
    await database.write(rows.hold, taken)
    assert await database.write(rows.take, "two", [kind], beats) is None
    await database.write(rows.done, taken)


async def test_that_of_a_dead_process_is_taken_over(database: Database, kind: str) -> None:
    await database.write(rows.wish, kind)
    assert await database.write(rows.take, "dead", [kind], []) is not None
    done = asyncio.Event()

    async def work(job: HeldJob) -> None:
        done.set()

    running = asyncio.create_task(jobs(database, kind, work).run())
    await until_done(database, kind)
    assert done.is_set()
    running.cancel()


async def test_what_is_wished_for_meanwhile_is_done_once_more(
    database: Database, kind: str
) -> None:
    times = 0

    async def work(job: HeldJob) -> None:
        nonlocal times
        times += 1
        if times == 1:
            await database.write(rows.wish, kind)

    await database.write(rows.wish, kind)
    running = asyncio.create_task(jobs(database, kind, work).run())
    await until_done(database, kind)
    assert times == 2
    running.cancel()


async def test_one_that_fails_rests_and_is_tried_again(
    database: Database, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rows, "REST_SECONDS", 0.1)
    failures: list[int] = []

    async def work(job: HeldJob) -> None:
        failures.append((await database.read(left, kind)).failures)
        if len(failures) < 3:
            raise ValueError("not today")

    await database.write(rows.wish, kind)
    running = asyncio.create_task(jobs(database, kind, work).run())
    await until_done(database, kind)
    assert failures == [0, 1, 2]
    running.cancel()


async def test_one_that_is_broken_off_is_free_at_once(database: Database, kind: str) -> None:
    begun = asyncio.Event()

    async def work(job: HeldJob) -> None:
        begun.set()
        await asyncio.Event().wait()

    await database.write(rows.wish, kind)
    running = asyncio.create_task(jobs(database, kind, work).run())
    await begun.wait()
    running.cancel()
    await asyncio.wait([running])
    row = await database.read(left, kind)
    assert (row.owner, row.failures) == (None, 0)
    taken = await database.write(rows.take, "next", [kind], [])
    assert taken is not None
    await database.write(rows.done, taken)
