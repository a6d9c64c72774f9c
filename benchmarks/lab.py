"""What every scenario is given: sizes, the upstream, databases, and a place for its rows."""

import asyncio
import itertools
import sys
from collections.abc import Iterator
from contextlib import AbstractAsyncContextManager, ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

from sqlalchemy.engine import URL

from benchmarks import servers
from benchmarks.figures import Row, Target
from benchmarks.upstream import Upstream
from tests.support import databases, private_servers

INTERVAL_SECONDS = 0.02
RESTING_SECONDS = 0.02


@dataclass(frozen=True)
class Sizes:
    """How much of everything a run makes."""

    users: int = 10
    streams: int = 100
    seconds: float = 4.0
    rounds: int = 2
    burst_tokens: int = 1_000
    capacity_steps: int = 8
    turns: int = 40
    chats: int = 50
    chat_turns: int = 4
    reply_tokens: int = 100
    idle_sockets: int = 1_000
    logins: int = 8
    history: int = 10_000
    account: int = 1_000_000
    imported: int = 20_000
    requests: int = 60


FULL = Sizes()
QUICK = Sizes(
    seconds=2,
    rounds=1,
    capacity_steps=5,
    turns=15,
    chat_turns=2,
    account=100_000,
    imported=6_000,
    requests=20,
)
TINY = Sizes(
    users=1,
    streams=3,
    seconds=0.2,
    rounds=1,
    burst_tokens=10,
    capacity_steps=1,
    turns=2,
    chats=3,
    chat_turns=1,
    reply_tokens=10,
    idle_sockets=3,
    logins=1,
    history=10,
    account=20,
    imported=20,
    requests=2,
)


@dataclass
class Lab:
    """One run. `databases` are the servers to measure on, by name; SQLite's are files."""

    sizes: Sizes
    upstream: Upstream
    folder: Path
    databases: dict[str, URL]
    against: tuple[str, Path] | None = None
    """Another revision's name, and the folder of its code."""
    rows: list[Row] = field(default_factory=list)
    _resources: ExitStack = field(default_factory=ExitStack)
    _numbers: Iterator[int] = field(default_factory=itertools.count)

    def note(
        self,
        what: str,
        value: float,
        unit: str,
        target: Target | None = None,
        ratio: float | None = None,
        beside: str = "",
    ) -> None:
        """Keep a figure, and say it."""
        row = Row(what, value, unit, ratio, beside, target)
        self.rows.append(row)
        sys.stderr.write("  " + " · ".join(cell for cell in row.cells() if cell) + "\n")

    def place(self) -> Path:
        """A folder of a server's own."""
        folder = self.folder / str(next(self._numbers))
        folder.mkdir()
        return folder

    def fresh_database(self, name: str, folder: Path) -> str:
        """The URL of an empty database, which goes away with the run."""
        return self._resources.enter_context(databases.fresh_database(self.databases[name], folder))

    def relay(self) -> AbstractAsyncContextManager[servers.Server]:
        return servers.relay(self.upstream.url, self.place())

    def floor(self) -> AbstractAsyncContextManager[servers.Server]:
        return servers.floor(self.upstream.url, self.place())

    def chat_server(
        self,
        database: str = "SQLite",
        module: str = "app.cli",
        users: int | None = None,
        code: Path | None = None,
        **settings: str,
    ) -> AbstractAsyncContextManager[servers.Server]:
        """This server, or that in the folder `code`, on an empty database, with a few users."""
        folder = self.place()
        url = self.fresh_database(database, folder)
        count = self.sizes.users if users is None else users
        return servers.chat_server(self.upstream.url, url, folder, count, module, code, **settings)

    def chat_servers(
        self, users: int | None = None, **settings: str
    ) -> Iterator[tuple[str, AbstractAsyncContextManager[servers.Server]]]:
        """This server on every database, and after each the code that it is compared with."""
        codes: list[tuple[str, Path | None]] = [("", None)]
        if self.against is not None:
            codes.append((f", {self.against[0]}", self.against[1]))
        for name in self.databases:
            for suffix, code in codes:
                server = self.chat_server(name, users=users, code=code, **settings)
                yield f"{name}{suffix}", server

    def close(self) -> None:
        self._resources.close()


@contextmanager
def running_databases(with_mysql: bool) -> Iterator[dict[str, URL]]:
    """SQLite, and a MySQL server of the run's own where it is wanted and its programs are there."""
    found = {"SQLite": URL.create("sqlite")}
    programs = private_servers.mysql() if with_mysql else None
    if programs is None:
        if with_mysql:
            sys.stderr.write("Without MySQL: scripts/get-mysql.sh .cache/mysql fetches it\n")
        yield found
        return
    # It shares a core with the load, which must not seem late because a database worked.
    yielding = replace(programs, server=["nice", "-n", "10", *programs.server])
    with private_servers.running(yielding, syncs=True) as url:
        yield found | {"MySQL": url}


async def rest(server: servers.Server) -> None:
    """Wait until a server does nothing: the first user has it load the SDK for half a second."""
    spent = RESTING_SECONDS
    while spent >= RESTING_SECONDS:
        before = server.process.cpu_seconds()
        await pause()
        spent = server.process.cpu_seconds() - before


async def pause() -> None:
    """Let a server finish what it still writes of the last replies."""
    await asyncio.sleep(0.3)
