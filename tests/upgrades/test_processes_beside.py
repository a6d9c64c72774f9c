"""A version whose processes have no rows, its real code, beside this one: neither ends replies of
the other that are longer than the lease, and each ends those of the other once it is dead."""

import asyncio
import signal
from contextlib import AsyncExitStack
from pathlib import Path

import pytest

from tests.support.server import ChatSocket, Person
from tests.support.server_process import server_process
from tests.support.upstream import ScriptedUpstream
from tests.upgrades import releases

pytestmark = pytest.mark.anyio

LEASE = 1
SETTINGS = {"REAP_AFTER_SECONDS": str(LEASE), "CHECKPOINT_SECONDS": "0.1"}


@pytest.fixture(scope="module")
def without() -> Path:
    found = releases.code_of(releases.WITHOUT_PROCESSES)
    assert found is not None
    return found


async def begun(stack: AsyncExitStack, writer: Person, reader: Person) -> ChatSocket:
    """A reply that waits for its model, at the one, as the other sees it."""
    conversation = await writer.conversation()
    socket = await stack.enter_async_context(reader.socket(conversation))
    sender = await stack.enter_async_context(writer.socket(conversation))
    await sender.send(type="message", content="a b c")
    await sender.until("chunk")
    return socket


async def ending(socket: ChatSocket) -> str:
    event = (await socket.until("done", "error"))[-1]
    return str(event.get("code", event["type"]))


@pytest.mark.parametrize("dies", ["the one without", "the one with"])
async def test_replies_live_and_die_with_their_processes(
    without: Path, url: str, upstream: ScriptedUpstream, dies: str
) -> None:
    async with (
        server_process(url, None, "uvicorn", without, **SETTINGS) as old,
        server_process(url, **SETTINGS) as new,
        ScriptedUpstream() as later,
        AsyncExitStack() as stack,
    ):
        here = await old.person_with_model(upstream.url, "hold")
        there = new.seen_by(here)
        lived = [await begun(stack, *each) for each in ((here, there), (there, here))]
        await asyncio.sleep(3 * LEASE)
        upstream.release()
        assert [await ending(socket) for socket in lived] == ["done", "done"]
        died, survivor = (here, there) if dies == "the one without" else (there, here)
        await here.set_model(later.url, "hold")
        orphan = await begun(stack, died, survivor)
        own = await begun(stack, survivor, survivor)
        (old if died is here else new).kill(signal.SIGKILL)
        assert await ending(orphan) == "interrupted"
        later.release()
        assert await ending(own) == "done"
