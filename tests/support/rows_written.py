"""How many rows a database changes."""

from collections.abc import Callable
from typing import Any, cast

from sqlalchemy import Connection

CHANGES = "SHOW SESSION STATUS WHERE Variable_name IN ('Handler_{}', 'Handler_{}', 'Handler_{}')"
QUERY = CHANGES.format("write", "update", "delete")


def rows_written(connection: Connection, work: Callable[[Connection], object]) -> int:
    """How many rows the work inserted, updated and deleted; an index is none."""
    _so_far(connection)
    before = _so_far(connection)
    counting = _so_far(connection) - before  # what a server tells is rows to it, too
    before = _so_far(connection)
    work(connection)
    return _so_far(connection) - before - counting


def _so_far(connection: Connection) -> int:
    if connection.dialect.name == "sqlite":
        return cast(int, cast(Any, connection.connection.dbapi_connection).total_changes)
    return sum(int(value) for _, value in connection.exec_driver_sql(QUERY))
