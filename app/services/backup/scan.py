"""Reads a whole table in the order of its primary key, a batch at a time.

Not by a server-side cursor: MySQL's must be read to its end before anything else can be said on
the connection, so that work could not be broken off.
"""

from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import Column, ColumnElement, Connection, Row, Table, and_, func, or_, select

from app.models.marks import kept_columns
from app.services.backup.tables import TABLES

BATCH_ROWS = 100
"""A message may have a megabyte; this bounds the memory."""


def counts(connection: Connection) -> dict[str, int]:
    """The number of rows of each table that a backup holds."""
    return {
        name: connection.execute(select(func.count()).select_from(table)).scalar_one()
        for name, table in TABLES.items()
    }


def in_batches(connection: Connection, table: Table) -> Iterator[Sequence[Row[Any]]]:
    """All rows; each batch costs the same, however far into the table it is."""
    keys = list(table.primary_key)
    page = select(*kept_columns(table)).order_by(*keys).limit(BATCH_ROWS)
    rows = connection.execute(page).all()
    while rows:
        yield rows
        last = [rows[-1]._mapping[key] for key in keys]
        rows = connection.execute(page.where(_after(keys, last))).all()


def _after(keys: Sequence[Column[Any]], values: Sequence[Any]) -> ColumnElement[bool]:
    """The rows behind `values` in the order of `keys`.

    Spelled out, and with a bound on the first column alone: MySQL finds no range of an index in
    `(a, b) > (1, 2)`, and SQLite none in an OR.
    """
    first, value = keys[0], values[0]
    behind: ColumnElement[bool] = first > value
    if len(keys) == 1:
        return behind
    same = and_(first == value, _after(keys[1:], values[1:]))
    return and_(first >= value, or_(behind, same))
