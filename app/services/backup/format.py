"""The file: gzip over lines of JSON. A header, rows in the order of its tables, the checksum.

A row is a list; a line that holds an object says which table the rows after it belong to. The last
line has the SHA-256 of all lines before it.
"""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Annotated, Self

import orjson
from pydantic import BaseModel, Field

from app import __version__
from app.migration import head_revision, revisions
from app.services.backup.tables import TABLES, BackupError, RowFormat

FORMAT = "chat-backend backup"
FORMAT_VERSION = 1
PACKING = 6
"""gzip's own default: twice as fast as 9, and hardly larger."""

Count = Annotated[int, Field(ge=0)]


class Header(BaseModel):
    """What a backup says of itself, in its first line."""

    format: str
    format_version: int
    app_version: str
    schema_revision: str
    made_at: datetime
    rows: dict[str, Count]
    """How many rows each table has, in the order of the tables."""
    next_ids: dict[str, Count]
    """The id that each table was about to give out."""

    @classmethod
    def of_now(cls, rows: dict[str, int], next_ids: dict[str, int]) -> Self:
        """The header of a backup that is being made."""
        return cls(
            format=FORMAT,
            format_version=FORMAT_VERSION,
            app_version=__version__,
            schema_revision=head_revision(),
            made_at=datetime.now(UTC),
            rows=rows,
            next_ids=next_ids,
        )

    @property
    def total(self) -> int:
        """How many rows there are in all."""
        return sum(self.rows.values())

    @property
    def is_of_today(self) -> bool:
        """Whether its rows are of this app's own schema."""
        return self.schema_revision == head_revision()

    def check(self) -> None:
        """Raise BackupError when this version of the app cannot bring the backup back."""
        if self.format != FORMAT:
            raise BackupError("This is not a backup of this app")
        if self.format_version > FORMAT_VERSION:
            raise BackupError(f"Made by app {self.app_version}, which is newer; use that one")
        if self.schema_revision not in revisions():
            raise BackupError(
                f"The backup has schema {self.schema_revision}, this app {head_revision()} and "
                f"those before: restore it with app {self.app_version} or newer"
            )


class TableStart(BaseModel):
    """The line before the rows of a table."""

    table: str
    columns: list[str]


class Trailer(BaseModel):
    """The last line."""

    sha256: str


def line(value: object) -> bytes:
    """One line of the file."""
    return orjson.dumps(value, option=orjson.OPT_APPEND_NEWLINE)


def table_lines() -> Iterator[tuple[str, RowFormat, bytes]]:
    """Every table with the format of its rows and the line that they follow."""
    for name, table in TABLES.items():
        rows = RowFormat(table)
        yield name, rows, line(TableStart(table=name, columns=rows.columns).model_dump())
