"""Prepared statements say and raise what SQLAlchemy itself would, on every database."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import (
    Column,
    Connection,
    Engine,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    bindparam,
    insert,
    select,
    update,
)
from sqlalchemy.engine import URL
from sqlalchemy.exc import IntegrityError, OperationalError, ProgrammingError

from app.database import upserting
from app.engines.prepared import Prepared, PreparedIn
from app.migration import sync_engine
from app.models.base import UtcDateTime
from tests.support.backups import settings
from tests.support.databases import fresh_database

THINGS = Table(
    "thing",
    MetaData(),
    Column("id", Integer, primary_key=True),
    Column("name", String(50), unique=True),
    Column("at", UtcDateTime()),
    Column("raw", LargeBinary(20)),
)
ADD = Prepared(insert(THINGS), ["name", "at", "raw"])
FIND = Prepared(select(THINGS).where(THINGS.c.name == bindparam("called")))
THESE = PreparedIn(THINGS.c.id.type, lambda ids: select(THINGS.c.id).where(THINGS.c.id.in_(ids)))
NOW = datetime(2026, 11, 29, 12, 0, 0, 123456, UTC)
RAW = b"\x00'\\\"%\xff"


@pytest.fixture
def engine(database_server: URL, tmp_path: Path) -> Iterator[Engine]:
    with fresh_database(database_server, tmp_path) as url:
        engine = sync_engine(settings(url))
        THINGS.create(engine)
        yield engine
        engine.dispose()


def add(connection: Connection, *names: str) -> list[int]:
    return [ADD.insert(connection, {"name": name, "at": NOW, "raw": RAW}) for name in names]


def test_values_and_rows_are_those_of_the_types(engine: Engine) -> None:
    with engine.begin() as connection:
        (id,) = add(connection, "it's 100% 中文\\ :name ?")
        row = FIND.first(connection, {"called": "it's 100% 中文\\ :name ?"})
        assert tuple(row) == tuple(connection.execute(select(THINGS)).one())
        assert (row.id, row.at, row.raw) == (id, NOW, RAW)
        assert FIND.first(connection, {"called": "missing"}) is None
        assert FIND.all(connection, {"called": "missing"}) == []


def test_a_list_of_any_length_finds_its_rows(engine: Engine) -> None:
    with engine.begin() as connection:
        ids = add(connection, *map(str, range(9)))
        assert THESE.all(connection, []) == []
        for count in range(1, 10):
            assert sorted(row.id for row in THESE.all(connection, ids[:count])) == ids[:count]
        by_ids = PreparedIn(
            THINGS.c.id.type,
            lambda ids: update(THINGS).where(THINGS.c.id.in_(ids)).values(raw=b"new"),
        )
        assert by_ids.run(connection, ids[:3]) == 3


def test_many_rows_are_put_in_and_changed(engine: Engine) -> None:
    put = Prepared(lambda dialect: upserting(dialect, THINGS, {"name": lambda new: new.name}))
    rows = [{"id": n, "name": f"first {n}", "at": NOW, "raw": RAW} for n in range(1, 4)]
    with engine.begin() as connection:
        put.run_many(connection, rows)
        put.run_many(connection, [rows[0] | {"name": "second"}])
        names = connection.execute(select(THINGS.c.name).order_by(THINGS.c.id)).scalars().all()
    assert names == ["second", "first 2", "first 3"]


def test_a_transaction_begins_and_is_taken_back(engine: Engine) -> None:
    with engine.connect() as connection:
        add(connection, "gone")
        assert connection.in_transaction()
        connection.rollback()
        assert FIND.first(connection, {"called": "gone"}) is None


def test_errors_are_sqlalchemys_and_show_no_values(engine: Engine) -> None:
    with engine.connect() as connection:
        add(connection, "secret")
        with pytest.raises(IntegrityError) as refused:
            add(connection, "secret")
        connection.rollback()
    assert refused.value.orig is not None
    nowhere = Prepared(select(Table("nowhere", MetaData(), Column("id", Integer))))
    with engine.connect() as connection, pytest.raises((OperationalError, ProgrammingError)):
        nowhere.first(connection)


@pytest.mark.databases("mysql", "mariadb")
def test_a_lost_connection_leaves_the_pool(engine: Engine) -> None:
    with engine.connect() as connection, engine.connect() as other:
        mine = connection.exec_driver_sql("SELECT CONNECTION_ID()").scalar_one()
        other.exec_driver_sql(f"KILL {mine:d}")
        with pytest.raises(OperationalError) as lost:
            FIND.first(connection, {"called": "x"})
        assert lost.value.connection_invalidated
    with engine.connect() as connection:
        assert FIND.first(connection, {"called": "x"}) is None
