"""MySQL and MariaDB, on asyncmy in the event loop."""

import importlib
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, event
from sqlalchemy.engine import URL
from sqlalchemy.exc import SQLAlchemyError

from app.config import Settings
from app.engines.failures import is_passing, own_error
from app.engines.work import Load, Work, carried_through
from app.errors import DatabaseUnavailable
from app.utils.time_limits import TimeLimits

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncEngine

ASYNC = "sqlalchemy.ext.asyncio"
"""2 MB that SQLite does without."""
CONNECT_SECONDS = 5
LOCK_SECONDS = 5
TRANSACTION_SECONDS = 15
"""Longer than any lock wait; a database that is silent for so long is away."""
ATTEMPTS = 4


class MySqlDatabase:
    """MySQL 8+ or MariaDB 10.6+: a pool of connections, READ COMMITTED."""

    def __init__(self, url: URL, settings: Settings) -> None:
        self._engine: AsyncEngine = importlib.import_module(ASYNC).create_async_engine(
            url.set(drivername="mysql+asyncmy").update_query_dict({"charset": "utf8mb4"}),
            isolation_level="READ COMMITTED",
            hide_parameters=True,  # an error names the statement, not what users wrote
            pool_size=settings.database_pool_size,
            max_overflow=settings.database_max_overflow,
            pool_recycle=settings.database_pool_recycle_seconds,
            pool_timeout=TRANSACTION_SECONDS,
            # Every transaction is ended where it began; a rollback after each COMMIT is for nobody.
            pool_reset_on_return=None,
            connect_args={"connect_timeout": CONNECT_SECONDS},
        )
        _prepare_sessions(self._engine)
        self._limit_of_pool = settings.database_pool_size + settings.database_max_overflow
        self._limits = TimeLimits(TRANSACTION_SECONDS)

    async def read[**P, T](self, work: Work[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        def run(connection: Connection) -> T:
            return work(connection, *args, **kwargs)

        return await self._attempt(run, writes=False)

    async def write[**P, T](self, work: Work[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        def run(connection: Connection) -> T:
            return work(connection, *args, **kwargs)

        return await carried_through(self._attempt(run, writes=True))

    async def _attempt[T](self, run: Callable[[Connection], T], writes: bool) -> T:
        committing = False

        def transaction(connection: Connection) -> T:
            # Ended here, within the limit: closing waits for the server however long it takes.
            nonlocal committing
            try:
                result = run(connection)
                if writes:
                    committing = True
                    connection.commit()
                else:
                    connection.rollback()
            except Exception:
                connection.rollback()
                raise
            except BaseException:
                connection.invalidate()
                raise
            return result

        for attempt in range(1, ATTEMPTS + 1):
            try:
                async with self._limits.limited(), self._engine.connect() as session:
                    return await session.run_sync(transaction)
            except (SQLAlchemyError, OSError) as error:
                # A connection lost during COMMIT leaves it open whether the commit happened.
                if attempt == ATTEMPTS or committing or not is_passing(error):
                    own = own_error(error)
                    if own is None:
                        raise
                    raise own from error
        raise DatabaseUnavailable

    @property
    def load(self) -> Load:
        running = min(len(self._limits), self._limit_of_pool)
        return Load(running, len(self._limits) - running, self._limit_of_pool)

    def hurry(self, seconds: float) -> None:
        self._limits.hurry(seconds)

    async def close(self) -> None:
        await self._engine.dispose()


def _prepare_sessions(engine: "AsyncEngine") -> None:
    @event.listens_for(engine.sync_engine, "connect")
    def configure(connection: Any, _record: object) -> None:
        cursor = connection.cursor()
        cursor.execute(f"SET time_zone = '+00:00', innodb_lock_wait_timeout = {LOCK_SECONDS}")
        cursor.close()
