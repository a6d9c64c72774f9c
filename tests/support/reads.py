"""How much is read of a database, counted by itself: the same on a busy computer."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from typing import Any, cast

import pymysql
from sqlalchemy import Connection, Engine, event
from sqlalchemy.engine import make_url

STEPS = 10
"""Of SQLite's virtual machine, about a row: https://www.sqlite.org/c3ref/progress_handler.html"""
READ = "SHOW GLOBAL STATUS WHERE Variable_name LIKE 'Handler_read%' OR Variable_name = 'Bytes_sent'"


@dataclass
class Read:
    """What a database read meanwhile, in units of its own, and how many bytes of it came here."""

    rows: int = 0
    size: int = 0


@asynccontextmanager
async def counted(database_url: str) -> AsyncIterator[Read]:
    """Counts what is read of this database, by whoever it is; of a file, by this process alone."""
    if database_url.startswith("sqlite"):
        with _counted_steps() as read:
            yield read
        return
    read = Read()
    before = await asyncio.to_thread(_status, database_url)
    yield read
    after = await asyncio.to_thread(_status, database_url)
    read.rows, read.size = after.rows - before.rows, after.size - before.size


@contextmanager
def _counted_steps() -> Iterator[Read]:
    read = Read()
    seen: set[Any] = set()

    def step() -> None:
        read.rows += 1

    def text(of: bytes) -> str:
        read.size += len(of)
        return of.decode()

    def before(connection: Connection, *_: object) -> None:
        file = cast(Any, connection.connection.dbapi_connection)
        if file not in seen:
            seen.add(file)
            file.set_progress_handler(step, STEPS)
            file.text_factory = text

    event.listen(Engine, "before_cursor_execute", before)
    try:
        yield read
    finally:
        # The handlers stay, and count for nobody: to take one away from another thread waits for
        # the statement that runs there, whose handler waits for this thread.
        event.remove(Engine, "before_cursor_execute", before)


def _status(database_url: str) -> Read:
    url = make_url(database_url)
    connection = pymysql.connect(
        host=url.host, port=url.port or 0, user=url.username, password=str(url.password or "")
    )
    with connection, connection.cursor() as cursor:
        cursor.execute(READ)
        found = {str(name): int(value) for name, value in cursor}
    size = found.pop("Bytes_sent")
    return Read(sum(found.values()), size)
