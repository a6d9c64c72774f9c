"""Two servers on one database: at the one replies are written, at the other they are read."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from app.services.container import Services
from tests.faults.watching import eventually
from tests.support.buses import folder, meeting
from tests.support.redis import RedisServer
from tests.support.server import Person, RunningServer, running_server

__all__ = ["folder"]

NEVER = 3600.0
"""Seconds between looks at the database that nobody has asked for."""


@dataclass
class Two:
    """`writer` and `reader` are the same server where the feed stays in one process."""

    writer: RunningServer
    reader: RunningServer

    def at_reader(self, person: Person) -> Person:
        """The same user, at the server that reads."""
        return replace(person, server=self.reader)


StartTwo = Callable[..., Awaitable[Two]]


def services_of(server: RunningServer) -> Services:
    """What a server in this process is made of."""
    services: Services = server.app.state.services
    return services


@pytest.fixture
async def start_two(
    folder: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> AsyncIterator[StartTwo]:
    """Starts both with a feed of this kind, and settings for each of them."""
    url = f"sqlite:///{tmp_path}/chat.db"
    async with AsyncExitStack() as stack:

        async def start(
            kind: str,
            *,
            redis: RedisServer | None = None,
            are_heard: bool = True,
            reader: dict[str, object] | None = None,
            **writer: object,
        ) -> Two:
            both: dict[str, object] = {"database_url": url, "data_dir": tmp_path}
            if kind == "in-process":
                only = await stack.enter_async_context(running_server(**both | writer))
                return Two(only, only)
            met = meeting(kind, 2, folder, monkeypatch, redis)
            both |= await stack.enter_async_context(met)
            if kind != "database":
                both["follow_seconds"] = NEVER
            started = []
            for index, settings in enumerate((writer, writer if reader is None else reader)):
                monkeypatch.setenv("WORKER_INDEX", str(index))
                started.append(await stack.enter_async_context(running_server(**both | settings)))
            two = Two(*started)
            if kind != "database" and are_heard:
                await all_heard(two)
            return two

        yield start


async def all_heard(two: Two) -> None:
    """Wait until each hears the other on the bus."""
    for server in (two.writer, two.reader):
        bus = services_of(server).bus

        async def is_heard() -> bool:
            return bus.is_healthy and bus.peers() == 2  # noqa: B023

        await eventually(is_heard)
