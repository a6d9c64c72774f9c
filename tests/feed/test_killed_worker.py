"""Workers as processes of their own: one is killed while others follow what it writes."""

import signal
from pathlib import Path

import pytest

from tests.faults.watching import eventually
from tests.support.scraping import scrape
from tests.support.server import RunningServer, text_of
from tests.support.server_process import server_process
from tests.support.upstream import ScriptedUpstream

pytestmark = pytest.mark.anyio

WORDS = "one two 三 🍣 " * 50


async def all_heard(*servers: RunningServer) -> None:
    for server in servers:

        async def is_healthy() -> bool:
            return (await scrape(server)).value("chat_bus_healthy") == 1  # noqa: B023

        await eventually(is_healthy)


async def test_readers_elsewhere_end_with_what_is_stored_and_follow_the_next_one(
    folder: Path, upstream: ScriptedUpstream, tmp_path: Path
) -> None:
    url = f"sqlite:///{tmp_path}/chat.db"
    workers = {
        "WORKERS_FOLDER": str(folder),
        "WORKER_COUNT": "2",
        "WORKER_LIFE": "1",
        "REAP_AFTER_SECONDS": "1",
        "DATA_DIR": str(tmp_path),
    }
    async with server_process(url, WORKER_INDEX="0", **workers) as reader:
        async with server_process(url, WORKER_INDEX="1", **workers) as writer:
            await all_heard(reader, writer)
            ada = await reader.person_with_model(upstream.url, "slow")
            conversation = await ada.conversation("named")
            async with ada.socket(conversation) as socket:
                async with writer.seen_by(ada).socket(conversation) as owner:
                    await owner.send(type="message", content=WORDS)
                    events = await socket.until("chunk")
                    while len(text_of(events)) < 50:
                        events.append(await socket.receive())
                    writer.kill(signal.SIGKILL)
                events += await socket.until("error")
        starts = [n for n, event in enumerate(events) if event["type"] == "start"]
        assert len(starts) in (1, 2)  # afresh where something was told that was not saved
        shown = text_of(events[starts[-1] :])
        stored = (await ada.messages(conversation))[1]
        assert (stored["status"], stored["content"]) == ("interrupted", shown)
        assert f"You said: {WORDS}".startswith(shown) and shown
        async with server_process(url, WORKER_INDEX="1", **workers) as after:
            await all_heard(reader, after)
            async with ada.socket(conversation) as socket:
                await after.seen_by(ada).say(conversation, "again")
                assert text_of(await socket.until("done")) == "You said: again"
