"""What somebody waits for is done while the index of the search takes its time."""

import asyncio
from dataclasses import dataclass
from typing import Any

import pytest

from app.services.jobs.lanes import JobLanes
from app.services.jobs.rows import wish
from app.services.jobs.service import HeldJob
from tests.conftest import StartServer
from tests.transfer.imported import brought_in, chatgpt, conversation, ids_of, undone

pytestmark = pytest.mark.anyio
LONG = "search_test"


async def test_an_import_is_undone_while_the_index_is_made(start_server: StartServer) -> None:
    server = await start_server(jobs_at_once=1)
    services = server.app.state.services
    begun, may_end = asyncio.Event(), asyncio.Event()

    async def take_long(job: HeldJob) -> None:
        begun.set()
        await may_end.wait()

    services.jobs.index.add(LONG, take_long)
    await services.database.write(wish, LONG)
    services.jobs.index.wake()
    await begun.wait()
    person = await server.register()
    done = await brought_in(person, chatgpt(conversation("a", ["one", "two"])))
    assert (await person.post(f"/imports/{done['id']}/undo")).status_code == 202
    await undone(person, done["id"])
    assert await ids_of(person) == []
    may_end.set()


@dataclass
class Lane:
    """Jobs that take so many turns of the event loop to let go of."""

    turns: int
    has_ended: bool = False

    async def run(self) -> None:
        try:
            await asyncio.Event().wait()
        finally:
            for _ in range(self.turns):
                await asyncio.sleep(0)
            self.has_ended = True


async def test_the_end_waits_for_every_lane() -> None:
    lanes: list[Any] = [Lane(0), Lane(20), Lane(10)]
    running = asyncio.create_task(JobLanes(*lanes).run())
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    running.cancel()
    await asyncio.wait((running,))
    assert all(lane.has_ended for lane in lanes)
