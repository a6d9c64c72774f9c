"""SIGTERM with many sockets open, some of them unread: quick, and without loss."""

import asyncio
import signal
from contextlib import AsyncExitStack

import pytest
from websockets.exceptions import ConnectionClosed

from tests.faults import scenarios
from tests.faults.figures import Note
from tests.faults.processes import allow_open_files
from tests.faults.scale import scaled
from tests.faults.unread import unread_events, unread_socket
from tests.faults.watching import eventually
from tests.server import ChatSocket, text_of
from tests.server_process import ServerProcess, server_process
from tests.upstream import ScriptedUpstream

pytestmark = pytest.mark.anyio

SOCKETS = scaled(200, 1_000)
GRACE_SECONDS = scaled(1, 5)
EXIT_SECONDS = 10
SETTINGS = {
    "MAX_SOCKETS_PER_USER": "100000",
    "DRAIN_SECONDS": str(GRACE_SECONDS),
} | scenarios.TORRENT_SETTINGS


@pytest.mark.databases("sqlite")
async def test_many_sockets_and_clients_that_do_not_read(
    upstream: ScriptedUpstream, database_url: str, backend: str, note: Note
) -> None:
    allow_open_files(4 * SOCKETS)
    async with server_process(database_url, **SETTINGS) as process, AsyncExitStack() as stack:
        ada = await process.person_with_model(upstream.url, "hold")
        quiet, loud = await ada.conversation(), await ada.conversation()
        viewers = [await stack.enter_async_context(ada.socket(quiet)) for _ in range(SOCKETS)]
        await viewers[0].send(type="message", content="hello")
        shown = [text_of(await viewer.until("chunk")) for viewer in viewers]
        await ada.set_model(upstream.url, "torrent")
        await stack.enter_async_context(unread_socket(ada, loud))
        async with ada.socket(loud) as reader:
            await reader.send(type="message", content="go")
            await reader.until("start")
            await stack.enter_async_context(unread_events(ada, loud))
            await _whole_torrent(reader)
        took = await _terminated(process)
        endings = await asyncio.gather(*map(_ending, viewers))
    assert set(endings) == {(("interrupted", "server_restarting"), 1012)}
    async with server_process(database_url) as process:
        ada = process.seen_by(ada)
        kept = (await ada.messages(quiet))[1]["content"]
        assert set(shown) == {kept}
        assert len((await ada.messages(loud))[1]["content"]) == scenarios.TORRENT_CHARACTERS
    note(
        f"SIGTERM with {SOCKETS} sockets and two clients that never read: exit",
        *(backend, f"≤ {EXIT_SECONDS} s", f"{took:.1f} s ({GRACE_SECONDS} s of them grace)"),
    )
    note("the same: text shown and not kept", backend, "none", "none")
    assert took <= EXIT_SECONDS


async def _whole_torrent(reader: ChatSocket) -> None:
    length = 0
    while length < scenarios.TORRENT_CHARACTERS:
        length += len(text_of([await reader.receive()]))


async def _terminated(process: ServerProcess) -> float:
    """How long the process takes to exit after SIGTERM, in seconds."""
    loop = asyncio.get_running_loop()
    began = loop.time()
    process.kill(signal.SIGTERM)
    assert await process.exited() in (0, -signal.SIGTERM)
    return loop.time() - began


async def _ending(viewer: ChatSocket) -> tuple[tuple[str, ...], int | None]:
    """The codes of the errors a viewer was told, and how its socket was closed."""
    codes = []
    try:
        while True:
            event = await viewer.receive()
            if event["type"] == "error":
                codes.append(event["code"])
    except ConnectionClosed:
        return tuple(codes), viewer.connection.close_code


@pytest.mark.databases("sqlite")
async def test_a_title_in_the_making_holds_nothing_up(
    upstream: ScriptedUpstream, database_url: str
) -> None:
    async with server_process(database_url) as process:
        ada = await process.person_with_model(upstream.url, "untitled")
        conversation = await ada.conversation()
        assert (await ada.say(conversation, "hello")).json()["reply"]["status"] == "complete"
        await upstream.received(2)
        assert await _terminated(process) < 3


@pytest.mark.databases("sqlite")
async def test_a_second_signal_does_not_wait_and_still_keeps_the_text(
    upstream: ScriptedUpstream, database_url: str
) -> None:
    async with server_process(database_url, DRAIN_SECONDS="60") as process:
        ada = await process.person_with_model(upstream.url, "hold")
        conversation = await ada.conversation()
        async with ada.socket(conversation) as viewer:
            await viewer.send(type="message", content="hello")
            shown = text_of(await viewer.until("chunk"))
            process.kill(signal.SIGTERM)
            await _draining(process)
            assert await _terminated(process) < 5
    async with server_process(database_url) as process:
        reply = (await process.seen_by(ada).messages(conversation))[1]
    assert (reply["status"], reply["content"]) == ("interrupted", shown)


async def _draining(process: ServerProcess) -> None:
    async def draining() -> bool:
        return (await process.http.get("/health/ready")).status_code == 503

    await eventually(draining, 5)
