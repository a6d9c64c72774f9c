"""The shipped HAProxy leads to the database server that takes the writes, and away from one that no
longer does; what tells it so knows a server that leads no group."""

import asyncio
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager, suppress
from pathlib import Path

import httpx2
import pytest
from sqlalchemy.engine import URL

from tests.faults.statements import execute
from tests.support import haproxy
from tests.support.nginx import wait_until_open
from tests.support.patience import PATIENCE_SECONDS
from tests.support.private_servers import free_port

pytestmark = pytest.mark.anyio

TELLS = haproxy.SHIPPED.with_name("takes-writes.py")


class Standing:
    """A server that says its name to whoever comes, and what tells whether it takes writes."""

    def __init__(self, name: str) -> None:
        self.takes_writes = False
        self._name = name

    @asynccontextmanager
    async def running(self) -> AsyncIterator[tuple[int, int]]:
        server = await asyncio.start_server(self._greet, "127.0.0.1", 0)
        check = await asyncio.start_server(self._tell, "127.0.0.1", 0)
        async with server, check:
            yield tuple(each.sockets[0].getsockname()[1] for each in (server, check))

    async def _greet(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(f"{self._name}\n".encode())
        with suppress(ConnectionResetError):
            await reader.read()
        await closed(writer)

    async def _tell(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(ConnectionResetError, asyncio.IncompleteReadError):
            await reader.readuntil(b"\r\n\r\n")
        status = "200 OK" if self.takes_writes else "503 Service Unavailable"
        writer.write(f"HTTP/1.1 {status}\r\nContent-Length: 0\r\n\r\n".encode())
        await closed(writer)


@asynccontextmanager
async def greeted(port: int) -> AsyncIterator[tuple[str, asyncio.StreamReader]]:
    """The server that a new connection reaches, once there is one, and what else it says."""
    name = ""
    async with asyncio.timeout(PATIENCE_SECONDS):
        while not name:
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            with suppress(ConnectionResetError):
                name = (await reader.readline()).decode().strip()
            if not name:
                await closed(writer)
                await asyncio.sleep(0.05)
    try:
        yield name, reader
    finally:
        await closed(writer)


async def closed(writer: asyncio.StreamWriter) -> None:
    writer.close()
    with suppress(ConnectionResetError):
        await writer.wait_closed()


async def test_it_leads_to_the_one_that_writes_and_leaves_one_that_does_not(tmp_path: Path) -> None:
    servers = [Standing(name) for name in ("one", "other", "third")]
    async with AsyncExitStack() as stack:
        ports = [await stack.enter_async_context(server.running()) for server in servers]
        running = haproxy.running(tmp_path, *zip(*ports, strict=True))
        port = await asyncio.to_thread(running.__enter__)
        try:
            servers[1].takes_writes = True
            async with greeted(port) as (name, more):
                assert name == "other"
                servers[1].takes_writes, servers[2].takes_writes = False, True
                with suppress(ConnectionResetError):  # not left with the one of before
                    async with asyncio.timeout(PATIENCE_SECONDS):
                        assert await more.read() == b""
            async with greeted(port) as (name, _):
                assert name == "third"
        finally:
            await asyncio.to_thread(running.__exit__, None, None, None)


@contextmanager
def told(server: URL, folder: Path) -> Iterator[int]:
    """The program that tells a server's role, and its port."""
    (folder / "password").write_text("secret\n")
    port = free_port()
    process = subprocess.Popen(
        [sys.executable, TELLS, f"{port}={server.host}:{server.port}"],
        env={"PASSWORD_FILE": str(folder / "password")},
    )
    try:
        wait_until_open(port, process)
        yield port
    finally:
        process.terminate()
        process.wait()


@pytest.mark.databases("mysql", "mariadb")
def test_a_server_of_no_group_takes_no_writes_of_one(database_server: URL, tmp_path: Path) -> None:
    """That the leading one is found, `make soak` tries with a group."""
    execute(database_server, "CREATE USER IF NOT EXISTS role@'%' IDENTIFIED BY 'secret'")
    with told(database_server, tmp_path) as port:
        assert httpx2.get(f"http://127.0.0.1:{port}/").status_code == 503
    nobody = database_server.set(port=free_port())
    with told(nobody, tmp_path) as port:
        assert httpx2.get(f"http://127.0.0.1:{port}/").status_code == 503
