"""Brings a backup back: the file is checked first, then one transaction changes the database."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import batched, groupby, islice
from operator import itemgetter
from pathlib import Path

from sqlalchemy import Connection, Table, delete, insert, select

from app.config import Settings
from app.engines.sole_user import SoleUser
from app.migration import migrate
from app.models import Base
from app.models.marks import opens_account
from app.services.audit.chain import record_if_begun
from app.services.audit.events import Action
from app.services.backup.archive import Row, open_backup
from app.services.backup.format import Header
from app.services.backup.lock import backup_lock
from app.services.backup.next_ids import raise_next_ids
from app.services.backup.scan import BATCH_ROWS, in_batches
from app.services.backup.snapshot import Progress
from app.services.backup.tables import TABLES, BackupError
from app.services.backup.transaction import CHANGE, transaction

ITSELF = ("schema_info", "audit_head")
"""What every database has, also one that holds nothing yet."""

Begin = Callable[[str, int], Progress]


def check_backup(path: Path, begin: Begin) -> Header:
    """Read a backup to its end; BackupError when it is not what was written."""
    with open_backup(path) as backup:
        progress = begin("Checking", backup.header.total)
        for rows in batched(backup.rows(), BATCH_ROWS):
            progress(len(rows))
        return backup.header


def restore_backup(
    settings: Settings, path: Path, begin: Begin, replace: bool = False, verify: bool = False
) -> Header:
    """Put the rows of a backup into the database.

    `replace` lets go of what the database holds; `verify` compares every row before the commit.
    No login comes back: one that was ended since the backup would be good again.
    Whatever fails, no row has changed. Raises BackupError, SchemaError, OSError, SQLAlchemyError.
    """
    header = check_backup(path, begin)
    next_ids = _next_ids(header)
    migrate(settings)
    with _alone(settings), backup_lock(settings):
        if settings.database.get_backend_name() != "sqlite":
            with transaction(settings, CHANGE) as connection:
                _require_empty(connection, replace)
                raise_next_ids(connection, next_ids)  # ALTER TABLE cannot be taken back
        with transaction(settings, CHANGE) as connection:
            _require_empty(connection, replace)
            _clear(connection, lambda table: True)
            _fill(connection, path, begin("Restoring", header.total))
            if connection.dialect.name == "sqlite":
                raise_next_ids(connection, next_ids)
            if verify:
                _compare(connection, path, begin("Comparing", header.total))
            _clear(connection, opens_account)
            made_at = header.made_at.isoformat(timespec="seconds")
            record_if_begun(connection, Action.BACKUP_RESTORED, made_at=made_at, rows=header.total)
    return header


def _next_ids(header: Header) -> dict[str, int]:
    """The next ids at least; that of a session above all that were given out since the backup.

    An access token names a user and a session, both by id, and is good while its session is.
    """
    now = int(time.time() * 1000)  # no table ever takes a row each millisecond
    return header.next_ids | {"session": max(now, header.next_ids.get("session", 1))}


@contextmanager
def _alone(settings: Settings) -> Iterator[None]:
    """Keep servers away from an SQLite file; on MySQL nobody is ever known to be alone."""
    user = SoleUser(settings.database)
    try:
        if not user.claim() and settings.database.get_backend_name() == "sqlite":
            raise BackupError("A server uses the database: stop it first")
        yield
    finally:
        user.release()


def _require_empty(connection: Connection, replace: bool) -> None:
    for table in Base.metadata.sorted_tables:
        held = table.name not in ITSELF and connection.execute(select(table).limit(1)).first()
        if held and not replace:
            raise BackupError("The database is not empty: --replace gives up what it holds")


def _clear(connection: Connection, which: Callable[[Table], bool]) -> None:
    for table in reversed(Base.metadata.sorted_tables):
        if which(table):
            connection.execute(delete(table))


def _fill(connection: Connection, path: Path, progress: Progress) -> None:
    for name, rows in _batches(path):
        columns = TABLES[name].columns.keys()
        values = [dict(zip(columns, row, strict=True)) for row in rows]
        connection.execute(insert(TABLES[name]), values)
        progress(len(rows))


def _compare(connection: Connection, path: Path, progress: Progress) -> None:
    """Every row of the database against the file, both in the order of the primary keys."""
    with open_backup(path) as backup:
        stored = _stored(connection)
        for rows in batched(backup.rows(), BATCH_ROWS):
            if [*rows] != [*islice(stored, len(rows))]:
                raise BackupError("What was stored is not what the backup holds; nothing changed")
            progress(len(rows))
        if next(stored, None) is not None:
            raise BackupError("The database has rows that the backup has not; nothing changed")


def _stored(connection: Connection) -> Iterator[tuple[str, Row]]:
    for name, table in TABLES.items():
        for batch in in_batches(connection, table):
            yield from ((name, list(row)) for row in batch)


def _batches(path: Path) -> Iterator[tuple[str, list[Row]]]:
    with open_backup(path) as backup:
        for name, rows in groupby(backup.rows(), itemgetter(0)):
            for batch in batched(rows, BATCH_ROWS):
                yield name, [row for _, row in batch]
