"""A budget is one for all processes that hear each other, and each one's own where they do not."""

import signal

import pytest

from app.bus.redis import RedisBus
from tests.faults.watching import eventually
from tests.feed.conftest import services_of
from tests.peers.conftest import BUSES, THREE, Nodes, StartNodes, carried
from tests.support.patience import promised
from tests.support.redis import RedisServer, missing, redis_server
from tests.support.server import PASSWORD, Person, RunningServer

pytestmark = [pytest.mark.anyio, pytest.mark.databases("sqlite")]

LIMIT = 60
TRIES = 12
ANSWER_SECONDS = 0.5
"""Less than anybody waits for a Redis that says nothing."""
WITH_REDIS = pytest.mark.skipif(missing() is not None, reason=missing() or "")


async def status(person: Person) -> int:
    return (await person.get("/auth/me")).status_code


async def passes(person: Person, at_most: int) -> int:
    """How many requests are answered until one is refused."""
    for passed in range(at_most):
        if await status(person) == 429:
            return passed
    return at_most


async def tries(server: RunningServer, name: str, at_most: int) -> int:
    """How many wrong passwords are looked at until one is refused."""
    body = {"username_or_email": name, "password": f"not {PASSWORD}"}
    for tried in range(at_most):
        if (await server.http.post("/auth/login", json=body)).status_code == 429:
            return tried
    return at_most


@pytest.mark.parametrize("bus", BUSES)
async def test_a_minute_has_one_budget_at_three_processes(
    bus: str, start_nodes: StartNodes
) -> None:
    nodes = await start_nodes(bus, rate_limit_per_minute=LIMIT)
    ada = await nodes[0].register()
    passed = 0
    for turn in range(2 * LIMIT):
        passed += await status(nodes.seen_by(ada)[turn % THREE]) == 200
        await carried(nodes, "all", f"user:{ada.id}")
    assert passed == LIMIT
    bob = await nodes[1].register()
    assert [await status(at) for at in nodes.seen_by(bob)] == [200] * THREE


async def test_without_a_bus_each_has_its_own(start_nodes: StartNodes) -> None:
    nodes = await start_nodes("none", rate_limit_per_minute=LIMIT)
    ada = await nodes[0].register()
    assert [await passes(at, 2 * LIMIT) for at in nodes.seen_by(ada)] == [LIMIT] * THREE
    assert [services_of(node).peers.are_shared() for node in nodes] == [False] * THREE


@pytest.mark.parametrize("bus", BUSES)
async def test_guesses_are_counted_together_and_forgotten_together(
    bus: str, start_nodes: StartNodes
) -> None:
    nodes = await start_nodes(bus, login_rate_limit_per_minute=TRIES)
    ada = await nodes[0].register()
    who = f"user:{ada.id} 127.0.0.0/24"
    first, second, third = nodes.seen_by(ada)

    async def guess(at: Person, password: str) -> int:
        answer = await at.post("/auth/reauthenticate", json={"password": password})
        await carried(nodes, "password", who)
        return answer.status_code

    for _ in range(TRIES // 2):
        assert await guess(second, "wrong") == await guess(third, "wrong") == 403
    assert await guess(first, PASSWORD) == 429
    for node in nodes:
        node.app.state.rate_limits._budgets["password"].limit += 1
    assert await guess(first, PASSWORD) == 204
    assert [await guess(third, "wrong") for _ in range(TRIES + 2)] == [403] * (TRIES + 1) + [429]


async def kill(redis: RedisServer) -> None:
    await redis.kill()


async def suspend(redis: RedisServer) -> None:
    redis.signal(signal.SIGSTOP)


async def mend(redis: RedisServer) -> None:
    redis.signal(signal.SIGCONT)


@WITH_REDIS
@pytest.mark.parametrize(
    ("harm", "heal"), [(kill, RedisServer.start), (suspend, mend)], ids=["killed", "suspended"]
)
async def test_without_redis_each_has_its_own_at_once_and_logins_their_part(
    harm: object, heal: object, start_nodes: StartNodes
) -> None:
    assert callable(harm) and callable(heal)
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
