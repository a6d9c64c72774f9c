"""Backups made under load come back row for row, into whichever kind of database."""

import asyncio
import gzip
import stat
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import orjson
import pytest
from sqlalchemy import Connection, Select, Table, func, select, text
from sqlalchemy.engine import URL

from app.engines import mysql_session
from app.migration import head_revision, migrate, sync_engine
from app.models import AuditEvent, Base, Conversation, Message, User
from app.models.marks import is_derived, kept_columns, opens_account
from app.services.backup.lock import BackupRunning, backup_lock
from app.services.backup.restore import restore_backup
from app.services.backup.tables import BackupError
from tests.support.backups import backup, command, done, in_silence, refused, restore, settings
from tests.support.migrated import migrated_database
from tests.support.refusals import assert_refused
from tests.support.server import ENCRYPTION_KEY, PASSWORD, SECRET_KEY, Person, running_server
from tests.support.upstream import ScriptedUpstream

pytestmark = pytest.mark.anyio

API_KEY = "sk-test-key"
PEOPLE = 4
Rows = dict[str, list[tuple[Any, ...]]]


@pytest.fixture
def url(database_server: URL, tmp_path: Path) -> Iterator[str]:
    with migrated_database(database_server, tmp_path) as url:
        yield url


@pytest.fixture
def lite(tmp_path: Path) -> str:
    """An SQLite database that is not there yet."""
    return f"sqlite:///{tmp_path / 'other.db'}"


def all_rows(url: str) -> Rows:
    """Every row of every table that a backup holds, by another way than the backup's own.

    But for what backing up and restoring themselves leave in the audit log.
    """
    engine = sync_engine(settings(url))
    with engine.connect() as connection:
        found = {
            name: sorted((tuple(row) for row in connection.execute(rows_of(table))), key=repr)
            for name, table in Base.metadata.tables.items()
            if not is_derived(table)
        }
    engine.dispose()
    return found


def rows_of(table: Table) -> Select[Any]:
    own = select(table).where(AuditEvent.action.not_in(("backup_made", "backup_restored")))
    return own if table.name == "audit_event" else select(*kept_columns(table))


def without_logins(rows: Rows) -> Rows:
    """What is left of a backup's rows after a restore, which brings no login back."""
    return rows | {name: [] for name, table in Base.metadata.tables.items() if opens_account(table)}


def contradictions(url: str) -> list[str]:
    """Where counters and rows disagree: what a backup of several moments would show."""
    engine = sync_engine(settings(url))
    with engine.connect() as connection:
        wrong = [*_miscounted_conversations(connection), *_half_turns(connection)]
    engine.dispose()
    return wrong


def _miscounted_conversations(connection: Connection) -> Iterator[str]:
    shown = select(func.count()).where(Message.conversation_id == Conversation.id)
    counted = select(Conversation.id, Conversation.message_count, shown.scalar_subquery())
    for conversation, counter, rows in connection.execute(counted):
        if counter != rows:
            yield f"conversation {conversation} counts {counter}, has {rows}"
    held = select(func.count()).where(Conversation.user_id == User.id)
    for user, counter, rows in connection.execute(
        select(User.id, User.conversation_count, held.scalar_subquery())
    ):
        if counter != rows:
            yield f"user {user} counts {counter}, has {rows}"


def _half_turns(connection: Connection) -> Iterator[str]:
    senders = select(Message.conversation_id, Message.sender, func.count()).group_by(
        Message.conversation_id, Message.sender
    )
    counts: dict[int, set[int]] = {}
    for conversation, _, count in connection.execute(senders):
        counts.setdefault(conversation, set()).add(count)
    yield from (f"half a turn in {where}" for where, found in counts.items() if len(found) != 1)


async def chat_on(person: Person, stop: asyncio.Event) -> None:
    """New conversations with a turn or two each, until told to stop."""
    while not stop.is_set():
        conversation = await person.conversation()
        for content in ("一 two 🍣 three", 'it\'s "four" \\ five\n\t\u2028'):
            answer = await person.say(conversation, content)
            assert answer.status_code == 200, answer.text


async def filled(url: str, upstream: ScriptedUpstream, folder: Path) -> Path:
    """A database with chats going on while the backup is made that is returned."""
    async with running_server(database_url=url) as server:
        people = [await server.person_with_model(upstream.url, "slow") for _ in range(PEOPLE)]
        stop = asyncio.Event()
        chats = [asyncio.create_task(chat_on(person, stop)) for person in people]
        await upstream.received(2 * PEOPLE)
        file = folder / "under-load.backup"
        done(await asyncio.to_thread(command, folder, url, "backup", file))
        stop.set()
        await asyncio.gather(*chats)
    return file


async def test_a_backup_under_load_comes_back_row_for_row(
    url: str, lite: str, upstream: ScriptedUpstream, tmp_path: Path
) -> None:
    loaded = await filled(url, upstream, tmp_path)

    def round_trip() -> None:
        before, quiet = all_rows(url), tmp_path / "quiet.backup"
        assert len(before["message"]) > PEOPLE
        rows = backup(url, quiet).rows
        assert {name: rows[name] for name in before if name != "audit_event"} == {
            name: len(found) for name, found in before.items() if name != "audit_event"
        }
        # What was made under load is one moment of it, on another kind of database as well.
        restored = done(command(tmp_path, lite, "restore", loaded, "--verify"))
        assert "rows restored and compared" in restored
        assert contradictions(lite) == []
        assert 0 < len(all_rows(lite)["message"]) <= len(before["message"])
        restore(url, loaded)
        assert all_rows(url) == all_rows(lite)
        # And there and back again.
        restore(lite, quiet)
        assert all_rows(lite) == without_logins(before)
        backup(lite, tmp_path / "back.backup")
        restore(url, tmp_path / "back.backup")
        assert all_rows(url) == without_logins(before)

    await asyncio.to_thread(round_trip)
    async with running_server(database_url=url) as server:
        grace = await server.person_with_model(upstream.url)
        answer = await grace.say(await grace.conversation(), "still well?")
        assert answer.json()["reply"]["status"] == "complete"


async def test_ids_are_not_given_again_after_a_restore(
    url: str, lite: str, upstream: ScriptedUpstream, tmp_path: Path
) -> None:
    async with running_server(database_url=url) as server:
        ada = await server.person_with_model(upstream.url)
        last = [await ada.conversation() for _ in range(3)][-1]

    def round_trip() -> None:
        engine = sync_engine(settings(url))
        with engine.begin() as connection:
            connection.execute(text("DELETE FROM conversation"))
            connection.execute(text("UPDATE user SET conversation_count = 0"))
        engine.dispose()
        for source, target in ((url, lite), (lite, url)):
            file = tmp_path / f"{target.partition(':')[0]}.{len(target)}.backup"
            backup(source, file)
            restore(target, file)

    await asyncio.to_thread(round_trip)
    for target in (lite, url):
        async with running_server(database_url=target) as server:
            again = await server.log_in(ada.name, PASSWORD)
            assert await again.conversation() > last


async def test_a_login_that_was_ended_since_the_backup_stays_ended(
    url: str, tmp_path: Path
) -> None:
    file = tmp_path / "a.backup"
    async with running_server(database_url=url) as server:
        ada = await server.register()
        await asyncio.to_thread(backup, url, file)
        assert (await ada.post("/auth/logout-all")).status_code == 204
    said = done(await asyncio.to_thread(command, tmp_path, url, "restore", file, "--replace"))
    assert "log in again" in said
    async with running_server(database_url=url) as server:
        again = replace(ada, server=server)
        assert_refused(await again.get("/auth/me"), 401, "invalid_token")
        body = {"refresh_token": ada.refresh_token}
        assert_refused(await server.http.post("/auth/refresh", json=body), 401, "invalid_token")
        assert (await (await server.log_in(ada.name, PASSWORD)).get("/auth/me")).status_code == 200


async def test_a_login_from_after_the_backup_is_not_another_ones(
    url: str, lite: str, tmp_path: Path
) -> None:
    """Whoever registers and logs in next gets the same ids, but for the restore's care."""
    file = tmp_path / "a.backup"
    async with running_server(database_url=url) as server:
        await asyncio.to_thread(backup, url, file)
        ada = await server.register()
    await asyncio.to_thread(restore, lite, file)
    async with running_server(database_url=lite) as server:
        bob = await server.register()
        assert bob.id == ada.id
        await server.log_in(bob.name, PASSWORD)
        again = replace(ada, server=server)
        assert_refused(await again.get("/auth/me"), 401, "invalid_token")


async def test_only_an_empty_database_or_one_given_up_is_restored_into(
    url: str, tmp_path: Path
) -> None:
    async with running_server(database_url=url) as server:
        await server.register("ada")
    file = tmp_path / "a.backup"

    def attempts() -> None:
        backup(url, file)
        with pytest.raises(BackupError, match="is there already"):
            backup(url, file)
        before = all_rows(url)
        with pytest.raises(BackupError, match="--replace"):
            restore_backup(settings(url), file, in_silence, replace=False, verify=False)
        assert all_rows(url) == before

    await asyncio.to_thread(attempts)


async def test_a_restore_that_fails_midway_changes_no_row(
    url: str, upstream: ScriptedUpstream, tmp_path: Path
) -> None:
    async with running_server(database_url=url) as server:
        ada = await server.person_with_model(upstream.url)
        await ada.say(await ada.conversation(), "kept")

    def attempt() -> None:
        file, before = tmp_path / "a.backup", all_rows(url)
        backup(url, file)

        def break_off(what: str, _total: int) -> Callable[[int], None]:
            def told(_count: int) -> None:
                if what == "Comparing":
                    raise InterruptedError

            return told

        with pytest.raises(InterruptedError):
            restore_backup(settings(url), file, break_off, replace=True, verify=True)
        assert all_rows(url) == before

    await asyncio.to_thread(attempt)


@pytest.mark.databases("mysql", "mariadb")
def test_a_restore_waits_again_for_a_lock_that_comes_too_late(
    url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    migrate(settings(url))
    backup(url, tmp_path / "saved")
    monkeypatch.setitem(mysql_session.VARIABLES, "innodb_lock_wait_timeout", 1)
    monkeypatch.setitem(mysql_session.EXPECTED, "innodb_lock_wait_timeout", "1")
    engine = sync_engine(settings(url))
    with engine.connect() as other:
        other.execute(text("SELECT * FROM audit_head FOR UPDATE"))
        waits: list[float] = []

        def release(seconds: float) -> None:
            waits.append(seconds)
            other.rollback()

        monkeypatch.setattr("app.services.backup.transaction.time.sleep", release)
        restore(url, tmp_path / "saved")
    engine.dispose()
    assert len(waits) == 1


async def test_a_server_keeps_a_restore_away_from_its_file(tmp_path: Path, lite: str) -> None:
    async with running_server(database_url=lite) as server:
        await server.register("ada")
        file = tmp_path / "a.backup"
        done(await asyncio.to_thread(command, tmp_path, lite, "backup", file))
        ended = await asyncio.to_thread(command, tmp_path, lite, "restore", file, "--replace")
        refused(ended, "stop it first")
    refused(await asyncio.to_thread(command, tmp_path, lite, "restore", file), "--replace")


async def test_a_backup_holds_no_secret_in_the_clear(
    url: str, upstream: ScriptedUpstream, tmp_path: Path
) -> None:
    async with running_server(database_url=url) as server:
        await server.person_with_model(upstream.url)

    def look() -> None:
        file = tmp_path / "a.backup"
        backup(url, file)
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
        content = gzip.decompress(file.read_bytes()).decode()
        header = orjson.loads(content.partition("\n")[0])
        assert header["rows"]["user"] == 1 and header["schema_revision"] == head_revision()
        for secret in (API_KEY, ENCRYPTION_KEY, SECRET_KEY, "correct horse"):
            assert secret not in content
        assert not list(tmp_path.glob(".*draft"))

    await asyncio.to_thread(look)


async def test_a_restore_names_administrators_and_says_what_key_is_missing(
    url: str, tmp_path: Path
) -> None:
    async with running_server(database_url=url) as server:
        await server.register("bob")
        await server.admin("ada")

    def restore() -> None:
        file = tmp_path / "a.backup"
        backup(url, file)
        other = "A" * 43 + "="
        words = ("restore", file, "--replace")
        ended = command(tmp_path, url, *words, ENCRYPTION_KEY=other)
        assert ended.returncode == 0 and "need the ENCRYPTION_KEY" in ended.stderr
        assert ended.stdout.endswith("\nAdministrators: ada\n")

    await asyncio.to_thread(restore)


def test_one_backup_at_a_time(url: str, tmp_path: Path) -> None:
    migrate(settings(url))
    with backup_lock(settings(url)):
        with pytest.raises(BackupRunning), backup_lock(settings(url)):
            pass
        ended = command(tmp_path, url, "backup", tmp_path / "a.backup")
        refused(ended, "Another backup of this database is being made")
    backup(url, tmp_path / "a.backup")
