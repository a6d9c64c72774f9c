"""The disk is full (SQLite): a clear refusal, nothing corrupt, and all is well with room again."""

import asyncio
import sqlite3
from pathlib import Path

import pytest

from tests.faults.processes import limit_file_size, pid_of
from tests.faults.watching import REPLY, Shown, eventually, watch
from tests.support.server import Person
from tests.support.server_process import server_process
from tests.support.upstream import ScriptedUpstream

pytestmark = pytest.mark.anyio

REFUSALS = {(507, "storage_full"), (503, "database_unavailable")}


async def test_full_during_a_reply_and_room_again(
    upstream: ScriptedUpstream, tmp_path: Path
) -> None:
    path = tmp_path / "full.db"
    async with server_process(f"sqlite:///{path}") as process:
        ada = await process.person_with_model(upstream.url, "slow")
        shown = Shown(await ada.conversation(), "词🍣 " * 100)
        other = await ada.conversation()
        reader = asyncio.create_task(watch(ada, shown))
        await _more(shown)
        # A limit on the size of files fails a write as a full disk does, and needs no mount.
        await asyncio.to_thread(limit_file_size, pid_of(process), 4096)
        await _is_refused(ada, other)
        await _more(shown)
        assert (await ada.get("/conversations")).status_code == 200
        await asyncio.to_thread(limit_file_size, pid_of(process), None)
        await reader
        assert shown.events[-1]["type"] == "done"
        reply = (await ada.messages(shown.conversation))[1]
        assert (reply["status"], reply["content"]) == ("complete", REPLY.format(shown.content))
        assert (await ada.messages(other)) == []
        assert (await ada.say(other, "room again")).json()["reply"]["status"] == "complete"
    assert await asyncio.to_thread(_integrity, path) == "ok"


async def _more(shown: Shown) -> None:
    before = len(shown.text)

    async def grown() -> bool:
        return len(shown.text) > before + 10

    await eventually(grown)


async def _is_refused(ada: Person, conversation: int) -> None:
    answer = await ada.say(conversation, "no room")
    assert (answer.status_code, answer.json()["code"]) in REFUSALS
    async with ada.socket(conversation) as socket:
        event = (await socket.say("no room either"))[-1]
    assert event["code"] in {code for _, code in REFUSALS}


def _integrity(path: Path) -> str:
    connection = sqlite3.connect(path)
    found: str = connection.execute("PRAGMA integrity_check").fetchone()[0]
    connection.close()
    return found
