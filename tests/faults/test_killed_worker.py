"""A worker is killed while others hold what it writes, and it what they write: everybody comes to
the end that is stored, with no gap and nothing twice."""

import asyncio
import os
import random
import signal
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

import pytest
from websockets.exceptions import ConnectionClosed, InvalidHandshake

from tests.faults.figures import Note
from tests.faults.scale import on, scaled
from tests.faults.watching import REPLY, eventually
from tests.support.server import Person
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
class Reader:
    """Who reads a reply to its end, and comes back with the place in it when a connection ends."""

    conversation: int
    text: str = ""
    cursor: str | None = None
    worker: int = 0
    """The one that this reader was at first."""
    ending: dict[str, Any] = field(default_factory=dict)

    async def read(self, process: ServerProcess, person: Person, content: str = "") -> None:
        """Read to the end; with a text, send it first."""
        while not self.ending:
            with suppress(ConnectionClosed, InvalidHandshake, OSError):
                async with person.socket(self.conversation, self.cursor) as socket:
                    self.worker = self.worker or await process_of(process, socket)
                    if content:
                        await socket.send(type="message", content=content)
                        content = ""
                    while not self.ending:
                        self._take(await socket.receive())

    def _take(self, event: dict[str, Any]) -> None:
        if event["type"] == "start" and not event.get("resumed"):
            self.text, self.cursor = "", f"{event['message']['id']}.0.0"
        elif event["type"] == "chunk":
            self.text += event["content"]
        elif event["type"] in ("done", "error"):
            self.ending = event
        self.cursor = event.get("id", self.cursor)


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
    writers = [Reader(await ada.conversation()) for _ in range(REPLIES)]
    reading = [asyncio.create_task(each.read(process, ada, text)) for each in writers]
    await eventually(lambda: _have_begun(writers))
    readers = [Reader(each.conversation) for each in writers for _ in range(READERS)]
    reading += [asyncio.create_task(each.read(process, ada)) for each in readers]
    await eventually(lambda: _have_begun(readers))
    await asyncio.sleep(chance.uniform(0, 0.5))
    os.kill(writers[0].worker, signal.SIGKILL)
    await asyncio.gather(*reading)
    return [await _ending(ada, each, readers, text) for each in writers]


async def _have_begun(readers: list[Reader]) -> bool:
    return all(reader.text for reader in readers)


async def _ending(ada: Person, writer: Reader, readers: list[Reader], text: str) -> str:
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
