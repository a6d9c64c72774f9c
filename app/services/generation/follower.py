"""Follows the replies that other processes write, from the database.

Its copies are live replies like any other: readers cannot tell the difference. The number of
queries a tick does not depend on the number of readers.
"""

import asyncio
from dataclasses import dataclass
from itertools import count

from sqlalchemy.exc import SQLAlchemyError

from app.database import Database
from app.errors import AppError
from app.logs import log
from app.schemas.message import TextKind
from app.services.generation import news
from app.services.generation.channel import Channel, Channels
from app.services.generation.conversation_state import ConversationState
from app.services.generation.live_reply import LiveReply
from app.services.generation.news import Copied, News, ReplyNews

TICKS_OF_OWN = 4
"""Ticks between looks at a conversation whose reply this process writes: no other process can write
one, so a new title is all the news there is. Looking at each of 100 at every tick was a twentieth
of the cost of passing their tokens on."""


@dataclass(slots=True)
class Copy:
    """A copy of another process's reply, for the readers of one channel.

    `has_gap`: the writer saved a piece again, longer than when it was copied.
    """

    channel: Channel
    reply: LiveReply
    has_gap: bool = False

    @property
    def copied(self) -> Copied:
        """How much of the text need not be read again."""
        where = self.channel.conversation_id, self.reply.message_id
        if self.has_gap:
            return Copied(*where, 0, 0)
        return Copied(*where, self.reply.content.length, self.reply.reasoning.length)

    def add(self, kind: TextKind, position: int, text: str) -> None:
        """Append the new part of a piece; one that would leave a gap waits for the next look."""
        length = (self.reply.content if kind == "content" else self.reply.reasoning).length
        if position > length:
            self.has_gap = True
        else:
            self.reply.push(kind, text[length - position :])


class Follower:
    """Keeps the channels of this process up to date with what the others do: replies, titles,
    switched versions."""

    def __init__(
        self, database: Database, channels: Channels, owner: str, tick_seconds: float
    ) -> None:
        self._database = database
        self._channels = channels
        self._owner = owner
        self._tick = tick_seconds
        self._copies: dict[int, Copy] = {}
        self._turn = asyncio.Lock()

    async def run(self) -> None:
        """Look at every tick, until cancelled; goes on when the database is unavailable."""
        is_behind = False
        seen: object | None = None
        for tick in count():
            try:
                # Asked first: who comes from here on, and what is written, is seen next time.
                version = await self._database.version() if any(self._channels) else None
                due = everything = list(self._channels)
                if tick % TICKS_OF_OWN:
                    due = [channel for channel in due if not self._is_written_here(channel)]
                if version is None or version != seen or not all(map(_was_looked_at, due)):
                    await self.look(due)
                    seen = version if due == everything else None
                is_behind = False
            except (AppError, SQLAlchemyError) as error:
                if not is_behind:  # logged once, and not at every tick
                    log.warning("follow_failed", cause=type(error).__name__)
                is_behind = True
            except Exception:
                log.exception("follower_failed")
            await asyncio.sleep(self._tick)

    async def look(self, channels: list[Channel]) -> None:
        """Bring these channels up to date now."""
        async with self._turn:
            self._forget_left()
            if not channels:
                return
            seen = {channel.conversation_id: channel.newest_generation for channel in channels}
            copied = {id: copy.copied for id, copy in self._copies.items()}
            before = {channel: channel.state for channel in channels}
            found = await self._database.read(news.read, self._owner, seen, copied)
            for channel, known in before.items():
                item = found.get(channel.conversation_id)
                if item is not None and self._is_open(channel):
                    self._tell(channel, item, known)

    def _tell(self, channel: Channel, item: News, known: ConversationState) -> None:
        """Bring one channel up to date, of which this was known when the reading began: what has
        changed here meanwhile is newer."""
        channel.newest_generation = item.newest_generation
        found = item.state.unless_changed(known, channel.state)
        for reply in item.replies:
            self._apply(channel, reply)
        channel.learn(found)

    def _is_written_here(self, channel: Channel) -> bool:
        reply = channel.reply
        is_foreign = channel.generation_id in self._copies
        is_known = channel.newest_generation is not None
        return is_known and not is_foreign and reply is not None and reply.ending is None

    def _is_open(self, channel: Channel) -> bool:
        return self._channels.find(channel.conversation_id) is channel

    def _forget_left(self) -> None:
        """Who comes back to a conversation gets a channel that has not been shown anything."""
        self._copies = {
            id: copy for id, copy in self._copies.items() if self._is_open(copy.channel)
        }

    def _apply(self, channel: Channel, item: ReplyNews) -> None:
        copy = self._copies.get(item.generation_id)
        if copy is None:
            if item.opening is None or channel.generation_id == item.generation_id:
                return
            copy = Copy(channel, LiveReply(item.message_id, item.opening, run=item.run))
            self._copies[item.generation_id] = copy
            channel.set_reply(copy.reply, item.generation_id)
        copy.has_gap = False
        if item.ending is not None and item.run > copy.reply.run:  # put in order at its end
            copy.reply.rewrite("", "")
            copy.reply.run = item.run
        for piece in item.pieces:
            copy.add(*piece)
        if item.ending is not None:
            copy.reply.finish(item.ending)
            del self._copies[item.generation_id]
        channel.notify()


def _was_looked_at(channel: Channel) -> bool:
    return channel.newest_generation is not None
