"""Copies of replies that other processes write: filled from the bus, and from the database."""

from app.schemas.message import TextKind
from app.services.generation.channel import Channel
from app.services.generation.feed.news import Copied, ReplyNews
from app.services.generation.feed.wire import ToldPiece, Want
from app.services.generation.live_reply import GrowingText, LiveReply

FED_SECONDS = 0.7
"""A copy of which nothing was told for so long grows from the database alone. Its writer says how
long it is three times as often."""
ASK_SECONDS = 0.1
"""What is missing is asked for again after so long."""


class Copy:
    """A copy of another process's reply, for the readers of one channel.

    `has_gap`: the writer saved a piece again, longer than when it was copied. `fed_until`: so long
    the bus is believed to tell all of it; `ask_at`: when to ask for what is missing again.
    """

    __slots__ = ("_lacking", "_stored", "ask_at", "channel", "fed_until", "has_gap", "reply")

    def __init__(self, channel: Channel, reply: LiveReply) -> None:
        self.channel = channel
        self.reply = reply
        self.has_gap = False
        self.fed_until = 0.0
        self.ask_at = 0.0
        self._lacking: set[TextKind] = set()
        # Up to where the database was read. What was told is not in it, or cut another way there.
        self._stored: dict[TextKind, int] = {"content": 0, "reasoning": 0}

    @property
    def copied(self) -> Copied:
        """How much of the text need not be read again from the database."""
        where = self.channel.conversation_id, self.reply.message_id
        if self.has_gap:
            return Copied(*where, 0, 0)
        return Copied(*where, self._stored["content"], self._stored["reasoning"])

    def want(self, id: int) -> Want:
        """What is here already, for whoever writes it, as generation `id`."""
        return Want(id, self.reply.content.length, self.reply.reasoning.length)

    def take(self, item: ReplyNews) -> None:
        """Append what the database has that is new. A piece that would leave a gap waits for the
        next look; with an ending comes all there is, and what was told beyond it was never saved.
        """
        self.has_gap = False
        for kind, position, text in item.pieces:
            length = self._text(kind).length
            if position > length:
                self.has_gap = True
                continue
            self.reply.push(kind, text[length - position :])
            self._stored[kind] = max(self._stored[kind], position + len(text))
            if item.ending is not None and position == 0:
                self.reply.lose(kind, text)

    def hear(self, piece: ToldPiece, now: float) -> bool:
        """Append the new part of a piece that was told; False where something before it lacks."""
        length = self._text(piece.kind).length
        if piece.position > length:
            self._lacking.add(piece.kind)
            self.fed_until = 0.0
            return False
        self._lacking.discard(piece.kind)
        if not self._lacking:
            self.fed_until = now + FED_SECONDS
        self.reply.push(piece.kind, piece.text[length - piece.position :])
        return True

    def _text(self, kind: TextKind) -> GrowingText:
        return self.reply.content if kind == "content" else self.reply.reasoning
