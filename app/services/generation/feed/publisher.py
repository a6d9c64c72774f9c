"""Tells other processes the text of replies that run here, where they are followed there.

Nothing costs anything but what somebody asked for: a follower says again and again which replies it
wants, and what it lacks. What is told may not be committed yet; see `LiveReply.lose`.
"""

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass

from app.bus.base import Bus
from app.logs import log
from app.services.generation.feed.wire import (
    PIECE_CHARACTERS,
    PIECES,
    WANTED,
    ToldPiece,
    Want,
    pack_pieces,
    read_wants,
)
from app.services.generation.running_reply import RunningReply

WANTED_SECONDS = 3.0
"""A reply is told so long after it was last asked for."""
LENGTH_SECONDS = 0.25
"""So often each reply's lengths are told, so that whoever missed a piece finds out, and sees that
its writer lives."""
TOLD_AGAIN_CHARACTERS = 2 * PIECE_CHARACTERS
"""How far back a follower is told what it lacks; what is older is in the database."""
AT_ONCE_CHARACTERS = 1_000_000
"""Of all replies in one gathering."""


@dataclass(slots=True)
class FollowedReply:
    """A reply that is followed elsewhere: `content` and `reasoning` of it are told already."""

    reply: RunningReply
    run: int
    until: float
    content: int
    reasoning: int
    lengths_due: float = 0.0

    def back_to(self, want: Want) -> None:
        """Tell again what a follower lacks."""
        if want.content is not None and want.content < self.content:
            self.content = max(want.content, self.content - TOLD_AGAIN_CHARACTERS)
        if want.reasoning is not None and want.reasoning < self.reasoning:
            self.reasoning = max(want.reasoning, self.reasoning - TOLD_AGAIN_CHARACTERS)

    def pieces(self, now: float) -> Iterator[ToldPiece]:
        """What is new of it, and now and then how long it is."""
        live, id = self.reply.live, self.reply.generation_id
        if live.run != self.run:  # put in order at its end: that is told by the database
            return
        with_lengths = now >= self.lengths_due
        if with_lengths:
            self.lengths_due = now + LENGTH_SECONDS
        text = live.reasoning.since(self.reasoning, PIECE_CHARACTERS)
        if text or with_lengths:
            yield ToldPiece(id, self.run, "reasoning", self.reasoning, text)
            self.reasoning += len(text)
        text = live.content.since(self.content, PIECE_CHARACTERS)
        if text or with_lengths:
            yield ToldPiece(id, self.run, "content", self.content, text)
            self.content += len(text)


class Publisher:
    """Knows which replies run here, and tells those that are wanted."""

    def __init__(self, bus: Bus) -> None:
        self._bus = bus
        self._running: dict[int, RunningReply] = {}
        self._told: dict[int, FollowedReply] = {}
        self._wake = asyncio.Event()
        bus.subscribe(WANTED, lambda _, body: self._want(read_wants(body)))

    def add(self, reply: RunningReply) -> None:
        """A reply begins to run here."""
        self._running[reply.generation_id] = reply

    def remove(self, reply: RunningReply) -> None:
        """Its ending is committed, or it is not written here any more."""
        self._running.pop(reply.generation_id, None)
        self._told.pop(reply.generation_id, None)

    def _want(self, wants: list[Want]) -> None:
        until = asyncio.get_running_loop().time() + WANTED_SECONDS
        for want in wants:
            reply = self._running.get(want.generation_id)
            if reply is None:
                continue
            told = self._told.get(want.generation_id)
            if told is None:
                ends = reply.live.content.length, reply.live.reasoning.length
                told = FollowedReply(reply, reply.live.run, until, *ends)
                self._told[want.generation_id] = told
                self._wake.set()
            told.until = until
            told.back_to(want)

    async def run(self) -> None:
        """Tell what is new, again and again while anything is wanted, until cancelled."""
        while True:
            if not self._told:
                self._wake.clear()
                await self._wake.wait()
            try:
                self._tell(asyncio.get_running_loop().time())
            except Exception:
                log.exception("publisher_failed")
                self._told.clear()  # whoever follows asks again
            await asyncio.sleep(self._bus.gather_seconds)

    def _tell(self, now: float) -> None:
        pieces: list[ToldPiece] = []
        left = AT_ONCE_CHARACTERS
        for id, told in list(self._told.items()):
            if now > told.until:
                del self._told[id]
            elif left > 0:
                self._told[id] = self._told.pop(id)  # the others are first the next time
                new: list[ToldPiece] = list(told.pieces(now))
                left -= sum(len(piece.text) for piece in new)
                pieces += new
        for message in pack_pieces(pieces):
            self._bus.publish(PIECES, message)
