"""A backup brings back what was used, and its sums, into whichever kind of database."""

import asyncio
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import Connection
from sqlalchemy.engine import URL

from app.migration import sync_engine
from tests.support.backups import backup, restore, settings
from tests.support.migrated import migrated_database
from tests.support.server import PASSWORD, running_server
from tests.support.upstream import ScriptedUpstream
from tests.usage.ledger import put, target
from tests.usage.spending import attempts, over, usage
from tests.usage.test_account_deletion import delete, shared

pytestmark = pytest.mark.anyio

NOON = datetime(2026, 3, 10, 12, tzinfo=UTC)
TABLES = ("usage_target", "usage_attempt", "usage_day", "usage_zone", "usage_gone")


@pytest.fixture
def url(database_server: URL, tmp_path: Path) -> Iterator[str]:
    with migrated_database(database_server, tmp_path) as url:
        yield url


def counts(url: str) -> dict[str, int]:
    engine = sync_engine(settings(url))

    def count(connection: Connection, name: str) -> int:
        return int(connection.exec_driver_sql(f"SELECT COUNT(*) FROM {name}").scalar_one())

    with engine.connect() as connection:
        found = {name: count(connection, name) for name in TABLES}
    engine.dispose()
    return found


async def test_the_ledger_comes_back(url: str, upstream: ScriptedUpstream, tmp_path: Path) -> None:
    asked = {"first": "2026-01-01", "by": "model", "tz": "Asia/Shanghai"}
    async with running_server(database_url=url) as server:
        ada, bob = await server.person_with_model(upstream.url), await server.register()
        await ada.say(await ada.conversation(), "hello")
        await over(ada, 1)
        await over(ada, 1, "title")
        write = server.app.state.services.database.write
        await write(put, ada.id, target(ada.id), NOON)
        await write(put, bob.id, shared(), NOON)
        await delete(bob)
        before = await usage(ada, **asked), await attempts(ada)
    other = f"sqlite:///{tmp_path / 'other.db'}"

    def round_trip() -> None:
        held = counts(url)
        assert 0 not in held.values(), held
        backup(url, tmp_path / "a.backup")
        restore(other, tmp_path / "a.backup")
        assert counts(other) == held

    await asyncio.to_thread(round_trip)
    async with running_server(database_url=other) as server:
        again = await server.log_in(ada.name, PASSWORD)
        assert (await usage(again, **asked), await attempts(again)) == before
        await again.set_model(upstream.url, "echo")
        await again.say(await again.conversation(), "hello")
        await over(again, 3)
