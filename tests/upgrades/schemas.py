"""Databases as earlier versions of the app left them."""

import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from sqlalchemy import (
    Column,
    DateTime,
    Engine,
    Integer,
    LargeBinary,
    MetaData,
    SmallInteger,
    String,
    Table,
    insert,
    select,
)

from app.engines.lock import TABLE
from app.engines.versions import server_of
from app.migration import MIGRATIONS
from app.models import Base
from app.utils.names import canonical
from app.utils.security import hash_password
from tests.support.schema_sql import made, written
from tests.support.server import PASSWORD

NOW = datetime(2026, 11, 24, 8, 30, 0, 123456)
SAVED = "写到这里🍣 "

_SCHEMAS: dict[tuple[str, str], str] = {}

Row = dict[str, Any]
Rows = list[tuple[str, Row]]


def revisions() -> list[str]:
    """Every revision there is, the first one first."""
    names = sorted((MIGRATIONS / "versions").glob("[0-9]*.py"))
    return [name.name.split("_")[0] for name in names]


def upgrade(engine: Engine, revision: str) -> None:
    """Bring a database to a revision that is not the newest, by Alembic alone."""
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, revision)


def begin_at(engine: Engine, revision: str) -> None:
    """Bring an empty database to a revision: the second time from what the first one left, which is
    a sixth of the work."""
    with engine.connect() as connection:
        kind = str(server_of(connection))
    if (kind, revision) in _SCHEMAS:
        made(engine, _SCHEMAS[kind, revision])
    else:
        upgrade(engine, revision)
        _SCHEMAS[kind, revision] = written(engine)


def reflected(engine: Engine) -> MetaData:
    """The tables as the database has them, those that the app keeps for itself left out."""
    found = MetaData()
    found.reflect(engine)
    for name in ("alembic_version", "schema_info", TABLE):
        if name in found.tables:
            found.remove(found.tables[name])
    return found


def differences(engine: Engine) -> list[Any]:
    """What a database has otherwise than the models; the table of the lock is none of these."""
    options = {
        "compare_type": True,
        "compare_server_default": True,
        "include_name": lambda name, *_: name != TABLE,
    }
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts=options)
        return list(compare_metadata(context, Base.metadata))


def put(engine: Engine, tables: MetaData, start: int) -> None:
    """Insert people, chats and a running reply with ids from `start` on, as SQL of that schema."""
    rows = dict_of(old_rows(start))
    with engine.begin() as connection:
        for table in tables.sorted_tables:
            for row in rows.get(table.name, [made_up(table, start)]):
                connection.execute(insert(table).values(row))


def held(engine: Engine, tables: MetaData) -> dict[str, list[tuple[Any, ...]]]:
    """All that is in these columns of these tables."""
    with engine.connect() as connection:
        return {
            table.name: sorted((tuple(row) for row in connection.execute(select(table))), key=repr)
            for table in tables.sorted_tables
        }


def dict_of(rows: Rows) -> dict[str, list[Row]]:
    found: dict[str, list[Row]] = {}
    for name, row in rows:
        found.setdefault(name, []).append(row)
    return found


def name_of(start: int) -> str:
    """The name of the person that `old_rows` makes."""
    return f"李雷{start}🐉"


def old_rows(start: int) -> Rows:
    """What one person leaves in the first schema, which every later one must take as well."""
    return [*_account(start), *_chat(start)]


def _account(start: int) -> Iterator[tuple[str, Row]]:
    name, email = name_of(start), f"l{start}@example.com"
    later = NOW + timedelta(days=3650)
    mark = f"{start:032d}".encode()
    yield (
        "user",
        {
            "id": start,
            "username": name,
            "username_key": canonical(name),
            "email": email,
            "email_key": canonical(email),
            "password_hash": hash_password(PASSWORD, 4),
            "created_at": NOW,
            "conversation_count": 1,
        },
    )
    yield "default_model_use", {"user_id": start, "day": 20000, "messages": 7}
    model = {"base_url": "https://例.example/v1", "model_name": "模型", "encrypted_api_key": "x"}
    times = {"created_at": NOW, "updated_at": NOW}
    yield "model_config", {"id": start, "user_id": start} | model | times
    where = {"device": "浏览器", "address": "::1", "created_at": NOW, "last_used_at": NOW}
    yield "session", {"id": start, "user_id": start, "expires_at": later} | where
    token = {"hash": mark, "session_id": start, "salt": mark, "expires_at": later}
    yield "refresh_token", token
    yield "ws_ticket", {"jti": mark, "user_id": start, "expires_at": later}
    seed = {"seed": "x", "last_step": 2**40}  # above what a restore raises it to
    yield "totp", {"user_id": start, "created_at": NOW} | seed
    yield "setting", {"name": f"later {start}", "value": "1", "updated_at": NOW}
    yield "password_reset", {"user_id": start, "hash": mark, "expires_at": later}


def _chat(start: int) -> Iterator[tuple[str, Row]]:
    times = {"created_at": NOW, "updated_at": NOW}
    title = {"title": "你好，世界 👩‍👩‍👧", "title_source": "user", "message_count": 2}
    yield "conversation", {"id": start, "user_id": start} | title | times
    said = {"conversation_id": start, "timestamp": NOW}
    question = {"id": start, "sender": "user", "content": "问题：𠀀 \u2028 'quoted' \\ ☕️"}
    reply = {"id": start + 1, "sender": "ai", "content": "", "parent_id": start}
    yield "message", said | question
    yield "message", said | reply | {"status": "generating", "model_name": "模型"}
    run = {"id": start, "message_id": start + 1, "conversation_id": start, "user_id": start}
    beat = {"running_conversation_id": start, "owner": "gone", "started_at": NOW, "beat": 5}
    yield "generation", run | beat
    yield (
        "generation_piece",
        {"generation_id": start, "kind": 0, "position": 0, "content": SAVED},
    )


def made_up(table: Table, number: int) -> Row:
    """A row for a table that came later: numbers where ids are wanted, anything elsewhere."""
    return {column.name: _anything(column, number) for column in table.columns}


def _anything(column: Column[Any], number: int) -> object:
    kind = column.type
    if isinstance(kind, Integer):
        return number % 100 if isinstance(kind, SmallInteger) or "TINY" in repr(kind) else number
    if isinstance(kind, DateTime):
        return NOW
    if isinstance(kind, LargeBinary) or re.search("BINARY|BLOB", repr(kind)):
        return f"{number:08d}".encode()
    assert isinstance(kind, String), f"{column} has a type that no row is made up for"
    return f"字{number}"[: kind.length or None]
