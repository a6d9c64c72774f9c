"""What a process tells of its replies: each has its turn, however much the others say."""

import asyncio
from typing import Any, cast

import pytest

from app.bus.base import Deliver
from app.bus.none import NoBus
from app.services.generation.feed.publisher import AT_ONCE_CHARACTERS, Publisher
from app.services.generation.feed.wire import (
    PIECE_CHARACTERS,
    PIECES,
    WANTED,
    Want,
    pack_wants,
    read_pieces,
)
from app.services.generation.live_reply import LiveReply
from app.services.generation.running_reply import RunningReply
from app.utils.tasks import stop_tasks
from tests.faults.watching import eventually

pytestmark = pytest.mark.anyio

LOUD = AT_ONCE_CHARACTERS // PIECE_CHARACTERS + 2
"""So many that say all the time as much as is told of one at once, and together more than is told
of all."""
LONG = "x" * (100 * PIECE_CHARACTERS)
nothing = cast(Any, None)


class Kept(NoBus):
    """Keeps what is said, and passes on what is asked."""

    gather_seconds = 0.0

    def __init__(self) -> None:
        super().__init__()
        self.said: list[tuple[str, bytes]] = []
        self._takers: dict[str, Deliver] = {}

    def publish(self, topic: str, body: bytes) -> None:
        self.said.append((topic, body))

    def subscribe(self, topic: str, deliver: Deliver) -> None:
        self._takers[topic] = deliver

    def ask(self, want: Want) -> None:
        for message in pack_wants([want]):
            self._takers[WANTED]("another", message)


def running(id: int) -> RunningReply:
    """A reply that has said nothing yet."""
    return RunningReply(id, "me", id, id, 1, nothing, LiveReply(id, nothing), nothing)


async def test_loud_replies_do_not_silence_another() -> None:
    bus = Kept()
    publisher = Publisher(bus)
    replies = [running(id) for id in range(1, LOUD + 2)]
    for reply in replies:
        publisher.add(reply)
        bus.ask(Want(reply.generation_id))
    *loud, quiet = replies
    for reply in loud:
        reply.live.push("content", LONG)
    quiet.live.push("content", "heard")
    task = asyncio.create_task(publisher.run())

    def told_before(quiet: int) -> list[int]:
        """Whose text was told before that one's; nobody's where that was not told yet."""
        ids = [
            piece.generation_id
            for topic, body in list(bus.said)
            if topic == PIECES
            for piece in read_pieces(body)
            if piece.text
        ]
        return ids[: ids.index(quiet)] if quiet in ids else []

    async def is_told() -> bool:
        return bool(told_before(quiet.generation_id))

    await eventually(is_told)
    await stop_tasks(task)
    before = told_before(quiet.generation_id)
    assert max(before.count(reply.generation_id) for reply in loud) <= 2
