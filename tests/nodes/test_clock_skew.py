"""Two nodes whose clocks are an hour apart: neither takes the other for dead, and each goes on with
what the other left."""

import asyncio
import signal
from contextlib import AsyncExitStack
from datetime import datetime, timedelta

import pytest

from tests.support.server import PASSWORD, Person
from tests.support.server_process import server_process
from tests.support.upstream import ScriptedUpstream

pytestmark = [pytest.mark.anyio, pytest.mark.databases("mysql")]

LEASE = 1
SETTINGS = {"REAP_AFTER_SECONDS": str(LEASE)}


async def said_at(person: Person, conversation: int) -> datetime:
    """When the message was sent, by the clock of the node that took it."""
    return datetime.fromisoformat((await person.messages(conversation))[0]["timestamp"])


@pytest.mark.usefixtures("new_python")
@pytest.mark.parametrize("hours", [1, -1], ids=["ahead", "behind"])
async def test_replies_live_and_die_by_no_clock(
    database_url: str, upstream: ScriptedUpstream, hours: int
) -> None:
    async with (
        server_process(database_url, **SETTINGS) as right,
        server_process(
            database_url, None, "a clock that is wrong", CLOCK_HOURS=str(hours), **SETTINGS
        ) as wrong,
        AsyncExitStack() as stack,
    ):
        ada = await right.person_with_model(upstream.url, "hold")
        there = await wrong.log_in(ada.name, PASSWORD)
        here = await right.log_in(ada.name, PASSWORD)
        shown = []
        for writer, reader in ((here, there), (there, here), (there, here)):
            conversation = await writer.conversation()
            sender = await stack.enter_async_context(writer.socket(conversation))
            await sender.send(type="message", content="a b c")
            await sender.until("chunk")
            socket = await stack.enter_async_context(reader.socket(conversation))
            shown.append((socket, reader, conversation))
        times = [await said_at(reader, conversation) for _, reader, conversation in shown]
        assert abs(times[1] - times[0]) > timedelta(minutes=50)
        await asyncio.sleep(3 * LEASE)
        for socket, *_ in shown:
            assert (await socket.receive())["type"] == "start"
        wrong.kill(signal.SIGKILL)
        for socket, *_ in shown[1:]:
            assert (await socket.until("error"))[-1]["code"] == "interrupted"
        await here.set_model(upstream.url, "echo")
        again = await here.say(await here.conversation(), "on")
        assert again.json()["reply"]["status"] == "complete"
        upstream.release()
