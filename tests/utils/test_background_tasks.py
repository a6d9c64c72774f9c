"""A background task ends when it is told to, whatever it makes of it, and not before."""

import asyncio
from datetime import timedelta
from pathlib import Path

import pytest

from app.config import Settings
from app.database import open_database
from app.services.upkeep.purge import Purger
from app.utils.tasks import stop_tasks
from tests.support.patience import PATIENCE_SECONDS

pytestmark = pytest.mark.anyio


async def goes_on_after(swallowed: int) -> None:
    """Take so many cancellations for failures, as loops over a failing connection may."""
    for _ in range(swallowed):
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            continue
    await asyncio.Event().wait()


@pytest.mark.parametrize("swallowed", [0, 1, 2])
async def test_a_task_that_swallows_cancellations_ends(swallowed: int) -> None:
    tasks = [asyncio.create_task(goes_on_after(swallowed)) for _ in range(3)]
    await asyncio.sleep(0)
    async with asyncio.timeout(PATIENCE_SECONDS):
        await stop_tasks(*tasks)
    assert all(task.cancelled() for task in tasks)


async def test_clearing_away_goes_on_after_a_failure_that_nobody_foresaw(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    settings = Settings(_env_file=None, data_dir=tmp_path)
    database = await asyncio.to_thread(open_database, settings)
    await database.close()  # it answers with an error that is none of a database's

    async def retention() -> timedelta:
        return timedelta(days=30)

    task = asyncio.create_task(Purger(database, retention, asyncio.sleep, (), ()).run())
    async with asyncio.timeout(PATIENCE_SECONDS):
        while True:
            await asyncio.sleep(0.01)
            if "purge_failed" in caplog.text or task.done():
                break
    assert not task.done()
    await stop_tasks(task)
