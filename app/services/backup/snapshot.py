"""Makes a backup: a snapshot of all tables, streamed into a file that appears when it is whole."""

import gzip
import hashlib
import os
import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from sqlalchemy import Connection
from sqlalchemy.exc import SQLAlchemyError

from app.config import Settings
from app.logs import log
from app.services.audit.chain import record_if_begun
from app.services.audit.events import AuditAction
from app.services.backup.format import PACKING, Header, Trailer, line, table_lines
from app.services.backup.lock import backup_lock
from app.services.backup.next_ids import next_ids
from app.services.backup.scan import counts, in_batches
from app.services.backup.tables import TABLES, BackupError
from app.services.backup.transaction import CHANGE, SNAPSHOT, transaction

DRAFT = ".draft"


Progress = Callable[[int], None]
"""Told after every batch how many rows it had; an exception from it breaks the work off."""


def make_backup(settings: Settings, path: Path, begin: Callable[[int], Progress]) -> Header:
    """Write all that the database holds at this moment into `path`, mode 0600; servers may run.

    `begin` is given the number of rows and returns what is told of progress. Raises BackupError
    when the file is there already or another backup runs, OSError, SQLAlchemyError.
    """
    with backup_lock(settings):
        return write_backup(settings, path, begin)


def write_backup(settings: Settings, path: Path, begin: Callable[[int], Progress]) -> Header:
    """The same, for a caller who holds the lock."""
    _require_free(path)  # tried again when it is whole
    with transaction(settings, SNAPSHOT) as connection:
        header = Header.of_now(counts(connection), next_ids(connection))
        with _appearing(path) as file:
            _write(connection, header, file, begin(header.total))
    _record(settings, header)
    return header


def _record(settings: Settings, header: Header) -> None:
    """Record the backup; it is kept, and only a warning logged, if that fails."""
    try:
        with transaction(settings, CHANGE) as connection:
            record_if_begun(connection, AuditAction.BACKUP_MADE, rows=header.total)
    except SQLAlchemyError as error:
        log.warning("audit_not_written", action="backup_made", cause=type(error).__name__)


def _write(connection: Connection, header: Header, file: IO[bytes], progress: Progress) -> None:
    checksum = hashlib.sha256()
    with gzip.GzipFile(filename="", fileobj=file, mode="wb", compresslevel=PACKING) as packed:
        for lines in _lines(connection, header, progress):
            checksum.update(lines)
            packed.write(lines)
        packed.write(line(Trailer(sha256=checksum.hexdigest()).model_dump()))


def _lines(connection: Connection, header: Header, progress: Progress) -> Iterator[bytes]:
    yield line(header.model_dump())
    for name, rows, start in table_lines():
        yield start
        for batch in in_batches(connection, TABLES[name]):
            yield b"".join([line(rows.encoded(row)) for row in batch])
            progress(len(batch))


@contextmanager
def _appearing(path: Path) -> Iterator[IO[bytes]]:
    """A draft under another name; renamed once it is whole and on disk, else deleted."""
    draft = path.with_name(f".{path.name}.{secrets.token_hex(4)}{DRAFT}")
    try:
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL
        with os.fdopen(os.open(draft, flags, 0o600), "wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        _put_in_place(draft, path)
        _sync_folder(path.parent)
    finally:
        draft.unlink(missing_ok=True)


def _put_in_place(draft: Path, path: Path) -> None:
    """Give the draft its name unless that is taken: a rename would overwrite it."""
    try:
        os.link(draft, path)
    except FileExistsError:
        _require_free(path)
        raise  # it was there a moment ago
    except OSError:  # not every file system has links
        _require_free(path)
        draft.rename(path)


def _require_free(path: Path) -> None:
    if path.exists():
        raise BackupError(f"{path} is there already")


def _sync_folder(folder: Path) -> None:
    """A new name survives a power cut only once its folder is written, too."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
