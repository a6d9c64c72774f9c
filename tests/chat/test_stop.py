"""A reply is stopped from anywhere, even before its first word; what was said is kept."""

import asyncio

import pytest

from tests.support.server import RunningServer, text_of
from tests.support.upstream import ScriptedUpstream

pytestmark = pytest.mark.anyio


async def test_stop_by_socket_keeps_what_was_said(
    server: RunningServer, upstream: ScriptedUpstream
) -> None:
    ada = await server.person_with_model(upstream.url, "hold")
    conversation = await ada.conversation()
    async with ada.socket(conversation) as socket:
        await socket.send(type="message", content="never ending")
        said = text_of(await socket.until("chunk"))
        async with ada.socket(conversation) as other:
            await other.send(type="stop")
            assert (await other.until("done"))[-1]["finish_reason"] == "stopped"
        end = (await socket.until("done"))[-1]
        assert (end["finish_reason"], end["status"]) == ("stopped", "stopped")
    await upstream.left_early()
    reply = (await ada.messages(conversation))[1]
    assert (reply["status"], reply["content"], reply["finish_reason"]) == (
        "stopped",
        said,
        "stopped",
    )


@pytest.mark.databases("sqlite")
async def test_stop_before_the_first_word(
    server: RunningServer, upstream: ScriptedUpstream
) -> None:
    ada = await server.person_with_model(upstream.url, "mute")
    conversation = await ada.conversation()
    sending = asyncio.create_task(ada.say(conversation, "hello"))
    await upstream.received()
    assert (await ada.post(f"/conversations/{conversation}/stop")).status_code == 204
    reply = (await sending).json()["reply"]
    assert (reply["status"], reply["content"]) == ("stopped", "")
    await upstream.all_closed()


@pytest.mark.databases("sqlite")
async def test_stopping_nothing_changes_nothing(
    server: RunningServer, upstream: ScriptedUpstream
) -> None:
    ada = await server.person_with_model(upstream.url)
    conversation = await ada.conversation("named")  # no title comes later
    await ada.say(conversation, "hello")
    before = await ada.messages(conversation)
    assert (await ada.post(f"/conversations/{conversation}/stop")).status_code == 204
    async with ada.socket(conversation) as socket:
        await socket.send(type="stop")
        await socket.send(type="ping")
        assert (await socket.receive())["type"] == "pong"
    assert await ada.messages(conversation) == before


async def test_deleting_a_conversation_stops_its_reply(
    server: RunningServer, upstream: ScriptedUpstream
) -> None:
    ada = await server.person_with_model(upstream.url, "hold")
    conversation = await ada.conversation()
    async with ada.socket(conversation) as socket:
        await socket.send(type="message", content="hello")
        await socket.until("chunk")
        answer = await ada.request("DELETE", f"/conversations/{conversation}")
        assert answer.status_code == 204
        await socket.until("done")
    await upstream.left_early()


@pytest.mark.databases("sqlite")
async def test_a_stranger_stops_nothing(server: RunningServer, upstream: ScriptedUpstream) -> None:
    ada = await server.person_with_model(upstream.url, "hold")
    eve = await server.register()
    conversation = await ada.conversation()
    async with ada.socket(conversation) as socket:
        await socket.send(type="message", content="hello")
        await socket.until("chunk")
        assert (await eve.post(f"/conversations/{conversation}/stop")).status_code == 404
        assert (await eve.request("DELETE", f"/conversations/{conversation}")).status_code == 404
        upstream.release()
        assert (await socket.until("done"))[-1]["finish_reason"] == "stop"
