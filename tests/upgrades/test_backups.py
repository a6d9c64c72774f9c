"""A backup comes back into every later schema, as if its database had been upgraded in place."""

import gzip
import hashlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, MetaData, select, text
from sqlalchemy.engine import URL

from app.migration import current_revision, head_revision, migrate, sync_engine
from app.models import Base
from app.models.marks import is_derived, kept_columns, opens_account
from app.services.audit.events import AuditAction
from app.services.backup.format import Header, TableStart, Trailer, line
from app.services.backup.scratch import tables_at
from app.services.backup.tables import BackupError, RowFormat
from tests.support import databases
from tests.support.backups import backup, command, done, refused, restore, settings
from tests.upgrades.later import BREAKS_OFF, GROWS, REVISION, LaterApp
from tests.upgrades.schemas import begin_at, held, put, reflected, revisions

EARLIER = revisions()[:-1]
FIRST, SECOND, THIRD = 1000, 2000, 3000
DERIVED = "tally"
LEFT = {
    name
    for name, table in Base.metadata.tables.items()
    if opens_account(table) or is_derived(table)
} | {DERIVED}
IMPORTS = "import"

Rows = dict[str, list[Any]]


@pytest.fixture
def another_url(database_server: URL, tmp_path: Path) -> Iterator[str]:
    with databases.fresh_database(database_server, tmp_path) as url:
        yield url


@pytest.fixture(scope="module")
def later(tmp_path_factory: pytest.TempPathFactory) -> LaterApp:
    return LaterApp(tmp_path_factory.mktemp("grown") / "later", GROWS, models=True)


def all_of(url: str) -> Rows:
    """Every row that a restore brings back, in the columns that the database has.

    A sealed audit log also says that it was restored, and imports that had not ended have.
    """
    engine = sync_engine(settings(url))
    found = held(engine, reflected(engine))
    engine.dispose()
    if IMPORTS in found:
        found[IMPORTS] = [row[:2] for row in found[IMPORTS]]
    return {
        name: [row for row in rows if AuditAction.BACKUP_RESTORED not in row]
        for name, rows in found.items()
        if name not in LEFT
    }


def with_people(url: str, start: int) -> None:
    """Bring a database to the newest schema, with somebody in it."""
    migrate(settings(url))
    engine = sync_engine(settings(url))
    tables = reflected(engine)
    tables.remove(tables.tables["audit_head"])  # one row that is there already
    for name in ("attachment", "share_attachment", "file"):  # whose bytes would be missed
        tables.remove(tables.tables[name])
    put(engine, tables, start)
    engine.dispose()


def old_backup(url: str, revision: str, file: Path) -> None:
    """Write what an app of this revision would have written of a database of that revision."""
    engine = sync_engine(settings(url))
    tables = MetaData()
    tables.reflect(engine)
    ordered = [
        tables_at(revision)[t.name] for t in tables.sorted_tables if t.name != "alembic_version"
    ]
    with engine.connect() as connection:
        rows = {
            table.name: connection.execute(select(*kept_columns(table))).all() for table in ordered
        }
    engine.dispose()
    counts = {name: len(found) for name, found in rows.items()}
    header = Header.of_now(counts, {"message": 7_000_000})
    lines = line(header.model_copy(update={"schema_revision": revision}).model_dump())
    for table in ordered:
        format = RowFormat(table)
        lines += line(TableStart(table=table.name, columns=format.columns).model_dump())
        lines += b"".join(line(format.encoded(row)) for row in rows[table.name])
    end = line(Trailer(sha256=hashlib.sha256(lines).hexdigest()).model_dump())
    file.write_bytes(gzip.compress(lines + end))


@pytest.mark.databases("sqlite")
@pytest.mark.parametrize("revision", EARLIER[1:])
def test_a_backup_of_an_earlier_schema(url: str, revision: str, tmp_path: Path) -> None:
    """On its way it is upgraded in a file, whatever the database is."""
    restored_as_upgraded(url, revision, tmp_path)


def test_a_backup_of_the_first_schema(url: str, tmp_path: Path) -> None:
    restored_as_upgraded(url, EARLIER[0], tmp_path)


def restored_as_upgraded(url: str, revision: str, tmp_path: Path) -> None:
    old, file = f"sqlite:///{tmp_path / 'old.db'}", tmp_path / "old.backup"
    engine = sync_engine(settings(old))
    begin_at(engine, revision)
    put(engine, reflected(engine), FIRST)
    engine.dispose()
    old_backup(old, revision, file)
    with_people(url, SECOND)
    restore(url, file)
    migrate(settings(old))
    assert all_of(url) == all_of(old)
    assert next_message(url) == 7_000_000


def next_message(url: str) -> int:
    """The id that the next message gets."""
    engine = sync_engine(settings(url))
    with engine.begin() as connection:
        said = "(conversation_id, sender, content, timestamp) VALUES (1000, 'ai', '', '2026-01-01')"
        return int(connection.execute(text(f"INSERT INTO message {said}")).lastrowid)


def test_a_later_app_restores_as_if_it_had_upgraded(
    url: str, another_url: str, later: LaterApp, tmp_path: Path
) -> None:
    """Into an empty database, and in place of what one of the newest schema holds."""
    file = tmp_path / "a.backup"
    with_people(url, FIRST)
    backup(url, file)
    assert "whole" in done(later.command(another_url, "restore", file, "--check"))
    said = done(later.command(another_url, "restore", file, "--verify"))
    assert f"brought from schema {head_revision()} to {REVISION}" in said
    done(later.command(url, "migrate"))
    upgraded = all_of(url)
    assert [row[-1] for row in upgraded["conversation"]] == ["user"]
    assert len(upgraded["badge"]) == 1
    assert all_of(another_url) == upgraded
    with_people(another_url, SECOND)
    assert all_of(another_url) != upgraded
    done(later.command(another_url, "restore", file, "--replace", "--verify"))
    assert all_of(another_url) == upgraded


def test_what_can_be_made_again_is_in_no_backup(later: LaterApp, tmp_path: Path) -> None:
    url, file = f"sqlite:///{tmp_path / 'later.db'}", tmp_path / "a.backup"
    with_people(url, FIRST)
    done(later.command(url, "migrate"))
    assert count(url, "badge") == count(url, DERIVED) == 1
    done(later.command(url, "backup", file))
    header = gzip.decompress(file.read_bytes()).partition(b"\n")[0]
    assert b"badge" in header and DERIVED.encode() not in header
    done(later.command(url, "restore", file, "--replace", "--verify"))
    assert (count(url, "badge"), count(url, DERIVED)) == (1, 0)


def count(url: str, table: str) -> int:
    engine = sync_engine(settings(url))
    with engine.connect() as connection:
        found = connection.execute(text(f"SELECT count(*) FROM {table}")).scalar_one()
    engine.dispose()
    return int(found)


@pytest.mark.databases("sqlite")
def test_an_earlier_app_refuses_what_a_later_one_made(
    url: str, later: LaterApp, tmp_path: Path
) -> None:
    lite, file = f"sqlite:///{tmp_path / 'later.db'}", tmp_path / "a.backup"
    done(later.command(lite, "migrate"))
    done(later.command(lite, "backup", file))
    with_people(url, FIRST)
    before = all_of(url)
    words = f"The backup has schema {REVISION}, this app {head_revision()} and those before"
    refused(command(tmp_path, url, "restore", file, "--replace"), words)
    refused(command(tmp_path, url, "restore", file, "--check"), words)
    assert all_of(url) == before


def test_a_backup_that_cannot_be_upgraded_touches_nothing(
    url: str, engine: Engine, tmp_path: Path
) -> None:
    file = tmp_path / "a.backup"
    with_people(url, FIRST)
    backup(url, file)
    before = all_of(url)
    broken = LaterApp(tmp_path / "later", BREAKS_OFF)
    refused(broken.command(url, "restore", file, "--replace"), "the database was not touched")
    assert all_of(url) == before and current_revision(engine) == head_revision()


def test_a_backup_that_fits_nowhere_touches_nothing(url: str, tmp_path: Path) -> None:
    """Whole, and yet of rows that the tables do not take."""
    old, file = f"sqlite:///{tmp_path / 'old.db'}", tmp_path / "old.backup"
    engine = sync_engine(settings(old))
    begin_at(engine, EARLIER[-1])
    with engine.begin() as connection:
        rows = "(jti, user_id, expires_at) VALUES (X'78', 77, '2036-01-01 00:00:00')"
        connection.execute(text(f"INSERT INTO ws_ticket {rows}"))
    engine.dispose()
    old_backup(old, EARLIER[-1], file)
    with_people(url, FIRST)
    before = all_of(url)
    with pytest.raises(BackupError, match="does not take what the backup holds .IntegrityError"):
        restore(url, file)
    assert all_of(url) == before
