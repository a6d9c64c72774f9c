"""Reads a backup, and finds out whether it is whole and what it was."""

import gzip
import hashlib
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import orjson
from pydantic import ValidationError

from app.services.backup.format import Header, TableStart, Trailer, table_lines
from app.services.backup.tables import BackupError

BROKEN = (EOFError, gzip.BadGzipFile, zlib.error, ValidationError, ValueError)

Row = list[Any]


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

    def rows(self) -> Iterator[tuple[str, Row]]:
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

    def _rows(self) -> Iterator[tuple[str, Row]]:
        for name, format, _ in table_lines():
            start = TableStart.model_validate_json(self._next())
            if start != TableStart(table=name, columns=format.columns):
                raise BackupDamaged(self._path)
            for _ in range(self.header.rows[name]):
                yield name, format.decoded(orjson.loads(self._next()))
        expected = self._checksum.hexdigest()
        if Trailer.model_validate_json(self._next()).sha256 != expected or self._packed.read(1):
            raise BackupDamaged(self._path)

    def _next(self) -> bytes:
        found = self._packed.readline()
        self._checksum.update(found)
        return found


@contextmanager
def open_backup(path: Path) -> Iterator[Backup]:
    """A backup to read; BackupError when it cannot be used, OSError when it cannot be read."""
    with path.open("rb") as file, gzip.GzipFile(fileobj=file, mode="rb") as packed:
        try:
            backup = Backup(path, packed)
            backup.header.check()
        except BROKEN as error:
            raise BackupDamaged(path) from error
        yield backup
