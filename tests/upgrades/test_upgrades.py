"""From every earlier schema, with data in it, to the newest: nothing is lost, the version before
still works on the new one, and an upgrade that breaks off does no harm."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Column, Engine, Integer, MetaData, String, Table, event, inspect

from app.engines.lock import TABLE
from app.migration import SchemaError, current_revision, head_revision, migrate, sync_engine
from tests.faults.watching import eventually
from tests.support.backups import command, done, settings
from tests.support.server import PASSWORD, Person, running_server
from tests.upgrades.later import BREAKS_OFF, REVISION, LaterApp
from tests.upgrades.rule import breaks
from tests.upgrades.schemas import (
    SAVED,
    begin_at,
    differences,
    held,
    name_of,
    put,
    reflected,
    revisions,
    upgrade,
)

pytestmark = pytest.mark.anyio

EARLIER = revisions()[:-1]
STEPS = list(zip(revisions(), revisions()[1:], strict=False))
FIRST, SECOND, THIRD = 1000, 2000, 3000
STATEMENTS_MAX = 300
CHANGES = ("CREATE", "ALTER", "DROP", "INSERT", "UPDATE", "DELETE")
LAST = ("INSERT INTO alembic_version", "UPDATE alembic_version")
"""The last statement of each revision."""


async def test_every_row_survives(url: str, engine: Engine) -> None:
    """Of every earlier schema: somebody comes with each."""
    people = [FIRST * number for number in range(1, len(EARLIER) + 1)]

    def upgrade_all() -> None:
        before = []
        for revision, person in zip(EARLIER, people, strict=True):
            upgrade(engine, revision)
            tables = reflected(engine)
            put(engine, tables, person)
            before.append((tables, held(engine, tables)))
        assert migrate(settings(url)).after == head_revision()
        for tables, rows in before:
            now = held(engine, tables)
            assert [row for name in rows for row in rows[name] if row not in now[name]] == []

    await asyncio.to_thread(upgrade_all)
    hasty = {"checkpoint_seconds": 0.05, "reap_after_seconds": 0.3}
    async with running_server(database_url=url, **hasty) as server:
        for start in people:
            await is_at_home(await server.log_in(name_of(start), PASSWORD), start)


async def is_at_home(person: Person, start: int) -> None:
    """What was said is there, and the reply that ran is ended."""
    question, reply = await person.messages(start)
    assert "𠀀 \u2028" in question["content"]

    async def is_ended() -> bool:
        return bool((await person.messages(start))[1]["status"] == "interrupted")

    await eventually(is_ended)
    assert (await person.messages(start))[1]["content"] == SAVED
    assert reply["id"] == start + 1 and await person.conversation() > start


@pytest.mark.parametrize(("before", "after"), STEPS)
def test_the_version_before_works_on_the_new_schema(
    engine: Engine, before: str, after: str
) -> None:
    begin_at(engine, before)
    tables = reflected(engine)
    put(engine, tables, FIRST)
    upgrade(engine, after)
    assert breaks(tables, reflected(engine)) == []
    put(engine, tables, SECOND)
    with engine.begin() as connection:
        if engine.dialect.name == "sqlite":
            connection.exec_driver_sql("PRAGMA foreign_keys = ON")
        user = tables.tables["user"]
        connection.execute(user.update().where(user.c.id == SECOND).values(username="改名"))
        assert connection.execute(user.delete().where(user.c.id == FIRST)).rowcount == 1
    left = held(engine, tables)
    assert [row[0] for row in left["message"]] == [SECOND, SECOND + 1]


@pytest.mark.parametrize("revision", EARLIER)
def test_an_upgrade_may_break_off_at_any_statement(url: str, engine: Engine, revision: str) -> None:
    """And goes on when it is asked for again, the version before having worked meanwhile.

    Each goes through the statements of the next: what follows is the same for them. The first one
    goes on through all, but with SQLite, where each attempt begins anew.
    """
    begin_at(engine, revision)
    tables, names = reflected(engine), inspect(engine).get_table_names()
    for attempt in range(1, STATEMENTS_MAX):
        if attempt == 1 or engine.dialect.name != "sqlite":  # there it is as it was
            put(engine, tables, FIRST * attempt)
            before = held(engine, tables)
        try:
            with breaking_off_at(attempt) as broken:
                migrate(settings(url))
            break
        except SchemaError as error:
            assert "no row was lost" in str(error) and "start again" in str(error)
        assert held(engine, tables) == before
        if engine.dialect.name == "sqlite":
            assert current_revision(engine) == revision
            assert inspect(engine).get_table_names() == names
        is_last = broken[0].startswith(LAST) or current_revision(engine) != revision
        if is_last and (revision != EARLIER[0] or engine.dialect.name == "sqlite"):
            migrate(settings(url))
            break
    assert attempt > 1
    assert held(engine, tables) == before
    assert not differences(engine)


def test_a_first_migration_may_break_off_at_any_statement(url: str, engine: Engine) -> None:
    """Of an empty database; it goes on when it is asked for again. With SQLite those of the first
    revision are enough: the others are gone through from there.
    """
    for attempt in range(1, STATEMENTS_MAX):
        try:
            with breaking_off_at(attempt) as broken:
                migrate(settings(url))
            break
        except SchemaError as error:
            assert "start again" in str(error)
        if engine.dialect.name == "sqlite" and broken[0].startswith(LAST):
            migrate(settings(url))
            break
    assert attempt > 3 and current_revision(engine) == head_revision()
    assert not differences(engine)
    with engine.connect() as connection:
        for table in ("schema_info", "audit_head", "alembic_version"):
            rows = connection.exec_driver_sql(f"SELECT count(*) FROM {table}")
            assert rows.scalar() == 1


@contextmanager
def breaking_off_at(number: int) -> Iterator[list[str]]:
    """Have the connection fail at the nth statement that changes anything but the lock: that one is
    put into the list.
    """
    seen, broken = 0, list[str]()

    def count(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        nonlocal seen
        changes = statement.lstrip().startswith(CHANGES) and TABLE not in statement
        seen += changes
        if changes and seen == number:
            broken.append(statement)
            raise ConnectionResetError(104, "the connection broke off")

    event.listen(Engine, "before_cursor_execute", count)
    try:
        yield broken
    finally:
        event.remove(Engine, "before_cursor_execute", count)


async def test_a_failed_upgrade_is_told_plainly_and_done_later(
    url: str, engine: Engine, tmp_path: Path
) -> None:
    """A later app whose new revision fails, as a process; then one whose revision is mended."""
    later = await asyncio.to_thread(LaterApp, tmp_path / "later", BREAKS_OFF)

    def fail() -> None:
        migrate(settings(url))
        tables = reflected(engine)
        put(engine, tables, FIRST)
        before = held(engine, tables)
        ended = later.command(url, "migrate")
        assert ended.returncode == 1 and len(ended.stderr.splitlines()) == 1
        assert f"from schema {head_revision()} to {REVISION} failed (" in ended.stderr
        assert current_revision(engine) == head_revision()
        assert held(engine, tables) == before
        assert "half" not in reflected(engine).tables or engine.dialect.name != "sqlite"

    def mend() -> None:
        mended = later.revision.read_text().replace("nothing FROM nowhere", "1")
        later.revision.write_text(mended)
        done(later.command(url, "migrate"))
        assert current_revision(engine) == REVISION
        put(engine, reflected(engine), SECOND)

    await asyncio.to_thread(fail)
    async with running_server(database_url=url) as server:  # this version still runs
        await server.log_in(name_of(FIRST), PASSWORD)
    await asyncio.to_thread(mend)
    async with running_server(database_url=url) as server:  # this version runs beside the later
        await server.log_in(name_of(SECOND), PASSWORD)


def test_a_server_that_may_not_migrate_says_so(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'chat.db'}"
    engine = sync_engine(settings(url))
    begin_at(engine, EARLIER[-1])
    ended = command(tmp_path, url, "serve", "--port", "0", AUTO_MIGRATE="false")
    assert ended.returncode == 1
    assert "run chat-backend migrate" in ended.stderr and len(ended.stderr.splitlines()) == 1
    assert current_revision(engine) == EARLIER[-1]
    engine.dispose()


def tables(*columns: Column[Any], name: str = "thing") -> MetaData:
    found = MetaData()
    Table(name, found, Column("id", Integer, primary_key=True, autoincrement=True), *columns)
    return found


@pytest.mark.parametrize(
    ("after", "finding"),
    [
        (tables(name="other"), "thing is gone"),
        (tables(), "thing.name is gone"),
        (tables(Column("name", String(10))), "thing.name was"),
        (tables(Column("name", Integer)), "thing.name was"),
        (tables(Column("name", String(20), nullable=False)), "may not be empty any more"),
        (tables(Column("name", String(20)), Column("n", Integer, nullable=False)), "must be given"),
        (tables(Column("name", String(20), unique=True)), "a new unique key over name"),
    ],
)
def test_the_rule_finds_what_breaks_it(after: MetaData, finding: str) -> None:
    assert finding in breaks(tables(Column("name", String(20))), after)[0]


def test_the_rule_lets_a_schema_grow() -> None:
    more: Column[Any] = Column("b", Integer, nullable=False, server_default="0")
    after = tables(Column("n", String(9)), Column("a", Integer), more)
    assert breaks(tables(Column("n", String(5))), after) == []
