"""Backups by the clock: made by a running server, one at a time, the oldest given up."""

import asyncio
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.engine import URL

from app.config import Settings
from app.services.backup.restore import check_backup
from app.services.backup.schedule import (
    STAMP,
    SUFFIX,
    ScheduledBackups,
    backups_in,
    give_up_oldest,
    is_due,
    wait_after,
)
from tests.conftest import StartServer
from tests.support import cli_process
from tests.support.migrated import migrated_database
from tests.support.server import running_server
from tests.support.server_process import server_process

pytestmark = pytest.mark.anyio

HOUR = timedelta(hours=1)
NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
EVERY = 0.6
"""Seconds between two backups of these tests."""
SHARED_EVERY = 2.0
"""The same where two processes take turns."""
PATIENCE_SECONDS = 30


@pytest.fixture
def database_url(database_server: URL, tmp_path: Path) -> Iterator[str]:
    """A database of its own: that of the whole run has a great deal in it."""
    with migrated_database(database_server, tmp_path) as url:
        yield url


def backup_of(folder: Path, time: datetime) -> Path:
    folder.mkdir(exist_ok=True)
    path = folder / f"{time:{STAMP}}{SUFFIX}"
    path.touch()
    return path


def shortest_gap(backups: list[Path]) -> float:
    times = [datetime.strptime(path.name, f"{STAMP}{SUFFIX}") for path in backups]
    return min((late - early).total_seconds() for early, late in pairwise(times))


async def until(is_so: Callable[[], bool]) -> None:
    await asyncio.to_thread(cli_process.until, is_so, PATIENCE_SECONDS)


@pytest.mark.parametrize(
    ("age", "due"),
    [
        (timedelta(0), False),
        (HOUR - timedelta(seconds=1), False),
        (HOUR, True),
        (timedelta(days=9), True),
        (-HOUR, True),  # the clock was set back
    ],
)
def test_when_one_is_due(tmp_path: Path, age: timedelta, due: bool) -> None:
    assert is_due(tmp_path / "none yet", HOUR, NOW)
    (tmp_path / "2026-TUESDAY-Z.backup").touch()  # no date of ours
    backup_of(tmp_path, NOW - timedelta(days=30))
    backup_of(tmp_path, NOW - age)
    assert is_due(tmp_path, HOUR, NOW) is due


def test_one_from_the_future_makes_none_due_and_none_be_given_up(tmp_path: Path) -> None:
    good = [backup_of(tmp_path, NOW - n * HOUR) for n in range(3)]
    future = [backup_of(tmp_path, NOW + timedelta(days=300, hours=n)) for n in range(3)]
    assert not is_due(tmp_path, HOUR, NOW + HOUR / 2)
    assert is_due(tmp_path, HOUR, NOW + HOUR)
    give_up_oldest(tmp_path, 2, NOW)
    assert sorted(tmp_path.iterdir()) == sorted(good[:2] + future)
    give_up_oldest(tmp_path, 2, NOW + timedelta(days=400))
    assert sorted(tmp_path.iterdir()) == future[1:]


def test_the_oldest_are_given_up_and_nothing_else(tmp_path: Path) -> None:
    kept = [backup_of(tmp_path, NOW - n * HOUR) for n in range(5)]
    mine, draft = tmp_path / "before-the-upgrade.backup", tmp_path / ".2026.backup.1234.draft"
    mine.touch()
    draft.touch()
    give_up_oldest(tmp_path, 2, NOW)
    assert sorted(tmp_path.iterdir()) == sorted([mine, *kept[:2]])


async def test_what_a_killed_process_left_half_made_goes_before_another_try(tmp_path: Path) -> None:
    """It may be what fills the disk. Here each try fails because the database is empty."""
    draft = await asyncio.to_thread(backup_of, tmp_path / "backups", NOW)
    draft = await asyncio.to_thread(draft.rename, draft.with_name(f".{draft.name}.1234.draft"))
    options: dict[str, Any] = {"data_dir": tmp_path, "backup_every": 1}
    trying = asyncio.create_task(ScheduledBackups(Settings(_env_file=None, **options)).run())
    await until(lambda: not draft.exists())
    trying.cancel()
    await asyncio.wait([trying])


def test_failures_make_it_wait_longer_and_no_longer_than_a_period() -> None:
    day = 86_400.0
    waits = [wait_after(failures, day) for failures in range(2000)]
    assert waits[:4] == [60, 120, 240, 480]
    assert waits[-1] == max(waits) == day
    assert [wait_after(failures, 1.0) for failures in (0, 1, 3, 4)] == [0.1, 0.2, 0.8, 1.0]


async def test_a_server_makes_them_and_keeps_the_newest(
    start_server: StartServer, tmp_path: Path
) -> None:
    server = await start_server(backup_every=EVERY / 3600, backup_keep=2)
    ada = await server.register()
    folder = tmp_path / "backups"
    await until(lambda: len(backups_in(folder)) == 2)
    first = (await asyncio.to_thread(backups_in, folder))[0]
    await until(lambda: not first.exists())
    newest = (await asyncio.to_thread(backups_in, folder))[-1]
    header = await asyncio.to_thread(check_backup, newest, lambda what, total: lambda count: None)
    assert header.rows["user"] >= 1
    assert len(await asyncio.to_thread(backups_in, folder)) <= 3  # one is there before one goes
    assert (await ada.get("/auth/me")).status_code == 200


@pytest.mark.databases("sqlite")
async def test_a_backup_of_a_wrong_clock_drives_no_good_one_out(
    start_server: StartServer, tmp_path: Path
) -> None:
    folder, now = tmp_path / "backups", datetime.now(UTC)
    old = await asyncio.to_thread(backup_of, folder, now - timedelta(days=2))
    wrong = await asyncio.to_thread(backup_of, folder, now + timedelta(days=300))
    await start_server(backup_every=3 / 3600, backup_keep=2)
    await until(lambda: not old.exists())
    kept = await asyncio.to_thread(backups_in, folder)
    assert kept[-1] == wrong and len(kept) == 3
    assert shortest_gap(kept[:2]) >= 3


@pytest.mark.databases("sqlite")
async def test_none_are_made_unless_asked_for(start_server: StartServer, tmp_path: Path) -> None:
    await start_server()
    await asyncio.sleep(EVERY)
    assert not await asyncio.to_thread((tmp_path / "backups").exists)


@pytest.mark.databases("sqlite", "mysql")
async def test_servers_that_share_a_folder_share_the_work(
    database_url: str, tmp_path: Path
) -> None:
    often = {"BACKUP_EVERY": str(SHARED_EVERY / 3600), "DATA_DIR": str(tmp_path)}
    async with server_process(database_url, **often), server_process(database_url, **often):
        await until(lambda: len(backups_in(tmp_path / "backups")) >= 3)
    kept = await asyncio.to_thread(backups_in, tmp_path / "backups")
    assert shortest_gap(kept) >= SHARED_EVERY


@pytest.mark.databases("sqlite")
async def test_a_folder_that_cannot_be_written_does_not_stop_the_server(
    database_url: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    await asyncio.to_thread((tmp_path / "backups").touch)  # a file in the way
    printed = ""

    def told() -> bool:
        nonlocal printed
        printed += capsys.readouterr().err
        return "backup_failed" in printed

    often = {"backup_every": EVERY / 3600, "data_dir": tmp_path}
    async with running_server(database_url=database_url, **often) as server:
        await until(told)
        assert "Traceback" not in printed
        assert (await server.http.get("/health/ready")).status_code == 200
