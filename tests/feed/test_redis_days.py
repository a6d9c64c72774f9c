"""A Redis that is killed, suspended, full, not to be entered, or shared costs time and no word."""

import asyncio
import signal
from pathlib import Path

import pytest

from app.bus.redis import RedisBus
from app.redis_url import read
from app.utils.tasks import stop_tasks
from tests.faults.watching import eventually
from tests.feed.conftest import StartTwo, Two, all_heard, services_of
from tests.feed.test_feed import reading, ready
from tests.support.cli_process import run
from tests.support.redis import RedisServer, redis_server
from tests.support.server import text_of
from tests.support.upstream import ScriptedUpstream

pytestmark = pytest.mark.anyio

SOON = {"follow_seconds": 0.2}
WORDS = "one two 三 🍣 " * 20


async def suspend(redis: RedisServer) -> None:
    redis.signal(signal.SIGSTOP)


async def wake(redis: RedisServer) -> None:
    redis.signal(signal.SIGCONT)


def lines(caplog: pytest.LogCaptureFixture, event: str) -> int:
    """How often something was logged."""
    return sum(record.getMessage() == event for record in caplog.records)


@pytest.mark.parametrize(
    ("harm", "mend"),
    [(RedisServer.kill, RedisServer.start), (suspend, wake)],
    ids=["killed", "suspended"],
)
async def test_without_redis_texts_are_whole_and_it_is_said_once(
    harm: object,
    mend: object,
    start_two: StartTwo,
    upstream: ScriptedUpstream,
    caplog: pytest.LogCaptureFixture,
) -> None:
    assert callable(harm) and callable(mend)
    async with redis_server() as redis:
        two = await start_two("redis", redis=redis, **SOON)
        ada, elsewhere, conversation = await reading(two, upstream, "slow")
        async with elsewhere.socket(conversation) as reader:
            await ready(reader)
            sending = asyncio.create_task(ada.say(conversation, WORDS))
            events = await reader.until("chunk")
            await harm(redis)
            events += await reader.until("done")
            assert text_of(events) == f"You said: {WORDS}"
            await sending
            await both_are_away(two)
            await ada.say(conversation, "still")
            assert text_of(await reader.until("done")) == "You said: still"
            await mend(redis)
            await all_heard(two)
            await ada.say(conversation, "again")
            assert text_of(await reader.until("done")) == "You said: again"

        async def is_said() -> bool:
            return lines(caplog, "bus_is_back") == 2

        await eventually(is_said)
        assert lines(caplog, "bus_is_away") == 2


async def both_are_away(two: Two) -> None:
    for server in (two.writer, two.reader):
        bus = services_of(server).bus

        async def is_away() -> bool:
            return not bus.is_healthy  # noqa: B023

        await eventually(is_away)


async def test_a_full_redis_is_as_good_as_another_or_as_none(
    start_two: StartTwo, upstream: ScriptedUpstream
) -> None:
    async with redis_server() as redis:
        two = await start_two("redis", redis=redis, **SOON)
        ada, elsewhere, conversation = await reading(two, upstream, "slow")
        await redis.say("CONFIG", "SET", "maxmemory", "1")
        await redis.say("CONFIG", "SET", "maxmemory-clients", "1")
        async with elsewhere.socket(conversation) as reader:
            await ready(reader)
            await ada.say(conversation, WORDS)
            assert text_of(await reader.until("done")) == f"You said: {WORDS}"


async def test_a_password_that_is_wrong_is_told_nobody(
    start_two: StartTwo,
    upstream: ScriptedUpstream,
    caplog: pytest.LogCaptureFixture,
    tmp_path: Path,
) -> None:
    async with redis_server("--requirepass", "right") as redis:
        wrong = redis.url(":hunter2@")
        both = {"redis_url": wrong, **SOON}
        two = await start_two("redis", redis=redis, are_heard=False, reader=both, **both)
        ada, elsewhere, conversation = await reading(two, upstream, "slow")
        async with elsewhere.socket(conversation) as reader:
            await ready(reader)
            await ada.say(conversation, WORDS)
            assert text_of(await reader.until("done")) == f"You said: {WORDS}"
        assert lines(caplog, "bus_is_away") == 2
        assert "hunter2" not in caplog.text
        told = await asyncio.to_thread(run, tmp_path, "doctor", REDIS_URL=wrong)
        assert told.returncode == 1 and "AuthenticationError" in told.stdout
        assert "hunter2" not in told.stdout + told.stderr
        right = redis.url(":right@")
        told = await asyncio.to_thread(run, tmp_path, "doctor", REDIS_URL=right)
        assert told.returncode == 0 and "it answers" in told.stdout


class End:
    """One process on a bus, and what it has heard."""

    def __init__(self, url: str, secret: bytes, database: bytes) -> None:
        async def identity() -> bytes:
            return database

        self.heard: list[bytes] = []
        self.bus = RedisBus(read(url), secret, identity)
        self.bus.subscribe("talk", lambda _, body: self.heard.append(body))
        self.task = asyncio.create_task(self.bus.run())

    async def is_connected(self) -> bool:
        return self.bus.is_healthy

    async def hears_another(self) -> bool:
        return self.bus.is_healthy and self.bus.peers() == 2

    async def has_heard(self) -> bool:
        return bool(self.heard)


async def test_installations_on_one_redis_do_not_hear_each_other_nor_strangers() -> None:
    async with redis_server() as redis:
        url = redis.url()
        mine, too = End(url, b"a secret", b"one"), End(url, b"a secret", b"one")
        other, stranger = End(url, b"a secret", b"two"), End(url, b"no secret", b"one")
        ends = [mine, too, other, stranger]
        for end in ends:
            await eventually(end.is_connected)
        for end in (other, stranger, mine):
            end.bus.publish("talk", b"hello")
        await eventually(too.has_heard)
        await redis.say("PUBLISH", mine.bus._channel, "nonsense")
        too.bus.publish("talk", b"and back")
        await eventually(mine.has_heard)
        assert (mine.heard, too.heard) == ([b"and back"], [b"hello"])
        assert (other.heard, stranger.heard) == ([], [])
        assert (mine.bus.peers(), other.bus.peers(), stranger.bus.peers()) == (2, 1, 1)
        await stop_tasks(too.task)
        await too.bus.close()

        async def is_alone() -> bool:
            return mine.bus.peers() == 1

        await eventually(is_alone)
        assert mine.bus.is_healthy  # who says goodbye is not missed
        await stop_tasks(*(end.task for end in ends))
        for end in ends:
            await end.bus.close()
