"""A budget is one for all processes that hear each other, and each one's own where they do not."""

import pytest

from tests.feed.conftest import services_of
from tests.peers.conftest import THREE, StartNodes, carried
from tests.peers.spent import LIMIT, TRIES, passes, status
from tests.support.buses import BUSES
from tests.support.server import PASSWORD, Person

pytestmark = [pytest.mark.anyio, pytest.mark.databases("sqlite")]


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
