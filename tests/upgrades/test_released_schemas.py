"""The schema of every release, as it was kept then, is upgraded by today's migrations.

So a revision that was released and is edited afterwards shows, also where no tag can be read.
"""

import asyncio

import pytest
from sqlalchemy import Engine, MetaData

from app.migration import Migrated, head_revision, migrate
from tests.support.backups import settings
from tests.support.schema_sql import made, written
from tests.support.server import PASSWORD, running_server
from tests.upgrades import releases
from tests.upgrades.kept import make_of
from tests.upgrades.rule import breaks
from tests.upgrades.schemas import differences, held, name_of, put, reflected

pytestmark = pytest.mark.anyio

VERSIONS = sorted(
    file.name.removesuffix(".sqlite.sql") for file in releases.SCHEMAS.glob("*.sqlite.sql")
)
FIRST, SECOND = 1000, 2000
ANEW = "is the schema of a version that is not released yet? Then scripts/keep-schema keeps it anew"


@pytest.mark.parametrize("version", VERSIONS)
async def test_it_is_upgraded_with_all_its_rows(url: str, engine: Engine, version: str) -> None:
    def upgraded() -> None:
        file = releases.SCHEMAS / f"{version}.{make_of(engine)}.sql"
        made(engine, file.read_text())
        tables = reflected(engine)
        put(engine, tables, FIRST)
        before = held(engine, tables)
        assert migrate(settings(url)).after == head_revision()
        assert held(engine, tables) == before
        assert differences(engine) == [], ANEW
        if version == releases.schema(make_of(engine))[0]:
            assert breaks(tables, reflected(engine)) == []
            put(engine, tables, SECOND)

    await asyncio.to_thread(upgraded)
    async with running_server(database_url=url) as server:
        person = await server.log_in(name_of(FIRST), PASSWORD)
        assert "𠀀 \u2028" in (await person.messages(FIRST))[0]["content"]


def test_what_is_kept_makes_the_schema_that_was_there(url: str, engine: Engine) -> None:
    migrate(settings(url))
    sql, tables = written(engine), MetaData()
    tables.reflect(engine)
    before = held(engine, tables)
    tables.drop_all(engine)
    made(engine, sql)
    assert held(engine, tables) == before
    assert migrate(settings(url)) == Migrated(head_revision(), head_revision())
    assert differences(engine) == []


@pytest.mark.parametrize(
    ("versions", "own", "expected"),
    [
        (["1.0.0"], "1.0.0", "1.0.0"),
        (["1.0.0"], "1.1.0", "1.0.0"),
        (["1.0.0", "1.1.0"], "1.1.0", "1.0.0"),
        (["1.10.0", "1.9.0", "1.2.0"], "1.11.0", "1.10.0"),
        (["1.10.0", "1.9.0"], "1.10.0", "1.9.0"),
        (["2.0.0", "1.9.0"], "1.0.0", "2.0.0"),
        ([], "1.0.0", None),
    ],
)
def test_which_release_is_the_one_before(
    versions: list[str], own: str, expected: str | None
) -> None:
    assert releases.before(versions, own) == expected
