"""Writes that wait for each other are committed together.

A COMMIT waits for the disk, and handing work to a thread and back costs as much as the work. What
has come meanwhile is done in one transaction, each part in a savepoint of its own.
"""

import asyncio
import contextvars
import sqlite3
import threading
from collections.abc import Callable
from contextlib import nullcontext, suppress
from dataclasses import dataclass, field
from queue import Empty, SimpleQueue
from typing import Any, cast

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import SQLAlchemyError

from app.engines.work import END_SECONDS
from app.logs import log

MOST = 16
"""Of one group: if its COMMIT fails, each is done again by itself."""
CLOSED = "The database is closed"


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
        """Tell whoever waits; if nobody does any more, a failure is logged."""
        if self.done.done():
            if self.error is not None:
                log.warning("abandoned_write_failed", cause=type(self.error).__name__)
        elif self.error is not None:
            self.done.set_exception(self.error)
        else:
            self.done.set_result(self.result)


class _Look(_Write):
    """Work that is done outside of transactions."""


class GroupCommit:
    """The one thread that writes to an SQLite file, through one connection."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._held: Connection | None = None
        self._waiting: SimpleQueue[_Write | None] = SimpleQueue()
        self._thread: threading.Thread | None = None
        self._is_closed = False
        self.begun = 0
        self.ended = 0
        """How many writes there were, and how many of them are over."""

    async def run[T](self, work: Callable[[Connection], T]) -> T:
        """The result of `work` once it is committed. Work may be run again, so it touches nothing
        but the connection; its failure takes back its own changes alone. It is carried through
        when whoever waits for it is cancelled."""
        write = _Write(work, asyncio.get_running_loop().create_future())
        self._put(write)
        self.begun += 1
        return cast(T, await write.done)

    async def between[T](self, look: Callable[[Connection], T]) -> T:
        """The result of what is done on the writing thread, between two transactions."""
        job = _Look(look, asyncio.get_running_loop().create_future())
        self._put(job)
        return cast(T, await job.done)

    def close(self) -> None:
        """Finish what runs; what waits gets a moment, and is given up then. Not in the event loop:
        it may take a while."""
        self._is_closed = True
        if self._thread is not None:
            self._waiting.put(None)
            self._thread.join(END_SECONDS)
            if self._thread.is_alive():
                self._give_up()
                self._waiting.put(None)
                self._thread.join()
        self._engine.dispose()

    def _put(self, write: _Write) -> None:
        if self._is_closed:
            raise RuntimeError(CLOSED)
        if self._thread is None:
            thread = threading.Thread(target=self._serve, name="sqlite-write", daemon=True)
            thread.start()
            self._thread = thread
        self._waiting.put(write)

    def _give_up(self) -> None:
        with suppress(Empty):
            while True:
                if (write := self._waiting.get_nowait()) is not None:
                    write.error = RuntimeError(CLOSED)
                    self._tell([write])

    def _tell(self, group: list[_Write]) -> None:
        with suppress(RuntimeError):  # the event loop has ended
            group[0].done.get_loop().call_soon_threadsafe(self._settle, group)

    def _settle(self, group: list[_Write]) -> None:
        for write in group:
            self.ended += not isinstance(write, _Look)
            write.settle()

    # On the thread

    def _serve(self) -> None:
        """Do what waits, until there is None among it."""
        while True:
            taken = [self._waiting.get()]
            while len(taken) < MOST and not self._waiting.empty():
                taken.append(self._waiting.get())
            group = [write for write in taken if write is not None]
            try:
                self._do(group)
            except Exception as error:
                for write in group:
                    write.error = write.error or error
            if group:
                self._tell(group)
            if len(group) < len(taken):
                self._let_go()
                return

    def _do(self, group: list[_Write]) -> None:
        writes = []
        for write in group:
            if isinstance(write, _Look):
                self._alone(write)
            else:
                writes.append(write)
        if len(writes) > 1 and self._together(writes):
            return
        for write in writes:
            self._alone(write)

    def _alone(self, write: _Write) -> None:
        write.error = None
        try:
            connection = self._connection()
            with nullcontext() if isinstance(write, _Look) else connection.begin():
                write.run(connection)
        except Exception as error:
            write.error = error
            self._let_go()

    def _together(self, group: list[_Write]) -> bool:
        """Whether these were committed in one transaction, or could not even begin."""
        try:
            connection = self._connection()
            connection.begin()
        except Exception as error:  # the file is locked: each alone would wait as long again
            for write in group:
                write.error = error
            self._let_go()
            return True
        file = cast(sqlite3.Connection, connection.connection.dbapi_connection)
        try:
            for write in group:
                _in_savepoint(write, connection, file)
            connection.commit()
        except Exception:
            self._let_go()
            return False
        return True

    def _connection(self) -> Connection:
        """The one connection. Opening SQLAlchemy's takes as long as a statement or two."""
        if self._held is None:
            self._held = self._engine.connect()
        return self._held

    def _let_go(self) -> None:
        """Roll back, whatever state it is in, and begin with another one."""
        held, self._held = self._held, None
        if held is not None:
            with suppress(SQLAlchemyError):
                held.rollback()  # without it, one whose COMMIT failed stays in its transaction
            held.close()


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
