"""A lock that is data: one holder, waited for while it lives, taken over once it is dead."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine, text
from sqlalchemy.engine import URL, make_url

from app.engines import lock
from app.engines.lock import LockTaken, held_lock
from app.migration import Migrated, SchemaError, head_revision, migrate, sync_engine
from tests.support.backups import settings
from tests.support.database_relay import database_relay
from tests.support.databases import fresh_database

pytestmark = pytest.mark.databases("mysql", "mariadb")

HOLD = """
import sys, time
from sqlalchemy import create_engine
from app.engines.lock import held_lock
with held_lock(create_engine(sys.argv[1]), "work", 0):
    print("held", flush=True)
    time.sleep(60)
"""


@pytest.fixture
def url(database_server: URL, tmp_path: Path) -> Iterator[str]:
    with fresh_database(database_server, tmp_path) as url:
        yield url


@pytest.fixture
def engine(url: str) -> Iterator[Engine]:
    engine = sync_engine(settings(url))
    yield engine
    engine.dispose()


def test_a_holder_that_lives_keeps_it(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lock, "BEAT_SECONDS", 0.05)
    monkeypatch.setattr(lock, "STALE_SECONDS", 3)
    with held_lock(engine, "work", 0):
        with pytest.raises(LockTaken), held_lock(engine, "work", 0):
            pass
        with held_lock(engine, "other work", 0):
            pass
    with held_lock(engine, "work", 0):
        pass


def test_who_waits_gets_it_when_it_is_free(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lock, "BEAT_SECONDS", 0.05)
    order, begun = [], threading.Event()

    def other() -> None:
        begun.set()
        with held_lock(engine, "work", 30):
            order.append("other")

    with held_lock(engine, "work", 0):
        waiting = threading.Thread(target=other)
        waiting.start()
        begun.wait()
        order.append("first")
    waiting.join()
    assert order == ["first", "other"]


def test_a_dead_holder_is_followed(
    engine: Engine, url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lock, "STALE_SECONDS", 2)
    command = [sys.executable, "-c", HOLD, url]
    holder = subprocess.Popen(command, stdout=subprocess.PIPE, env=os.environ)
    assert holder.stdout is not None
    assert holder.stdout.readline() == b"held\n"
    with pytest.raises(LockTaken), held_lock(engine, "work", 0):
        pass
    holder.send_signal(signal.SIGKILL)
    holder.communicate()
    began = time.monotonic()
    with held_lock(engine, "work", 0):
        assert time.monotonic() - began >= lock.STALE_SECONDS


@pytest.mark.parametrize(
    ("statement", "code"),
    [("DESCRIBE", 1684), ("SELECT version_num", 1412), ("CREATE TABLE IF NOT EXISTS", 1213)],
)
def test_another_process_that_migrates_at_this_moment_is_waited_for(
    url: str, statement: str, code: int
) -> None:
    """What a server answers while the definition of the table is being changed elsewhere."""
    if statement.startswith("SELECT"):
        migrate(settings(url))
    with database_relay(make_url(url)) as relay:
        for _ in range(2):
            relay.refuse(statement, code, "its definition is being modified")
        migrate(settings(relay.url.render_as_string(hide_password=False)))
        assert relay.refusals_left == 0


def test_two_revisions_heal(engine: Engine, url: str) -> None:
    """What two migrations at once left where servers knew only their own locks."""
    migrate(settings(url))
    with engine.begin() as connection:
        connection.execute(text("INSERT INTO alembic_version VALUES ('0001')"))
    assert migrate(settings(url)) == Migrated(head_revision(), head_revision())
    with engine.connect() as connection:
        found = connection.execute(text("SELECT version_num FROM alembic_version")).scalars()
        assert list(found) == [head_revision()]


def test_a_server_whose_locked_rows_are_not_passed_over_is_refused(url: str) -> None:
    """The words are taken and mean nothing, as in a database that only speaks like MySQL."""

    def not_understood(said: bytes) -> bytes:
        return said.replace(b"FOR UPDATE SKIP LOCKED", b" " * 22)

    with database_relay(make_url(url), not_understood) as relay:
        through = settings(relay.url.render_as_string(hide_password=False))
        with pytest.raises(SchemaError, match=r"cannot pass over locked rows \(SKIP LOCKED\)"):
            migrate(through)
    migrate(settings(url))
