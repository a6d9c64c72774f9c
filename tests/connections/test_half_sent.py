"""A request that never arrives whole is cut after a bounded time; what was asked whole never is."""

import asyncio
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace

import orjson
import pytest

from tests.conftest import StartServer
from tests.support.cli_process import Serving, serving
from tests.support.patience import PATIENCE_SECONDS
from tests.support.raw_http import answer_to
from tests.support.server import RunningServer, http_client
from tests.support.upstream import ScriptedUpstream

pytestmark = pytest.mark.anyio

BOUND_SECONDS = 0.5
LOGIN = b"POST /auth/login HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
HALF_A_BODY = LOGIN + b'Content-Length: 100\r\n\r\n{"username_or_email'
HALF_A_CHUNK = LOGIN + b"Transfer-Encoding: chunked\r\n\r\n10\r\n{"


@pytest.fixture(scope="module")
def database_url(tmp_path_factory: pytest.TempPathFactory) -> str:
    """What is promised here is decided before the database: one kind is enough."""
    return f"sqlite:///{tmp_path_factory.mktemp('database') / 'chat.db'}"


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Serving]:
    """The command's own server: uvicorn alone bounds no header."""
    with serving(
        tmp_path_factory.mktemp("served"), REQUEST_TIMEOUT_SECONDS=str(BOUND_SECONDS)
    ) as running:
        yield running


def port_of(served: Serving) -> int:
    return int(served.url.rpartition(":")[2])


@pytest.mark.parametrize("half", [HALF_A_BODY, HALF_A_CHUNK], ids=["length", "chunks"])
async def test_half_a_body(start_server: StartServer, half: bytes) -> None:
    server = await start_server(request_timeout_seconds=BOUND_SECONDS)
    head, _, body = (await answer_to(server.port, half)).partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 408 ") and b"connection: close" in head.lower()
    assert orjson.loads(body)["code"] == "request_timeout"


async def test_a_body_that_drips_has_no_more_time(start_server: StartServer) -> None:
    server = await start_server(request_timeout_seconds=BOUND_SECONDS)
    reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
    writer.write(LOGIN + b"Content-Length: 100000\r\n\r\n")
    dripping = asyncio.create_task(drip(writer))
    async with asyncio.timeout(PATIENCE_SECONDS):
        assert (await reader.readline()).startswith(b"HTTP/1.1 408 ")
    dripping.cancel()
    writer.close()


async def drip(writer: asyncio.StreamWriter) -> None:
    with suppress(ConnectionError):
        while True:
            writer.write(b" ")
            await writer.drain()
            await asyncio.sleep(BOUND_SECONDS / 10)


async def test_a_request_that_came_whole_waits_as_long_as_its_reply(
    start_server: StartServer, upstream: ScriptedUpstream
) -> None:
    before = await (await start_server()).person_with_model(upstream.url, "hold")
    first, second = await before.conversation(), await before.conversation()
    ada = replace(before, server=await start_server(request_timeout_seconds=BOUND_SECONDS))
    asking = asyncio.create_task(ada.say(first, "hello"))
    streaming = asyncio.create_task(ada.say(second, "hello", Accept="text/event-stream"))
    async with ada.socket(first) as socket, ada.socket(second) as other:
        await socket.until("chunk")
        await other.until("chunk")
        with pytest.raises(TimeoutError):  # the bound has long passed
            async with asyncio.timeout(3 * BOUND_SECONDS):
                await socket.until("done", "error")
        upstream.release()
        assert (await asking).json()["reply"]["status"] == "complete"
        assert '"type":"done"' in (await streaming).text
        await other.until("done")


@pytest.mark.parametrize(
    "half",
    [b"", b"G", b"GET / HTTP/1.1\r\nHost: x\r\nX-Half", b"\r\n\r\n", HALF_A_BODY],
    ids=["nothing", "a letter", "half a header", "empty lines", "half a body"],
)
async def test_half_a_head(served: Serving, half: bytes) -> None:
    answer = await answer_to(port_of(served), half)
    assert answer.partition(b"\r\n")[0] in (b"", b"HTTP/1.1 408 Request Timeout")
    assert bool(answer) == bool(half)


async def test_half_a_head_after_a_whole_request(served: Serving) -> None:
    whole = b"GET /health/live HTTP/1.1\r\nHost: x\r\n\r\n"
    reader, writer = await asyncio.open_connection("127.0.0.1", port_of(served))
    writer.write(whole)
    assert await reader.readline() == b"HTTP/1.1 200 OK\r\n"
    await reader.readuntil(b'{"status":"ok"}')
    writer.write(whole[:20])
    async with asyncio.timeout(PATIENCE_SECONDS):
        assert (await reader.read()).startswith(b"HTTP/1.1 408 ")
    writer.close()


async def test_the_rest_of_a_refused_body_is_no_head(served: Serving) -> None:
    """A body too long is refused before it is there; what was sent of it meanwhile is dropped."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port_of(served))
    writer.write(LOGIN + b"Content-Length: 3000000\r\n\r\n")
    async with asyncio.timeout(PATIENCE_SECONDS):
        assert (await reader.readline()).startswith(b"HTTP/1.1 413 ")
        await reader.readuntil(b"}")
        for _ in range(30):
            writer.write(b"x" * 100_000)
            await writer.drain()
        writer.write(b"GET /health/live HTTP/1.1\r\nHost: x\r\n\r\n")
        assert await reader.readline() == b"HTTP/1.1 200 OK\r\n"
    writer.close()


async def test_the_rest_of_a_refused_body_has_no_more_time(served: Serving) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port_of(served))
    writer.write(LOGIN + b"Content-Length: 3000000\r\n\r\n")
    async with asyncio.timeout(PATIENCE_SECONDS):
        await reader.readuntil(b"}")
        dripping = asyncio.create_task(drip(writer))
        assert await reader.read() == b""
    dripping.cancel()
    writer.close()


@pytest.mark.parametrize(
    "endless",
    [
        b"GET / HTTP/1.1\r\nHost: x\r\nX-Long: " + b"x" * 1_000_000,
        b"GET / HTTP/1.1\r\n" + b"X-Many: x\r\n" * 100_000,
        b"GET /" + b"x" * 1_000_000,
    ],
    ids=["one header", "many headers", "the path"],
)
async def test_a_head_without_end(served: Serving, endless: bytes) -> None:
    answer = await answer_to(port_of(served), endless)
    assert answer.partition(b"\r\n")[0] in (b"", b"HTTP/1.1 431 Request Header Fields Too Large")


async def test_sockets_and_idle_connections_stay(served: Serving) -> None:
    port = port_of(served)
    async with await asyncio.to_thread(http_client, port) as http:
        ada = await RunningServer(port, None, http).register()
        async with ada.socket(await ada.conversation()) as socket:
            with pytest.raises(TimeoutError):
                async with asyncio.timeout(3 * BOUND_SECONDS):
                    await socket.connection.recv()
            await socket.send(type="ping")
            assert await socket.receive() == {"type": "pong"}
        assert (await ada.get("/auth/me")).status_code == 200
