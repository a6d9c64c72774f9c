"""A worker is killed while others hold what it writes, and it what they write: everybody comes to
the end that is stored, with no gap and nothing twice."""

import asyncio
import os
import random
import signal
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import pytest

from tests.faults.figures import Note
from tests.faults.scale import on, scaled
from tests.faults.watching import REPLY, eventually
from tests.support.returning import Reader
from tests.support.server import ChatSocket, Person
from tests.support.server_process import ServerProcess, server_process
from tests.support.upstream import ScriptedUpstream
from tests.workers.processes import process_of, workers_of

pytestmark = pytest.mark.anyio

WORKERS = 3
"""One dies, one writes on, and one reads what that one writes."""
KILLS = scaled(2, 50)
REPLIES, READERS = 4, 3
WORDS = 100
SETTINGS = {
    "WORKERS": str(WORKERS),
    "REAP_AFTER_SECONDS": "1",
    "MAX_REPLIES_PER_USER": "100",
    "MAX_SOCKETS_PER_USER": "100",
}


@dataclass
class Reading(Reader):
    """A reader of one conversation at a server of several workers."""

    conversation: int = 0
    workers: list[int] = field(default_factory=list)
    """Where it was, the first at first."""

    async def at(self, process: ServerProcess, person: Person) -> None:
        """Read to the end at whatever worker each connection leads to."""

        @asynccontextmanager
        async def opened(cursor: str | None) -> AsyncIterator[ChatSocket]:
            async with person.socket(self.conversation, cursor) as socket:
                self.workers.append(await process_of(process, socket))
                yield socket

        await self.read(opened)


@pytest.mark.databases(*on("mysql", soak="sqlite mysql mariadb"))
async def test_killed_while_others_read_what_it_writes(
    upstream: ScriptedUpstream, database_url: str, backend: str, note: Note
) -> None:
    chance = random.Random(1)
    ended: list[str] = []
    async with server_process(database_url, None, "chat-backend serve", **SETTINGS) as process:
        ada = await process.person_with_model(upstream.url, "slow")
        for _ in range(KILLS):
            await eventually(lambda: _are_all_there(process))
            ended += await _one_killed(process, ada, chance)
    assert {"complete", "interrupted"} <= set(ended)
    fault = f"one of {WORKERS} workers killed, {KILLS} times, {READERS} readers of each reply"
    note(f"{fault}: gaps or doubles", backend, "0", "0")


async def _are_all_there(process: ServerProcess) -> bool:
    return len(await workers_of(process)) == WORKERS


async def _one_killed(process: ServerProcess, ada: Person, chance: random.Random) -> list[str]:
    """How replies ended of which some worker wrote each, when one that wrote was killed."""
    text = " ".join(f"词{number}🍣" for number in range(WORDS))
    writers = [Reading(text, conversation=await ada.conversation()) for _ in range(REPLIES)]
    reading = [asyncio.create_task(each.at(process, ada)) for each in writers]
    await eventually(lambda: _have_begun(writers))
    readers = [Reading(conversation=each.conversation) for each in writers for _ in range(READERS)]
    reading += [asyncio.create_task(each.at(process, ada)) for each in readers]
    await eventually(lambda: _have_begun(readers))
    await asyncio.sleep(chance.uniform(0, 0.5))
    os.kill(writers[0].workers[0], signal.SIGKILL)
    await asyncio.gather(*reading)
    return [await _ending(ada, each, readers, text) for each in writers]


async def _have_begun(readers: Sequence[Reader]) -> bool:
    return all(reader.text for reader in readers)


async def _ending(ada: Person, writer: Reading, readers: list[Reading], text: str) -> str:
    """The state of a reply, which is the same for all who read it and as it is stored."""
    message, reply = await ada.messages(writer.conversation)
    assert message["content"] == text
    assert REPLY.format(text).startswith(reply["content"]) and reply["content"]
    assert reply["status"] != "complete" or reply["content"] == REPLY.format(text)
    for each in (writer, *readers):
        if each.conversation == writer.conversation:
            shown = each.ending["status"], each.text
            assert shown == (reply["status"], reply["content"])
    return str(reply["status"])
