"""A lock kept as a row, for work that one of many processes does: a migration, a backup.

A MySQL server's own locks (GET_LOCK) are known to that server alone. A row is replicated to the
whole cluster, which lets one of two simultaneous takers commit. The holder counts a number up; a
process that sees the same number for a while, by its own clock, takes the holder for dead.
"""

import secrets
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

from sqlalchemy import Connection, Engine, text
from sqlalchemy.exc import IntegrityError, SQLAlchemyError

from app.engines.blocking import run_in_transaction

TABLE = "database_lock"
BEAT_SECONDS = 1.0
STALE_SECONDS = 10.0
LOOK_SECONDS = 0.2

CREATE = text(
    f"CREATE TABLE IF NOT EXISTS {TABLE} (name VARCHAR(64) PRIMARY KEY, "
    "holder VARCHAR(32) NOT NULL, beat BIGINT NOT NULL) "
    "ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci"
)
INSERT = text(f"INSERT INTO {TABLE} (name, holder, beat) VALUES (:name, :me, 0)")
READ = text(f"SELECT holder, beat FROM {TABLE} WHERE name = :name")
TAKE_OVER = text(
    f"UPDATE {TABLE} SET holder = :me, beat = beat + 1 "
    "WHERE name = :name AND holder = :holder AND beat = :beat"
)
BEAT = text(f"UPDATE {TABLE} SET beat = beat + 1 WHERE name = :name AND holder = :me")
LET_GO = text(f"DELETE FROM {TABLE} WHERE name = :name AND holder = :me")


class LockTaken(Exception):
    """A live process holds the lock."""


@contextmanager
def held_lock(engine: Engine, name: str, wait_seconds: float) -> Iterator[None]:
    """Hold the lock of this name in the engine's database (MySQL only).

    Waits up to `wait_seconds` for a live holder; for a dead one, until its death is certain. Raises
    LockTaken, and SQLAlchemyError when the database does not answer.
    """
    mine = {"name": name, "me": secrets.token_hex(8)}
    _take(engine, mine, wait_seconds)
    over = threading.Event()
    beating = threading.Thread(target=_beat, args=(engine, mine, over), daemon=True)
    beating.start()
    try:
        yield
    finally:
        over.set()
        beating.join()
        with suppress(SQLAlchemyError):  # without it the lock goes stale
            run_in_transaction(engine, _change, LET_GO, mine)


def _take(engine: Engine, mine: dict[str, Any], wait_seconds: float) -> None:
    run_in_transaction(engine, _change, CREATE, {})
    began = seen_at = time.monotonic()
    seen = None
    while True:
        with suppress(IntegrityError):
            run_in_transaction(engine, _change, INSERT, mine)
            return
        found = run_in_transaction(engine, _holder, mine["name"])
        now = time.monotonic()
        if found != seen:
            if seen is not None and now - began >= wait_seconds:
                raise LockTaken
            seen, seen_at = found, now
        elif found and now - seen_at >= STALE_SECONDS:
            gone = {"holder": found[0], "beat": found[1]}
            if run_in_transaction(engine, _change, TAKE_OVER, mine | gone):
                return
        time.sleep(LOOK_SECONDS)


def _beat(engine: Engine, mine: dict[str, Any], over: threading.Event) -> None:
    while not over.wait(BEAT_SECONDS):
        with suppress(SQLAlchemyError):
            run_in_transaction(engine, _change, BEAT, mine)


def _holder(connection: Connection, name: str) -> tuple[str, int] | None:
    row = connection.execute(READ, {"name": name}).first()
    return (row[0], row[1]) if row else None


def _change(connection: Connection, statement: Any, values: dict[str, Any]) -> bool:
    return bool(connection.execute(statement, values).rowcount)
