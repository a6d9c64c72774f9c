"""Follows the replies that other processes write.

Its copies are live replies like any other: readers cannot tell the difference. Their text comes
over the bus, where there is one, and from the database; beginnings, endings, titles and versions
come from the database alone. While all others are heard on the bus, a conversation is looked at
when a hint tells of news there, and else seldom; while they are not, at every tick. What may have
been missed (see `Bus.lapses`) has all of them looked at once. The number of queries does not depend
on the number of readers.
"""

import asyncio
from contextlib import suppress
from math import inf

from sqlalchemy.exc import SQLAlchemyError

from app.bus.base import Bus
from app.database import Database
from app.errors import AppError
from app.logs import log
from app.services.generation.channel import Channel, Channels
from app.services.generation.conversation_state import ConversationState
from app.services.generation.feed import news
from app.services.generation.feed.copies import ASK_SECONDS, Copy
from app.services.generation.feed.hints import Hints
from app.services.generation.feed.news import News, ReplyNews
from app.services.generation.feed.silent import SilentWriters
from app.services.generation.feed.wire import PIECES, WANTED, Want, pack_wants, read_pieces
from app.services.generation.live_reply import LiveReply

TICKS_OF_OWN = 4
"""Ticks between looks at a conversation whose reply this process writes: no other process can write
one, so a new title is all the news there is. Looking at each of 100 at every tick was a twentieth
of the cost of passing their tokens on."""
IDLE_TICKS = 25
"""Ticks between looks at a conversation of which no hint tells, while all others are heard."""
IDLE_AT_ONCE = 20
"""So many of those are looked at in one tick, however few there are."""
KEEP_SECONDS = 1.0
"""So often whoever writes is told which replies are still followed here."""


class Follower:
    """Keeps the channels of this process up to date with what the others do: replies, titles,
    switched versions."""

    def __init__(
        self,
        database: Database,
        channels: Channels,
        owner: str,
        tick_seconds: float,
        bus: Bus,
        hints: Hints,
    ) -> None:
        self._database = database
        self._channels = channels
        self._owner = owner
        self._tick = tick_seconds
        self._bus = bus
        self._copies: dict[int, Copy] = {}
        self._turn = asyncio.Lock()
        self._wake = asyncio.Event()
        self._hinted: set[int] = set()
        self._once_more: set[int] = set()
        self._silent = SilentWriters()
        self._lapses = 0
        self._ticks = 0
        self._seen: object | None = None
        self._keep_at = inf
        hints.on_news(self._hint)
        bus.subscribe(PIECES, self._hear)

    def _hint(self, conversation_id: int) -> None:
        if self._channels.find(conversation_id) is not None:
            self._silent.told(conversation_id, asyncio.get_running_loop().time())
            self._hinted.add(conversation_id)
            self._wake.set()

    def _hear(self, _: str, body: bytes) -> None:
        """Let copies grow by what their writers tell."""
        now = asyncio.get_running_loop().time()
        grown: set[Channel] = set()
        lacking: list[Want] = []
        for piece in read_pieces(body):
            copy = self._copies.get(piece.generation_id)
            if copy is None or copy.reply.run != piece.run:
                continue
            if copy.hear(piece, now):
                if piece.text:
                    grown.add(copy.channel)
            elif now >= copy.ask_at:
                copy.ask_at = now + ASK_SECONDS
                lacking.append(copy.want(piece.generation_id))
        self._want(lacking)
        for channel in grown:
            channel.notify()

    def _want(self, wants: list[Want]) -> None:
        for message in pack_wants(wants):
            self._bus.publish(WANTED, message)

    async def run(self) -> None:
        """Look at every tick and at every hint, until cancelled; goes on when the database is
        unavailable."""
        loop = asyncio.get_running_loop()
        is_behind = False
        next_tick = 0.0
        while True:
            self._wake.clear()
            self._keep(loop.time())
            is_tick = loop.time() >= next_tick
            if is_tick:
                next_tick = loop.time() + self._tick
            try:
                await (self._look_around() if is_tick else self._look_at_hinted())
                is_behind = False
            except Exception as error:
                if not isinstance(error, AppError | SQLAlchemyError):
                    log.exception("follower_failed")
                elif not is_behind:  # logged once, and not at every tick
                    log.warning("follow_failed", cause=type(error).__name__)
                is_behind = True
                await asyncio.sleep(self._tick)
            with suppress(TimeoutError):
                async with asyncio.timeout_at(min(next_tick, self._keep_at)):
                    await self._wake.wait()

    def _keep(self, now: float) -> None:
        """Tell those who write what is followed here now and then which replies that are."""
        if not self._copies:
            self._keep_at = inf
        elif now >= self._keep_at or self._keep_at == inf:
            self._keep_at = now + KEEP_SECONDS
            self._want([Want(id) for id in self._copies])

    async def _look_around(self) -> None:
        """What is due at a tick."""
        self._ticks += 1
        now = asyncio.get_running_loop().time()
        # Asked first: who comes from here on, and what is written, is seen next time.
        version = await self._database.version() if any(self._channels) else None
        everything = list(self._channels)
        lapses = self._bus.lapses
        if self._bus.is_healthy and not self._silent.are_there(now):
            due = everything if lapses != self._lapses else self._due_by_hints(everything, now)
            if due:
                await self._look_at(due)
            if lapses != self._lapses:
                self._silent.forgive()
                self._lapses = lapses
            self._seen = None
            return
        due = everything
        if self._ticks % TICKS_OF_OWN != 1:
            due = [channel for channel in due if not self._is_written_here(channel)]
        if version is None or version != self._seen or not all(map(_was_looked_at, due)):
            await self._look_at(due)
            self._seen = version if due == everything else None

    def _due_by_hints(self, channels: list[Channel], now: float) -> list[Channel]:
        """All others are heard: what they tell of, what nobody tells anything of, and some others,
        so that what went unheard is noticed after all."""
        unfed = {copy.channel for copy in self._copies.values() if copy.fed_until <= now}
        told = self._hinted | self._once_more
        before = now - IDLE_TICKS * self._tick
        due: list[Channel] = []
        idle = max(IDLE_AT_ONCE, len(channels) // IDLE_TICKS)
        for channel in channels:
            at_once = channel.newest_generation is None or channel.conversation_id in told
            if at_once or channel in unfed:
                due.append(channel)
            elif idle and channel.looked_at <= before:
                idle -= 1
                due.append(channel)
        return due

    async def _look_at_hinted(self) -> None:
        channels = [self._channels.find(id) for id in self._hinted]
        await self._look_at([channel for channel in channels if channel is not None])

    async def _look_at(self, due: list[Channel]) -> None:
        """Look at these. Those that were hinted at are looked at a second time: another server of
        the database may not have yet what a hint tells of."""
        looked_at = {channel.conversation_id for channel in due}
        hinted = self._hinted & looked_at
        self._hinted = {id for id in self._hinted - hinted if self._channels.find(id) is not None}
        try:
            await self.look(due)
        except BaseException:
            self._hinted |= hinted
            raise
        self._once_more = (self._once_more - looked_at) | hinted

    async def look(self, channels: list[Channel]) -> None:
        """Bring these channels up to date now."""
        async with self._turn:
            self._forget_left()
            if not channels:
                return
            now = asyncio.get_running_loop().time()
            seen = {channel.conversation_id: channel.newest_generation for channel in channels}
            copied = {
                id: copy.copied
                for id, copy in self._copies.items()
                if copy.channel.conversation_id in seen
            }
            before = {channel: channel.state for channel in channels}
            are_told = self._bus.is_healthy and self._bus.lapses == self._lapses
            found = await self._database.read(news.read, self._owner, seen, copied)
            for channel, known in before.items():
                channel.looked_at = now
                item = found.get(channel.conversation_id)
                if item is not None and self._is_open(channel):
                    self._tell(channel, item, known, are_told)

    def _tell(self, channel: Channel, item: News, known: ConversationState, are_told: bool) -> None:
        """Bring one channel up to date, of which this was known when the reading began: what has
        changed here meanwhile is newer. `are_told`: of a reply that begins a hint should come."""
        is_first = channel.newest_generation is None
        channel.newest_generation = item.newest_generation
        found = item.state.unless_changed(known, channel.state)
        for reply in item.replies:
            self._apply(channel, reply, are_told and not is_first)
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

    def _apply(self, channel: Channel, item: ReplyNews, is_told: bool) -> None:
        copy = self._copies.get(item.generation_id)
        is_new = copy is None
        if copy is None:
            if item.opening is None or channel.generation_id == item.generation_id:
                return
            copy = Copy(channel, LiveReply(item.message_id, item.opening, run=item.run))
            self._copies[item.generation_id] = copy
            channel.set_reply(copy.reply, item.generation_id)
            if is_told:
                self._silent.found(channel.conversation_id, asyncio.get_running_loop().time())
        if item.ending is not None and item.run > copy.reply.run:  # put in order at its end
            copy.reply.rewrite("", "")
            copy.reply.run = item.run
        copy.take(item)
        if item.ending is not None:
            copy.reply.finish(item.ending)
            del self._copies[item.generation_id]
        elif is_new:
            self._want([copy.want(item.generation_id)])
            self._wake.set()  # to go on wanting it
        channel.notify()


def _was_looked_at(channel: Channel) -> bool:
    return channel.newest_generation is not None
