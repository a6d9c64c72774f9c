"""Makes a backup: a snapshot of all tables, streamed into a file that appears when it is whole, and
the files that users have attached, in a folder beside it."""

import gzip
import hashlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO

from sqlalchemy import Connection
from sqlalchemy.exc import SQLAlchemyError

from app.config import Settings
from app.files import appearing
from app.logs import log
from app.services.audit.chain import record_if_begun
from app.services.audit.events import AuditAction
from app.services.backup.files import copy_out
from app.services.backup.format import PACKING, Header, Trailer, line, table_lines
from app.services.backup.lock import backup_lock
from app.services.backup.next_ids import next_ids
from app.services.backup.scan import counts, in_batches
from app.services.backup.tables import TABLES, BackupError
from app.services.backup.transaction import CHANGE, SNAPSHOT, transaction

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
    try:
        with transaction(settings, SNAPSHOT) as connection, appearing(path) as file:
            header = Header.of_now(counts(connection), next_ids(connection))
            progress = begin(header.total)
            _write(connection, header, file, progress)
            if lost := copy_out(connection, settings, path, progress):
                log.warning("files_are_missing", count=lost, advice="chat-backend doctor")
    except FileExistsError as error:
        raise BackupError(f"{path} is there already") from error
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
