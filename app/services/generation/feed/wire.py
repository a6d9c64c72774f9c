"""What processes say to each other of running replies, as bytes.

Three topics. `pieces`: text at a position of a reply, from whoever writes it. `wanted`: replies
that somebody follows elsewhere, from which place on. `hints`: conversations in which something new
has been committed. Positions count code points, and nothing is said that cannot be said again.
"""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

import orjson

from app.bus.base import MESSAGE_BYTES
from app.schemas.message import TextKind
from app.services.messages.pieces import KINDS, NAMES

PIECES, WANTED, HINTS = "pieces", "wanted", "hints"
PIECE_CHARACTERS = 32_768
"""Of one text at once; what is left follows with the next message. A code point takes six bytes at
most (`\\u0000`): far below what the bus takes in one message."""
BRACKETS = 2


class ToldPiece(NamedTuple):
    """Text of a reply from `position` on. Empty: so long is the text now."""

    generation_id: int
    run: int
    kind: TextKind
    position: int
    text: str


class Want(NamedTuple):
    """A reply that is followed. The places are how much of it there is already; None: all that was
    told so far."""

    generation_id: int
    content: int | None = None
    reasoning: int | None = None


def pack_pieces(pieces: Iterable[ToldPiece]) -> Iterator[bytes]:
    """As few messages as may be, none of them larger than the bus takes, whatever a piece holds."""
    return _messages(
        (id, run, KINDS[kind], position + start, text[start : start + PIECE_CHARACTERS])
        for id, run, kind, position, text in pieces
        for start in range(0, len(text) or 1, PIECE_CHARACTERS)
    )


def read_pieces(body: bytes) -> list[ToldPiece]:
    """What `pack_pieces` has made."""
    return [
        ToldPiece(id, run, NAMES[kind], position, text)
        for id, run, kind, position, text in orjson.loads(body)
    ]


def pack_wants(wants: Iterable[Want]) -> Iterator[bytes]:
    """As few messages as may be, none of them larger than the bus takes."""
    return _messages(wants)


def read_wants(body: bytes) -> list[Want]:
    """What `pack_wants` has made."""
    return [Want(*each) for each in orjson.loads(body)]


def pack_hint(conversation_id: int) -> bytes:
    """One message of one hint."""
    return b"%d" % conversation_id


def read_hint(body: bytes) -> int:
    """What `pack_hint` has made."""
    return int(body)


def _messages(rows: Iterable[tuple[object, ...]]) -> Iterator[bytes]:
    some: list[bytes] = []
    size = BRACKETS
    for row in rows:
        packed = orjson.dumps(tuple(row))
        if some and size + len(packed) > MESSAGE_BYTES:
            yield b"[%s]" % b",".join(some)
            some, size = [], BRACKETS
        some.append(packed)
        size += len(packed) + 1
    if some:
        yield b"[%s]" % b",".join(some)
