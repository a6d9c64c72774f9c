"""A process that was asleep finds its replies taken over: it writes nothing more into them."""

import asyncio
import os
import signal
from contextlib import AsyncExitStack

import pytest

from tests.conftest import StartServer
from tests.faults.figures import Note
from tests.faults.processes import pid_of
from tests.faults.scale import on
from tests.faults.suspended import stop, stop_until_taken_over
from tests.faults.watching import REPLY
from tests.support.server import text_of
from tests.support.server_process import server_process
from tests.support.upstream import ScriptedUpstream
from tests.workers.processes import process_of

pytestmark = pytest.mark.anyio


@pytest.mark.databases(*on("sqlite", soak="sqlite mysql"))
async def test_a_process_that_wakes_up_is_fenced_off(
    start_server: StartServer,
    upstream: ScriptedUpstream,
    database_url: str,
    backend: str,
    note: Note,
    program: str,
) -> None:
    here = await start_server(reap_after_seconds=1)
    ada = await here.person_with_model(upstream.url, "slow")
    old, new = await ada.conversation(), await ada.conversation()
    async with server_process(database_url, None, program, REAP_AFTER_SECONDS="1") as process:
        elsewhere = process.seen_by(ada)
        async with elsewhere.socket(old) as viewer, elsewhere.socket(new) as other:
            writer = await process_of(process, viewer)
            await viewer.send(type="message", content="word " * 1000)
            events = await viewer.until("chunk")
            await asyncio.sleep(0.5)  # some of it is kept
            await stop_until_taken_over(writer, ada, old, lease=1)
            kept = (await ada.messages(old))[1]
            os.kill(writer, signal.SIGCONT)
            events += await viewer.until("error")
            assert events[-1]["code"] == "interrupted"
            assert text_of(events).startswith(kept["content"]) and kept["content"]
            assert text_of(await other.say("after waking")) == REPLY.format("after waking")
        assert (await ada.messages(old))[1] == kept
        assert (await ada.messages(new))[1]["status"] == "complete"
    fault = f"owner suspended, reaped, woken ({program}): text written afterwards"
    note(fault, backend, "none", "none")


@pytest.mark.databases("sqlite")
async def test_processes_that_slept_side_by_side_do_not_reap_each_other(
    upstream: ScriptedUpstream, database_url: str
) -> None:
    async with AsyncExitStack() as stack:
        starting = (server_process(database_url, REAP_AFTER_SECONDS="1") for _ in range(2))
        first, second = await asyncio.gather(*map(stack.enter_async_context, starting))
        ada = await first.person_with_model(upstream.url, "slow")
        conversation = await ada.conversation()
        async with ada.socket(conversation) as viewer:
            await viewer.send(type="message", content="word " * 100)
            await viewer.until("chunk")
            await stop(pid_of(first))
            await asyncio.sleep(0.3)  # the second sees the last beat
            await stop(pid_of(second))
            await asyncio.sleep(1)
            second.kill(signal.SIGCONT)
            await asyncio.sleep(0.1)  # time for a look
            first.kill(signal.SIGCONT)
            assert (await viewer.until("done", "error"))[-1]["type"] == "done"
