"""Exports that are large, slow, broken off, or overtaken by what happens meanwhile."""

import asyncio
import random
import secrets
import signal
from contextlib import AbstractAsyncContextManager

import httpx2
import pytest

from app.services.transfer.rows import PART_CHARACTERS
from tests.conftest import StartServer
from tests.faults.processes import forget_peak, peak_bytes, pid_of, resident_bytes
from tests.faults.unread import is_cut, unread_path
from tests.faults.watching import eventually
from tests.support.server import Person, RunningServer
from tests.support.server_process import server_process
from tests.transfer.exporting import lengthen, opened, taken, ticket_path

pytestmark = [pytest.mark.anyio, pytest.mark.databases("sqlite", "mysql")]
"""Both servers are read by the same driver."""

BROKEN = (httpx2.RemoteProtocolError, httpx2.ReadError)
LARGE = 12_000_000
"""More than the system buffers for a client that does not read."""
ACCOUNT_BYTES = 24_000_000
GROWN_BYTES = 18_000_000
"""What an export of any size may take; a page of a database's own cache is in it."""


def noise(characters: int) -> list[str]:
    """Messages that no ZIP can make much smaller."""
    count = -(-characters // PART_CHARACTERS)
    return [secrets.token_hex(PART_CHARACTERS // 2) for _ in range(count)]


def streamed(person: Person, path: str) -> AbstractAsyncContextManager[httpx2.Response]:
    return person.server.http.stream("GET", f"{person.server.http.base_url}{path}")


async def large(server: RunningServer, person: Person, title: str) -> int:
    id = await person.conversation(title)
    await server.app.state.services.database.write(lengthen, id, noise(LARGE))
    return id


async def test_what_is_deleted_meanwhile_is_whole_or_not_there(server: RunningServer) -> None:
    ada = await server.register()
    later = await ada.conversation("comes later")
    first = await large(server, ada, "is being read")
    async with streamed(ada, await ticket_path(ada)) as answer:
        pieces = answer.aiter_bytes()
        data = [await anext(pieces)]
        for id in (first, later):
            assert (await ada.request("DELETE", f"/conversations/{id}")).status_code == 204
        data += [piece async for piece in pieces]
    export = opened(b"".join(data))
    assert [line["id"] for line in export.lines] == [first]
    assert sum(len(m["content"]) for m in export.lines[0]["messages"]) == LARGE
    assert export.markdown == {}
    assert (await taken(ada)).lines == []


@pytest.mark.databases("sqlite")
async def test_a_client_that_leaves_ends_it(server: RunningServer) -> None:
    ada = await server.register()
    await large(server, ada, "left")
    streams = server.app.state.connections.streams
    async with streamed(ada, await ticket_path(ada)) as answer:
        await anext(answer.aiter_bytes())
        assert len(streams._open) == 1

    async def is_over() -> bool:
        return not streams._open

    await eventually(is_over)


@pytest.mark.databases("sqlite")
async def test_it_ends_with_the_login(server: RunningServer) -> None:
    ada = await server.register()
    await large(server, ada, "ends")
    with pytest.raises(BROKEN):
        async with streamed(ada, await ticket_path(ada)) as answer:
            pieces = answer.aiter_bytes()
            await anext(pieces)
            await ada.post("/auth/logout")
            streams = server.app.state.connections.streams

            async def is_told() -> bool:
                return all(ended.done() for ended in streams._open)

            await eventually(is_told)
            async for _ in pieces:
                pass


async def test_a_client_that_does_not_read_holds_no_connection_and_is_cut(
    start_server: StartServer,
) -> None:
    server = await start_server(
        database_pool_size=1,
        database_max_overflow=0,
        send_timeout_seconds=0.5,
        session_check_seconds=0.1,
    )
    ada = await server.register()
    await large(server, ada, "never read")
    async with unread_path(ada, await ticket_path(ada)) as connection:
        assert (await ada.get("/conversations")).status_code == 200

        async def cut() -> bool:
            return is_cut(connection)

        await eventually(cut)
    assert len((await taken(ada)).lines) == 1


async def test_a_server_that_dies_leaves_no_half_for_the_whole(
    server: RunningServer, database_url: str
) -> None:
    ada = await server.register()
    await large(server, ada, "killed")
    async with server_process(database_url) as process:
        with pytest.raises(BROKEN):
            async with streamed(process.seen_by(ada), await ticket_path(ada)) as answer:
                pieces = answer.aiter_bytes()
                await anext(pieces)
                process.kill(signal.SIGKILL)
                async for _ in pieces:
                    pass
    assert len((await taken(ada)).lines) == 1


@pytest.mark.usefixtures("new_python")
async def test_memory_does_not_grow_with_the_account(
    server: RunningServer, database_url: str
) -> None:
    small, large_one = await server.register(), await server.register()
    database = server.app.state.services.database
    text = random.Random(1).randbytes(PART_CHARACTERS // 2).hex()
    for person, size in ((small, len(text)), (large_one, ACCOUNT_BYTES)):
        id = await person.conversation("noise")
        await database.write(lengthen, id, [text] * (size // len(text)))
    async with server_process(database_url) as process:
        pid = pid_of(process)
        await read_through(process.seen_by(small))  # what any export loads
        await asyncio.to_thread(forget_peak, pid)
        before = await asyncio.to_thread(resident_bytes, pid)
        await read_through(process.seen_by(large_one))
        grown = await asyncio.to_thread(peak_bytes, pid) - before
    assert grown <= GROWN_BYTES


async def read_through(person: Person) -> None:
    """An export, of which nothing is kept."""
    async with streamed(person, await ticket_path(person)) as answer:
        async for _ in answer.aiter_bytes(1_000_000):
            pass
