"""What processes say to each other of running replies, as bytes.

Three topics. `pieces`: text at a position of a reply, from whoever writes it. `wanted`: replies
that somebody follows elsewhere, from which place on. `hints`: conversations in which something new
has been committed. Positions count code points, and nothing is said that cannot be said again.
"""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

import orjson

from app.schemas.message import TextKind
from app.services.messages.pieces import KINDS, NAMES

PIECES, WANTED, HINTS = "pieces", "wanted", "hints"
PIECE_CHARACTERS = 32_768
"""Of one text at once; what is left follows with the next message."""
MESSAGE_CHARACTERS = 2 * PIECE_CHARACTERS
"""A code point takes six bytes at most (`\\u0000`): below what the bus takes in one message."""


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
    """As few messages as may be, none of them large."""
    rows: list[tuple[int, int, int, int, str]] = []
    size = 0
    for id, run, kind, position, text in pieces:
        if size and size + len(text) > MESSAGE_CHARACTERS:
            yield orjson.dumps(rows)
            rows, size = [], 0
        rows.append((id, run, KINDS[kind], position, text))
        size += len(text) + 1
    if rows:
        yield orjson.dumps(rows)


def read_pieces(body: bytes) -> list[ToldPiece]:
    """What `pack_pieces` has made."""
    return [
        ToldPiece(id, run, NAMES[kind], position, text)
        for id, run, kind, position, text in orjson.loads(body)
    ]


def pack_wants(wants: Iterable[Want]) -> bytes:
    """One message of some wants."""
    return orjson.dumps([tuple(want) for want in wants])


def read_wants(body: bytes) -> list[Want]:
    """What `pack_wants` has made."""
    return [Want(*each) for each in orjson.loads(body)]


def pack_hint(conversation_id: int) -> bytes:
    """One message of one hint."""
    return b"%d" % conversation_id


def read_hint(body: bytes) -> int:
    """What `pack_hint` has made."""
    return int(body)
