"""The schema: made at start, equal to the models, made once, and never a newer app's."""

import asyncio
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Engine, Inspector, inspect, text
from sqlalchemy.engine import URL, make_url

from app import __version__
from app.config import Settings
from app.engines.lock import TABLE
from app.migration import Migrated, SchemaError, head_revision, migrate, sync_engine
from app.models import Base
from tests.conftest import StartServer
from tests.support import databases, forks
from tests.support.cli_process import COMMAND, environment, run_bare_uvicorn
from tests.support.server import ENCRYPTION_KEY, SECRET_KEY

pytestmark = pytest.mark.anyio

SECRETS = {"secret_key": SECRET_KEY, "encryption_key": ENCRYPTION_KEY}
PROCESSES = 3


@pytest.fixture
def empty_database(database_server: URL, tmp_path: Path) -> Iterator[str]:
    with databases.fresh_database(database_server, tmp_path) as url:
        yield url


@pytest.fixture
def settings(empty_database: str) -> Settings:
    options: dict[str, Any] = SECRETS | {"database_url": empty_database}
    return Settings(_env_file=None, **options)


@pytest.fixture
def engine(settings: Settings) -> Iterator[Engine]:
    engine = sync_engine(settings)
    yield engine
    engine.dispose()


def rows(engine: Engine, query: str) -> list[tuple[Any, ...]]:
    with engine.connect() as connection:
        return [tuple(row) for row in connection.execute(text(query))]


def machinery(engine: Engine) -> set[str]:
    """Tables that belong to the making of the schema, not to it."""
    return {"alembic_version"} if engine.dialect.name == "sqlite" else {"alembic_version", TABLE}


def schema(engine: Engine) -> dict[str, Any]:
    """Every table with its columns, indexes and keys, as text."""
    found = inspect(engine)
    return {
        table: repr(
            [found.get_columns(table), _indexes(found, table), found.get_foreign_keys(table)]
        )
        for table in found.get_table_names()
    }


def _indexes(found: Inspector, table: str) -> list[dict[str, Any]]:
    indexes: list[dict[str, Any]] = [{**index} for index in found.get_indexes(table)]
    for index in indexes:  # conditions are objects that do not show their text
        options = index.get("dialect_options", {})
        index["dialect_options"] = {name: str(option) for name, option in options.items()}
    return indexes


async def test_a_server_migrates_an_empty_database(
    settings: Settings, engine: Engine, start_server: StartServer
) -> None:
    server = await start_server(database_url=settings.database_url)
    await server.register("ada")
    before = await asyncio.to_thread(schema, engine)
    assert set(before) == set(Base.metadata.tables) | machinery(engine)
    second = await start_server(database_url=settings.database_url)
    await second.log_in("ada", "correct horse battery")
    assert await asyncio.to_thread(schema, engine) == before


def test_the_schema_is_the_models(settings: Settings, engine: Engine) -> None:
    migrate(settings)
    options = {
        "compare_type": True,
        "compare_server_default": True,
        "include_name": lambda name, kind, _: kind != "table" or name not in machinery(engine),
    }
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts=options)
        assert compare_metadata(context, Base.metadata) == []


def test_migrating_twice_changes_nothing(settings: Settings, engine: Engine) -> None:
    assert migrate(settings) == Migrated(None, head_revision())
    before = schema(engine)
    assert migrate(settings) == Migrated(head_revision(), head_revision())
    assert schema(engine) == before
    assert rows(engine, "SELECT count(*) FROM schema_info") == [(1,)]


def test_processes_that_start_at_once_all_work(
    settings: Settings, engine: Engine, tmp_path: Path
) -> None:
    values = {name.upper(): value for name, value in SECRETS.items()}
    env = environment(DATABASE_URL=settings.database_url, **values)
    started = [
        forks.popen([*COMMAND, "migrate"], tmp_path, env, stdout=subprocess.PIPE, stderr=-2)
        for _ in range(PROCESSES)
    ]
    outputs = [process.communicate(timeout=60)[0].decode() for process in started]
    assert [process.returncode for process in started] == [0] * PROCESSES, outputs
    assert rows(engine, "SELECT version_num FROM alembic_version") == [(head_revision(),)]
    assert rows(engine, "SELECT count(*) FROM schema_info") == [(1,)]


async def test_servers_that_start_at_once_all_work(
    settings: Settings, start_server: StartServer
) -> None:
    url = settings.database_url
    servers = await asyncio.gather(*(start_server(database_url=url) for _ in range(2)))
    await servers[0].register("ada")
    await servers[1].log_in("ada", "correct horse battery")


def test_a_newer_schema_is_refused(settings: Settings, engine: Engine) -> None:
    migrate(settings)
    with engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    major, minor, patch = map(int, __version__.split("."))
    for needed in (f"{major}.{minor}.{patch + 1}", f"{major}.{minor + 10}.0", f"{major + 1}.0.0"):
        demand(engine, needed)
        with pytest.raises(SchemaError, match=f"needs version {needed} .*this is {__version__}"):
            migrate(settings)


def test_a_newer_schema_that_this_app_may_use_is_left_alone(
    settings: Settings, engine: Engine
) -> None:
    migrate(settings)
    with engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    before = schema(engine)
    migrate(settings)
    assert schema(engine) == before
    assert rows(engine, "SELECT version_num FROM alembic_version") == [("9999",)]


def test_a_server_does_not_start_on_a_newer_schema(tmp_path: Path) -> None:
    options: dict[str, Any] = SECRETS | {"data_dir": tmp_path}
    settings = Settings(_env_file=None, **options)
    migrate(settings)
    engine = sync_engine(settings)
    demand(engine, "99.0.0")
    engine.dispose()
    done = run_bare_uvicorn(tmp_path, DATA_DIR=str(tmp_path))
    assert done.returncode != 0
    assert "needs version 99.0.0" in done.stderr


def demand(engine: Engine, version: str) -> None:
    with engine.begin() as connection:
        connection.execute(text("UPDATE schema_info SET min_app_version = :v"), {"v": version})


def test_tables_are_as_documented(settings: Settings, engine: Engine) -> None:
    migrate(settings)
    if engine.dialect.name == "sqlite":
        created = rows(engine, "SELECT name, sql FROM sqlite_master WHERE type = 'table'")
        numbered = {name for name, sql in created if "AUTOINCREMENT" in (sql or "")}
        assert numbered == {
            *("user", "session", "model_config", "connection", "model", "preset"),
            *("conversation", "message", "generation", "audit_event", "prompt_text"),
            *("usage_target", "usage_attempt", "usage_zone", "cap", "file", "folder"),
            *("search_segment", "import", "share", "api_key", "user_group", "connection_grant"),
            *("invite", "passkey", "identity"),
        }
        return
    database = make_url(settings.database_url).database
    tables = rows(
        engine,
        "SELECT TABLE_NAME, ENGINE, TABLE_COLLATION FROM information_schema.TABLES "
        f"WHERE TABLE_SCHEMA = '{database}'",
    )
    assert {name for name, *_ in tables} >= set(Base.metadata.tables)
    assert {(kind, collation) for _, kind, collation in tables} == {
        ("InnoDB", "utf8mb4_unicode_ci")
    }
    texts = rows(
        engine,
        "SELECT DISTINCT CHARACTER_SET_NAME, COLLATION_NAME FROM information_schema.COLUMNS "
        f"WHERE TABLE_SCHEMA = '{database}' AND CHARACTER_SET_NAME IS NOT NULL",
    )
    assert texts == [("utf8mb4", "utf8mb4_unicode_ci")]
