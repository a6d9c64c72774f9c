"""What is very long is removed some hundred rows at a time; a removal that breaks off goes on."""

import asyncio
import secrets
from collections.abc import AsyncIterator, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, Table, func, insert, select
from sqlalchemy.engine import URL

from app.database import Database, table_of
from app.migration import sync_engine
from app.models import Conversation, LoginSession, Message, RefreshToken, User, utc_now
from app.services.upkeep.purge import purge_sessions
from app.services.upkeep.removal import ROWS_PER_COMMIT
from tests.support.backups import settings
from tests.support.migrated import migrated_database
from tests.support.refusals import assert_refused
from tests.support.server import PASSWORD, Person, RunningServer, running_server

pytestmark = pytest.mark.anyio

MANY = 2 * ROWS_PER_COMMIT + 200
LONG_OVER = timedelta(days=1)


@pytest.fixture
def url(database_server: URL, tmp_path: Path) -> Iterator[str]:
    """A database of its own: there are triggers in it."""
    with migrated_database(database_server, tmp_path) as url:
        yield url


@pytest.fixture
async def own_server(url: str) -> AsyncIterator[RunningServer]:
    async with running_server(database_url=url) as server:
        yield server


def put_messages(connection: Connection, conversation: int) -> None:
    said = {"conversation_id": conversation, "sender": "user", "content": "hello"}
    row = said | {"timestamp": utc_now()}
    connection.execute(insert(table_of(Message)), [row] * MANY)


def put_tokens(connection: Connection, session: int) -> None:
    """Used and expired refresh tokens of a session."""
    then = utc_now() - LONG_OVER
    row = {"session_id": session, "salt": bytes(32), "expires_at": then, "rotated_at": then}
    rows = [row | {"hash": secrets.token_bytes(32)} for _ in range(MANY)]
    connection.execute(insert(table_of(RefreshToken)), rows)


def count(connection: Connection, table: Table) -> int:
    return connection.execute(select(func.count()).select_from(table)).scalar_one()


def database_of(server: RunningServer) -> Database:
    database: Database = server.app.state.services.database
    return database


async def delete(person: Person) -> Any:
    return await person.request("DELETE", "/auth/me", json={"password": PASSWORD})


def guard(url: str) -> None:
    """Have the database refuse to remove the newest messages."""
    engine = sync_engine(settings(url))
    newest = f"OLD.id > {MANY - 50}"
    when = {
        "sqlite": f"WHEN {newest} BEGIN SELECT RAISE(ABORT, 'guarded'); END",
        "mysql": f"IF {newest} THEN SIGNAL SQLSTATE '45000'; END IF",
        "mariadb": f"IF {newest} THEN SIGNAL SQLSTATE '45000'; END IF",
    }[engine.dialect.name]
    with engine.begin() as connection:
        guarding = f"CREATE TRIGGER guard BEFORE DELETE ON message FOR EACH ROW {when}"
        connection.exec_driver_sql(guarding)
    engine.dispose()


def unguard(url: str) -> None:
    engine = sync_engine(settings(url))
    with engine.begin() as connection:
        connection.exec_driver_sql("DROP TRIGGER guard")
    engine.dispose()


async def test_an_account_is_deleted_in_small_commits_and_the_rest_when_asked_again(
    own_server: RunningServer, url: str
) -> None:
    ada = await own_server.register()
    database = database_of(own_server)
    await database.write(put_messages, await ada.conversation())
    await asyncio.to_thread(guard, url)
    assert (await delete(ada)).status_code >= 500
    left = await database.read(count, table_of(Message))
    assert left == MANY - 2 * ROWS_PER_COMMIT
    assert_refused(await ada.get("/auth/me"), 401, "invalid_token")
    await asyncio.to_thread(unguard, url)
    again = await own_server.log_in(ada.name, PASSWORD)
    assert (await delete(again)).status_code == 204
    for model in (User, Conversation, Message, LoginSession, RefreshToken):
        assert await database.read(count, table_of(model)) == 0


async def test_a_session_that_is_over_is_purged_in_small_commits(
    own_server: RunningServer,
) -> None:
    ada = await own_server.register()
    database = database_of(own_server)
    await database.write(put_tokens, ada.session_id)
    await ada.post("/auth/logout")
    lefts = []
    while await database.write(purge_sessions, utc_now()):
        lefts.append(await database.read(count, table_of(RefreshToken)))
    assert lefts == [MANY + 1 - n * ROWS_PER_COMMIT for n in (1, 2)]
    assert await database.read(count, table_of(LoginSession)) == 0
    assert await database.read(count, table_of(RefreshToken)) == 0


async def test_neither_a_login_nor_a_refresh_waits_for_a_long_removal(
    own_server: RunningServer,
) -> None:
    ada, bob = await own_server.register(), await own_server.register()
    database = database_of(own_server)
    for person in (ada, bob):
        await database.write(put_tokens, person.session_id)
    await ada.post("/auth/logout")
    await own_server.log_in(ada.name, PASSWORD)
    await bob.refresh()
    left = await database.read(count, table_of(RefreshToken))
    assert left >= 2 * MANY - ROWS_PER_COMMIT
