"""Brings a backup back: the file is checked first, then one transaction changes the database."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import batched, chain, islice
from pathlib import Path

from sqlalchemy import Connection, Table, delete, insert, select
from sqlalchemy.exc import DataError, IntegrityError

from app.config import Settings
from app.engines.sole_user import SoleUser
from app.migration import migrate
from app.models import Base
from app.models.marks import opens_account
from app.services.audit.chain import record_if_begun
from app.services.audit.events import AuditAction
from app.services.auth.passkey_rows import distrust_all as distrust_passkeys
from app.services.auth.totp import burn_steps
from app.services.backup.archive import open_backup
from app.services.backup.files import beside, copy_in, is_whole
from app.services.backup.format import Header
from app.services.backup.lock import backup_lock
from app.services.backup.next_ids import raise_next_ids
from app.services.backup.scan import BATCH_ROWS
from app.services.backup.snapshot import Progress
from app.services.backup.source import Begin, Source, source_of, stored
from app.services.backup.tables import TABLES, BackupError, RowValues
from app.services.backup.transaction import change
from app.services.transfer import import_rows

ITSELF = ("schema_info", "audit_head")
"""The tables that have rows in every database, also in an empty one."""
FILES = "file"


def check_backup(
    path: Path, begin: Begin, see_file: Callable[[RowValues], None] = lambda row: None
) -> Header:
    """Read a backup to its end; BackupError when it is not what was written. `see_file` is given
    the row of each file."""
    with open_backup(path) as backup:
        progress = begin("Checking", backup.header.total)
        for rows in batched(backup.rows(), BATCH_ROWS):
            for name, row in rows:
                if name == FILES:
                    see_file(row)
            progress(len(rows))
        return backup.header


def missing_files(path: Path, begin: Begin) -> tuple[Header, list[str]]:
    """Check a backup and the files beside it; the keys of those that are missing or damaged."""
    missing: list[str] = []
    folder = beside(path)

    def see(row: RowValues) -> None:
        if not is_whole(folder, row):
            missing.append(row["hash"].hex())

    return check_backup(path, begin, see), [*dict.fromkeys(missing)]


def restore_backup(
    settings: Settings,
    path: Path,
    begin: Begin,
    replace: bool = False,
    verify: bool = False,
    missing: list[str] | None = None,
) -> Header:
    """Put the rows of a backup into the database, and the files beside it into the store; the keys
    of those that are not there are added to `missing`.

    `replace` lets go of what the database holds; `verify` compares every row before the commit.
    No login and no recovery code comes back, no code that an app has shown is good any more, and no
    passkey is without the password beside it: one that was ended, used or removed since the backup
    would be good again.
    Whatever fails, no row has changed. Raises BackupError, SchemaError, OSError, SQLAlchemyError.
    """
    keys: dict[str, None] = {}
    header = check_backup(path, begin, lambda row: keys.setdefault(row["hash"].hex()))
    with source_of(path, header, begin) as source:
        migrate(settings)
        with _alone(settings), backup_lock(settings):
            lost: list[str] = []

            def bring_files() -> None:
                lost[:] = copy_in(settings, path, keys)

            _restore(settings, source, header, begin, replace, verify, bring_files)
            if missing is not None:
                missing += lost
    return header


def _restore(
    settings: Settings,
    source: Source,
    header: Header,
    begin: Begin,
    replace: bool,
    verify: bool,
    bring_files: Callable[[], None],
) -> None:
    next_ids = _next_ids(source)

    def number(connection: Connection) -> None:
        _require_empty(connection, replace)
        raise_next_ids(connection, next_ids)  # ALTER TABLE cannot be taken back

    def fill(connection: Connection) -> None:
        _require_empty(connection, replace)
        _clear(connection, lambda table: True)
        _fill(connection, source, begin("Restoring", source.total))
        if connection.dialect.name == "sqlite":
            raise_next_ids(connection, next_ids)
        if verify:
            _compare(connection, source, begin("Comparing", source.total))
        _clear(connection, opens_account)
        import_rows.end_all(connection)
        burn_steps(connection)
        distrust_passkeys(connection)
        bring_files()  # before the rows count: where there is no room for them, nothing has changed
        made_at = header.made_at.isoformat(timespec="seconds")
        record_if_begun(connection, AuditAction.BACKUP_RESTORED, made_at=made_at, rows=header.total)

    if settings.database.get_backend_name() != "sqlite":
        change(settings, number)
    change(settings, fill)


def _next_ids(source: Source) -> dict[str, int]:
    """Ids that tables must go on from; of sessions, above all that were given out since the backup.

    An access token names a user and a session by id, and is good while the session is.
    """
    now = int(time.time() * 1000)  # no table ever takes a row each millisecond
    logins = [
        name
        for name, table in TABLES.items()
        if opens_account(table) and table.autoincrement_column is not None
    ]
    return source.next_ids | {name: max(now, source.next_ids.get(name, 1)) for name in logins}


@contextmanager
def _alone(settings: Settings) -> Iterator[None]:
    """Keep servers away from an SQLite file; on MySQL no process can know that it is alone."""
    user = SoleUser(settings.database)
    try:
        if not user.claim() and settings.database.get_backend_name() == "sqlite":
            raise BackupError("A server uses the database: stop it first")
        yield
    finally:
        user.release()


def _require_empty(connection: Connection, replace: bool) -> None:
    for name, table in TABLES.items():
        held = name not in ITSELF and connection.execute(select(table).limit(1)).first()
        if held and not replace:
            raise BackupError("The database is not empty: --replace gives up what it holds")


def _clear(connection: Connection, which: Callable[[Table], bool]) -> None:
    for table in reversed(Base.metadata.sorted_tables):
        if which(table):
            connection.execute(delete(table))


def _fill(connection: Connection, source: Source, progress: Progress) -> None:
    for name, rows in source.batches():
        try:
            connection.execute(insert(TABLES[name]), rows)
        except (IntegrityError, DataError) as error:
            raise BackupError(
                f"The database does not take what the backup holds ({type(error).__name__}); "
                "nothing changed"
            ) from error
        progress(len(rows))


def _compare(connection: Connection, source: Source, progress: Progress) -> None:
    """Every row of the database against the source, both in the order of the primary keys."""
    found = chain.from_iterable(rows for _, rows in stored(connection, source.counts))
    for _, rows in source.batches():
        if rows != [*islice(found, len(rows))]:
            raise BackupError("What was stored is not what the backup holds; nothing changed")
        progress(len(rows))
    if next(found, None) is not None:
        raise BackupError("The database has rows that the backup has not; nothing changed")
