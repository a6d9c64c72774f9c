"""Another program that keeps everybody else from writing to an SQLite file."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from sqlalchemy.engine import make_url


@asynccontextmanager
async def locked(database_url: str) -> AsyncIterator[None]:
    """BEGIN IMMEDIATE, held meanwhile."""

    def lock() -> sqlite3.Connection:
        path = str(make_url(database_url).database)
        connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
        connection.execute("BEGIN IMMEDIATE")
        return connection

    connection = await asyncio.to_thread(lock)
    try:
        yield
    finally:
        await asyncio.to_thread(connection.close)
