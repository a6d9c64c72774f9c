"""Another program that keeps everybody else from writing: to an SQLite file, or to a row."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from sqlalchemy import Connection, text
from sqlalchemy.engine import make_url

from app.migration import sync_engine
from tests.support.backups import settings


@asynccontextmanager
async def locked(database_url: str) -> AsyncIterator[None]:
    """BEGIN IMMEDIATE, held meanwhile."""

    def lock() -> sqlite3.Connection:
        path = str(make_url(database_url).database)
        connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
        connection.execute("BEGIN IMMEDIATE")
        return connection

    async with _held(lock):
        yield


@asynccontextmanager
async def row_locked(database_url: str, query: str) -> AsyncIterator[None]:
    """The rows of a query, FOR UPDATE, held meanwhile (MySQL)."""
    engine = sync_engine(settings(database_url))

    def lock() -> Connection:
        connection = engine.connect()
        connection.execute(text(f"{query} FOR UPDATE")).all()
        return connection

    try:
        async with _held(lock):
            yield
    finally:
        await asyncio.to_thread(engine.dispose)


@asynccontextmanager
async def _held(lock: Callable[[], Connection | sqlite3.Connection]) -> AsyncIterator[None]:
    connection = await asyncio.to_thread(lock)
    try:
        yield
    finally:
        await asyncio.to_thread(connection.close)
