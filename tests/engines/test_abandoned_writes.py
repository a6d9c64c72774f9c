"""A write whose caller has left is carried out all the same; what fails then is told in the log."""

import asyncio
import gc
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, text
from sqlalchemy.engine import URL

from app.config import Settings
from app.database import Database, open_database
from app.migration import sync_engine
from tests.support import databases
from tests.support.patience import PATIENCE_SECONDS
from tests.support.server import ENCRYPTION_KEY, SECRET_KEY

pytestmark = [pytest.mark.anyio, pytest.mark.databases("sqlite", "mysql")]


@pytest.fixture
def url(database_server: URL, tmp_path: Path) -> Iterator[str]:
    with databases.fresh_database(database_server, tmp_path) as url:
        yield url


def settings_of(url: str) -> Settings:
    options: dict[str, Any] = {"secret_key": SECRET_KEY, "encryption_key": ENCRYPTION_KEY}
    return Settings(_env_file=None, database_url=url, **options)


@pytest.fixture
async def database(url: str) -> AsyncIterator[Database]:
    opened = await asyncio.to_thread(open_database, settings_of(url))
    await opened.write(lambda connection: connection.execute(text("CREATE TABLE kept (n INT)")))
    yield opened
    await opened.close()


async def abandon(write: Callable[[Connection], None], database: Database) -> None:
    """Begin a write and leave at once."""
    caller = asyncio.create_task(database.write(write))
    await asyncio.sleep(0)
    caller.cancel()
    with pytest.raises(asyncio.CancelledError):
        await caller


async def until(happened: Callable[[], Awaitable[bool]]) -> None:
    async with asyncio.timeout(PATIENCE_SECONDS):
        while True:
            await asyncio.sleep(0.01)
            if await happened():
                return


def keep_one(connection: Connection) -> None:
    connection.execute(text("INSERT INTO kept (n) VALUES (1)"))


def count(connection: Connection) -> int:
    return int(connection.execute(text("SELECT COUNT(*) FROM kept")).scalar_one())


def seen(url: str) -> tuple[int, int]:
    """How many rows are kept, and how many others are connected to the database."""
    engine = sync_engine(settings_of(url))
    with engine.connect() as connection:
        rows, others = count(connection), 0
        if engine.dialect.name == "mysql":
            of = "SELECT COUNT(*) - 1 FROM information_schema.processlist WHERE db = DATABASE()"
            others = int(connection.execute(text(of)).scalar_one())
    engine.dispose()
    return rows, others


async def test_it_is_carried_out(database: Database) -> None:
    async def is_kept() -> bool:
        return await database.read(count) == 1

    await abandon(keep_one, database)
    await until(is_kept)


async def test_the_end_waits_for_it_and_leaves_no_connection_open(
    database: Database, url: str
) -> None:
    await abandon(keep_one, database)
    await database.close()
    assert await asyncio.to_thread(seen, url) == (1, 0)


async def test_its_failure_is_told(database: Database, caplog: pytest.LogCaptureFixture) -> None:
    def fails(connection: Connection) -> None:
        keep_one(connection)
        raise ValueError("of a secret")

    async def is_told() -> bool:
        return "abandoned_write_failed" in caplog.text

    await abandon(fails, database)
    await until(is_told)
    assert "secret" not in caplog.text
    gc.collect()  # an error that nobody asked for is told by the event loop, with its text
    assert "never retrieved" not in caplog.text
    assert await database.read(count) == 0
