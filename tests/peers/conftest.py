"""Three servers on one database, which hear each other."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from dataclasses import replace
from pathlib import Path

import pytest

from tests.faults.watching import eventually
from tests.feed.conftest import services_of
from tests.support.buses import folder, meeting
from tests.support.redis import RedisServer
from tests.support.server import Person, RunningServer, running_server

__all__ = ["folder"]

THREE = 3


class Nodes(list[RunningServer]):
    """Servers that a user can go to in turn."""

    def seen_by(self, person: Person) -> list[Person]:
        """The same user, at each of them."""
        return [replace(person, server=server) for server in self]

    async def all_told(self) -> None:
        """Wait until each has told what it has counted, and the others have heard it."""
        for server in self:
            services = services_of(server)

            async def is_told() -> bool:
                return services.peers.are_shared()  # noqa: B023

            await eventually(is_told)


StartNodes = Callable[..., Awaitable[Nodes]]


@pytest.fixture
async def start_nodes(
    folder: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> AsyncIterator[StartNodes]:
    """Starts three with this kind of bus."""
    url = f"sqlite:///{tmp_path}/chat.db"
    async with AsyncExitStack() as stack:

        async def start(
            kind: str, *, redis: RedisServer | None = None, **settings: object
        ) -> Nodes:
            settings = {"database_url": url, "data_dir": tmp_path} | settings
            met = meeting(kind, THREE, folder, monkeypatch, redis)
            settings |= await stack.enter_async_context(met)
            nodes = Nodes()
            for index in range(THREE):
                monkeypatch.setenv("WORKER_INDEX", str(index))
                nodes.append(await stack.enter_async_context(running_server(**settings)))
            if kind != "none":
                for node in nodes:
                    peers = services_of(node).bus.peers

                    async def hears_all() -> bool:
                        return peers() == THREE  # noqa: B023

                    await eventually(hears_all)
                await nodes.all_told()
            stop_clocks(nodes)
            return nodes

        yield start


def stop_clocks(nodes: Nodes) -> None:
    """Have no time pass for budgets; the windows of each begin at another moment, as on machines
    that were started at different times."""
    for phase, node in enumerate(nodes):
        for window in node.app.state.rate_limits._budgets.values():
            at = (1000 + phase / THREE) * window.seconds
            window.clock = lambda at=at: at


async def carried(nodes: Nodes, budget: str, key: str) -> None:
    """Wait until all know the same of what was counted for somebody."""
    windows = [node.app.state.rate_limits._budgets[budget] for node in nodes]

    async def is_carried() -> bool:
        return len({window.left(key)[0] for window in windows}) == 1

    await eventually(is_carried)
