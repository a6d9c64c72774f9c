"""Backups by the clock: made by a running server, one at a time, the oldest given up."""

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from app.services.backup.restoring import check_backup
from app.services.backup.schedule import STAMP, SUFFIX, backups_in, give_up_oldest, is_due
from tests import cli_process
from tests.conftest import StartServer
from tests.server import running_server
from tests.server_process import server_process

pytestmark = pytest.mark.anyio

HOUR = timedelta(hours=1)
NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
EVERY = 0.6
"""Seconds between two backups of these tests."""
PATIENCE_SECONDS = 30


def backup_of(folder: Path, time: datetime) -> Path:
    folder.mkdir(exist_ok=True)
    path = folder / f"{time:{STAMP}}{SUFFIX}"
    path.touch()
    return path


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
    backup_of(tmp_path, NOW - timedelta(days=30))
    backup_of(tmp_path, NOW - age)
    assert is_due(tmp_path, HOUR, NOW) is due


def test_the_oldest_are_given_up_and_nothing_else(tmp_path: Path) -> None:
    kept = [backup_of(tmp_path, NOW - n * HOUR) for n in range(5)]
    mine, draft = tmp_path / "before-the-upgrade.backup", tmp_path / ".2026.backup.1234.draft"
    mine.touch()
    draft.touch()
    give_up_oldest(tmp_path, 2)
    assert sorted(tmp_path.iterdir()) == sorted([mine, *kept[:2]])


async def test_a_server_makes_them_and_keeps_the_newest(
    start_server: StartServer, tmp_path: Path
) -> None:
    server = await start_server(backup_every_hours=EVERY / 3600, backup_keep=2)
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


async def test_none_are_made_unless_asked_for(start_server: StartServer, tmp_path: Path) -> None:
    await start_server()
    await asyncio.sleep(EVERY)
    assert not await asyncio.to_thread((tmp_path / "backups").exists)


async def test_servers_that_share_a_folder_share_the_work(
    database_url: str, tmp_path: Path
) -> None:
    often = {"BACKUP_EVERY_HOURS": str(3 / 3600), "DATA_DIR": str(tmp_path)}
    async with server_process(database_url, **often), server_process(database_url, **often):
        await until(lambda: len(backups_in(tmp_path / "backups")) >= 3)
    kept = await asyncio.to_thread(backups_in, tmp_path / "backups")
    times = [datetime.strptime(path.name, f"{STAMP}{SUFFIX}") for path in kept]
    gaps = [(late - early).total_seconds() for early, late in zip(times, times[1:], strict=False)]
    assert min(gaps) >= 3


async def test_a_folder_that_cannot_be_written_does_not_stop_the_server(
    database_url: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    await asyncio.to_thread((tmp_path / "backups").touch)  # a file in the way
    printed = ""

    def told() -> bool:
        nonlocal printed
        printed += capsys.readouterr().err
        return "backup_failed" in printed

    often = {"backup_every_hours": EVERY / 3600, "data_dir": tmp_path}
    async with running_server(database_url=database_url, **often) as server:
        await until(told)
        assert "Traceback" not in printed
        assert (await server.http.get("/health/ready")).status_code == 200
