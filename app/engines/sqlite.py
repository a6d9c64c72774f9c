"""SQLite, in threads: one call for a whole transaction.

All writes go through one thread, because the file has one writer and a queue in the process is
fair and never answers `database is locked`; those that wait are committed together.
"""

import asyncio
import contextvars
import sqlite3
from collections.abc import Awaitable
from concurrent.futures import ThreadPoolExecutor
from typing import cast

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import URL
from sqlalchemy.exc import OperationalError, SQLAlchemyError

from app.engines.failures import own_error
from app.engines.group_commit import GroupCommit
from app.engines.work import Load, Work

BUSY_MS = 5_000
READERS = 4


class SqliteDatabase:
    """One file, one writing thread, a few reading ones."""

    def __init__(self, url: URL) -> None:
        self._writer = GroupCommit(_sqlite_engine(url, begin="BEGIN IMMEDIATE", size=1))
        self._reader = _sqlite_engine(url, begin="BEGIN", size=READERS)
        self._read_threads = ThreadPoolExecutor(READERS, thread_name_prefix="sqlite-read")
        self._reads = 0

    async def read[**P, T](self, work: Work[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        def run() -> T:
            with self._reader.connect() as connection:
                return work(connection, *args, **kwargs)

        context = contextvars.copy_context()  # as on MySQL, where work runs in the caller's task
        loop = asyncio.get_running_loop()
        self._reads += 1
        try:
            return await _own(loop.run_in_executor(self._read_threads, context.run, run))
        finally:
            self._reads -= 1

    async def write[**P, T](self, work: Work[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        def run(connection: Connection) -> T:
            return work(connection, *args, **kwargs)

        return await _own(self._writer.run(run))

    async def version(self) -> tuple[int, int]:
        """What the file's own counter says of other processes, and how often this one has written.

        https://www.sqlite.org/pragma.html#pragma_data_version: seen from the one connection that
        writes here, only others' commits change it.
        """

        def look(connection: Connection) -> int:
            file = cast(sqlite3.Connection, connection.connection.dbapi_connection)
            return cast(int, file.execute("PRAGMA data_version").fetchone()[0])

        others = await _own(self._writer.between(look))
        return others, self._writer.ended

    @property
    def load(self) -> Load:
        writes = self._writer.begun - self._writer.ended
        running = min(writes, 1) + min(self._reads, READERS)
        waiting = writes + self._reads - running
        return Load(running, waiting, 1 + READERS)

    def hurry(self, seconds: float) -> None:
        """Nothing to do: a file is never silent, and waits for locks are a few seconds at most."""

    async def close(self) -> None:
        def release() -> None:
            self._writer.close()
            self._read_threads.shutdown(cancel_futures=True)
            self._reader.dispose()

        await asyncio.to_thread(release)


async def _own[T](work: Awaitable[T]) -> T:
    """Its result; a failure of the database itself as one of our own errors."""
    try:
        return await work
    except SQLAlchemyError as error:
        own = own_error(error)
        if own is None:
            raise
        raise own from error


def _sqlite_engine(url: URL, begin: str, size: int) -> Engine:
    engine = create_engine(url, pool_size=size, max_overflow=0, hide_parameters=True)

    @event.listens_for(engine, "connect")
    def configure(connection: sqlite3.Connection, _record: object) -> None:
        connection.isolation_level = None  # transactions are begun below, not by the driver
        connection.execute(f"PRAGMA busy_timeout = {BUSY_MS}")
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute("PRAGMA foreign_keys = ON")

    @event.listens_for(engine, "begin")
    def start(connection: Connection) -> None:
        # On the driver's connection: SQLAlchemy takes ten times as long for it as SQLite.
        try:
            cast(sqlite3.Connection, connection.connection.dbapi_connection).execute(begin)
        except sqlite3.OperationalError as error:
            raise OperationalError(begin, None, error) from error

    return engine
