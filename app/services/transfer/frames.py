"""What the process that reads an export tells the server, line by line, in JSON.

The archive comes first, then each item, each one found followed by its messages, then the end. A
file that cannot be taken is refused instead, before its first item. Whatever is told otherwise is
malformed: what reads a stranger's file may have been taken hold of by it.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Annotated, Literal, TypedDict

import orjson
from annotated_types import MaxLen
from pydantic import ConfigDict, TypeAdapter, ValidationError, with_config

from app.services.transfer.archive import (
    ArchivedCount,
    ArchivedItem,
    ArchivedMessage,
    ArchiveSource,
    Why,
)

MESSAGES_MAX = 50
FRAME_CHARACTERS = 400_000
"""A frame of several messages has no more, tokens included; one message may have."""
LINE_BYTES = 4 * 1024 * 1024
"""No line is longer."""
FILES_CHARACTERS = 500_000
"""Of the texts of a message's files together."""


class MalformedFrame(Exception):
    """A line that nobody who keeps to the form would have written, in this place."""


@dataclass(frozen=True, slots=True)
class ArchiveFrame:
    """What is read: whose export, and how many items it has, if that is known."""

    source: ArchiveSource
    total: ArchivedCount | None = None


@dataclass(frozen=True, slots=True)
class RefusedFrame:
    """The whole file cannot be taken."""

    why: Why


@dataclass(frozen=True, slots=True)
class EndFrame:
    """All items have been told."""


type Messages = Annotated[list[ArchivedMessage], MaxLen(MESSAGES_MAX)]
type TransferFrame = ArchiveFrame | ArchivedItem | Messages | RefusedFrame | EndFrame


@with_config(ConfigDict(strict=True, extra="forbid"))
class FrameLine(TypedDict, total=False):
    """A line as it is written: it has one of these."""

    archive: ArchiveFrame
    item: ArchivedItem
    messages: Messages
    refused: Why
    end: Literal[True]


_line: TypeAdapter[FrameLine] = TypeAdapter(FrameLine)


def encoded(frame: TransferFrame) -> bytes:
    """A frame as a line."""
    match frame:
        case ArchiveFrame():
            line: dict[str, object] = {"archive": frame}
        case ArchivedItem():
            line = {"item": frame}
        case RefusedFrame(why):
            line = {"refused": why}
        case EndFrame():
            line = {"end": True}
        case messages:
            line = {"messages": messages}
    return orjson.dumps(line, option=orjson.OPT_APPEND_NEWLINE)


def in_frames(messages: Iterable[ArchivedMessage]) -> Iterator[list[ArchivedMessage]]:
    """An item's messages in order, as many together as a frame takes."""
    frame: list[ArchivedMessage] = []
    room = FRAME_CHARACTERS
    for message in messages:
        needed = characters_of(message) + len(message.tokens)
        if frame and (len(frame) == MESSAGES_MAX or needed > room):
            yield frame
            frame, room = [], FRAME_CHARACTERS
        frame.append(message)
        room -= needed
    if frame:
        yield frame


def characters_of(message: ArchivedMessage) -> int:
    """How much was said in it, thought about it and attached to it as text."""
    texts = [message.content, message.reasoning or "", *(file.text or "" for file in message.files)]
    return sum(map(len, texts))


def lighten(message: ArchivedMessage) -> None:
    """Leave out the longest texts of files where they are too much together."""
    held = sorted(message.files, key=lambda file: len(file.text or ""))
    while sum(len(file.text or "") for file in held) > FILES_CHARACTERS:
        longest = held.pop()
        longest.text, longest.why = None, "too_large"


class FrameDecoder:
    """Reads the lines of one export in order, and believes nothing unlooked at."""

    def __init__(self) -> None:
        self._is_open = self._has_ended = False
        self._owed = self._told = 0

    def decode(self, line: bytes) -> TransferFrame:
        """The frame of the next line. Raises MalformedFrame."""
        if self._has_ended:
            raise MalformedFrame("after the end")
        try:
            told = _line.validate_json(line)
        except ValidationError as error:
            where = ".".join(str(part) for part in error.errors(include_input=False)[0]["loc"])
            raise MalformedFrame(where) from None  # its text holds what was said
        if len(told) != 1:
            raise MalformedFrame("not one of all")
        return self._in_place(told)

    def _in_place(self, told: FrameLine) -> TransferFrame:
        if (kind := next(iter(told))) not in self._expected():
            raise MalformedFrame(f"{kind} out of place")
        match told:
            case {"archive": archive}:
                self._is_open = True
                return archive
            case {"item": item}:
                self._begin(item)
                return item
            case {"messages": messages}:
                self._count(messages)
                return messages
            case {"refused": why}:
                self._has_ended = True
                return RefusedFrame(why)
        self._has_ended = True
        return EndFrame()

    def _expected(self) -> set[str]:
        if not self._is_open:
            return {"archive", "refused"}
        return {"messages"} if self._owed else {"item", "end"}

    def _begin(self, item: ArchivedItem) -> None:
        is_found = item.result == "found"
        if is_found and (item.source is None or item.key is None or not item.title):
            raise MalformedFrame("an item without its key, title or source")
        if is_found and not (_has_zone(item.created_at) and _has_zone(item.updated_at)):
            raise MalformedFrame("an item without its times")
        if item.messages and not is_found:
            raise MalformedFrame("messages of no conversation")
        self._owed, self._told = item.messages, 0

    def _count(self, messages: Messages) -> None:
        if not 0 < len(messages) <= self._owed:
            raise MalformedFrame("more messages than were told of")
        for place, message in enumerate(messages, self._told):
            if message.parent is not None and message.parent >= place:
                raise MalformedFrame("a parent after its child")
            if not _has_zone(message.said_at):
                raise MalformedFrame("a message without its time")
            if not all(is_spool_name(file.spool) for file in message.files):
                raise MalformedFrame("a file out of its place")
        self._told += len(messages)
        self._owed -= len(messages)


def is_spool_name(name: str | None) -> bool:
    """Whether this can be a file of the spool folder, or is none."""
    return name is None or (name[:1].isalnum() and name.replace("-", "").isalnum())


def _has_zone(time: object) -> bool:
    return getattr(time, "tzinfo", None) is not None
