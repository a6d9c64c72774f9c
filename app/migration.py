"""Brings the schema up to date, one process at a time.

Runs before the server does, so it blocks; Alembic is loaded only when a migration is due.
"""

import fcntl
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Connection, Engine, inspect, text
from sqlalchemy.engine import URL
from sqlalchemy.exc import DBAPIError

from app import __version__
from app.config import Settings
from app.contract import suits
from app.engines.blocking import blocking_engine, run_in_transaction
from app.engines.clusters import cluster_of
from app.engines.failures import UnusableDatabase, is_answer
from app.engines.lock import LockTaken, held_lock
from app.engines.versions import server_of
from app.files import make_file, open_lock

MIGRATIONS = Path(__file__).parent.parent / "migrations"
LOCK_SECONDS = 120
BUSY = "Another process has been migrating the database for two minutes"


class SchemaError(UnusableDatabase):
    """The schema cannot be used by this version of the app; the text says what to do."""


class MigrationFailed(SchemaError):
    """An upgrade broke off; what was stored is untouched."""

    def __init__(self, engine: Engine, before: str | None, error: Exception) -> None:
        left = (
            "The database is as it was before"
            if engine.dialect.name == "sqlite"
            else "New tables or columns that were made already stay, and disturb nobody"
        )
        super().__init__(
            f"Bringing the database from schema {before or 'none'} to {head_revision()} failed "
            f"({_cause(error)}). {left}; no row was lost, and the version of the app that ran "
            "before still runs. Mend the cause and start again: it goes on by itself."
        )


def _cause(error: Exception) -> str:
    """The kind of an error and its number, without its words: those may quote what is stored."""
    original = (error.orig or error) if isinstance(error, DBAPIError) else error
    number = getattr(original, "sqlite_errorname", None) or next(iter(original.args), None)
    known = isinstance(number, int) or isinstance(original, sqlite3.Error)
    return f"{type(original).__name__} {number}" if known else type(original).__name__


@dataclass(frozen=True)
class Migrated:
    """The revision found (None: an empty database) and the one now in place."""

    before: str | None
    after: str


def migrate(settings: Settings) -> Migrated:
    """Upgrade the schema to the newest revision; does nothing when it is there already.

    Raises SchemaError when the schema belongs to a newer app, the server will not do for this one,
    or the upgrade fails; UnusableDatabase when a session cannot be set up;
    SQLAlchemyError when the database cannot be reached, OSError when its file cannot be made.
    """
    engine = sync_engine(settings)
    try:
        before = current_revision(engine)
        if before != head_revision() or _is_torn(engine):
            with _lock(engine, settings), engine.connect() as connection:
                _heal(connection)
                before = _revision(connection)
                if before is None or before < head_revision():
                    _upgrade(connection, before)
        check_version(engine)
        _require_skip_locked(engine)
        return Migrated(before, head_revision())
    finally:
        engine.dispose()


def require_schema(settings: Settings) -> None:
    """Raise SchemaError unless this version of the app can use the schema as it is."""
    engine = sync_engine(settings)
    try:
        found = current_revision(engine)
        if found is None or found < head_revision():
            has = f"has schema {found}" if found else "is empty"
            raise SchemaError(
                f"The database {has}, and this version of the app needs {head_revision()}: "
                "run chat-backend migrate, or set AUTO_MIGRATE=true"
            )
        check_version(engine)
        _require_skip_locked(engine)
    finally:
        engine.dispose()


def sync_engine(settings: Settings) -> Engine:
    """A blocking engine for the command line and for migrations.

    Makes the file of SQLite, which would leave its mode to the umask. Raises OSError.
    """
    url = settings.database
    if url.get_backend_name() == "sqlite":
        make_file(Path(url.database or ""))
    return blocking_engine(url)


def revisions() -> list[str]:
    """The revisions, oldest first, read from the names of the files in `migrations/versions`."""
    return sorted(path.name.split("_")[0] for path in (MIGRATIONS / "versions").glob("[0-9]*.py"))


def head_revision() -> str:
    """The newest revision."""
    return revisions()[-1]


def current_revision(engine: Engine) -> str | None:
    """The revision of the database, None when it is empty.

    Raises SchemaError for a server that is too old, and for a cluster that refuses our tables.
    """
    return run_in_transaction(engine, _revision_of_usable)


def _revision_of_usable(connection: Connection) -> str | None:
    server = server_of(connection)
    if server.advice:
        raise SchemaError(f"The database server is {server}: {server.advice}")
    cluster = cluster_of(connection)
    if cluster and not cluster.usable:
        raise SchemaError(f"The database is {cluster.name}: {cluster.advice}")
    return _revision(connection)


def _revision(connection: Connection) -> str | None:
    return max(_revisions(connection), default=None)


def _revisions(connection: Connection) -> list[str]:
    if not inspect(connection).has_table("alembic_version"):
        return []
    return list(connection.execute(text("SELECT version_num FROM alembic_version")).scalars())


def _is_torn(engine: Engine) -> bool:
    """Whether two migrations ran at once: servers once held only locks of their own."""
    return len(run_in_transaction(engine, _revisions)) > 1


def _heal(connection: Connection) -> None:
    """Keep the newest of several revisions: each was recorded after its steps were done."""
    found = _revisions(connection)
    older = [{"revision": revision} for revision in sorted(found)[:-1]]
    if older:
        delete = text("DELETE FROM alembic_version WHERE version_num = :revision")
        connection.execute(delete, older)
    connection.commit()


def check_version(engine: Engine) -> None:
    """Raise SchemaError when the schema asks for a newer app than this one."""
    with engine.connect() as connection:
        needed = connection.execute(text("SELECT min_app_version FROM schema_info")).scalar_one()
    if not suits(needed):
        raise SchemaError(
            f"The database needs version {needed} of the app or newer; this is {__version__}"
        )


def _require_skip_locked(engine: Engine) -> None:
    """Raise SchemaError when SKIP LOCKED does not work, tested on two connections.

    Some servers accept the words and lock nothing; then two processes would write one reply.
    """
    if engine.dialect.name == "sqlite":
        return
    row = "SELECT min_app_version FROM schema_info FOR UPDATE"
    with engine.connect() as one, engine.connect() as other:
        one.execute(text(row))
        try:
            skips = other.execute(text(f"{row} SKIP LOCKED")).first() is None
        except DBAPIError as error:
            if not is_answer(error):
                raise
            skips = False
    if not skips:
        raise SchemaError(
            f"The database server {server_of(one)} cannot pass over locked rows (SKIP LOCKED), "
            "on which replies depend: use MySQL or MariaDB"
        )


def upgrade(connection: Connection, revision: str) -> None:
    """Bring a database that nobody else uses to a revision. Raises MigrationFailed."""
    _upgrade(connection, _revision(connection), revision)


def _upgrade(connection: Connection, before: str | None, target: str = "head") -> None:
    """All revisions that are missing: on SQLite in one transaction, on MySQL in one for each."""
    # Most starts find nothing to migrate, and load no Alembic.
    from alembic import command  # noqa: PLC0415
    from alembic.config import Config  # noqa: PLC0415

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.attributes["connection"] = connection
    connection.commit()  # the reading is over; Alembic commits for itself
    try:
        if connection.dialect.name == "sqlite":
            # The driver begins nothing before a CREATE or ALTER, which SQLite could take back.
            connection.exec_driver_sql("BEGIN IMMEDIATE")
        command.upgrade(config, target)
        connection.commit()
    except Exception as error:
        connection.rollback()
        raise MigrationFailed(connection.engine, before, error) from error


@contextmanager
def _lock(engine: Engine, settings: Settings) -> Iterator[None]:
    """Hold off other processes that start at the same moment."""
    url: URL = settings.database
    if url.get_backend_name() == "sqlite":
        with open_lock(Path(f"{url.database}.migrate-lock")) as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            yield
        return
    try:
        with held_lock(engine, "migrate", LOCK_SECONDS):
            yield
    except LockTaken:
        raise SchemaError(BUSY) from None
