"""Two processes on one database: once is once, and who follows is not far behind."""

import asyncio
from dataclasses import replace
from itertools import pairwise

import pytest

from tests.conftest import StartServer
from tests.faults.figures import Note
from tests.faults.scale import on
from tests.support.server import ChatSocket, Person, text_of
from tests.support.server_process import TWO_WORKERS, server_process
from tests.support.upstream import ScriptedUpstream

pytestmark = pytest.mark.anyio

DUPLICATES = 50
BEHIND_SECONDS = 2.0
PAUSES = 20
"""A busy machine has the text come with longer pauses, and whoever follows be further behind."""


@pytest.mark.databases(*on("mysql", soak="sqlite mysql mariadb"))
async def test_parallel_duplicates_over_two_processes_are_one_message(
    start_server: StartServer,
    upstream: ScriptedUpstream,
    database_url: str,
    backend: str,
    note: Note,
    program: str,
) -> None:
    async with server_process(database_url, None, program) as process:
        ada = await process.person_with_model(upstream.url, "slow")
        conversation = await ada.conversation()
        places = [ada, ada]  # each of many connections leads to either worker
        if program != TWO_WORKERS:
            places[1] = replace(ada, server=await start_server())
        key = {"Idempotency-Key": "the-one"}
        answers = await asyncio.gather(
            *(places[n % 2].say(conversation, "only once 🍣", **key) for n in range(DUPLICATES))
        )
        history = await ada.messages(conversation)
    assert {answer.status_code for answer in answers} == {200}, [a.text for a in answers]
    assert len({answer.text for answer in answers}) == 1
    assert len(history) == 2
    assert len(upstream.replies) == 1
    fault = f"{DUPLICATES} parallel sends of one message over two processes ({program})"
    note(f"{fault}: rows, upstream calls", backend, "2 rows, 1 call", "2 rows, 1 call")


@pytest.mark.databases(*on("mysql", soak="sqlite mysql mariadb"))
async def test_a_reader_at_another_process_is_not_far_behind(
    start_server: StartServer,
    upstream: ScriptedUpstream,
    database_url: str,
    backend: str,
    note: Note,
) -> None:
    here = await start_server()
    ada = await here.person_with_model(upstream.url, "slow")
    async with server_process(database_url) as process:
        places = [ada, process.seen_by(ada)]
        behind, pause = await _behind(places, await ada.conversation())
    note(
        "a reader at another process: behind, worst of 50 words",
        *(backend, "≤ 500 ms", f"{behind * 1000:.0f} ms"),
    )
    assert behind <= BEHIND_SECONDS + PAUSES * pause


async def _behind(places: list[Person], conversation: int) -> tuple[float, float]:
    """How long the reader elsewhere waits for a text that the one here has, at worst, and how long
    the one here waits for the next piece of it, in seconds."""
    loop = asyncio.get_running_loop()
    async with places[0].socket(conversation) as here, places[1].socket(conversation) as there:
        await here.send(type="message", content="word " * 50)

        async def times(socket: ChatSocket) -> list[tuple[int, float]]:
            length = 0
            found: list[tuple[int, float]] = []
            while (event := await socket.receive())["type"] not in ("done", "error"):
                length += len(text_of([event]))
                found.append((length, loop.time()))
            return found

        first, second = await asyncio.gather(times(here), times(there))
    behind = max(next(t for length, t in second if length >= got) - at for got, at in first)
    return behind, max(after - before for (_, before), (_, after) in pairwise(first))
