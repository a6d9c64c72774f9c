"""A database for a backup of an earlier schema, to be brought to today's before its rows count.

See docs/decisions/0010-backups-of-earlier-schemas.md.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any

from sqlalchemy import Connection, DateTime, MetaData, Table, create_engine, event
from sqlalchemy.pool import StaticPool

from app.migration import head_revision, upgrade
from app.models import Base
from app.models.base import UtcDateTime
from app.models.marks import DERIVED

OWN = "alembic_version"


@contextmanager
def scratch(revision: str) -> Iterator[Connection]:
    """The one connection to an SQLite database at a revision, as its migrations leave it.

    It is SQLite's temporary database: in memory as long as it is small, else a file without a name
    in the folder `SQLITE_TMPDIR`, by default /var/tmp, so that not even a kill leaves it behind.
    """
    engine = create_engine("sqlite://", creator=_temporary, poolclass=StaticPool)
    try:
        with engine.connect() as connection:
            upgrade(connection, revision)
            yield connection
    finally:
        engine.dispose()


def _temporary() -> sqlite3.Connection:
    return sqlite3.connect("", check_same_thread=False)


@cache
def tables_at(revision: str) -> dict[str, Table]:
    """The tables of a revision that this app knows: those of the models, or as they once were."""
    if revision == head_revision():
        return {**Base.metadata.tables}
    with scratch(revision) as connection:
        found = MetaData()
        event.listen(found, "column_reflect", _as_in_models)
        found.reflect(connection)
    return {name: table for name, table in found.tables.items() if name != OWN}


def _as_in_models(_inspector: object, _table: str, column: dict[str, Any]) -> None:
    if isinstance(column["type"], DateTime):
        column["type"] = UtcDateTime()
    if "computed" in column:  # by the database, which takes no value for it
        column["info"] = DERIVED
