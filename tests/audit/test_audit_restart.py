"""A new chain holds what the one before left: sealed as it is now, and pruned in its turn."""

import asyncio
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy.engine import URL

from app.database import Database, open_database
from app.encryption import HeadSigner
from app.services.audit.chain import BATCH, prune_some, seal_some
from tests.support.audit_log import Event, events, tamper, verified
from tests.support.backups import command, done, settings
from tests.support.migrated import migrated_database
from tests.support.server import ENCRYPTION_KEY, running_server

pytestmark = pytest.mark.anyio

PEOPLE = 6
LONG_AGO = "2025-01-01 00:00:00.000000"
MANY = 2 * BATCH + 100


@pytest.fixture
def url(database_server: URL, tmp_path: Path) -> Iterator[str]:
    with migrated_database(database_server, tmp_path) as url:
        yield url


async def broken_chain(url: str) -> list[Event]:
    """The rows of a chain whose two newest are gone."""
    async with running_server(database_url=url) as server:
        for _ in range(PEOPLE):
            await server.register()
        rows = sorted(await events(server), key=lambda row: int(row["seq"]))
    await asyncio.to_thread(tamper, url, f"DELETE FROM audit_event WHERE seq > {len(rows) - 2}")
    return rows[:-2]


async def restart(url: str, folder: Path) -> None:
    done(await asyncio.to_thread(command, folder, url, "audit", "restart"))


async def test_a_restarted_chain_is_whole_and_says_so(url: str, tmp_path: Path) -> None:
    before = await broken_chain(url)
    await restart(url, tmp_path)
    async with running_server(database_url=url) as server:
        await server.register()
        rows = sorted(await events(server), key=lambda row: int(row["seq"]))
    left = len(before)
    assert [row["id"] for row in rows[:left]] == sorted(row["id"] for row in before)
    assert [row["seq"] for row in rows] == [left + 2 + n for n in range(1, left + 4)]
    assert (rows[left]["action"], rows[left]["detail"]) == ("audit_restarted", {"after": left + 2})
    report = await asyncio.to_thread(verified, url)
    assert (report.sealed, report.unsealed, report.findings) == (left + 3, 0, [])


@pytest.mark.databases("sqlite")
@pytest.mark.parametrize("place", [-1, 0, 3])
async def test_a_row_put_in_below_a_restarted_chain_shows(
    url: str, tmp_path: Path, place: int
) -> None:
    await broken_chain(url)
    await restart(url, tmp_path)
    async with running_server(database_url=url):
        pass  # seals what waits
    put_in = (
        "INSERT INTO audit_event (at, action, outcome, seq) "
        f"VALUES ('{LONG_AGO}', 'logout', 'ok', {place})"
    )
    report = await asyncio.to_thread(verified, url, tampering=[put_in])
    assert len(report.findings) == 1 and f"(place {place}) was put in" in report.findings[0]


async def test_rows_of_before_a_restart_are_pruned_when_they_are_old_a_batch_at_a_time(
    url: str, tmp_path: Path
) -> None:
    async with running_server(database_url=url):
        pass  # the chain is begun
    row = f"('{LONG_AGO}', 'logout', 'ok', %d)"
    rows = ", ".join(row % (2 * place) for place in range(1, MANY + 1))  # half of them are missing
    put_in = f"INSERT INTO audit_event (at, action, outcome, seq) VALUES {rows}"
    await asyncio.to_thread(tamper, url, put_in)
    await restart(url, tmp_path)
    database = await asyncio.to_thread(open_database, settings(url))
    try:
        assert await pruned_by_turns(database) == [BATCH, BATCH, MANY - 2 * BATCH, 0]
    finally:
        await database.close()
    report = await asyncio.to_thread(verified, url)
    assert (report.sealed, report.unsealed, report.findings) == (1, 0, [])  # the restart itself


async def pruned_by_turns(database: Database) -> list[int]:
    """What each turn of a server removes, once all that waits is sealed."""
    signer, before = HeadSigner([ENCRYPTION_KEY]), datetime(2026, 1, 1, tzinfo=UTC)
    while await database.write(seal_some, signer):
        pass
    removed = [await database.write(prune_some, signer, before)]
    while removed[-1]:
        removed.append(await database.write(prune_some, signer, before))
    return removed
