"""MySQL and MariaDB, on asyncmy in the event loop."""

import asyncio
from collections.abc import Callable
from typing import TYPE_CHECKING

from sqlalchemy import Connection
from sqlalchemy.engine import URL
from sqlalchemy.exc import SQLAlchemyError

from app.config import Settings
from app.engines.failures import (
    UnusableDatabase,
    leave_servers_that_take_no_writes,
    own_error,
)
from app.engines.mysql_driver import bare, connect_args
from app.engines.mysql_session import prepare_sessions
from app.engines.retry import Retry
from app.engines.work import CarriedWrites, Load, Work
from app.time_limits import TimeLimits

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncEngine

TRANSACTION_SECONDS = 15
"""Longer than any lock wait; after that a silent database counts as unavailable."""


class MySqlDatabase:
    """MySQL 8+ or MariaDB 10.6+: a pool of connections, READ COMMITTED."""

    def __init__(self, url: URL, settings: Settings) -> None:
        # 2 MB that SQLite does without.
        from sqlalchemy.ext.asyncio import create_async_engine  # noqa: PLC0415

        from app.engines.safe_connection import open_connection  # noqa: PLC0415

        self._engine: AsyncEngine = create_async_engine(
            bare(url).set(drivername="mysql+asyncmy"),
            hide_parameters=True,  # an error names the statement, not what users wrote
            pool_size=settings.database_pool_size,
            max_overflow=settings.database_max_overflow,
            pool_recycle=settings.database_pool_recycle_seconds,
            pool_timeout=TRANSACTION_SECONDS,
            # No rollback when a connection returns: every transaction is ended where it began.
            pool_reset_on_return=None,
            connect_args={**connect_args(url), "async_creator_fn": open_connection},
        )
        prepare_sessions(self._engine.sync_engine)
        leave_servers_that_take_no_writes(self._engine.sync_engine)
        self._limit_of_pool = settings.database_pool_size + settings.database_max_overflow
        self._limits = TimeLimits(TRANSACTION_SECONDS)
        self._carried = CarriedWrites()

    async def read[**P, T](self, work: Work[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        def run(connection: Connection) -> T:
            return work(connection, *args, **kwargs)

        return await self._attempt(run, writes=False)

    async def write[**P, T](self, work: Work[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        def run(connection: Connection) -> T:
            return work(connection, *args, **kwargs)

        return await self._carried.through(self._attempt(run, writes=True))

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

        retry, pause = Retry(), 0.0
        while True:
            committing = False
            try:
                async with self._limits.limited():
                    if pause:
                        await asyncio.sleep(pause)
                    async with self._engine.connect() as session:
                        return await session.run_sync(transaction)
            except (SQLAlchemyError, OSError, UnusableDatabase) as error:
                again = retry.pause_after(error, committing)
                if again is None:
                    own = own_error(error)
                    if own is None:
                        raise
                    raise own from error
                pause = again

    async def version(self) -> None:
        """A server has no such value."""

    @property
    def load(self) -> Load:
        running = min(len(self._limits), self._limit_of_pool)
        return Load(running, len(self._limits) - running, self._limit_of_pool)

    def hurry(self, seconds: float) -> None:
        self._limits.hurry(seconds)

    async def close(self) -> None:
        await self._carried.ended()
        await self._engine.dispose()
