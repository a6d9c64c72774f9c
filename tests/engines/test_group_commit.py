"""Writes to an SQLite file that wait are committed together, and fail each for itself."""

import asyncio
import math
import sqlite3
import threading
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import IntegrityError

from app.engines.group_commit import MOST
from app.engines.sqlite import SqliteDatabase
from app.errors import DatabaseUnavailable, StorageFull
from tests.support.patience import PATIENCE_SECONDS

pytestmark = pytest.mark.anyio

WRITES = 50


@pytest.fixture
def file(tmp_path: Path) -> Path:
    file = tmp_path / "some.db"
    with sqlite3.connect(file) as made:
        made.execute("CREATE TABLE parent (id INTEGER PRIMARY KEY)")
        made.execute("CREATE TABLE child (id INTEGER PRIMARY KEY, of INTEGER REFERENCES parent)")
        made.execute("CREATE TABLE note (id INTEGER PRIMARY KEY, words TEXT UNIQUE)")
    return file


@pytest.fixture
async def database(file: Path) -> AsyncIterator[SqliteDatabase]:
    database = await opened(file)
    yield database
    await database.close()


async def opened(file: Path) -> SqliteDatabase:
    return await asyncio.to_thread(SqliteDatabase, make_url(f"sqlite:///{file}"))


def note(connection: Connection, words: str) -> str:
    connection.execute(text("INSERT INTO note (words) VALUES (:words)"), {"words": words})
    return words


def orphan(connection: Connection) -> None:
    """A change that only COMMIT refuses."""
    connection.execute(text("PRAGMA defer_foreign_keys = ON"))
    connection.execute(text("INSERT INTO child (of) VALUES (77)"))


def notes(file: Path) -> set[str]:
    with sqlite3.connect(file) as opened:
        return {words for (words,) in opened.execute("SELECT words FROM note")}


class Held:
    """Keeps the writing thread busy, so that what is asked for meanwhile has to wait."""

    def __init__(self, database: SqliteDatabase) -> None:
        self._begun, self._go_on = threading.Event(), threading.Event()
        self._task = asyncio.create_task(database.write(self._wait))

    def _wait(self, _: Connection) -> bool:
        self._begun.set()
        return self._go_on.wait(10)

    @classmethod
    async def begun(cls, database: SqliteDatabase) -> "Held":
        """Once the thread is busy."""
        held = cls(database)
        assert await asyncio.to_thread(held._begun.wait, 10)
        return held

    async def release(self) -> None:
        await asyncio.sleep(0)
        self._go_on.set()
        assert await self._task


async def test_those_that_wait_are_one_transaction(database: SqliteDatabase, file: Path) -> None:
    commits: list[str] = []

    def trace(connection: Connection) -> None:
        driver: Any = connection.connection.dbapi_connection
        driver.set_trace_callback(
            lambda words: commits.append(words) if words == "COMMIT" else None
        )

    await database.write(trace)
    commits.clear()
    held = await Held.begun(database)
    writes = asyncio.gather(*(database.write(note, str(n)) for n in range(WRITES)))
    await held.release()
    assert await writes == [str(n) for n in range(WRITES)]
    assert await asyncio.to_thread(notes, file) == {str(n) for n in range(WRITES)}
    assert commits.count("COMMIT") == 1 + math.ceil(WRITES / MOST)


async def test_one_that_fails_takes_back_itself_alone(database: SqliteDatabase, file: Path) -> None:
    held = await Held.begun(database)
    writes = [database.write(note, words) for words in ("a", "b", "b", "c")]
    outcomes = asyncio.gather(*writes, return_exceptions=True)
    await held.release()
    found = await outcomes
    assert found[:2] == ["a", "b"] and found[3] == "c"
    assert isinstance(found[2], IntegrityError)
    assert await asyncio.to_thread(notes, file) == {"a", "b", "c"}


async def test_a_commit_that_fails_fails_nobody_else(database: SqliteDatabase, file: Path) -> None:
    held = await Held.begun(database)
    outcomes = asyncio.gather(
        database.write(note, "before"),
        database.write(orphan),
        database.write(note, "after"),
        return_exceptions=True,
    )
    await held.release()
    before, refused, after = await outcomes
    assert (before, after) == ("before", "after")
    assert isinstance(refused, IntegrityError)
    assert await asyncio.to_thread(notes, file) == {"before", "after"}


async def test_a_full_disk_keeps_what_fits(database: SqliteDatabase, file: Path) -> None:
    def limit(connection: Connection) -> None:
        pages = connection.execute(text("PRAGMA page_count")).scalar_one()
        connection.execute(text(f"PRAGMA max_page_count = {pages + 1}"))

    await database.write(limit)
    held = await Held.begun(database)
    outcomes = asyncio.gather(
        database.write(note, "small"),
        database.write(note, "large" * 100_000),
        database.write(note, "also small"),
        return_exceptions=True,
    )
    await held.release()
    small, large, also = await outcomes
    assert (small, also) == ("small", "also small")
    assert isinstance(large, StorageFull)
    assert await asyncio.to_thread(notes, file) == {"small", "also small"}


async def test_a_locked_file_is_waited_for_by_all_at_once(
    database: SqliteDatabase, file: Path
) -> None:
    await database.write(lambda c: c.execute(text("PRAGMA busy_timeout = 100")).close())
    other = await asyncio.to_thread(locked, file)
    writes = [database.write(note, str(n)) for n in range(1 + MOST)]
    refused = await asyncio.gather(*writes, return_exceptions=True)
    assert {type(each) for each in refused} == {DatabaseUnavailable}
    waits = {id(each.__cause__) for each in refused if isinstance(each, DatabaseUnavailable)}
    assert len(waits) == 2  # of the first one, and of all that came meanwhile
    await asyncio.to_thread(other.close)
    assert await database.write(note, "at last") == "at last"


def locked(file: Path) -> sqlite3.Connection:
    other = sqlite3.connect(file, isolation_level=None, check_same_thread=False)
    other.execute("BEGIN IMMEDIATE")
    return other


async def test_what_waits_when_it_closes_is_given_up(file: Path) -> None:
    database = await opened(file)
    held = await Held.begun(database)
    waiting = asyncio.gather(
        *(database.write(note, str(n)) for n in range(2 * MOST)), return_exceptions=True
    )
    await asyncio.sleep(0)
    closing = asyncio.create_task(database.close())
    await held.release()
    await closing
    found = await asyncio.wait_for(waiting, PATIENCE_SECONDS)
    kept = {each for each in found if isinstance(each, str)}
    assert await asyncio.to_thread(notes, file) == kept


async def test_a_file_that_cannot_be_opened_fails_all(tmp_path: Path) -> None:
    database = await opened(tmp_path / "nowhere" / "some.db")
    writes = [database.write(note, str(n)) for n in range(3)]
    refused = await asyncio.gather(*writes, return_exceptions=True)
    assert {type(each) for each in refused} == {DatabaseUnavailable}
    await database.close()
