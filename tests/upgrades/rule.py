"""Expand, then contract: what a revision may do to a schema that the version before still uses."""

from collections.abc import Iterator
from typing import Any

from sqlalchemy import Column, MetaData, Table, UniqueConstraint


def breaks(old: MetaData, new: MetaData) -> list[str]:
    """What would stop the version of the app that knows `old` from working on `new`."""
    return [*_breaks(old, new)]


def _breaks(old: MetaData, new: MetaData) -> Iterator[str]:
    for name, table in old.tables.items():
        if name not in new.tables:
            yield f"{name} is gone"
            continue
        yield from _in_table(table, new.tables[name])


def _in_table(old: Table, new: Table) -> Iterator[str]:
    for column in old.columns:
        if column.name not in new.columns:
            yield f"{column} is gone"
        else:
            yield from _in_column(column, new.columns[column.name])
    for column in new.columns:
        if column.name not in old.columns and not _may_be_left_out(column):
            yield f"{column} is new, and must be given"
    for keys in _unique(new) - _unique(old):
        yield f"{new.name} has a new unique key over {', '.join(sorted(keys))}"


def _in_column(old: Column[Any], new: Column[Any]) -> Iterator[str]:
    if old.nullable and not new.nullable:
        yield f"{old} may not be empty any more"
    if _may_be_left_out(old) and not _may_be_left_out(new):
        yield f"{old} must be given now"
    if _room(new) < _room(old) or type(old.type) is not type(new.type):
        yield f"{old} was {old.type!r} and is {new.type!r}"


def _may_be_left_out(column: Column[Any]) -> bool:
    numbers_itself = column.primary_key and column.autoincrement is True
    return bool(column.nullable or column.server_default is not None or numbers_itself)


def _room(column: Column[Any]) -> float:
    length = getattr(column.type, "length", None)
    enums = getattr(column.type, "enums", None)
    return len(enums) if enums else length or float("inf")


def _unique(table: Table) -> set[frozenset[str]]:
    constraints = (c for c in table.constraints if isinstance(c, UniqueConstraint))
    keys = {frozenset(column.name for column in c.columns) for c in constraints}
    indexes = (index for index in table.indexes if index.unique)
    return keys | {frozenset(str(c.name) for c in index.columns) for index in indexes}
