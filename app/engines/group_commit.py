"""Writes that wait for each other are committed together.

A COMMIT waits for the disk, and handing work to a thread and back costs as much as the work. What
has come meanwhile is done in one transaction, each part in a savepoint of its own.
"""

import asyncio
import contextvars
import sqlite3
from collections import deque
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from typing import Any, cast

from sqlalchemy import Connection, Engine

MOST = 16
"""Of one group: if its COMMIT fails, each is done again by itself."""


@dataclass(slots=True)
class _Write:
    """One piece of work and what became of it."""

    work: Callable[[Connection], Any]
    done: asyncio.Future[Any]
    context: contextvars.Context = field(default_factory=contextvars.copy_context)
    result: Any = None
    error: Exception | None = None

    def run(self, connection: Connection) -> None:
        self.result = self.context.run(self.work, connection)

    def settle(self) -> None:
        if self.done.done():
            return
        if self.error is not None:
            self.done.set_exception(self.error)
        else:
            self.done.set_result(self.result)


class GroupCommit:
    """The one thread that writes to an SQLite file."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="sqlite-write")
        self._waiting: deque[_Write] = deque()
        self._is_busy = False

    async def run[T](self, work: Callable[[Connection], T]) -> T:
        """The result of `work` once it is committed. Work may be run again, so it touches nothing
        but the connection; its failure takes back its own changes alone."""
        write = _Write(work, asyncio.get_running_loop().create_future())
        self._waiting.append(write)
        self._begin()
        return cast(T, await write.done)

    async def between[T](self, look: Callable[[Engine], T]) -> T:
        """The result of what is done on the writing thread, between two transactions."""
        return await asyncio.get_running_loop().run_in_executor(self._thread, look, self._engine)

    def close(self) -> None:
        """Finish what runs, and give up what waits. Not in the event loop: it may take a while."""
        self._thread.shutdown(cancel_futures=True)
        self._engine.dispose()

    def _begin(self) -> None:
        if self._is_busy or not self._waiting:
            return
        group = [self._waiting.popleft() for _ in range(min(MOST, len(self._waiting)))]
        try:
            running = asyncio.get_running_loop().run_in_executor(self._thread, self._commit, group)
        except RuntimeError as error:  # closed
            self._give_up([*group, *self._waiting], error)
            return
        self._is_busy = True
        running.add_done_callback(partial(self._end, group))

    def _end(self, group: list[_Write], ran: asyncio.Future[None]) -> None:
        self._is_busy = False
        if ran.cancelled():
            self._give_up([*group, *self._waiting], RuntimeError("The database is closed"))
            return
        for write in group:
            write.settle()
        self._begin()

    def _give_up(self, writes: list[_Write], error: RuntimeError) -> None:
        self._waiting.clear()
        for write in writes:
            write.error = error
            write.settle()

    def _commit(self, group: list[_Write]) -> None:
        if len(group) > 1 and self._together(group):
            return
        for write in group:
            write.error = None
            try:
                with self._engine.begin() as connection:
                    write.run(connection)
            except Exception as error:
                write.error = error

    def _together(self, group: list[_Write]) -> bool:
        """Whether these were committed in one transaction, or could not even begin."""
        with self._engine.connect() as connection:
            try:
                connection.begin()
            except Exception as error:  # the file is locked: each alone would wait as long again
                for write in group:
                    write.error = error
                return True
            file = cast(sqlite3.Connection, connection.connection.dbapi_connection)
            try:
                for write in group:
                    _in_savepoint(write, connection, file)
                connection.commit()
            except Exception:
                connection.rollback()
                return False
        return True


def _in_savepoint(write: _Write, connection: Connection, file: sqlite3.Connection) -> None:
    file.execute("SAVEPOINT part")
    try:
        write.run(connection)
    except Exception as error:
        if not file.in_transaction:
            raise  # the disk is full, say: SQLite has taken back everything
        file.execute("ROLLBACK TO part")
        write.error = error
    file.execute("RELEASE part")
