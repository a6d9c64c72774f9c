"""How many rows MySQL and MariaDB read."""

from collections.abc import Callable

from sqlalchemy import Connection


def rows_read(connection: Connection, work: Callable[[Connection], object]) -> int:
    """How many the work had the database read, in tables and indexes, shown or not."""
    _so_far(connection)
    before = _so_far(connection)
    counting = _so_far(connection) - before
    before = _so_far(connection)
    work(connection)
    return _so_far(connection) - before - counting


def _so_far(connection: Connection) -> int:
    rows = connection.exec_driver_sql("SHOW SESSION STATUS LIKE 'Handler_read%%'")
    return sum(int(value) for _, value in rows)
