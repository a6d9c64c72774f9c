"""Several server processes on one database: followed, stopped, killed and drained."""

import asyncio
import signal
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import StartServer
from tests.server import ChatSocket, text_of
from tests.server_process import server_process
from tests.upstream import ScriptedUpstream

pytestmark = pytest.mark.anyio


async def test_another_process_follows_resumes_and_stops(
    start_server: StartServer, upstream: ScriptedUpstream, database_url: str
) -> None:
    here = await start_server()
    ada = await here.person_with_model(upstream.url, "slow")
    conversation = await ada.conversation()
    async with server_process(database_url) as process:
        elsewhere = process.seen_by(ada)
        async with ada.socket(conversation) as owner, elsewhere.socket(conversation) as viewer:
            await owner.send(type="message", content="一 two 🍣 " * 10)
            seen = await viewer.until("chunk")
            assert seen[0]["type"] == "start"
            async with elsewhere.socket(conversation, seen[-1]["id"]) as resumed:
                rest = await resumed.until("done")
            whole = text_of(await owner.until("done"))
        assert text_of(seen) + text_of(rest) == whole
        await ada.set_model(upstream.url, "hold")
        async with ada.socket(conversation) as owner:
            await owner.send(type="message", content="stop me")
            await owner.until("chunk")
            answer = await elsewhere.say(conversation, "too early")
            assert answer.json()["code"] == "reply_in_progress"
            answer = await elsewhere.post(f"/conversations/{conversation}/stop")
            assert answer.status_code == 204
            assert (await owner.until("done"))[-1]["finish_reason"] == "stopped"


async def test_kill_loses_no_message_and_the_conversation_goes_on(
    start_server: StartServer, upstream: ScriptedUpstream, database_url: str
) -> None:
    here = await start_server(reap_after_seconds=1)
    ada = await here.person_with_model(upstream.url, "slow")
    conversation = await ada.conversation()
    async with server_process(database_url) as process:
        elsewhere = process.seen_by(ada)
        async with ada.socket(conversation) as viewer:
            async with elsewhere.socket(conversation) as owner:
                await owner.send(type="message", content="word " * 200)
                events = await viewer.until("chunk")
                process.kill(signal.SIGKILL)
            events += await viewer.until("error")
        assert events[-1]["code"] == "interrupted"
    message, reply = await ada.messages(conversation)
    assert message["content"] == "word " * 200
    assert reply["status"] == "interrupted"
    assert reply["content"] == text_of(events) != ""
    await ada.set_model(upstream.url, "echo")
    assert (await ada.say(conversation, "still there?")).json()["reply"]["status"] == "complete"


async def test_sigterm_saves_what_was_shown_and_tells_the_clients(
    start_server: StartServer, upstream: ScriptedUpstream, database_url: str
) -> None:
    here = await start_server()
    ada = await here.person_with_model(upstream.url, "hold")
    conversation = await ada.conversation()
    async with server_process(database_url, DRAIN_SECONDS="0.5") as process:
        elsewhere = process.seen_by(ada)
        async with elsewhere.socket(conversation) as socket:
            await socket.send(type="message", content="hello")
            shown = text_of(await socket.until("chunk"))
            process.kill(signal.SIGTERM)
            refused = await elsewhere.say(await ada.conversation(), "too late")
            assert (refused.status_code, refused.json()["code"]) == (503, "server_restarting")
            ends = [event["code"] for event in await _errors(socket)]
            assert ends == ["interrupted", "server_restarting"]
            await socket.connection.wait_closed()
            assert socket.connection.close_code == 1012
        assert await process.exited() in (0, -signal.SIGTERM)
    reply = (await ada.messages(conversation))[1]
    assert (reply["status"], reply["content"]) == ("interrupted", shown)


async def _errors(socket: ChatSocket) -> list[dict[str, Any]]:
    first = (await socket.until("error"))[-1]
    second = (await socket.until("error"))[-1]
    return [first, second]


async def test_what_is_running_at_start_on_sqlite_is_stale_at_once(
    upstream: ScriptedUpstream, tmp_path: Path
) -> None:
    url = f"sqlite:///{tmp_path}/alone.db"
    async with server_process(url) as first:
        ada = await first.person_with_model(upstream.url, "hold")
        conversation = await ada.conversation()
        async with ada.socket(conversation) as socket:
            await socket.send(type="message", content="hello")
            await socket.until("chunk")
            await asyncio.sleep(0.5)  # two checkpoints
            first.kill(signal.SIGKILL)
    async with server_process(url) as second:
        history = await second.seen_by(ada).messages(conversation)
        assert [(m["content"], m["status"]) for m in history] == [
            ("hello", "complete"),
            ("You", "interrupted"),
        ]
