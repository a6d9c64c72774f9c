"""One transaction over the whole database, for a backup to read and for a restore to write."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from sqlalchemy import Connection
from sqlalchemy.exc import SQLAlchemyError

from app.config import Settings
from app.engines.retry import Retry
from app.migration import current_revision, head_revision, sync_engine
from app.services.backup.tables import BackupError

SNAPSHOT = {
    # In WAL mode a reader sees the moment it began at, and holds no writer up.
    "sqlite": ["BEGIN", "SELECT 1 FROM schema_info"],
    "mysql": [
        "SET SESSION TRANSACTION ISOLATION LEVEL REPEATABLE READ",
        "START TRANSACTION WITH CONSISTENT SNAPSHOT, READ ONLY",
    ],
}
CHANGE = {
    "sqlite": ["PRAGMA foreign_keys = ON", "BEGIN IMMEDIATE"],
    "mysql": ["SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED", "START TRANSACTION"],
}


@contextmanager
def transaction(settings: Settings, begin: dict[str, list[str]]) -> Iterator[Connection]:
    """A connection in a transaction that `begin` opened: SNAPSHOT or CHANGE.

    Committed at the end, rolled back by an exception. Raises BackupError when the schema is not
    the newest: a row would lose what this version of the app does not know.
    """
    engine = sync_engine(settings)
    try:
        revision = current_revision(engine)
        if revision != head_revision():
            found = f"has schema {revision}" if revision else "is empty"
            raise BackupError(f"The database {found}, this app {head_revision()}: run migrate")
        own = engine.execution_options(isolation_level="AUTOCOMMIT")  # no BEGIN but ours
        with own.connect() as connection:
            for statement in begin[engine.dialect.name]:
                connection.exec_driver_sql(statement).close()
            yield connection
            connection.exec_driver_sql("COMMIT")
    finally:
        engine.dispose()


def change(settings: Settings, work: Callable[[Connection], None]) -> None:
    """Work in a CHANGE transaction, done again from its beginning where a lock came too late.

    A server holds some for its own purposes, such as its statistics. Raises as `transaction`.
    """
    retry = Retry()
    while True:
        committing = False
        try:
            with transaction(settings, CHANGE) as connection:
                work(connection)
                committing = True
            return
        except SQLAlchemyError as error:
            pause = retry.pause_after(error, committing)
            if pause is None:
                raise
            time.sleep(pause)
