"""A Redis that sentinels watch: when it dies, the bus goes on by the one they choose."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from app.utils.tasks import stop_tasks
from tests.faults.watching import eventually
from tests.feed.test_redis_days import End
from tests.support.redis import RedisServer, redis_server

pytestmark = pytest.mark.anyio

WATCHED = """
sentinel monitor chat 127.0.0.1 {port} 1
sentinel down-after-milliseconds chat 500
sentinel failover-timeout chat 2000
sentinel auth-pass chat right
"""


@asynccontextmanager
async def sentinel_of(first: RedisServer, folder: Path) -> AsyncIterator[RedisServer]:
    """One sentinel that decides alone."""
    file = folder / "sentinel.conf"
    await asyncio.to_thread(file.write_text, WATCHED.format(port=first.port))
    async with redis_server(program=(str(file), "--sentinel")) as sentinel:
        yield sentinel


async def test_the_bus_follows_the_sentinels(tmp_path: Path) -> None:
    password = ("--requirepass", "right", "--masterauth", "right")
    async with redis_server(*password) as first, redis_server(*password) as second:
        await second.say("-a", "right", "REPLICAOF", "127.0.0.1", str(first.port))
        async with sentinel_of(first, tmp_path) as sentinel:

            async def knows_both() -> bool:
                return b"slaves=1" in await sentinel.say("INFO", "sentinel")

            await eventually(knows_both)
            url = f"redis+sentinel://:right@127.0.0.1:{sentinel.port},127.0.0.1:1/chat"
            one, other = End(url, b"a secret", b"one"), End(url, b"a secret", b"one")
            for end in (one, other):
                await eventually(end.hears_another)
            await first.kill()

            async def is_away() -> bool:
                return not one.bus.is_healthy and not other.bus.is_healthy

            await eventually(is_away)
            for end in (one, other):
                await eventually(end.hears_another)
            one.bus.publish("talk", b"by the second")
            await eventually(other.has_heard)
            assert other.heard == [b"by the second"]
            await stop_tasks(one.task, other.task)
            for end in (one, other):
                await end.bus.close()
