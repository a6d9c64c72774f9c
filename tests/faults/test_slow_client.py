"""A client that never reads costs little, delays nobody, and is cut after a while."""

import asyncio
from contextlib import AsyncExitStack

import pytest

from tests.faults import scenarios
from tests.faults.figures import Note
from tests.faults.processes import pid_of, resident_bytes
from tests.faults.unread import is_cut, unread_events, unread_history, unread_socket
from tests.faults.watching import eventually
from tests.support.server import ChatSocket, Person, text_of
from tests.support.server_process import ServerProcess, server_process
from tests.support.upstream import ScriptedUpstream
from tests.workers.processes import workers_of

pytestmark = pytest.mark.anyio

UNREAD = 40
COST_BYTES = 2_000_000
SEND_TIMEOUT = 1
CHECK_SECONDS = 2
SETTINGS = {
    "SEND_TIMEOUT_SECONDS": str(SEND_TIMEOUT),
    "SESSION_CHECK_SECONDS": str(CHECK_SECONDS),
    "MAX_SOCKETS_PER_USER": "100",
} | scenarios.TORRENT_SETTINGS
GAP_SECONDS = 2.0
PAUSES = 20
"""A busy machine makes the reader wait that is alone, too."""


@pytest.mark.databases("sqlite")
@pytest.mark.usefixtures("new_python")
async def test_a_client_that_never_reads(
    upstream: ScriptedUpstream, database_url: str, backend: str, note: Note, program: str
) -> None:
    async with (
        server_process(database_url, None, program, **SETTINGS) as process,
        AsyncExitStack() as stack,
    ):
        ada = await process.person_with_model(upstream.url, "torrent")
        await _one_torrent(ada, process)  # its last write takes room that stays
        alone, pause = await _one_torrent(ada, process)
        conversation = await ada.conversation()
        unread = [
            await stack.enter_async_context(unread_socket(ada, conversation)) for _ in range(UNREAD)
        ]
        async with ada.socket(conversation) as reader:
            await reader.send(type="message", content="go")
            await reader.until("start")
            events = unread_events(ada, conversation)
            unread.append(await stack.enter_async_context(events))
            gap = await _read_all(reader)
            grown = await _resident(process) - alone

            async def all_cut() -> bool:
                return all(map(is_cut, unread))

            waited = await eventually(all_cut)
    each = grown / len(unread)
    note(
        f"{len(unread)} clients that never read a reply of 8 MB ({program}): memory, each",
        *(backend, "≤ 2 MB", f"{each / 1e6:.2f} MB"),
    )
    note(
        f"the same ({program}): longest pause of a reader beside them",
        *(backend, "no delay", f"{gap * 1000:.0f} ms (upstream pauses 10 ms)"),
    )
    note(
        f"the same ({program}): cut after the reply stood still",
        *(backend, f"send timeout {SEND_TIMEOUT} s + {CHECK_SECONDS} s", f"{waited:.1f} s"),
    )
    assert each <= COST_BYTES
    assert gap <= GAP_SECONDS + PAUSES * pause


@pytest.mark.databases("sqlite")
@pytest.mark.usefixtures("new_python")
async def test_a_page_that_is_never_read(upstream: ScriptedUpstream, database_url: str) -> None:
    async with server_process(database_url, **SETTINGS) as process, AsyncExitStack() as stack:
        ada = await process.person_with_model(upstream.url, "bells")
        conversation = await ada.conversation()
        await ada.say(conversation, "ring")
        unread = [
            await stack.enter_async_context(unread_history(ada, conversation))
            for _ in range(UNREAD)
        ]

        async def all_cut() -> bool:
            return all(map(is_cut, unread))

        await eventually(all_cut)


async def _one_torrent(ada: Person, process: ServerProcess) -> tuple[int, float]:
    """What a reply whose only reader keeps up takes: memory, in bytes, and the longest wait for a
    piece of it, in seconds."""
    conversation = await ada.conversation()
    async with ada.socket(conversation) as reader:
        await reader.send(type="message", content="warm up")
        longest = await _read_all(reader)
        resident = await _resident(process)
        await reader.send(type="stop")
        await reader.until("done")
    return resident, longest


async def _read_all(reader: ChatSocket) -> float:
    """Read the whole torrent; the longest wait for a piece of it, in seconds."""
    loop = asyncio.get_running_loop()
    length, longest, before = 0, 0.0, None
    while length < scenarios.TORRENT_CHARACTERS:
        length += len(text_of([await reader.receive()]))
        now = loop.time()
        longest = max(longest, now - before) if before is not None else 0.0
        before = now
    return longest


async def _resident(process: ServerProcess) -> int:
    """What all of its processes hold, in bytes; what workers share is counted for each."""
    pids = {pid_of(process), *await workers_of(process)}
    return await asyncio.to_thread(lambda: sum(map(resident_bytes, pids)))
