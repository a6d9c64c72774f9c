"""What a restore puts into the database: the rows of a backup, as today's schema has them."""

from collections.abc import Callable, Container, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from itertools import batched, groupby
from operator import itemgetter
from pathlib import Path

from sqlalchemy import Connection, delete, insert
from sqlalchemy.exc import SQLAlchemyError

from app.migration import MigrationFailed, head_revision, upgrade
from app.services.backup.archive import open_backup
from app.services.backup.format import Header
from app.services.backup.next_ids import next_ids, raise_next_ids
from app.services.backup.scan import BATCH_ROWS, counts, in_batches
from app.services.backup.scratch import scratch, tables_at
from app.services.backup.snapshot import Progress
from app.services.backup.tables import TABLES, BackupError, RowValues

Begin = Callable[[str, int], Progress]
Batches = Iterator[tuple[str, list[RowValues]]]


@dataclass(frozen=True)
class Source:
    """Rows to be restored, readable more than once; `counts` names their tables in order."""

    counts: dict[str, int]
    next_ids: dict[str, int]
    batches: Callable[[], Batches]

    @property
    def total(self) -> int:
        """How many rows there are in all."""
        return sum(self.counts.values())


@contextmanager
def source_of(path: Path, header: Header, begin: Begin) -> Iterator[Source]:
    """The rows of a backup that was checked; those of an earlier schema are brought to today's.

    Raises BackupError when that fails. The database that is restored into has no part in it.
    """
    if header.is_of_today:
        counts = {name: count for name, count in header.rows.items() if name in TABLES}
        yield Source(counts, _known(header.next_ids), partial(_batches, path, TABLES))
        return
    with scratch(header.schema_revision) as connection:
        try:
            source = _upgraded(connection, path, header, begin)
        except (SQLAlchemyError, MigrationFailed) as error:
            cause = error.__cause__ if isinstance(error, MigrationFailed) else error
            raise BackupError(
                f"Bringing the backup from schema {header.schema_revision} to {head_revision()} "
                f"failed ({type(cause).__name__}); the database was not touched. It takes room in "
                "/var/tmp, or in the folder that SQLITE_TMPDIR names"
            ) from error
        yield source


def _upgraded(connection: Connection, path: Path, header: Header, begin: Begin) -> Source:
    """Fill the scratch database, and migrate it as a database that is in use."""
    tables = tables_at(header.schema_revision)
    for table in tables.values():
        connection.execute(delete(table))  # what the migrations have put there
    progress = begin("Upgrading", header.total)
    for name, rows in _batches(path, tables):
        connection.execute(insert(tables[name]), rows)
        progress(len(rows))
    raise_next_ids(connection, header.next_ids)
    upgrade(connection, head_revision())
    ids = next_ids(connection)
    least = {name: max(next, ids.get(name, 1)) for name, next in header.next_ids.items()}
    return Source(counts(connection), _known(ids | least), partial(stored, connection, TABLES))


def _known(ids: dict[str, int]) -> dict[str, int]:
    return {name: next for name, next in ids.items() if name in TABLES}


def stored(connection: Connection, names: Iterable[str]) -> Batches:
    """What a database of today's schema holds, each table in the order of its primary key."""
    for name in names:
        for batch in in_batches(connection, TABLES[name]):
            yield name, [dict(row._mapping) for row in batch]


def _batches(path: Path, names: Container[str]) -> Batches:
    """The rows of a file, those of other tables left out."""
    with open_backup(path) as backup:
        for name, rows in groupby(backup.rows(), itemgetter(0)):
            for batch in batched(rows, BATCH_ROWS):
                if name in names:
                    yield name, [row for _, row in batch]
