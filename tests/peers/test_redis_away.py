"""While Redis is away each process has a budget of its own at once, and no request waits."""

import signal
from collections.abc import Awaitable, Callable

import pytest

from app.bus.redis import RedisBus
from tests.faults.watching import eventually
from tests.feed.conftest import services_of
from tests.peers.conftest import THREE, Nodes, StartNodes, carried
from tests.peers.spent import LIMIT, TRIES, passes, status, tries
from tests.support.patience import promised
from tests.support.redis import RedisServer, redis_server

pytestmark = [pytest.mark.anyio, pytest.mark.databases("sqlite")]

ANSWER_SECONDS = 0.5
"""Less than anybody waits for a Redis that says nothing."""
Change = Callable[[RedisServer], Awaitable[None]]


async def kill(redis: RedisServer) -> None:
    await redis.kill()


async def suspend(redis: RedisServer) -> None:
    redis.signal(signal.SIGSTOP)


async def mend(redis: RedisServer) -> None:
    redis.signal(signal.SIGCONT)


@pytest.mark.parametrize(
    ("harm", "heal"), [(kill, RedisServer.start), (suspend, mend)], ids=["killed", "suspended"]
)
async def test_without_redis_each_has_its_own_at_once_and_logins_their_part(
    harm: Change, heal: Change, start_nodes: StartNodes
) -> None:
    limits = {"rate_limit_per_minute": LIMIT, "login_rate_limit_per_minute": TRIES}
    async with redis_server() as redis:
        nodes = await start_nodes("redis", redis=redis, **limits)
        ada = await nodes[0].register()
        first, second, third = nodes.seen_by(ada)
        assert await passes(first, 2 * LIMIT) == LIMIT
        await carried(nodes, "all", f"user:{ada.id}")
        assert [await status(at) for at in (second, third)] == [429, 429]
        await harm(redis)
        for at in (first, second, third):
            async with promised(ANSWER_SECONDS):
                await status(at)
        await all_are_away(nodes)
        spent = [await passes(at, 2 * LIMIT) for at in (first, second)]
        assert spent[0] == 0 and LIMIT - 1 <= spent[1] <= LIMIT
        # The address has logged in once, at the first one.
        assert [await tries(node, ada.name, TRIES) for node in nodes] == [3, 4, 4]
        await heal(redis)
        await nodes.all_told()
        await carried(nodes, "all", f"user:{ada.id}")
        await carried(nodes, "login", "127.0.0.1/32")
        assert [await status(at) for at in (first, second, third)] == [429] * THREE
        assert [await tries(node, ada.name, TRIES) for node in nodes] == [0] * THREE


async def all_are_away(nodes: Nodes) -> None:
    """Wait until nobody hears anybody, nor has a message on its way."""
    for node in nodes:
        services = services_of(node)

        async def is_away() -> bool:
            bus = services.bus  # noqa: B023
            assert isinstance(bus, RedisBus)
            return bus.peers() == 1 and not bus._is_connected

        await eventually(is_away)
        assert not services.peers.are_shared()
