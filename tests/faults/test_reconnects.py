"""A reader comes and goes at random, over two processes and two protocols, and misses nothing:
two servers, or the two workers of one, where chance leads each visit to either."""

import asyncio
import random
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing, asynccontextmanager
from dataclasses import dataclass, replace
from typing import Any

import orjson
import pytest

from tests.conftest import StartServer
from tests.faults.figures import Note
from tests.faults.scale import on, scaled
from tests.faults.watching import REPLY
from tests.support.patience import PATIENCE_SECONDS
from tests.support.server import Person
from tests.support.server_process import TWO_WORKERS, server_process
from tests.support.upstream import ScriptedUpstream

pytestmark = pytest.mark.anyio

VISITS = scaled(60, 500)
READERS = 5
LETTERS = ["词", "🍣", "👩‍👩‍👧", "e\u0301", "ǅ", "a", "\u200f", "ﷺ", "한", "🏳️‍🌈"]


@dataclass
class Reader:
    """Who reads one reply, visit by visit."""

    text: str = ""
    cursor: str | None = None
    ended: bool = False

    def take(self, event: dict[str, Any]) -> None:
        """What a client does with an event."""
        if event["type"] == "start":
            assert self.cursor is None or event.get("resumed"), "the reply began afresh"
            self.cursor = self.cursor or f"{event['message']['id']}.0.0"
        elif event["type"] == "chunk":
            self.text += event["content"]
        self.cursor = event.get("id", self.cursor)
        self.ended = event["type"] == "done"


@pytest.mark.databases(*on("sqlite", soak="sqlite mysql"))
async def test_no_gap_and_nothing_twice(
    start_server: StartServer,
    upstream: ScriptedUpstream,
    database_url: str,
    backend: str,
    note: Note,
    program: str,
) -> None:
    async with server_process(database_url, None, program) as process:
        ada = await process.person_with_model(upstream.url, "slow")
        places = [ada]
        if program != TWO_WORKERS:
            places.append(replace(ada, server=await start_server()))
        visits = await asyncio.gather(*(_replies(places, seed) for seed in range(READERS)))
    fault = f"{sum(visits)} random reconnects by WebSocket and SSE to two processes ({program})"
    note(f"{fault}: gaps or doubles", backend, "0", "0")


async def _replies(places: list[Person], seed: int) -> int:
    """Read replies, one after the other, in many visits; how many there were."""
    chance = random.Random(seed)
    visits = 0
    while visits < VISITS / READERS:
        visits += await _one_reply(places, chance)
    return visits


async def _one_reply(places: list[Person], chance: random.Random) -> int:
    """Have one reply written and read it in visits; how many there were."""
    words = ("".join(chance.choices(LETTERS, k=chance.randint(1, 6))) for _ in range(40))
    content = " ".join(words)
    conversation = await places[0].conversation()
    reader, visits = Reader(), 0
    async with chance.choice(places).socket(conversation) as socket:
        await socket.send(type="message", content=content)
        reader.take(await socket.receive())
    while not reader.ended:
        visits += 1
        person = chance.choice(places)
        visit = chance.choice([_by_socket, _by_events])
        async with visit(person, conversation, reader.cursor) as events:
            for _ in range(chance.randint(1, 5)):
                async with asyncio.timeout(PATIENCE_SECONDS):
                    reader.take(await anext(events))
                if reader.ended:
                    break
        if chance.random() < 0.05:
            await asyncio.sleep(1)  # the next visit comes after the end
    assert reader.text == REPLY.format(content)
    return visits


@asynccontextmanager
async def _by_socket(
    person: Person, conversation: int, cursor: str | None
) -> AsyncIterator[AsyncIterator[dict[str, Any]]]:
    async def events() -> AsyncGenerator[dict[str, Any]]:
        while True:
            event = await socket.receive()
            if event["type"] != "title":
                yield event

    async with person.socket(conversation, cursor) as socket, aclosing(events()) as received:
        yield received


@asynccontextmanager
async def _by_events(
    person: Person, conversation: int, cursor: str | None
) -> AsyncIterator[AsyncIterator[dict[str, Any]]]:
    async def events() -> AsyncGenerator[dict[str, Any]]:
        async for line in answer.aiter_lines():
            if line.startswith("data: "):
                event = orjson.loads(line.removeprefix("data: "))
                if event["type"] != "title":
                    yield event

    headers = person.headers | ({"Last-Event-ID": cursor} if cursor else {})
    url = f"/conversations/{conversation}/stream"
    async with person.server.http.stream("GET", url, headers=headers) as answer:
        assert answer.status_code == 200
        async with aclosing(events()) as received:
            yield received
