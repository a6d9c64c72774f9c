"""Redis servers of the tests' own: on a Unix socket or a free port, in a folder that goes away."""

import asyncio
import os
import shutil
import signal
import subprocess
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from tests.faults.watching import eventually
from tests.support.private_servers import free_port

ADVICE = "install redis-server (Debian)"
SETTINGS = ("--save", "", "--appendonly", "no", "--bind", "127.0.0.1", "--daemonize", "no")


def missing() -> str | None:
    """What to do where it is not installed."""
    return None if shutil.which("redis-server") else f"not here; {ADVICE}"


class RedisServer:
    """One server, which can be started again in the same place."""

    def __init__(self, folder: Path, options: list[str], program: tuple[str, ...]) -> None:
        self.port = free_port()
        self._folder = folder
        self._options = options
        self._program = program
        self._process: subprocess.Popen[bytes] | None = None

    def url(self, said: str = "") -> str:
        """Its address, with `user:password@` before it where that is said."""
        return f"redis://{said}127.0.0.1:{self.port}/0"

    async def start(self) -> None:
        """Start it, and wait until it listens."""
        where = ["--dir", str(self._folder), "--port", str(self.port)]
        words = ["redis-server", *self._program, *where]
        self._process = await asyncio.to_thread(
            subprocess.Popen,
            [*words, *self._options],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
        )
        await eventually(self._listens)

    async def _listens(self) -> bool:
        try:
            reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
            writer.write(b"PING\r\n")
            answer = await reader.readline()
            writer.close()
        except OSError:
            return False
        return answer.startswith((b"+PONG", b"-NOAUTH"))

    def signal(self, number: signal.Signals) -> None:
        """Send a signal."""
        assert self._process is not None
        os.kill(self._process.pid, number)

    async def kill(self) -> None:
        """End it at once."""
        if self._process is not None:
            self._process.kill()
            await asyncio.to_thread(self._process.wait)
            self._process = None

    async def say(self, *words: str) -> bytes:
        """Have it do something (redis-cli), and what it answers."""
        command = ["redis-cli", "-p", str(self.port), *words]
        done = await asyncio.to_thread(subprocess.run, command, check=True, capture_output=True)
        return done.stdout


@asynccontextmanager
async def redis_server(
    *options: str, program: tuple[str, ...] = SETTINGS
) -> AsyncIterator[RedisServer]:
    """A running one; killed at the end. `program`: what it is, in place of one that stores."""
    folder = await asyncio.to_thread(tempfile.mkdtemp, prefix="redis")
    server = RedisServer(Path(folder), list(options), program)
    try:
        await server.start()
        yield server
    finally:
        await server.kill()
        await asyncio.to_thread(shutil.rmtree, folder)
