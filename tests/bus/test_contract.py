"""What every bus keeps: with nobody, between workers, over Redis."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from app.bus.base import Bus
from app.bus.local import LocalBus
from app.bus.none import NoBus
from app.redis_url import read
from app.utils.tasks import stop_tasks
from tests.faults.watching import eventually
from tests.support.buses import BUSES
from tests.support.redis import RedisServer, redis_server

pytestmark = pytest.mark.anyio


@dataclass
class Net:
    """Where buses of one kind meet: makes the end of one of two, and cuts all off for a moment."""

    end: Callable[[int], Bus]
    cut: Callable[[Bus], Awaitable[None]]


@pytest.fixture(params=BUSES)
async def net(request: pytest.FixtureRequest, folder: Path) -> AsyncIterator[Net]:
    """One kind after the other."""
    if request.param == "local":
        yield Net(lambda index: LocalBus(folder, index, 2), _hang_up)
        return
    async with redis_server() as redis:
        yield _over(redis)


def _over(redis: RedisServer) -> Net:
    from app.bus.redis import RedisBus  # noqa: PLC0415  # an extra

    async def identity() -> bytes:
        return b"one"

    async def restart(_: Bus) -> None:
        await redis.kill()
        await redis.start()

    return Net(lambda _: RedisBus(read(redis.url()), b"a secret", identity), restart)


async def _hang_up(bus: Bus) -> None:
    assert isinstance(bus, LocalBus)
    for transport in bus._out.values():
        transport.abort()


@asynccontextmanager
async def running(bus: Bus) -> AsyncIterator[list[bytes]]:
    """What it hears while it runs."""
    heard: list[bytes] = []
    bus.subscribe("talk", lambda _, body: heard.append(body))
    task = asyncio.create_task(bus.run())
    try:
        yield heard
    finally:
        await stop_tasks(task)
        await bus.close()


async def lapsed(bus: Bus, since: int) -> None:
    """Wait until it says that something may have been missed."""

    async def has_lapsed() -> bool:
        return bus.lapses > since

    await eventually(has_lapsed)


async def all_heard(*buses: Bus) -> None:
    """Wait until each hears the other."""

    async def are_heard() -> bool:
        return all(bus.is_healthy and bus.peers() == len(buses) for bus in buses)

    await eventually(are_heard)


async def test_one_that_comes_and_comes_back_is_a_lapse(net: Net) -> None:
    one = net.end(0)
    async with running(one):
        for _ in range(2):
            before, other = one.lapses, net.end(1)
            async with running(other):
                await lapsed(one, before)
                await all_heard(one, other)


async def test_a_moment_without_connection_is_a_lapse_and_what_follows_is_heard(net: Net) -> None:
    one, other = net.end(0), net.end(1)
    async with AsyncExitStack() as stack:
        await stack.enter_async_context(running(one))
        heard = await stack.enter_async_context(running(other))
        await all_heard(one, other)
        before = other.lapses
        await net.cut(one)
        one.publish("talk", b"into the void")
        await lapsed(other, before)
        await all_heard(one, other)
        heard.clear()
        one.publish("talk", b"back")

        async def is_heard() -> bool:
            return heard == [b"back"]

        await eventually(is_heard)


async def test_quiet_is_no_lapse(net: Net) -> None:
    one, other = net.end(0), net.end(1)
    async with running(one), running(other) as heard:
        await all_heard(one, other)
        before = one.lapses, other.lapses
        for n in range(20):
            one.publish("talk", b"%d" % n)

        async def are_heard() -> bool:
            return len(heard) == 20

        await eventually(are_heard)
        assert (one.lapses, other.lapses) == before


async def test_with_nobody_nothing_is_missed() -> None:
    bus = NoBus()
    async with running(bus) as heard:
        bus.publish("talk", b"")
        assert (bus.lapses, bus.peers(), bus.is_healthy, heard) == (0, 1, False, [])


async def test_what_is_said_last_is_heard(net: Net) -> None:
    one, other = net.end(0), net.end(1)
    async with running(other) as heard:
        async with running(one):
            await all_heard(one, other)
            one.publish("talk", b"the last")

        async def is_heard() -> bool:
            return heard == [b"the last"]

        await eventually(is_heard)
