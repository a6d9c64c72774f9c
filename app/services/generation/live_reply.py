"""A reply in progress: two texts that only grow, and an ending. No I/O, no clock, no tasks.

A reader holds a cursor and asks for what came after it. For every cursor, the text up to it plus
the text after it is the message.
"""

from bisect import bisect_left, bisect_right
from dataclasses import dataclass, field
from typing import Any, NamedTuple, Self

from app.errors import AppError
from app.schemas.cap import CapWarning
from app.schemas.message import EndStatus, TextKind, UsageRead
from app.services.messages.cursor import Cursor

FRAME_CHARACTERS = 10_000
"""At most 60 KB of JSON, where every character is escaped as six bytes."""
MERGE_BELOW = 1_000
"""Small pieces are joined up to this length, so that a megabyte of tiny ones stays a megabyte."""


@dataclass(frozen=True, slots=True)
class Ending:
    """How a reply ended. `error` is there for `interrupted` and `failed`; `left_out`: parameters
    that were not sent; `cost_nano`: what all requests for the message cost, if that is known;
    `warning`: the cap that comes near, which is told to those who follow it here."""

    status: EndStatus
    finish_reason: str | None = None
    usage: UsageRead | None = None
    error: AppError | None = None
    left_out: tuple[dict[str, str], ...] = ()
    cost_nano: int | None = None
    warning: CapWarning | None = None

    @classmethod
    def broken(cls, has_text: bool, error: AppError) -> Self:
        """How a reply ends that breaks off: what has text is interrupted and can be continued."""
        return cls("interrupted" if has_text else "failed", error=error)


@dataclass(frozen=True, slots=True)
class Opening:
    """What a reader is told first: both messages as they were when the reply began."""

    message: dict[str, Any]
    user_message: dict[str, Any]
    client_id: str | None = None


class Growth(NamedTuple):
    """What came after a cursor, and the cursor after it. `ending` only once all text was read."""

    reasoning: str
    content: str
    ending: Ending | None
    cursor: Cursor


class GrowingText:
    """A text that is only ever appended to, and read from any offset on."""

    __slots__ = ("_pieces", "_starts", "length")

    def __init__(self, text: str = "") -> None:
        self._pieces = [text]
        self._starts = [0]
        self.length = len(text)

    def append(self, text: str) -> None:
        """Add text at the end."""
        if len(self._pieces[-1]) < MERGE_BELOW:
            self._pieces[-1] += text
        else:
            self._pieces.append(text)
            self._starts.append(self.length)
        self.length += len(text)

    def since(self, offset: int, limit: int | None = None) -> str:
        """The text from `offset` on, at most `limit` code points of it."""
        if offset >= self.length:
            return ""
        end = self.length if limit is None else offset + limit
        index = bisect_right(self._starts, offset) - 1
        start = self._starts[index]
        text = self._pieces[index][offset - start : end - start]
        if index + 1 < len(self._pieces):  # only what is asked for: megabytes may have come since
            last = bisect_left(self._starts, end, index + 1)
            text = "".join((text, *self._pieces[index + 1 : last]))[: end - offset]
        return text

    def __str__(self) -> str:
        return "".join(self._pieces)


@dataclass(slots=True)
class LiveReply:
    """The growing text of one AI message, from its first word to its ending."""

    message_id: int
    opening: Opening
    content: GrowingText = field(default_factory=GrowingText)
    reasoning: GrowingText = field(default_factory=GrowingText)
    ending: Ending | None = None
    run: int = 1

    def push(self, kind: TextKind, text: str) -> None:
        """Add text; after the ending it is dropped."""
        if self.ending is None and text:
            (self.content if kind == "content" else self.reasoning).append(text)

    def rewrite(self, content: str, reasoning: str) -> None:
        """Put the text in order: some of what was said as one kind is of the other.

        What readers have cannot be taken back, so they begin this message afresh.
        """
        self.content, self.reasoning = GrowingText(content), GrowingText(reasoning)
        self.run += 1

    def lose(self, kind: TextKind, saved: str) -> None:
        """This is all of a text that was saved: what came after it was lost with its writer.

        Readers who have more of it are no longer covered, and begin this message afresh.
        """
        if kind == "content" and self.content.length > len(saved):
            self.content = GrowingText(saved)
        elif kind == "reasoning" and self.reasoning.length > len(saved):
            self.reasoning = GrowingText(saved)

    def finish(self, ending: Ending) -> None:
        """End the reply; the first ending stands."""
        if self.ending is None:
            self.ending = ending

    @property
    def has_text(self) -> bool:
        return self.content.length > 0 or self.reasoning.length > 0

    @property
    def size_bytes(self) -> int:
        """How long both texts are in UTF-8."""
        return sum(len(str(text).encode()) for text in (self.content, self.reasoning))

    @property
    def start(self) -> Cursor:
        """The cursor of a reader who has nothing yet."""
        return Cursor(self.message_id, run=self.run)

    def covers(self, cursor: Cursor) -> bool:
        """Whether all that a reader with this cursor has is part of the text here."""
        return (
            (cursor.message_id, cursor.run) == (self.message_id, self.run)
            and cursor.reasoning <= self.reasoning.length
            and cursor.content <= self.content.length
        )

    def goes_beyond(self, cursor: Cursor) -> bool:
        """Whether `read(cursor)` would bring anything."""
        return (
            self.run != cursor.run
            or self.content.length > cursor.content
            or self.reasoning.length > cursor.reasoning
            or (self.ending is not None and not cursor.ended)
        )

    def read(self, cursor: Cursor, limit: int = FRAME_CHARACTERS) -> Growth:
        """What came after the cursor, at most `limit` code points of each text."""
        reasoning = self.reasoning.since(cursor.reasoning, limit)
        content = self.content.since(cursor.content, limit)
        after = cursor.reasoning + len(reasoning), cursor.content + len(content)
        ended = self.ending is not None and after == (self.reasoning.length, self.content.length)
        place = Cursor(self.message_id, *after, ended, self.run)
        return Growth(reasoning, content, self.ending if ended else None, place)
