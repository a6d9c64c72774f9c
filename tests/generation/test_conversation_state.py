"""A change of what a conversation shows is told once to each reader, in the order of events."""

import pytest

from app.schemas.events import ServerEvent
from app.services.generation.channel import Channel
from app.services.generation.conversation_state import ConversationState, changes
from app.services.generation.live_reply import Ending, LiveReply, Opening
from app.services.generation.viewer import REPLIES_BEHIND, Viewer

pytestmark = pytest.mark.anyio

KNOWN = ConversationState("trees", 2)


def title(text: str) -> ServerEvent:
    return {"type": "title", "title": text}


def switched(message_id: int) -> ServerEvent:
    return {"type": "switched", "message_id": message_id}


def ended(message_id: int) -> LiveReply:
    reply = LiveReply(message_id, Opening({"id": message_id}, {"id": message_id - 1}))
    reply.finish(Ending("complete", "stop"))
    return reply


def read_by_one() -> tuple[Channel, Viewer]:
    channel = Channel(1)
    viewer = Viewer(channel)
    channel.add_reader(viewer)
    return channel, viewer


async def told(viewer: Viewer, count: int) -> list[ServerEvent]:
    events: list[ServerEvent] = []
    async for event in viewer.follow():
        events.append(event)
        if len(events) == count:
            break
    return events


@pytest.mark.parametrize(
    ("before", "after", "events"),
    [
        (KNOWN, KNOWN, []),
        (KNOWN, ConversationState(), []),
        (KNOWN, ConversationState("birds"), [title("birds")]),
        (KNOWN, ConversationState(leaf_id=4), [switched(4)]),
        (KNOWN, ConversationState("birds", 4), [title("birds"), switched(4)]),
        (ConversationState(), KNOWN, [title("trees"), switched(2)]),
    ],
)
def test_changes(
    before: ConversationState, after: ConversationState, events: list[ServerEvent]
) -> None:
    assert changes(before, after) == events


def test_what_changed_here_is_newer_than_what_was_read_meanwhile() -> None:
    now = ConversationState("birds", 2)
    assert ConversationState("trees", 4).unless_changed(KNOWN, now) == ConversationState(None, 4)


async def test_what_is_learned_first_is_no_news_and_what_is_set_is() -> None:
    channel, viewer = read_by_one()
    channel.learn(KNOWN)
    channel.learn(KNOWN)
    channel.set_title("birds")
    channel.learn(ConversationState("fish", 4))
    assert await told(viewer, 2) == [title("fish"), switched(4)]
    new, its_viewer = read_by_one()
    new.set_title("trees")  # before anything was read of it
    assert await told(its_viewer, 1) == [title("trees")]


async def test_a_reply_is_no_switch() -> None:
    channel, viewer = read_by_one()
    channel.learn(KNOWN)
    channel.set_reply(ended(4), 1)
    channel.learn(ConversationState("trees", 4))
    channel.set_leaf(2)
    kinds = [event["type"] for event in await told(viewer, 3)]
    assert kinds == ["start", "done", "switched"]


async def test_who_is_far_behind_keeps_the_title() -> None:
    channel, viewer = read_by_one()
    channel.set_title("trees")
    ids = [2 * number for number in range(1, REPLIES_BEHIND + 2)]
    for id in ids:
        channel.set_reply(ended(id), id)
    first, second, third = await told(viewer, 3)
    assert [first, second] == [title("trees"), switched(ids[-1])]
    assert third["type"] == "start"
