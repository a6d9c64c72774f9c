"""A server as a process of its own, for what only processes show: signals, death, neighbours."""

import asyncio
import os
import signal
import socket
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any, BinaryIO

import httpx2

from tests.support import forks
from tests.support.patience import PATIENCE_SECONDS
from tests.support.server import ENCRYPTION_KEY, SECRET_KEY, Person, RunningServer, http_client

TWO_WORKERS = "chat-backend serve --workers 2"
SERVERS = {
    # A slow test keeps its connection.
    "uvicorn": "uvicorn app.main:app --log-level warning --timeout-keep-alive 60".split(),
    "chat-backend serve": "app.cli serve".split(),
    TWO_WORKERS: "app.cli serve --workers 2".split(),
}
PROGRAMS = SERVERS | {
    "a clock that is wrong": "tests.nodes.wrong_clock app.main:app --log-level warning".split(),
}
OF_RELEASE = """
from tests.support.patience import PATIENCE_SECONDS
import sys, app, uvicorn
folder = sys.argv.pop(1)
assert app.__file__.startswith(folder), app.__file__
uvicorn.main()
"""
GLANCE_SECONDS = 0.01
Process = subprocess.Popen[bytes]


class ServerProcess(RunningServer):
    """A running process; everything else is as with a server in the test's own loop."""

    def __init__(self, port: int, http: httpx2.AsyncClient, process: Process) -> None:
        super().__init__(port, None, http)
        self._process = process

    def kill(self, number: signal.Signals) -> None:
        """Send a signal."""
        self._process.send_signal(number)

    async def exited(self) -> int:
        """Wait for the end of the process; its exit status."""
        async with asyncio.timeout(PATIENCE_SECONDS):
            return await _end_of(self._process)

    def seen_by(self, person: Person) -> Person:
        """The same user, at this server."""
        return replace(person, server=self)


@asynccontextmanager
async def server_process(
    database_url: str,
    log: BinaryIO | None = None,
    program: str = "uvicorn",
    release: Path | None = None,
    /,
    **settings: str,
) -> AsyncIterator[ServerProcess]:
    """Serve with uvicorn alone, or with another program; killed at the end if it still runs.

    What it writes goes into `log`, else where the tests write. It gets a port that is free,
    unless `PORT` is given. `release` is the folder of another version of the app, which uvicorn
    then serves, and which ends at once if it is not that one.
    """
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        probe.bind(("127.0.0.1", int(settings.get("PORT", 0))))
        port = probe.getsockname()[1]
    environment = {
        "DATABASE_URL": database_url,
        "SECRET_KEY": SECRET_KEY,
        "ENCRYPTION_KEY": ENCRYPTION_KEY,
        "ALLOWED_PRIVATE_MODEL_HOSTS": "127.0.0.1",
        "RATE_LIMIT_PER_MINUTE": "100000",
        "LOGIN_RATE_LIMIT_PER_MINUTE": "100000",
        "BCRYPT_ROUNDS": "4",
        "SESSION_CHECK_SECONDS": "0.2",
    }
    process = await asyncio.to_thread(
        _started,
        release,
        [*PROGRAMS[program], "--port", str(port)],
        os.environ | environment | settings,
        stdin=subprocess.DEVNULL,
        stdout=log,
        stderr=log,
    )
    try:
        async with await asyncio.to_thread(http_client, port) as http:
            await _healthy(http, process)
            yield ServerProcess(port, http, process)
    finally:
        process.kill()
        await _end_of(process)


def _started(
    release: Path | None, words: list[str], environment: dict[str, str], **streams: Any
) -> Process:
    if release is None:
        return forks.popen(words, Path(), environment, **streams)
    other = [sys.executable, "-c", OF_RELEASE, str(release), *words[1:]]
    return subprocess.Popen(other, cwd=release, env=environment, **streams)


async def _healthy(http: httpx2.AsyncClient, process: Process) -> None:
    async with asyncio.timeout(PATIENCE_SECONDS):
        while process.poll() is None:
            try:
                await http.get("/health/live")
            except httpx2.ConnectError:
                await asyncio.sleep(GLANCE_SECONDS)
            else:
                return
    raise RuntimeError("The server did not start")


async def _end_of(process: Process) -> int:
    """Wait for the end of a process, which no event loop is told of; its exit status."""
    while (status := process.poll()) is None:  # noqa: ASYNC110
        await asyncio.sleep(GLANCE_SECONDS)
    return status
