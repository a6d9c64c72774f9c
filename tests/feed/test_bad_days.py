"""A bus that fails costs time and no word, and a word that was never saved is taken back."""

import asyncio
import random
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import Connection, select

from app.bus.base import HELLO
from app.models import GenerationPiece
from app.services.generation import checkpoint
from app.services.generation.feed import follower
from tests.faults.watching import eventually
from tests.feed.conftest import NEVER, StartTwo, Two, all_heard, services_of
from tests.feed.test_feed import reading, ready
from tests.support.buses import BUSES
from tests.support.server import RunningServer, running_server, text_of
from tests.support.upstream import ScriptedUpstream

pytestmark = [pytest.mark.anyio, pytest.mark.parametrize("kind", BUSES)]

TICK = 0.2
WORDS = "one two 三 🍣 " * 20


def saved_pieces(connection: Connection) -> list[str]:
    return list(connection.execute(select(GenerationPiece.content)).scalars())


def silence(server: RunningServer, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its process writes nothing of its replies any more, as if it were suspended at just that."""
    database = services_of(server).database
    write = database.write

    async def silent(work: Callable[..., Any], *args: Any) -> Any:
        if work is checkpoint.save:
            await asyncio.Event().wait()
        return await write(work, *args)

    monkeypatch.setattr(database, "write", silent)


async def test_text_that_was_told_and_never_saved_is_taken_back(
    kind: str, start_two: StartTwo, upstream: ScriptedUpstream, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As by kill -9 of the process that writes: readers elsewhere were ahead of the database."""
    two = await start_two(
        kind, reap_after_seconds=NEVER, reader={"reap_after_seconds": 1, "follow_seconds": TICK}
    )
    ada, elsewhere, conversation = await reading(two, upstream, "hold")
    async with elsewhere.socket(conversation) as reader, elsewhere.socket(conversation) as behind:
        await ready(reader)
        async with ada.socket(conversation) as writer:
            await writer.send(type="message", content="one two")
            events = await reader.until("chunk")
            saved = services_of(two.writer).database.read

            async def is_saved() -> bool:
                return await saved(saved_pieces) == ["You"]

            await eventually(is_saved)
            silence(two.writer, monkeypatch)
            upstream.release()
            while text_of(events) != "You said: one two":
                events.append(await reader.receive())
        ahead = events[-1]["id"]
        start, chunk, error = await reader.until("error")
        assert start["type"] == "start" and "resumed" not in start
        assert chunk["content"] == "You"
        assert (error["code"], error["status"]) == ("interrupted", "interrupted")
        await behind.until("error")
    assert (await elsewhere.messages(conversation))[1]["content"] == "You"
    async with elsewhere.socket(conversation, last_event_id=ahead) as reader:
        events = await reader.until("error")
        assert "resumed" not in events[0] and text_of(events) == "You"


async def test_a_bus_that_repeats_and_reorders_and_drops_loses_and_doubles_nothing(
    kind: str, start_two: StartTwo, upstream: ScriptedUpstream, monkeypatch: pytest.MonkeyPatch
) -> None:
    two = await start_two(kind, reader={"follow_seconds": TICK})
    chance = random.Random(25)
    for server in (two.writer, two.reader):
        bus = services_of(server).bus
        monkeypatch.setattr(bus, "publish", _harmed(bus.publish, chance))
    ada, elsewhere, conversation = await reading(two, upstream, "slow")
    async with elsewhere.socket(conversation) as reader:
        await ready(reader)
        for said in (WORDS, "again " + WORDS):
            await ada.say(conversation, said)
            assert text_of(await reader.until("done")) == f"You said: {said}"


def _harmed(
    publish: Callable[[str, bytes], None], chance: random.Random
) -> Callable[[str, bytes], None]:
    def harmed(topic: str, body: bytes) -> None:
        loop = asyncio.get_running_loop()
        if chance.random() < 0.3:
            return
        for _ in range(chance.choice((1, 1, 2))):
            loop.call_later(chance.random() * 0.3, publish, topic, body)

    return harmed


async def test_what_nobody_can_read_is_passed_over(
    kind: str, start_two: StartTwo, upstream: ScriptedUpstream
) -> None:
    two = await start_two(kind)
    ada, elsewhere, conversation = await reading(two, upstream, "slow")
    async with elsewhere.socket(conversation) as reader:
        await ready(reader)
        for server in (two.writer, two.reader):
            for topic in ("pieces", "wanted", "hints", "of the next version"):
                for body in (b"", b"\xff", b"{}", b"[[1]]", b'[["a","b","c","d","e"]]'):
                    services_of(server).bus.publish(topic, body)
        await ada.say(conversation, WORDS)
        assert text_of(await reader.until("done")) == f"You said: {WORDS}"


async def test_without_the_bus_the_database_is_asked_at_once_and_then_not_any_more(
    kind: str, start_two: StartTwo, upstream: ScriptedUpstream
) -> None:
    two = await start_two(kind, reader={"follow_seconds": TICK})
    ada, elsewhere, conversation = await reading(two, upstream, "hold")
    async with elsewhere.socket(conversation) as reader:
        await ready(reader)
        asyncio.get_running_loop().create_task(ada.say(conversation, WORDS))
        events = await reader.until("chunk")
        await _end_bus(two)
        upstream.release()
        events += await reader.until("done")
        assert text_of(events) == f"You said: {WORDS}"
        await ada.set_model(upstream.url, "slow")
        await ada.say(conversation, "still")
        assert text_of(await reader.until("done")) == "You said: still"
        await _begin_bus(two)
        await ada.say(conversation, "and again")
        assert text_of(await reader.until("done")) == "You said: and again"


async def _end_bus(two: Two) -> None:
    services = services_of(two.writer)
    (task,) = [task for task in services.tasks if task.get_name() == "bus"]
    task.cancel()
    await asyncio.wait([task])
    await services.bus.close()


async def _begin_bus(two: Two) -> None:
    services = services_of(two.writer)
    services.tasks.append(asyncio.create_task(services.bus.run(), name="bus"))
    await all_heard(two)


async def test_one_who_writes_and_tells_nobody_is_noticed(
    kind: str, start_two: StartTwo, upstream: ScriptedUpstream, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A process of the version before, or one that was not told of the bus."""
    two = await start_two(kind, reader={"follow_seconds": 0.02})
    ada, elsewhere, conversation = await reading(two, upstream, "slow")
    monkeypatch.delenv("WORKERS_FOLDER", raising=False)
    url = two.reader.app.state.settings.database_url
    async with elsewhere.socket(conversation) as reader, running_server(database_url=url) as third:
        await ready(reader)
        far = replace(ada, server=third)
        for said in ("one " * 50, "two " * 50):
            await far.say(conversation, said)
            assert text_of(await reader.until("done")) == f"You said: {said}"
        reads = services_of(two.reader).follower
        assert reads._silent.are_there(asyncio.get_running_loop().time())


async def test_one_who_writes_short_replies_and_tells_nobody_is_noticed(
    kind: str, start_two: StartTwo, upstream: ScriptedUpstream, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whose replies have begun and ended between two looks."""
    two = await start_two(kind, reader={"follow_seconds": TICK})
    ada, elsewhere, conversation = await reading(two, upstream, "echo")
    monkeypatch.delenv("WORKERS_FOLDER", raising=False)
    url = two.reader.app.state.settings.database_url
    async with elsewhere.socket(conversation) as reader, running_server(database_url=url) as third:
        await ready(reader)
        there = replace(ada, server=third)
        await there.say(conversation, "short")
        assert text_of(await reader.until("done")) == "You said: short"
        reads = services_of(two.reader).follower

        async def is_noticed() -> bool:
            """By one of those that come long enough after the last hint that was told."""
            await there.say(conversation, "short")
            return reads._silent.are_there(asyncio.get_running_loop().time())

        await eventually(is_noticed)


async def test_what_was_missed_in_a_short_outage_is_looked_at_and_nobody_is_suspected(
    kind: str, start_two: StartTwo, upstream: ScriptedUpstream, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(follower, "IDLE_TICKS", int(NEVER))
    two = await start_two(kind, reader={"follow_seconds": TICK})
    ada, elsewhere, conversation = await reading(two, upstream, "echo")
    reads, bus = services_of(two.reader).follower, services_of(two.writer).bus
    async with elsewhere.socket(conversation) as reader:
        await ready(reader)
        with monkeypatch.context() as outage:
            outage.setattr(bus, "publish", lambda *_: None)
            await ada.say(conversation, "unheard")
        bus.publish(HELLO, b"")
        assert text_of(await reader.until("done")) == "You said: unheard"
        assert not reads._silent._untold
        await ada.say(conversation, "heard")
        assert text_of(await reader.until("done")) == "You said: heard"
