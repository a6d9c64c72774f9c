"""The database as two verbs: `read` and `write`, each running a plain function in one transaction.

A function takes a `Connection` and is free of `await`, so the same SQL serves both databases.
MySQL runs it on asyncmy in the event loop. SQLite runs it in a thread, one call for the whole
transaction: all writes in one thread, because the file has one writer and a queue in the process
is fair and never answers `database is locked`.
"""

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Callable, Coroutine, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from typing import Any, Concatenate, Protocol, cast

from sqlalchemy import Connection, Engine, Table, create_engine, event
from sqlalchemy.dialects import mysql, sqlite
from sqlalchemy.engine import URL
from sqlalchemy.exc import DBAPIError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from app.config import Settings
from app.errors import AppError, DatabaseUnavailable, StorageFull

SQLITE_BUSY_MS = 5_000
SQLITE_READERS = 4
MYSQL_CONNECT_SECONDS = 5
MYSQL_LOCK_SECONDS = 5
TRANSACTION_SECONDS = 15
"""Longer than any lock wait; a database that is silent for so long is away."""
ATTEMPTS = 4
DEADLOCK_CODES = {1205, 1213}
FULL_CODES = {1021, 1114}

type Work[**P, T] = Callable[Concatenate[Connection, P], T]


class Database(Protocol):
    """What services use. Failures of the database itself are `DatabaseUnavailable` (or full)."""

    async def read[**P, T](self, work: Work[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Run `work(connection, …)` on a snapshot that is thrown away, and return its result."""

    async def write[**P, T](self, work: Work[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Run `work(connection, …)` and commit.

        May run it again after a deadlock, so it touches nothing but the connection. Once begun it
        is carried through even when the caller is cancelled.
        """

    def hurry(self, seconds: float) -> None:
        """The process is ending: from now on nothing waits longer for a database that is silent."""

    async def close(self) -> None:
        """Finish what runs and let the connections go."""


def open_database(settings: Settings) -> Database:
    """The database that the settings name; connects on first use."""
    url = settings.database
    if url.get_backend_name() == "sqlite":
        return SqliteDatabase(url)
    return MySqlDatabase(url, settings)


async def _carried_through[T](work: Coroutine[Any, Any, T]) -> T:
    return await asyncio.shield(asyncio.ensure_future(work))


class SqliteDatabase:
    """One file, one writing thread, a few reading ones."""

    def __init__(self, url: URL) -> None:
        self._writer = _sqlite_engine(url, begin="BEGIN IMMEDIATE", size=1)
        self._reader = _sqlite_engine(url, begin="BEGIN", size=SQLITE_READERS)
        self._write_thread = ThreadPoolExecutor(1, thread_name_prefix="sqlite-write")
        self._read_threads = ThreadPoolExecutor(SQLITE_READERS, thread_name_prefix="sqlite-read")

    async def read[**P, T](self, work: Work[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        def run() -> T:
            with self._reader.connect() as connection:
                return work(connection, *args, **kwargs)

        return await self._in_thread(self._read_threads, run)

    async def write[**P, T](self, work: Work[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        def run() -> T:
            with self._writer.begin() as connection:
                return work(connection, *args, **kwargs)

        return await _carried_through(self._in_thread(self._write_thread, run))

    async def _in_thread[T](self, threads: ThreadPoolExecutor, run: Callable[[], T]) -> T:
        try:
            return await asyncio.get_running_loop().run_in_executor(threads, run)
        except SQLAlchemyError as error:
            raise _own_error(error) from error

    def hurry(self, seconds: float) -> None:
        """Nothing to do: a file is never silent, and a lock is waited for a few seconds only."""

    async def close(self) -> None:
        def release() -> None:
            self._write_thread.shutdown(cancel_futures=True)
            self._read_threads.shutdown(cancel_futures=True)
            self._writer.dispose()
            self._reader.dispose()

        await asyncio.to_thread(release)


def _sqlite_engine(url: URL, begin: str, size: int) -> Engine:
    engine = create_engine(url, pool_size=size, max_overflow=0)

    @event.listens_for(engine, "connect")
    def configure(connection: sqlite3.Connection, _record: object) -> None:
        connection.isolation_level = None  # transactions are begun below, not by the driver
        connection.execute(f"PRAGMA busy_timeout = {SQLITE_BUSY_MS}")
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute("PRAGMA foreign_keys = ON")

    @event.listens_for(engine, "begin")
    def start(connection: Connection) -> None:
        connection.exec_driver_sql(begin)

    return engine


class MySqlDatabase:
    """MySQL 8+ or MariaDB: a pool of connections, READ COMMITTED."""

    def __init__(self, url: URL, settings: Settings) -> None:
        self._engine = create_async_engine(
            url.set(drivername="mysql+asyncmy").update_query_dict({"charset": "utf8mb4"}),
            isolation_level="READ COMMITTED",
            pool_size=settings.database_pool_size,
            max_overflow=settings.database_max_overflow,
            pool_recycle=settings.database_pool_recycle_seconds,
            pool_timeout=TRANSACTION_SECONDS,
            connect_args={"connect_timeout": MYSQL_CONNECT_SECONDS},
        )
        _prepare_mysql_sessions(self._engine)
        self._seconds: float = TRANSACTION_SECONDS
        self._limits: set[asyncio.Timeout] = set()

    async def read[**P, T](self, work: Work[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        def run(connection: Connection) -> T:
            return work(connection, *args, **kwargs)

        return await self._attempt(run, writes=False)

    async def write[**P, T](self, work: Work[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        def run(connection: Connection) -> T:
            return work(connection, *args, **kwargs)

        return await _carried_through(self._attempt(run, writes=True))

    async def _attempt[T](self, run: Callable[[Connection], T], writes: bool) -> T:
        committing = False

        def transaction(connection: Connection) -> T:
            nonlocal committing
            result = run(connection)
            if writes:
                committing = True
                connection.commit()
            return result

        for attempt in range(1, ATTEMPTS + 1):
            try:
                async with self._limit(), self._engine.connect() as session:
                    return await session.run_sync(transaction)
            except (SQLAlchemyError, OSError) as error:
                # A connection lost during COMMIT leaves it open whether the commit happened.
                if attempt == ATTEMPTS or committing or not _passing(error):
                    raise _own_error(error) from error
        raise DatabaseUnavailable

    @asynccontextmanager
    async def _limit(self) -> AsyncIterator[None]:
        async with asyncio.timeout(self._seconds) as limit:
            self._limits.add(limit)
            try:
                yield
            finally:
                self._limits.discard(limit)

    def hurry(self, seconds: float) -> None:
        self._seconds = seconds
        until = asyncio.get_running_loop().time() + seconds
        for limit in self._limits:
            when = limit.when()
            if when is not None and when > until and not limit.expired():
                limit.reschedule(until)

    async def close(self) -> None:
        await self._engine.dispose()


def _prepare_mysql_sessions(engine: AsyncEngine) -> None:
    @event.listens_for(engine.sync_engine, "connect")
    def configure(connection: Any, _record: object) -> None:
        cursor = connection.cursor()
        cursor.execute(f"SET time_zone = '+00:00', innodb_lock_wait_timeout = {MYSQL_LOCK_SECONDS}")
        cursor.close()


def _code(error: BaseException) -> int | None:
    original = error.orig if isinstance(error, DBAPIError) else None
    code = original.args[0] if original is not None and original.args else None
    return code if isinstance(code, int) else None


def _passing(error: BaseException) -> bool:
    """Whether the same work may well succeed at once: a deadlock, or a pooled connection gone."""
    if not isinstance(error, DBAPIError):
        return False
    return error.connection_invalidated or _code(error) in DEADLOCK_CODES


def _own_error(error: BaseException) -> BaseException:
    """The typed error for trouble of the database; a broken constraint stays as it is."""
    if isinstance(error, AppError):
        return error
    if isinstance(error, DBAPIError):
        if _code(error) in FULL_CODES or "disk is full" in str(error.orig):
            return StorageFull()
        if error.connection_invalidated or type(error).__name__ in (
            "OperationalError",
            "InterfaceError",
            "InternalError",
        ):
            return DatabaseUnavailable()
        return error
    return DatabaseUnavailable() if isinstance(error, PoolTimeout | OSError) else error


def upsert(
    connection: Connection, table: Table, rows: Sequence[dict[str, Any]], changes: dict[str, Any]
) -> None:
    """Insert rows; where the primary key stands already, apply `changes` instead.

    A change is a value, or a function of the row that was to be inserted.
    """
    if connection.dialect.name == "sqlite":
        lite = sqlite.insert(table)
        values = {k: v(lite.excluded) if callable(v) else v for k, v in changes.items()}
        keys = list(table.primary_key.columns)
        connection.execute(lite.on_conflict_do_update(index_elements=keys, set_=values), rows)
        return
    full = mysql.insert(table)
    values = {k: v(full.inserted) if callable(v) else v for k, v in changes.items()}
    connection.execute(full.on_duplicate_key_update(values), rows)


def table_of(model: type) -> Table:
    """The table of a mapped class."""
    return cast(Table, model.__table__)  # type: ignore[attr-defined]
