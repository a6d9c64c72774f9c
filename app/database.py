"""The database as two verbs, `read` and `write`: each runs a plain function in one transaction.

A function takes a `Connection` and has no `await`, so the same SQL serves both databases.
"""

from typing import Any, Protocol, cast

from sqlalchemy import Dialect, Insert, Table
from sqlalchemy.dialects import mysql, sqlite

from app.config import Settings
from app.engines.mysql import MySqlDatabase
from app.engines.sqlite import SqliteDatabase
from app.engines.work import Load, Work


class Database(Protocol):
    """What services use. Failures of the database itself are `DatabaseUnavailable` (or full)."""

    async def read[**P, T](self, work: Work[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Run `work(connection, …)` on a snapshot that is thrown away, and return its result."""

    async def write[**P, T](self, work: Work[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Run `work(connection, …)` and commit.

        May run it again after a deadlock, so it touches nothing but the connection. Once begun it
        is carried through even when the caller is cancelled.
        """

    async def version(self) -> object | None:
        """A value that stays the same while nobody writes; None where there is no such value."""

    @property
    def load(self) -> Load:
        """How many transactions run and wait at this moment."""

    def hurry(self, seconds: float) -> None:
        """Begin the shutdown: from now on no wait for a silent database is long."""

    async def close(self) -> None:
        """Finish the running transactions and close the connections."""


def open_database(settings: Settings) -> Database:
    """The database that the settings name; connects on first use."""
    url = settings.database
    if url.get_backend_name() == "sqlite":
        return SqliteDatabase(url)
    return MySqlDatabase(url, settings)


def upserting(dialect: Dialect, table: Table, changes: dict[str, Any]) -> Insert:
    """A statement that inserts a row; where its primary key stands already, it applies `changes`.

    A change is a value, or a function of the row that was to be inserted.
    """
    if dialect.name == "sqlite":
        lite = sqlite.insert(table)
        values = {k: v(lite.excluded) if callable(v) else v for k, v in changes.items()}
        keys = list(table.primary_key.columns)
        return lite.on_conflict_do_update(index_elements=keys, set_=values)
    full = mysql.insert(table)
    values = {k: v(full.inserted) if callable(v) else v for k, v in changes.items()}
    return full.on_duplicate_key_update(values)


def table_of(model: type) -> Table:
    """The table of a mapped class."""
    return cast(Table, model.__table__)  # type: ignore[attr-defined]
