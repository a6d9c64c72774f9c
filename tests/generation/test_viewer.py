"""A reader of a conversation is shown every reply, or told that it missed some."""

import pytest

from app.schemas.events import ServerEvent
from app.services.generation.channel import Channel
from app.services.generation.live_reply import Ending, LiveReply, Opening
from app.services.generation.viewer import REPLIES_BEHIND, Viewer

pytestmark = pytest.mark.anyio


def ended(message_id: int) -> LiveReply:
    """A reply that was over before anybody looked."""
    reply = LiveReply(message_id, Opening({"id": message_id}, {"id": message_id - 1}))
    reply.push("content", f"text {message_id}")
    reply.finish(Ending("complete", "stop"))
    return reply


def running(message_id: int) -> LiveReply:
    return LiveReply(message_id, Opening({"id": message_id}, {"id": message_id - 1}))


async def shown(viewer: Viewer, end_of: int) -> list[ServerEvent]:
    """What a viewer shows up to the end of a reply."""
    events: list[ServerEvent] = []
    async for event in viewer.follow():
        events.append(event)
        if event["type"] == "done" and event["message_id"] == end_of:
            break
    return events


async def test_replies_that_begin_and_end_while_a_reader_is_busy_are_all_shown() -> None:
    channel = Channel(1)
    viewer = Viewer(channel)
    ids = [2 * number for number in range(1, REPLIES_BEHIND + 1)]
    channel.add_reader(viewer)
    for id in ids:
        channel.set_reply(ended(id), id)
    events = await shown(viewer, ids[-1])
    kinds = [event["type"] for event in events]
    assert kinds == ["start", "chunk", "done"] * len(ids)
    assert [event["content"] for event in events if event["type"] == "chunk"] == [
        f"text {id}" for id in ids
    ]


async def test_a_reader_too_far_behind_is_told_to_read_the_history_again() -> None:
    channel = Channel(1)
    viewer = Viewer(channel)
    ids = [2 * number for number in range(1, REPLIES_BEHIND + 3)]
    channel.add_reader(viewer)
    for id in ids:
        channel.set_reply(ended(id), id)
    first, *rest = await shown(viewer, ids[-1])
    assert first == {"type": "switched", "message_id": ids[-2]}
    assert [event["type"] for event in rest] == ["start", "chunk", "done"] * 2


async def test_what_ended_before_a_reader_came_is_not_shown() -> None:
    channel = Channel(1)
    channel.set_reply(ended(2), 2)
    viewer = Viewer(channel)
    channel.add_reader(viewer)
    channel.set_reply(ended(4), 4)
    events = await shown(viewer, 4)
    assert [event["type"] for event in events] == ["start", "chunk", "done"]


def test_a_reply_that_ended_elsewhere_takes_no_place_of_a_newer_one() -> None:
    """It may be noticed only after the next one has begun here."""
    channel = Channel(1)
    channel.set_reply(newer := running(4), 2)
    channel.set_reply(ended(2), 1)
    assert (channel.reply, channel.state.leaf_id) == (newer, 4)
    # Continued once another version was shown, before it was told here how the other ended.
    channel.set_reply(older := running(2), 3)
    assert (channel.reply, channel.state.leaf_id) == (older, 2)
