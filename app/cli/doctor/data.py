"""Checks of the database: version, schema, durability, clock, and the keys that lie in it."""

import asyncio
import time
from collections.abc import Iterator
from pathlib import Path

from sqlalchemy import Connection, func, inspect, literal, select, text, union
from sqlalchemy.exc import SQLAlchemyError

from app.cli.doctor.check import Check
from app.config import Settings
from app.database import open_database, table_of
from app.encryption import KeyVault
from app.engines.clusters import cluster_of
from app.engines.failures import UnusableDatabase
from app.engines.versions import server_of
from app.errors import AppError, KeyUnreadable
from app.migration import (
    SchemaError,
    check_version,
    current_revision,
    head_revision,
    sync_engine,
)
from app.models import File, Job, ModelConfig, ModelConnection, Totp
from app.models.marks import sealed_columns
from app.services.auth.totp import SEALED_FOR
from app.services.endpoints.saved import OPERATOR
from app.services.files.place import open_storage
from app.services.search import unread
from app.services.upkeep.health import durability
from app.services.upkeep.master_keys import canary_of
from app.workers.cores import worker_count

CLOCK_SKEW_SECONDS = 5
MIB = 1 << 20
PACKET_MIB = 4
FILES_LOOKED_AT = 100

_file = table_of(File)
_job = table_of(Job)
_totp = table_of(Totp)


def check_database(settings: Settings) -> Iterator[Check]:
    """All checks that need a connection. One failed check stands for all when it cannot be made."""
    try:
        engine = sync_engine(settings)
    except UnusableDatabase as error:  # a file for TLS
        yield Check("Database", False, str(error), "correct DATABASE_URL")
        return
    sqlite = engine.dialect.name == "sqlite"
    try:
        with engine.connect() as connection:
            server = server_of(connection)
            yield Check("Database", not server.advice, str(server), server.advice)
            cluster = cluster_of(connection)
            if cluster:
                yield Check("Cluster", cluster.usable, cluster.name, cluster.advice)
            yield _check_clock(connection, settings, sqlite)
            if not sqlite:
                yield _check_packets(connection)
                yield _check_connections(connection, settings)
        if server.advice or (cluster and not cluster.usable):
            return
        yield asyncio.run(_check_durability(settings))
        revision = current_revision(engine)
        yield _check_schema(revision)
        if revision is not None:
            check_version(engine)
            with engine.connect() as connection:
                keys = settings.encryption_keys
                vault = KeyVault(keys) if keys else None
                yield _check_canary(connection, vault)
                yield _check_keys(connection, vault)
                yield _check_files(connection, settings)
                yield _check_search(connection)
    except SchemaError as error:
        yield Check("Schema", False, str(error), "install that version of the app")
    except UnusableDatabase as error:
        yield Check("Database", False, str(error), "see docs/operations.md, MySQL")
    except SQLAlchemyError as error:
        where = engine.url.render_as_string(hide_password=True)
        advice = "start the database; check DATABASE_URL, user and password"
        yield Check("Database", False, f"{where}: {type(error).__name__}", advice)
    finally:
        engine.dispose()


def _scalar(connection: Connection, statement: str) -> object:
    return connection.execute(text(statement)).scalar()


async def _check_durability(settings: Settings) -> Check:
    """Durability, on a connection set up like the server's: part of it is a session setting."""
    database = open_database(settings)
    try:
        promise, risk = await database.read(durability)
    except AppError as error:
        return Check("Durability", False, error.text("en"), "see whether the server can connect")
    finally:
        await database.close()
    return Check("Durability", not risk, promise, risk)


def _check_clock(connection: Connection, settings: Settings, sqlite: bool) -> Check:
    """A server whose clock is off judges tokens wrongly and stamps messages with wrong times."""
    if sqlite:
        file = Path(settings.database.database or "")
        ahead = file.stat().st_mtime - time.time() if file.exists() else 0
        wrong, found = ahead > CLOCK_SKEW_SECONDS, f"{max(ahead, 0):.0f} s behind the database file"
    else:
        theirs = float(str(_scalar(connection, "SELECT UNIX_TIMESTAMP(NOW(6))")))
        skew = abs(theirs - time.time())
        wrong, found = skew > CLOCK_SKEW_SECONDS, f"{skew:.1f} s from the database's"
    return Check("Clock", not wrong, found, "set the clock (NTP)" if wrong else "")


def _check_packets(connection: Connection) -> Check:
    """The longest reply must fit in one statement, at twice its length when all is escaped."""
    most = int(str(_scalar(connection, "SELECT @@max_allowed_packet"))) / MIB
    advice = f"set it to {PACKET_MIB}M or more: the longest replies cannot be saved"
    found = f"max_allowed_packet={most:.3g} MiB"
    return Check("Statements", True, found, advice if most < PACKET_MIB else "")


def _check_connections(connection: Connection, settings: Settings) -> Check:
    """The pools of all workers need room together; those of other servers are not known here."""
    workers = worker_count(settings.workers)
    most = workers * (settings.database_pool_size + settings.database_max_overflow)
    taken = int(str(_scalar(connection, "SELECT @@max_connections")))
    found = f"{most} at most, of max_connections={taken}"
    advice = "lower DATABASE_POOL_SIZE, DATABASE_MAX_OVERFLOW or WORKERS, or raise max_connections"
    return Check("Connections", True, found, advice if most >= taken else "")


def _check_schema(revision: str | None) -> Check:
    head = head_revision()
    if revision is None:
        return Check("Schema", True, "empty; made on first start")
    advice = "run chat-backend migrate" if revision < head else ""
    return Check("Schema", revision >= head, f"{revision}, newest {head}", advice)


def _check_canary(connection: Connection, vault: KeyVault | None) -> Check:
    """Whether this is the master key that the database was last used with."""
    name, canary = "Encryption key", canary_of(connection)
    if canary is None:
        return Check(name, True, "not used yet with this database")
    if vault is None or not vault.recognises(canary):
        advice = "bring the ENCRYPTION_KEY of this database back; the server does not start without"
        return Check(name, False, "not the one that the database was used with", advice)
    advice = "" if vault.is_newest(canary) else "run chat-backend rotate-keys"
    return Check(name, True, "the database's", advice)


def _check_keys(connection: Connection, vault: KeyVault | None) -> Check:
    """Whether every saved API key, of users and of the operator, opens with `ENCRYPTION_KEY`."""
    name, saved, closed = "Saved API keys", 0, 0
    for owner, base_url, sealed in _saved_keys(connection):
        saved += 1
        try:
            if vault is None:
                raise KeyUnreadable
            vault.open(owner, base_url, sealed)
        except KeyUnreadable:
            closed += 1
    if not saved:
        return Check(name, True, "none yet")
    if closed:
        found = f"{closed} of {saved} do not open with ENCRYPTION_KEY"
        advice = "bring the ENCRYPTION_KEY back that they were saved with, or have them saved anew"
        return Check(name, False, found, advice)
    return Check(name, True, "open with ENCRYPTION_KEY")


def _check_files(connection: Connection, settings: Settings) -> Check:
    """Whether the newest files that people attached are in the store."""
    name = "Files"
    if File.__tablename__ not in inspect(connection).get_table_names():
        return Check(name, True, "none yet")
    newest = select(_file.c.hash).order_by(_file.c.id.desc()).limit(FILES_LOOKED_AT)
    keys = [hash.hex() for hash in connection.execute(newest).scalars()]
    storage = open_storage(settings.files_url, settings.data_dir)
    lost = sum(not storage.has(key) for key in keys)
    if lost:
        found = f"{lost} of the newest {len(keys)} are not in the store"
        return Check(name, False, found, "correct FILES_URL or DATA_DIR, or restore a backup")
    return Check(name, True, f"the newest {len(keys)} are there" if keys else "none yet")


def _check_search(connection: Connection) -> Check:
    """Whether the search finds everything, and what the background has still to do."""
    name = "Search"
    if Job.__tablename__ not in inspect(connection).get_table_names():
        return Check(name, True, "none yet")
    left = unread.count(connection)
    jobs, failing = connection.execute(
        select(func.count(), func.count(func.nullif(_job.c.failures, 0))).select_from(_job)
    ).one()
    found = f"{left} messages to be read, {jobs} jobs to be done" if left or jobs else "up to date"
    if failing:
        return Check(name, True, f"{found}, {failing} failing", "see the log for job_failed")
    return Check(name, True, found)


def _saved_keys(connection: Connection) -> Iterator[tuple[int, str, str]]:
    """Whose each key is, for which URL, and the key as it is stored; the seeds of second factors,
    too. Before its first migration by this version a database may lack some of the tables."""
    there = set(inspect(connection).get_table_names())
    tables = [table_of(model) for model in (ModelConfig, ModelConnection)]
    keys = [
        select(func.coalesce(table.c.user_id, OPERATOR), table.c.base_url, key).where(
            key.is_not(None)
        )
        for table in tables
        if table.name in there
        for key in sealed_columns(table)
    ]
    if _totp.name in there:
        keys.append(select(_totp.c.user_id, literal(SEALED_FOR), _totp.c.seed))
    # What PUT /auth/config saved is in both tables, and one key.
    for row in connection.execute(union(*keys)):
        yield row[0], row[1], row[2]
