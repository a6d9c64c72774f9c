"""Follows the replies that other processes write, from the database.

Its copies are live replies like any other: readers cannot tell the difference. The number of
queries a tick does not depend on the number of readers.
"""

import asyncio

import structlog
from sqlalchemy.exc import SQLAlchemyError

from app.database import Database
from app.errors import AppError
from app.services.generation import news
from app.services.generation.channel import Channel, Channels
from app.services.generation.live_reply import LiveReply
from app.services.generation.news import Copied, ReplyNews

log = structlog.get_logger()


class Follower:
    """Keeps the channels of this process up to date with the replies and titles of the others."""

    def __init__(
        self, database: Database, channels: Channels, owner: str, tick_seconds: float
    ) -> None:
        self._database = database
        self._channels = channels
        self._owner = owner
        self._tick = tick_seconds
        self._copies: dict[int, LiveReply] = {}
        self._turn = asyncio.Lock()

    async def run(self) -> None:
        """Look at every tick, for ever; a database that is away is asked again."""
        while True:
            try:
                await self.look(list(self._channels))
            except (AppError, SQLAlchemyError) as error:
                log.debug("follow_failed", cause=type(error).__name__)
            await asyncio.sleep(self._tick)

    async def look(self, channels: list[Channel]) -> None:
        """Bring these channels up to date now."""
        async with self._turn:
            seen = {channel.conversation_id: channel.newest_generation for channel in channels}
            if not seen:
                self._copies.clear()
                return
            copied = {
                id: Copied(copy.content.length, copy.reasoning.length)
                for id, copy in self._copies.items()
            }
            versions = {channel.conversation_id: channel.title_version for channel in channels}
            found = await self._database.read(news.read, self._owner, seen, copied)
            for id, title in found.titles.items():
                if (channel := self._channels.find(id)) is not None:
                    if channel.title_version == versions[id]:  # else what was read is old
                        channel.learn_title(title)
                    channel.newest_generation = found.newest.get(id, 0)
            for item in found.replies:
                self._apply(item)

    def _apply(self, item: ReplyNews) -> None:
        channel = self._channels.find(item.conversation_id)
        if channel is None:
            self._copies.pop(item.generation_id, None)
            return
        copy = self._copies.get(item.generation_id)
        if copy is None:
            if item.opening is None:
                return
            copy = self._copies[item.generation_id] = LiveReply(
                item.message_id, item.opening, run=item.run
            )
            channel.set_reply(copy)
        for kind, position, text in item.pieces:
            length = (copy.content if kind == "content" else copy.reasoning).length
            copy.push(kind, text[max(0, length - position) :])
        if item.ending is not None:
            copy.finish(item.ending)
            del self._copies[item.generation_id]
        channel.notify()
