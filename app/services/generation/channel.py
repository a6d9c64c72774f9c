"""What the readers of one conversation watch in this process: its newest reply, and its state."""

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Protocol

from app.services.generation.conversation_state import (
    ConversationNews,
    ConversationState,
    changes,
)
from app.services.generation.live_reply import LiveReply


class Reader(Protocol):
    """A reader to be shown every reply of a conversation, and every change of its state."""

    def announce(self, reply: LiveReply) -> None:
        """A reply begins, or has begun and ended elsewhere since the last one."""

    def tell(self, news: ConversationNews) -> None:
        """The conversation's state has changed."""


Take = Callable[[], bool]
"""Takes at once what has come, inside `notify`; False where its reader has to be woken for it."""


class Channel:
    """One conversation in use in this process.

    Readers look, and wait for a change when there is nothing more. Between looking and waiting a
    reader awaits nothing else, so it misses nothing. `reply` is the newest reply announced, written
    as `generation_id`. `newest_generation` is the newest one noticed in the database; None before
    the first look. `looked_at`: when that was last asked for, by the clock of the event loop.
    """

    def __init__(self, conversation_id: int) -> None:
        self.conversation_id = conversation_id
        self.reply: LiveReply | None = None
        self.generation_id = 0
        self.state = ConversationState()
        self.users = 0
        self.newest_generation: int | None = None
        self.looked_at = 0.0
        self._readers: list[Reader] = []
        self._waiting: list[tuple[asyncio.Future[None], Take | None]] = []

    def notify(self) -> None:
        """Wake every reader that waits and does not take at once what has come."""
        waiting, self._waiting = self._waiting, []
        for waiter in waiting:
            future, take = waiter
            if future.done():
                continue
            if take is not None and _is_taken(take):
                self._waiting.append(waiter)
            else:
                future.set_result(None)

    async def changed(self, take: Take | None = None) -> None:
        """Wait for the next `notify`, or the first of which `take` leaves something."""
        waiter = asyncio.get_running_loop().create_future(), take
        self._waiting.append(waiter)
        try:
            await waiter[0]
        finally:
            if waiter in self._waiting:  # the reader left
                self._waiting.remove(waiter)

    def add_reader(self, reader: Reader) -> None:
        """Tell a reader of every reply and change from now on, and first of the reply that runs."""
        if self.reply is not None and self.reply.ending is None:
            reader.announce(self.reply)
        self._readers.append(reader)

    def remove_reader(self, reader: Reader) -> None:
        """Tell a reader nothing more."""
        self._readers.remove(reader)

    def set_reply(self, reply: LiveReply, generation_id: int) -> None:
        """Announce a reply that begins, and is the last message shown.

        Or one that is learned of only after it ended elsewhere, when a newer one may run already.
        Later replies have greater generation ids.
        """
        if generation_id > self.generation_id:
            self.reply = reply
            self.generation_id = generation_id
            self.state = ConversationState(leaf_id=reply.message_id).over(self.state)
        for reader in self._readers:
            reader.announce(reply)
        self.notify()

    def set_title(self, title: str) -> None:
        """The conversation has a new title: readers are told."""
        self._become(ConversationState(title=title))

    def set_leaf(self, message_id: int) -> None:
        """Other versions are shown, down to this message: readers are told."""
        self._become(ConversationState(leaf_id=message_id))

    def learn(self, found: ConversationState) -> None:
        """What the database says: news only where something else was known before."""
        self.state = self.state.over(found)
        self._become(found)

    def _become(self, state: ConversationState) -> None:
        news = changes(self.state, state)
        self.state = state.over(self.state)
        for event in news:
            for reader in self._readers:
                reader.tell(event)
        if news:
            self.notify()


class Channels:
    """The channels of this process. One exists while a reader or a running reply uses it."""

    def __init__(self) -> None:
        self._open: dict[int, Channel] = {}

    def enter(self, conversation_id: int) -> Channel:
        """Enter the conversation's channel; whoever enters it must leave it."""
        channel = self._open.setdefault(conversation_id, Channel(conversation_id))
        channel.users += 1
        return channel

    def leave(self, channel: Channel) -> None:
        """Leave a channel; the last user's leaving removes it."""
        channel.users -= 1
        if channel.users == 0:
            del self._open[channel.conversation_id]

    @contextmanager
    def use(self, conversation_id: int) -> Iterator[Channel]:
        """The conversation's channel, entered and left."""
        channel = self.enter(conversation_id)
        try:
            yield channel
        finally:
            self.leave(channel)

    def find(self, conversation_id: int) -> Channel | None:
        """The conversation's channel if it is in use."""
        return self._open.get(conversation_id)

    def __iter__(self) -> Iterator[Channel]:
        return iter(list(self._open.values()))


def _is_taken(take: Take) -> bool:
    """Whether a reader has taken what has come. One that fails is woken, and fails by itself: it
    keeps nothing from the others."""
    try:
        return take()
    except Exception:
        return False
