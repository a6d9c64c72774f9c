"""A MySQL (or MariaDB) server of a test's own, to be suspended, killed and started again."""

import asyncio
import os
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pymysql
from sqlalchemy.engine import URL

from tests.faults.watching import eventually
from tests.support import private_servers

START_SECONDS = 30


class DatabaseServer:
    """A running server. What it was started with is read from `/proc`, as is its process id."""

    def __init__(self, url: URL, kind: str) -> None:
        self.url = url
        self.kind = kind
        self._pid = self._read_pid()
        self._command = self._of_process("cmdline")
        self._environment = dict(line.split("=", 1) for line in self._of_process("environ"))
        self._restarted: subprocess.Popen[bytes] | None = None

    def signal(self, number: signal.Signals) -> None:
        """Send the server a signal; SIGSTOP has taken effect when this returns."""
        os.kill(self._pid, number)
        if number == signal.SIGSTOP:
            os.waitid(os.P_PID, self._pid, os.WSTOPPED)  # till then its threads may still answer

    async def kill(self) -> None:
        """kill -9, and wait until nothing is left: a new server asks whether the old one lives."""
        await asyncio.to_thread(self._kill)

    async def start(self) -> None:
        """Start it again on the same data, and wait until it answers."""

        async def is_up() -> bool:
            return await asyncio.to_thread(self._answers)

        await asyncio.to_thread(self._popen)
        await eventually(is_up)

    def execute(self, *statements: str) -> None:
        """Run statements as the server's operator."""
        with self._connect() as connection, connection.cursor() as cursor:
            for statement in statements:
                cursor.execute(statement)

    def close(self) -> None:
        """End the server that `start` started."""
        if self._restarted is not None:
            self._restarted.kill()
            self._restarted.wait()

    def _kill(self) -> None:
        self.signal(signal.SIGKILL)
        if self._restarted is None:
            os.waitpid(self._pid, 0)
        else:
            self._restarted.wait()

    def _popen(self) -> None:
        quiet = subprocess.DEVNULL
        self._restarted = subprocess.Popen(
            self._command,
            env=self._environment,
            stdin=quiet,
            stdout=quiet,
            stderr=quiet,
            start_new_session=True,
        )
        self._pid = self._restarted.pid

    def _of_process(self, name: str) -> list[str]:
        """A list of texts that `/proc` has of the server's process (proc(5))."""
        return Path(f"/proc/{self._pid}/{name}").read_bytes().decode().split("\0")[:-1]

    def _connect(self) -> "pymysql.Connection[pymysql.cursors.Cursor]":
        return pymysql.connect(
            host=self.url.host, port=self.url.port or 0, user=self.url.username, connect_timeout=2
        )

    def _answers(self) -> bool:
        try:
            self._connect().close()
        except pymysql.err.OperationalError:
            return False
        return True

    def _read_pid(self) -> int:
        with self._connect() as connection, connection.cursor() as cursor:
            cursor.execute("SELECT @@pid_file")
            row = cursor.fetchone()
        assert row is not None
        return int(Path(row[0]).read_text())


def available() -> list[private_servers.Programs]:
    """The one kind of server to try the faults on: MySQL where it is, else MariaDB."""
    programs = private_servers.mysql() or private_servers.mariadb()
    return [programs] if programs else []


@contextmanager
def database_server(programs: private_servers.Programs) -> Iterator[DatabaseServer]:
    """A server that nobody else uses."""
    with private_servers.running(programs) as url:
        server = DatabaseServer(url, programs.name)
        try:
            yield server
        finally:
            server.close()
