"""Servers of a release and of this version replace each other one by one, while people send and
read at all of them: nobody is refused, and nothing is lost or there twice."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, func, select

from app.contract import CONTRACTED
from app.database import table_of
from app.models import Generation, GenerationPiece
from tests.faults.watching import eventually
from tests.support.backups import command, done
from tests.support.upstream import ScriptedUpstream
from tests.upgrades import releases
from tests.upgrades.fleet import Fleet, Sender, Streamer

pytestmark = [pytest.mark.anyio, pytest.mark.databases("mysql")]

SERVERS, SENDERS, STREAMERS = 2, 2, 3
LEASE = 2
SETTINGS = {"REAP_AFTER_SECONDS": str(LEASE), "CHECKPOINT_SECONDS": "0.1", "DRAIN_SECONDS": "1"}
_generation = table_of(Generation)
_piece = table_of(GenerationPiece)


@pytest.fixture(scope="module")
def release() -> Path:
    found = releases.code_of(releases.WITHOUT_PROCESSES)
    assert found is not None
    return found


@asynccontextmanager
async def busy(fleet: Fleet, upstream: ScriptedUpstream) -> AsyncIterator[None]:
    """People go on meanwhile; afterwards all that they did is looked at."""
    ada = await fleet.next().person_with_model(upstream.url, "slow")
    senders = [Sender(fleet, ada, await ada.conversation("named")) for _ in range(SENDERS)]
    streamers = [Streamer(fleet, ada) for _ in range(STREAMERS)]
    people: list[Sender | Streamer] = [*senders, *streamers]
    over, endings = asyncio.Event(), Counter[str]()
    async with asyncio.TaskGroup() as going_on:
        for person in people:
            going_on.create_task(person.go_on(over))
        try:
            yield
        finally:
            over.set()
    at_last = fleet.next().seen_by(ada)
    for each in people:
        await each.check(at_last)
    for streamer in streamers:
        endings.update(streamer.endings)
    assert endings["complete"]
    # Only those are cut off that outlast the grace of a server that ends.
    assert endings.total() - endings["complete"] <= SERVERS * STREAMERS


@pytest.fixture
async def fleet(url: str, tmp_path: Path) -> AsyncIterator[Fleet]:
    async with AsyncExitStack() as stack:
        yield Fleet(stack, url, tmp_path, MAX_REPLIES_PER_USER="100", **SETTINGS)


async def test_upgraded_one_by_one_and_then_contracted(
    release: Path,
    url: str,
    tmp_path: Path,
    engine: Engine,
    fleet: Fleet,
    upstream: ScriptedUpstream,
) -> None:
    for _ in range(SERVERS):
        await fleet.start(release)
    async with busy(fleet, upstream):
        done(await asyncio.to_thread(command, tmp_path, url, "migrate"))
        await fleet.replace_all(None)
        assert await beats_move(engine)
        said = done(await asyncio.to_thread(command, tmp_path, url, "migrate", "--contract"))
        assert f"Versions before {CONTRACTED} are refused" in said

        async def only_text_is_saved() -> bool:
            return not await beats_move(engine)

        await eventually(only_text_is_saved)
        await asyncio.sleep(2 * LEASE)  # and nobody takes them for dead


async def beats_move(engine: Engine) -> bool:
    """Whether signs of life of a reply's own come with its text."""
    before = await asyncio.to_thread(running, engine)
    while True:
        now = await asyncio.to_thread(running, engine)
        grown = [id for id in before.keys() & now.keys() if now[id].saved > before[id].saved]
        if grown:
            return any(now[id].beat != before[id].beat for id in grown)
        before = now | before if before.keys() & now.keys() else now


def running(engine: Engine) -> dict[int, Any]:
    """By running generation: its sign of life, and how many characters of it are saved."""
    saved = func.sum(func.char_length(_piece.c.content)).label("saved")
    query = (
        select(_generation.c.id, _generation.c.beat, saved)
        .join(_piece, _piece.c.generation_id == _generation.c.id)
        .where(_generation.c.finished_at.is_(None))
        .group_by(_generation.c.id)
    )
    with engine.connect() as connection:
        return {row.id: row for row in connection.execute(query)}


async def test_taken_back_one_by_one(
    release: Path, fleet: Fleet, upstream: ScriptedUpstream
) -> None:
    for _ in range(SERVERS):
        await fleet.start(None)
    async with busy(fleet, upstream):
        await fleet.replace_all(release)
