"""A conversation that somebody has open: their requests, and the events they are sent."""

import asyncio
from collections.abc import AsyncIterator
from typing import Self

from app.errors import AppError
from app.schemas.events import ServerEvent
from app.services.chat.actions import ModelChoice, ReplyAction
from app.services.chat.service import ChatService
from app.services.generation.channel import Channels
from app.services.generation.live_reply import LiveReply
from app.services.generation.viewer import SendNow, Viewer
from app.services.messages.cursor import Cursor


class LiveConversation:
    """One reader of one conversation, from `with` to its end.

    A class, as a generator of `contextlib` would hold half a kilobyte as long as a socket is open.
    """

    __slots__ = (
        "_channel",
        "_channels",
        "_chat",
        "_conversation_id",
        "_user_id",
        "_viewer",
    )

    def __init__(
        self,
        chat: ChatService,
        channels: Channels,
        user_id: int,
        conversation_id: int,
    ) -> None:
        self._chat = chat
        self._channels = channels
        self._user_id = user_id
        self._conversation_id = conversation_id

    def __enter__(self) -> Self:
        self._channel = self._channels.enter(self._conversation_id)
        self._viewer = Viewer(self._channel)
        self._channel.add_reader(self._viewer)
        return self

    def __exit__(self, *_: object) -> None:
        self._channel.remove_reader(self._viewer)
        self._channels.leave(self._channel)

    async def begin(
        self, action: ReplyAction, client_id: str | None, choice: ModelChoice
    ) -> LiveReply:
        """Begin the reply that an action asks for; raises as `ChatService.begin`."""
        return await self._chat.begin(self._user_id, self._channel, action, client_id, choice)

    async def stop(self) -> None:
        """End the running reply, in whatever process."""
        await self._chat.stop(self._user_id, self._conversation_id)

    async def activate(self, message_id: int) -> None:
        """Show another version of a message to all readers."""
        await self._chat.activate(self._user_id, self._channel, message_id)

    async def remove(self, message_id: int) -> None:
        """Delete a message with all that answers it; raises as `ChatService.remove`."""
        await self._chat.remove(self._user_id, self._channel, message_id)

    async def restore(self, message_id: int) -> None:
        """Undo that; raises as `ChatService.restore`."""
        await self._chat.restore(self._user_id, self._channel, message_id)

    async def attach(self, last_event_id: str | None) -> None:
        """Be shown first the rest of the reply left at a cursor.

        Raises as `ChatService.attach`; after InvalidCursor all others are shown all the same.
        """
        place = await self._chat.attach(self._user_id, self._channel, last_event_id)
        if place is not None:
            self._viewer.show(*place)

    def show(self, reply: LiveReply) -> None:
        """Have a reply shown next."""
        self._viewer.show(reply)

    def events(self, send_now: SendNow) -> AsyncIterator[ServerEvent]:
        """Events of all that is shown, without end, save those that `send_now` has sent."""
        return self._viewer.follow(send_now)

    def events_of(self, reply: LiveReply) -> AsyncIterator[ServerEvent]:
        """Events of one reply, to its end."""
        return self._viewer.only(reply)

    async def resume(self, last_event_id: str | None) -> AsyncIterator[ServerEvent] | None:
        """Events of the reply left at a cursor, or else of the one that runs; None without any.

        Raises as `ChatService.attach`.
        """
        place = await self._chat.attach(self._user_id, self._channel, last_event_id)
        reply, cursor = place or (self._channel.reply, None)
        if reply is not None and reply.ending is not None and not _has_more(reply, cursor):
            reply, cursor = self._channel.reply, None  # another one may run by now
        if reply is None or (reply.ending is not None and not _has_more(reply, cursor)):
            return None
        return self._viewer.only(reply, cursor)

    async def ended(self, reply: LiveReply, over: asyncio.Future[AppError]) -> None:
        """Wait for the end of a reply; raises what `over` says where that comes first."""
        over.add_done_callback(lambda _: self._channel.notify())
        while reply.ending is None and not over.done():
            await self._channel.changed()
        if reply.ending is None:
            raise over.result()


def _has_more(reply: LiveReply, cursor: Cursor | None) -> bool:
    return cursor is not None and reply.goes_beyond(cursor)
