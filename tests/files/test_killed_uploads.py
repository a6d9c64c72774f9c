"""kill -9 at any moment of an upload: no row is without its bytes, and the sweep leaves no bytes
without a row."""

import asyncio
import os
import random
import signal
import time
from pathlib import Path
from typing import Any

import httpx2
import pytest
from sqlalchemy import Connection, select

from app.database import table_of
from app.models import File
from tests.conftest import StartServer
from tests.faults.scale import on, scaled
from tests.files.made import put
from tests.support.server import Person
from tests.support.server_process import ServerProcess, server_process

pytestmark = pytest.mark.anyio

UPLOADS = scaled(12, 10_000)
PER_KILL = scaled(6, 100)
AT_ONCE = 3
_file = table_of(File)


async def uploads(person: Person, numbers: range) -> set[int]:
    """The ids that were answered before the server was killed."""
    answered: set[int] = set()
    left = iter(numbers)

    async def one_after_the_other() -> None:
        for number in left:
            answer = await put(person, f"file number {number}".encode(), f"{number}.txt")
            assert answer.status_code == 201, answer.text
            answered.add(answer.json()["id"])

    work = [one_after_the_other() for _ in range(AT_ONCE)]
    for result in await asyncio.gather(*work, return_exceptions=True):
        assert result is None or isinstance(result, httpx2.TransportError), result
    return answered


async def killed(process: ServerProcess, seconds: float) -> None:
    await asyncio.sleep(seconds)  # at any moment
    process.kill(signal.SIGKILL)


def keys_in(folder: Path) -> set[str]:
    found = (path for path in (folder / "files").rglob("*") if path.is_file())
    return {path.name for path in found if "drafts" not in path.parts and "." not in path.name}


def age(folder: Path) -> None:
    """A day goes by."""
    ago = time.time() - 25 * 3600
    for path in (folder / "files").rglob("*"):
        os.utime(path, (ago, ago))


@pytest.mark.databases(*on("sqlite", soak="sqlite mysql"))
async def test_killed_at_random_moments(
    start_server: StartServer, database_url: str, tmp_path: Path
) -> None:
    chance = random.Random(1)
    answered: set[int] = set()
    settings = {"DATA_DIR": str(tmp_path), "ATTACHMENTS_QUOTA_BYTES": "100000000"}
    ada: Person | None = None
    for first in range(0, UPLOADS, PER_KILL):
        async with server_process(database_url, **settings) as process:
            ada = process.seen_by(ada) if ada else await process.register()
            end = asyncio.create_task(killed(process, chance.uniform(0.1, 2.0)))
            answered |= await uploads(ada, range(first, first + PER_KILL))
            await end
    assert ada is not None
    server = await start_server(data_dir=tmp_path)
    ada.server = server
    owner = ada.id

    def rows(connection: Connection) -> list[Any]:
        mine = select(_file.c.id, _file.c.hash, _file.c.stored).where(_file.c.user_id == owner)
        return [*connection.execute(mine)]

    there = await server.app.state.services.database.read(rows)
    assert answered <= {row.id for row in there}
    keys = {row.hash.hex() for row in there}
    assert keys <= await asyncio.to_thread(keys_in, tmp_path)
    await asyncio.to_thread(age, tmp_path)
    for _ in range(2):
        await server.app.state.services.files.sweep(0)
    assert await asyncio.to_thread(keys_in, tmp_path) == keys
    drafts = tmp_path / "files" / "drafts"
    assert await asyncio.to_thread(lambda: [*drafts.iterdir()] if drafts.exists() else []) == []
    used = (await ada.get("/attachments")).json()["used_bytes"]
    assert used == sum(row.stored for row in there)
