"""SIGTERM with many clients, whatever they do: quick, and without loss."""

import asyncio
import signal
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager, suppress

import orjson
import pytest
from websockets.exceptions import ConnectionClosed

from tests.conftest import StartServer
from tests.faults import scenarios
from tests.faults.figures import Note
from tests.faults.processes import allow_open_files
from tests.faults.scale import scaled
from tests.faults.unread import unread_events, unread_socket
from tests.faults.watching import eventually
from tests.support.patience import PATIENCE_SECONDS, promised
from tests.support.refusals import assert_refused
from tests.support.server import ChatSocket, Person, text_of
from tests.support.server_process import SERVERS, ServerProcess, server_process
from tests.support.upstream import ScriptedUpstream

pytestmark = pytest.mark.anyio

SOCKETS = scaled(200, 1_000)
GRACE_SECONDS = scaled(1, 5)
EXIT_SECONDS = 10
NEVER = str(10 * PATIENCE_SECONDS)
SETTINGS = {
    "MAX_SOCKETS_PER_USER": "100000",
    "DRAIN_SECONDS": str(GRACE_SECONDS),
} | scenarios.TORRENT_SETTINGS


@pytest.mark.databases("sqlite")
async def test_many_sockets_and_clients_that_do_not_read(
    start_server: StartServer,
    upstream: ScriptedUpstream,
    database_url: str,
    backend: str,
    note: Note,
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
    ada.server = await start_server()
    kept = (await ada.messages(quiet))[1]["content"]
    assert set(shown) == {kept}
    assert len((await ada.messages(loud))[-1]["content"]) == scenarios.TORRENT_CHARACTERS
    note(
        f"SIGTERM with {SOCKETS} sockets and two clients that never read: exit",
        *(backend, f"≤ {EXIT_SECONDS} s", f"{took:.1f} s ({GRACE_SECONDS} s of them grace)"),
    )
    note("the same: text shown and not kept", backend, "none", "none")


async def _whole_torrent(reader: ChatSocket) -> None:
    length = 0
    while length < scenarios.TORRENT_CHARACTERS:
        length += len(text_of([await reader.receive()]))


async def _terminated(process: ServerProcess) -> float:
    """How long the process takes to exit after SIGTERM, in seconds; not longer than is promised."""
    loop = asyncio.get_running_loop()
    began = loop.time()
    async with promised(EXIT_SECONDS):
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
@pytest.mark.parametrize("program", SERVERS)
async def test_whatever_its_clients_wait_for(
    start_server: StartServer,
    upstream: ScriptedUpstream,
    database_url: str,
    backend: str,
    note: Note,
    program: str,
) -> None:
    writer = await start_server()
    ada = await writer.person_with_model(upstream.url, "hold")
    conversation = await ada.conversation()
    key = {"Idempotency-Key": "the-one"}
    written = asyncio.create_task(ada.say(conversation, "hello", **key))
    await upstream.received()
    async with server_process(database_url, None, program) as process:
        there = process.seen_by(ada)
        waiting = asyncio.create_task(there.say(conversation, "hello", **key))
        trial = {"model_url": upstream.url, "api_key": "", "model_name": "mute"}
        trying = asyncio.create_task(there.post("/auth/config/test", json=trial))
        await upstream.received(2)
        streams: list[tuple[str, str, object]] = [
            ("GET", f"/conversations/{conversation}/stream", None),
            ("POST", f"/conversations/{conversation}/messages", {"content": "hello"}),
        ]
        async with AsyncExitStack() as stack:
            followers = [
                await stack.enter_async_context(_followed(there, *stream, **key))
                for stream in streams
            ]
            halves = [
                await stack.enter_async_context(_half_sent(process, half))
                for half in (HALF_A_HEAD, HALF_A_BODY)
            ]
            insisting = asyncio.create_task(_insist(process))
            took = await _terminated(process)
            last_words = [[event async for event in follower][-1] for follower in followers]
            head, body = [await half.read() for half in halves]
        assert [event["code"] for event in last_words] == ["server_restarting"] * len(streams)
        assert [event.get("message_id") for event in last_words] == [None] * len(streams)
        for asked in (waiting, trying):
            assert_refused(await asked, 503, "server_restarting")
        assert head == b"" and body.startswith(b"HTTP/1.1 503 ")
        await insisting
    upstream.release()
    assert (await written).json()["reply"]["status"] == "complete"
    fault = "SIGTERM with clients that wait for another process, for a trial or send half a request"
    note(f"{fault} ({program}): exit", backend, f"≤ {EXIT_SECONDS} s", f"{took:.1f} s")


HALF_A_HEAD = b"POST /auth/login HTTP/1.1\r\nHost: x"
HALF_A_BODY = HALF_A_HEAD + b"\r\nContent-Length: 100\r\n\r\n{"


@asynccontextmanager
async def _half_sent(process: ServerProcess, half: bytes) -> AsyncIterator[asyncio.StreamReader]:
    reader, writer = await asyncio.open_connection("127.0.0.1", process.port)
    writer.write(half)
    yield reader
    writer.close()


async def _insist(process: ServerProcess) -> None:
    """Half a request after the other, for as long as the process takes connections."""
    async with AsyncExitStack() as stack:
        with suppress(ConnectionError):
            while True:
                await stack.enter_async_context(_half_sent(process, HALF_A_BODY))
                await asyncio.sleep(0.01)


@asynccontextmanager
async def _followed(
    person: Person, method: str, path: str, body: object, **headers: str
) -> AsyncIterator[AsyncIterator[dict[str, object]]]:
    """The events of a reply, from the first on."""
    headers |= person.headers | {"Accept": "text/event-stream"}
    async with person.server.http.stream(method, path, json=body, headers=headers) as answer:
        lines = answer.aiter_lines()
        while not (await anext(lines)).startswith("data: "):
            pass
        yield (orjson.loads(line[6:]) async for line in lines if line.startswith("data: "))


@pytest.mark.databases("sqlite")
async def test_a_title_in_the_making_holds_nothing_up(
    upstream: ScriptedUpstream, database_url: str
) -> None:
    async with server_process(
        database_url, DRAIN_SECONDS=NEVER, TITLE_TIMEOUT_SECONDS=NEVER
    ) as process:
        ada = await process.person_with_model(upstream.url, "untitled")
        conversation = await ada.conversation()
        assert (await ada.say(conversation, "hello")).json()["reply"]["status"] == "complete"
        await upstream.received(2)
        await _terminated(process)


@pytest.mark.databases("sqlite")
async def test_a_second_signal_does_not_wait_and_still_keeps_the_text(
    start_server: StartServer, upstream: ScriptedUpstream, database_url: str
) -> None:
    async with server_process(database_url, DRAIN_SECONDS=NEVER) as process:
        ada = await process.person_with_model(upstream.url, "hold")
        conversation = await ada.conversation()
        async with ada.socket(conversation) as viewer:
            await viewer.send(type="message", content="hello")
            shown = text_of(await viewer.until("chunk"))
            process.kill(signal.SIGTERM)
            await _draining(process)
            await _terminated(process)
    ada.server = await start_server()
    reply = (await ada.messages(conversation))[1]
    assert (reply["status"], reply["content"]) == ("interrupted", shown)


async def _draining(process: ServerProcess) -> None:
    async def draining() -> bool:
        return (await process.http.get("/health/ready")).status_code == 503

    await eventually(draining)
