"""One reader of a conversation: turns its growing replies into events, at the reader's pace.

No text is queued for a reader. It holds a cursor and, when ready for more, gets all that came
meanwhile; so a slow reader gets longer pieces and costs no memory.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import suppress
from typing import Literal, NamedTuple

from app.errors import Interrupted
from app.schemas.events import (
    ChunkEvent,
    DoneEvent,
    ErrorEvent,
    ReasoningEvent,
    ServerEvent,
    StartEvent,
)
from app.services.generation.channel import Channel
from app.services.generation.conversation_state import ConversationNews
from app.services.generation.live_reply import Ending, Growth, LiveReply
from app.services.messages.cursor import Cursor

CATCH_UP_SECONDS = 2.0
NOWHERE = Cursor(0)
SendNow = Callable[[Sequence[ServerEvent]], bool]
"""Sends all of these events without waiting; False where that cannot be, and nothing was sent."""
REPLIES_BEHIND = 5
"""A reader further behind is told to read the history again, or it would hold them in memory."""


class DueReply(NamedTuple):
    """A reply to be shown: what comes after the cursor, or all of it."""

    reply: LiveReply
    cursor: Cursor | None = None


class Viewer:
    """What one socket or stream shows of a channel."""

    def __init__(self, channel: Channel) -> None:
        self.channel = channel
        self._due: list[ConversationNews | DueReply] = []
        self._shown: LiveReply | None = None
        self._place = NOWHERE
        self._send_now: SendNow | None = None

    def announce(self, reply: LiveReply) -> None:
        """Have a reply shown from its beginning, after what is due already."""
        if sum(isinstance(item, DueReply) for item in self._due) >= REPLIES_BEHIND:
            title = self._take("title")
            self._due = [] if title is None else [title]
            self.tell({"type": "switched", "message_id": reply.message_id})
        self._due.append(DueReply(reply))

    def tell(self, news: ConversationNews) -> None:
        """Have news told, after what is due already; they take the place of older ones."""
        self._take(news["type"])
        self._due.append(news)

    def show(self, reply: LiveReply, cursor: Cursor | None = None) -> None:
        """Have a reply shown next, after `cursor`; the one that is being shown goes on as it is."""
        if reply is self._shown and reply.ending is None:
            return
        others = [
            item for item in self._due if not (isinstance(item, DueReply) and item.reply is reply)
        ]
        self._due = [DueReply(reply, cursor), *others]
        self.channel.notify()

    async def follow(self, send_now: SendNow | None = None) -> AsyncIterator[ServerEvent]:
        """Events of every reply that the channel announces to this viewer, without end.

        Text that comes while the reader waits for it is given to `send_now`, at once; what that
        refuses is an event like all others.
        """
        self._send_now = send_now
        while True:
            if not self._due:
                await self.channel.changed()
            elif isinstance(item := self._due.pop(0), DueReply):
                async for event in self._one(*item):
                    yield event
            else:
                yield item

    async def only(
        self, reply: LiveReply, cursor: Cursor | None = None
    ) -> AsyncIterator[ServerEvent]:
        """Events of one reply, from `cursor` to its end."""
        async for event in self._one(reply, cursor):
            yield event

    async def _one(self, reply: LiveReply, cursor: Cursor | None) -> AsyncIterator[ServerEvent]:
        self._shown = reply
        resumed = cursor is not None and await self._caught_up(reply, cursor)
        place = cursor if cursor is not None and resumed else reply.start
        if place.ended and reply.ending is not None and reply.read(place).cursor == place:
            return  # this reader has seen it all
        yield self._start(reply, resumed)
        while True:
            if not reply.covers(place):  # it was put in order, or its last moments were lost
                yield self._start(reply, resumed=False)
                place = reply.start
            growth = reply.read(place)
            for event in _texts(growth, place):
                yield event
            self._place = place = growth.cursor
            if growth.ending is not None:
                yield self._end(growth.ending, growth.cursor)
                return
            if self._due and (title := self._take("title")) is not None:
                yield title
            if reply.goes_beyond(place):
                # Sending to a client that reads everything at once never yields by itself.
                await asyncio.sleep(0)
            else:
                await self.channel.changed(self._take_text if self._send_now else None)
                place = self._place

    def _take_text(self) -> bool:
        """Send what has come of the reply shown, if it is text alone and can leave at once.

        Called while `_one` waits, so that nothing of this reader's is on its way.
        """
        reply, place = self._shown, self._place
        if self._due or reply is None or reply.ending is not None or reply.run != place.run:
            return False
        growth = reply.read(place)
        events = _texts(growth, place)
        assert self._send_now is not None
        if events and not self._send_now(events):
            return False
        self._place = growth.cursor
        return not reply.goes_beyond(growth.cursor)

    async def _caught_up(self, reply: LiveReply, cursor: Cursor) -> bool:
        """Whether the text here reaches the cursor.

        A reader who comes from the process that writes the reply may be ahead of this copy, which
        then gets a moment to catch up.
        """
        with suppress(TimeoutError):
            async with asyncio.timeout(CATCH_UP_SECONDS):
                while reply.ending is None and cursor.run == reply.run and not reply.covers(cursor):
                    await self.channel.changed()
        return reply.covers(cursor)

    def _take(self, kind: Literal["title", "switched"]) -> ConversationNews | None:
        """The news of this kind that are due, taken out."""
        for index, item in enumerate(self._due):
            if not isinstance(item, DueReply) and item["type"] == kind:
                del self._due[index]
                return item
        return None

    def _start(self, reply: LiveReply, resumed: bool) -> StartEvent:
        opening = reply.opening
        event: StartEvent = {
            "type": "start",
            "message": opening.message,
            "user_message": opening.user_message,
        }
        if opening.client_id is not None:
            event["client_id"] = opening.client_id
        if resumed:
            event["resumed"] = True
        return event

    def _end(self, ending: Ending, cursor: Cursor) -> DoneEvent | ErrorEvent:
        status = ending.status
        if status == "complete" or status == "stopped":
            done: DoneEvent = {
                "type": "done",
                "message_id": cursor.message_id,
                "status": status,
                "finish_reason": ending.finish_reason or status,
                "id": str(cursor),
            }
            if ending.usage is not None:
                done["usage"] = ending.usage.model_dump()
            if ending.left_out:
                done["left_out"] = [dict(each) for each in ending.left_out]
            if ending.warning is not None:
                done["warning"] = ending.warning
            return done
        error = ending.error or Interrupted()
        broken: ErrorEvent = {
            "type": "error",
            "message": "",  # the words are written where it is sent
            "code": error.code,
            "message_id": cursor.message_id,
            "status": status,
            "id": str(cursor),
        }
        if ending.usage is not None:
            broken["usage"] = ending.usage.model_dump()
        return broken


def _texts(growth: Growth, before: Cursor) -> list[ReasoningEvent | ChunkEvent]:
    events: list[ReasoningEvent | ChunkEvent] = []
    message_id, reasoning, content, _, run = growth.cursor
    if growth.reasoning:
        events.append(
            {
                "type": "reasoning",
                "content": growth.reasoning,
                "message_id": message_id,
                "id": str(Cursor(message_id, reasoning, before.content, run=run)),
            }
        )
    if growth.content:
        events.append(
            {
                "type": "chunk",
                "content": growth.content,
                "message_id": message_id,
                "id": str(Cursor(message_id, reasoning, content, run=run)),
            }
        )
    return events
