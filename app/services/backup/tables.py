"""Which tables a backup holds, and how a row is written so that every database reads the same.

Times are ISO 8601 in UTC, bytes base64; numbers and texts are JSON's own.
"""

import base64
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import LargeBinary, Table

from app.models import Base
from app.models.base import UtcDateTime
from app.models.marks import is_derived, kept_columns

TABLES: dict[str, Table] = {
    table.name: table for table in Base.metadata.sorted_tables if not is_derived(table)
}
"""Parents before their children, the order in which rows can be restored; without tables that can
be rebuilt from others."""


def derived_columns(name: str) -> set[str]:
    """The columns of a table that no backup holds, save those of before there were any."""
    table = TABLES.get(name)
    if table is None:
        return set()
    return {*table.columns.keys()} - {column.name for column in kept_columns(table)}


RowValues = dict[str, Any]
"""Values by the names of their columns."""
Convert = Callable[[Any], Any]


class BackupError(RuntimeError):
    """A backup cannot be made or brought back; the text says why, and what to do."""


class RowFormat:
    """The rows of one table, as they stand in the file: lists in the order of `columns`."""

    def __init__(self, table: Table, columns: Sequence[str] | None = None) -> None:
        self.columns = [*columns] if columns else [column.name for column in kept_columns(table)]
        kinds = [table.columns[name].type for name in self.columns]
        self._to_file = [_converter(kind, _as_text) for kind in kinds]
        self._from_file = [_converter(kind, _as_value) for kind in kinds]

    def encoded(self, row: Sequence[Any]) -> list[Any]:
        """A row of the database for the file."""
        return _converted(self._to_file, row)

    def decoded(self, row: Sequence[Any]) -> RowValues:
        """A row of the file for the database."""
        return dict(zip(self.columns, _converted(self._from_file, row), strict=True))


def _converted(converters: list[Convert | None], row: Sequence[Any]) -> list[Any]:
    return [
        value if value is None or convert is None else convert(value)
        for convert, value in zip(converters, row, strict=True)
    ]


def _converter(kind: object, by_kind: dict[type, Convert]) -> Convert | None:
    return next((convert for known, convert in by_kind.items() if isinstance(kind, known)), None)


_as_text: dict[type, Convert] = {
    UtcDateTime: lambda time: time.isoformat(timespec="microseconds"),
    LargeBinary: lambda raw: base64.b64encode(raw).decode(),
}
_as_value: dict[type, Convert] = {
    UtcDateTime: datetime.fromisoformat,
    LargeBinary: lambda text: base64.b64decode(text, validate=True),
}
