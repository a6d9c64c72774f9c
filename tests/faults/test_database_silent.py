"""A database server that falls silent is waited for no longer than told, wherever it does so."""

import asyncio
import signal
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, text

from app.database import Database, open_database
from app.errors import ConversationNotFound, DatabaseUnavailable
from tests.faults.database_server import DatabaseServer, available, database_server
from tests.faults.watching import eventually
from tests.support.backups import settings
from tests.support.databases import fresh_database

pytestmark = pytest.mark.anyio

HURRY_SECONDS = 0.5
ENOUGH_SECONDS = 10


@pytest.fixture(scope="module", params=available(), ids=lambda programs: programs.name)
def private(request: pytest.FixtureRequest) -> Iterator[DatabaseServer]:
    with database_server(request.param) as server:
        yield server


@pytest.fixture
def url(private: DatabaseServer, tmp_path: Path) -> Iterator[str]:
    with fresh_database(private.url, tmp_path) as url:
        yield url


@pytest.fixture
async def database(url: str) -> AsyncIterator[Database]:
    database = await asyncio.to_thread(open_database, settings(url))
    yield database
    await database.close()


def at_the_end(_: Connection) -> None:
    """All is done but the COMMIT or ROLLBACK."""


def with_a_refusal(_: Connection) -> None:
    raise ConversationNotFound


def in_a_query(connection: Connection) -> None:
    connection.execute(text("SELECT 1"))


@pytest.mark.parametrize("work", [at_the_end, with_a_refusal, in_a_query])
@pytest.mark.parametrize("verb", ["read", "write"])
async def test_a_transaction_is_bounded(
    private: DatabaseServer, database: Database, verb: str, work: Callable[[Connection], None]
) -> None:
    def suspend_and(connection: Connection) -> None:
        connection.execute(text("SELECT 1"))
        private.signal(signal.SIGSTOP)
        work(connection)

    assert await _answers(database)
    database.hurry(HURRY_SECONDS)
    with pytest.raises((DatabaseUnavailable, ConversationNotFound)):
        await _within(ENOUGH_SECONDS, private, getattr(database, verb)(suspend_and))
    await eventually(lambda: _answers(database))


async def test_connecting_is_bounded(private: DatabaseServer, database: Database) -> None:
    database.hurry(HURRY_SECONDS)
    private.signal(signal.SIGSTOP)
    with pytest.raises(DatabaseUnavailable):
        await _within(ENOUGH_SECONDS, private, database.read(at_the_end))
    await eventually(lambda: _answers(database))


async def _answers(database: Database) -> bool:
    """Whether it does; a server that was woken a moment ago may still be too slow for a hurry."""
    try:
        return bool(await database.read(lambda connection: connection.scalar(text("SELECT 2"))))
    except DatabaseUnavailable:
        return False


async def _within(seconds: float, private: DatabaseServer, work: Coroutine[Any, Any, None]) -> None:
    """Wait for work that meets a suspended server, and wake the server afterwards."""
    loop = asyncio.get_running_loop()
    waking = loop.call_later(seconds, private.signal, signal.SIGCONT)
    try:
        await work
    finally:
        in_time = loop.time() < waking.when()
        waking.cancel()
        private.signal(signal.SIGCONT)
        assert in_time
