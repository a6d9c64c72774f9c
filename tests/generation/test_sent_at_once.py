"""Text leaves inside `notify` where a reader can take it, and in its order in any case."""

import asyncio
from collections.abc import Sequence
from typing import Any

import pytest

from app.schemas.events import ServerEvent
from app.services.generation.channel import Channel
from app.services.generation.live_reply import FRAME_CHARACTERS, Ending, LiveReply, Opening
from app.services.generation.viewer import Viewer
from app.services.messages.cursor import Cursor

pytestmark = pytest.mark.anyio


class Reader:
    """A reader of a channel. `events` are those it got, `at_once` how many without being woken;
    where it is `slow`, it takes nothing without being woken; where it is `broken`, taking fails."""

    def __init__(self, channel: Channel) -> None:
        self.events: list[dict[str, Any]] = []
        self.at_once = 0
        self.slow = self.broken = False
        self.viewer = Viewer(channel)
        channel.add_reader(self.viewer)
        self.task = asyncio.create_task(self._read())

    async def _read(self) -> None:
        async for event in self.viewer.follow(self._send_now):
            self.events.append(dict(event))

    def _send_now(self, events: Sequence[ServerEvent]) -> bool:
        if self.broken:
            raise RuntimeError("the connection is closed")
        if self.slow:
            return False
        self.events += map(dict, events)
        self.at_once += len(events)
        return True

    @property
    def kinds(self) -> list[str]:
        return [event["type"] for event in self.events]

    @property
    def text(self) -> str:
        """What came, every piece of it where the cursor before it was."""
        text, thought = "", ""
        for event in self.events:
            if event["type"] == "chunk":
                text += event["content"]
            elif event["type"] == "reasoning":
                thought += event["content"]
            else:
                continue
            assert event["id"] == str(Cursor(event["message_id"], len(thought), len(text)))
        return text


async def settled() -> None:
    """Every task has run until it waits."""
    for _ in range(20):
        await asyncio.sleep(0)


@pytest.fixture
def channel() -> Channel:
    return Channel(1)


@pytest.fixture
def reply() -> LiveReply:
    return LiveReply(2, Opening({"id": 2}, {"id": 1}))


def grow(channel: Channel, reply: LiveReply, text: str) -> None:
    reply.push("content", text)
    channel.notify()


async def test_text_leaves_without_a_task(channel: Channel, reply: LiveReply) -> None:
    readers = [Reader(channel), Reader(channel)]
    channel.set_reply(reply, 1)
    await settled()
    for reader in readers:
        assert reader.kinds == ["start"]
    grow(channel, reply, "one ")
    reply.push("reasoning", "hm")
    grow(channel, reply, "two ")
    for reader in readers:  # no task has run since
        assert reader.kinds == ["start", "chunk", "reasoning", "chunk"]
        assert (reader.text, reader.at_once) == ("one two ", 3)
    reply.finish(Ending("complete", "stop"))
    channel.notify()
    await settled()
    for reader in readers:
        assert reader.kinds[-1] == "done" and reader.events[-1]["id"] == "2.2.8.end"
        reader.task.cancel()


async def test_a_slow_reader_gets_it_by_its_task_and_delays_nobody(
    channel: Channel, reply: LiveReply
) -> None:
    slow, quick = Reader(channel), Reader(channel)
    channel.set_reply(reply, 1)
    await settled()
    slow.slow = True
    grow(channel, reply, "a")
    assert (slow.text, quick.text) == ("", "a")
    grow(channel, reply, "b")  # comes while its task is woken already
    assert (slow.text, quick.text) == ("", "ab")
    slow.slow = False
    grow(channel, reply, "c")  # what has not left yet goes before what could
    assert slow.text == ""
    await settled()
    assert (slow.text, slow.at_once) == ("abc", 0)
    grow(channel, reply, "d")
    assert (slow.text, slow.at_once, quick.text) == ("abcd", 1, "abcd")
    slow.task.cancel()
    quick.task.cancel()


async def test_a_reader_that_fails_keeps_nothing_from_the_others(
    channel: Channel, reply: LiveReply
) -> None:
    failing, other = Reader(channel), Reader(channel)
    channel.set_reply(reply, 1)
    await settled()
    failing.broken = True
    grow(channel, reply, "for all")
    assert (failing.text, other.text) == ("", "for all")
    await settled()
    assert failing.text == "for all"
    failing.task.cancel()
    other.task.cancel()


async def test_what_is_more_than_a_frame_goes_on_by_the_task(
    channel: Channel, reply: LiveReply
) -> None:
    reader = Reader(channel)
    channel.set_reply(reply, 1)
    await settled()
    text = "x" * (3 * FRAME_CHARACTERS + 5)
    grow(channel, reply, text)
    assert len(reader.text) == FRAME_CHARACTERS
    await settled()
    assert (reader.text, reader.at_once) == (text, 1)
    assert max(len(event.get("content", "")) for event in reader.events) == FRAME_CHARACTERS
    reader.task.cancel()


async def test_news_that_are_due_come_before_the_text_after_them(
    channel: Channel, reply: LiveReply
) -> None:
    reader = Reader(channel)
    channel.set_reply(reply, 1)
    await settled()
    channel.set_title("A title")
    grow(channel, reply, "text")
    assert reader.kinds == ["start"]
    await settled()
    assert sorted(reader.kinds[1:]) == ["chunk", "title"] and reader.text == "text"
    grow(channel, reply, " more")
    assert (reader.kinds[-1], reader.text) == ("chunk", "text more")
    reader.task.cancel()


async def test_a_text_put_in_order_begins_afresh(channel: Channel, reply: LiveReply) -> None:
    reader = Reader(channel)
    channel.set_reply(reply, 1)
    await settled()
    grow(channel, reply, "a thought, an answer")
    reply.rewrite("an answer", "a thought")
    channel.notify()
    assert reader.kinds == ["start", "chunk"]
    await settled()
    assert reader.kinds == ["start", "chunk", "start", "reasoning", "chunk"]
    assert reader.events[-1]["id"] == str(Cursor(2, 9, 9, run=2))
    reader.task.cancel()


async def test_who_has_left_is_sent_nothing(channel: Channel, reply: LiveReply) -> None:
    reader = Reader(channel)
    channel.set_reply(reply, 1)
    await settled()
    reader.task.cancel()
    await settled()
    grow(channel, reply, "too late")
    assert reader.kinds == ["start"]
