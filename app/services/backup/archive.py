"""Reads a backup, and finds out whether it is whole and what it was."""

import gzip
import hashlib
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import orjson
from pydantic import ValidationError

from app.services.backup.format import Header, TableStart, Trailer
from app.services.backup.scratch import tables_at
from app.services.backup.tables import (
    TABLES,
    BackupError,
    RowFormat,
    RowValues,
    derived_columns,
)

BROKEN = (EOFError, gzip.BadGzipFile, zlib.error, ValidationError, ValueError)


HEADER_BYTES = 1024 * 1024


class BackupDamaged(BackupError):
    """The file is not what was written."""

    def __init__(self, path: Path) -> None:
        super().__init__(f"{path} is damaged or not a backup")


class Backup:
    """An open backup: its header, then its rows once through."""

    def __init__(self, path: Path, packed: gzip.GzipFile) -> None:
        self._path = path
        self._packed = packed
        self._checksum = hashlib.sha256()
        self.header = Header.model_validate_json(self._next())
        self.header.check()
        self._tables = tables_at(self.header.schema_revision)
        held = self.header.rows.keys()
        # Tables that were derived then are not in it, and may not exist any more.
        if held - self._tables.keys() or self._tables.keys() & TABLES.keys() - held:
            raise BackupDamaged(path)

    def rows(self) -> Iterator[tuple[str, RowValues]]:
        """Every row with the name of its table, tables and rows in the file's order.

        Raises BackupDamaged when a value, a count or, at the very end, the checksum is wrong: so
        nothing is certain before the iterator has ended.
        """
        rows = self._rows()
        while True:
            try:
                found = next(rows, None)
            except BROKEN as error:
                raise BackupDamaged(self._path) from error
            if found is None:
                return
            yield found

    def _rows(self) -> Iterator[tuple[str, RowValues]]:
        for name, count in self.header.rows.items():
            format = self._format_of(name)
            for _ in range(count):
                yield name, format.decoded(orjson.loads(self._next()))
        expected = self._checksum.hexdigest()
        if Trailer.model_validate_json(self._next()).sha256 != expected or self._packed.read(1):
            raise BackupDamaged(self._path)

    def _format_of(self, name: str) -> RowFormat:
        """The format of the columns that the file names; they are those of the table at its
        revision."""
        start = TableStart.model_validate_json(self._next())
        table = self._tables[name]
        columns = sorted(table.columns.keys())
        kept = [column for column in columns if column not in derived_columns(name)]
        is_whole = sorted(start.columns) in (columns, kept)
        if start.table != name or not is_whole:
            raise BackupDamaged(self._path)
        return RowFormat(table, start.columns)

    def _next(self) -> bytes:
        found = self._packed.readline()
        self._checksum.update(found)
        return found


def made_at(path: Path) -> float:
    """When a backup was begun, in seconds since 1970, by its own header: copies of it keep that.
    Of what is no backup, when it was last changed."""
    try:
        with gzip.open(path, "rb") as packed:
            return Header.model_validate_json(packed.readline(HEADER_BYTES)).made_at.timestamp()
    except BROKEN:
        return path.stat().st_mtime


@contextmanager
def open_backup(path: Path) -> Iterator[Backup]:
    """A backup to read; BackupError when it cannot be used, OSError when it cannot be read."""
    with path.open("rb") as file, gzip.GzipFile(fileobj=file, mode="rb") as packed:
        try:
            backup = Backup(path, packed)
        except BROKEN as error:
            raise BackupDamaged(path) from error
        yield backup
