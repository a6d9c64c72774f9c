"""A model server that means harm in the middle of a reply: a typed error, and the memory stays."""

import asyncio

import pytest

from tests.faults.figures import Note
from tests.faults.processes import forget_peak, peak_bytes, pid_of, resident_bytes
from tests.support.server import Person
from tests.support.server_process import server_process
from tests.support.upstream import ScriptedUpstream

pytestmark = pytest.mark.anyio

GROWTH_BYTES = 30_000_000
HARM = {
    "then_big_line": ("upstream_bad_response", "interrupted"),
    "endless": ("reply_too_long", "interrupted"),
    "then_gzip": ("upstream_bad_response", "interrupted"),
    "gzip": ("upstream_bad_response", "failed"),
}


@pytest.mark.databases("sqlite")
@pytest.mark.usefixtures("new_python")
async def test_harm_while_streaming(
    upstream: ScriptedUpstream, database_url: str, backend: str, note: Note
) -> None:
    async with server_process(database_url) as process:
        ada = await process.person_with_model(upstream.url)
        pid = pid_of(process)
        await harm(ada, upstream)  # what is loaded for the first of each kind
        await asyncio.to_thread(forget_peak, pid)
        before = await asyncio.to_thread(resident_bytes, pid)
        await harm(ada, upstream)
        grown = await asyncio.to_thread(peak_bytes, pid) - before
    note(
        "60 MB line, endless reply, gzip in a stream: the most that the process grows",
        *(backend, "< 30 MB", f"{grown / 1e6:.1f} MB"),
    )
    assert grown < GROWTH_BYTES


async def harm(ada: Person, upstream: ScriptedUpstream) -> None:
    """Every kind once, each in a conversation of its own."""
    for model, (code, status) in HARM.items():
        await ada.set_model(upstream.url, model)
        conversation = await ada.conversation()
        async with ada.socket(conversation) as viewer:
            events = await viewer.say("hello")
        assert events[-1]["code"] == code, model
        reply = (await ada.messages(conversation))[-1]
        assert (reply["status"], reply["error"]["code"]) == (status, code), model
        assert bool(reply["content"]) == (status == "interrupted"), model
        assert len(reply["content"]) <= 1024 * 1024
