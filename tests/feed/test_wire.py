"""What processes tell each other of replies fits in what the bus takes, whatever a reply says."""

from collections.abc import Iterator

import pytest

from app.bus.base import MESSAGE_BYTES
from app.services.generation.feed.wire import (
    ToldPiece,
    Want,
    pack_pieces,
    pack_wants,
    read_pieces,
    read_wants,
)

MANY = 100_000
LATE = 2**62


@pytest.mark.parametrize("said", ["a", "长", "🍣", "\u0001", '"'])
def test_a_piece_of_several_megabytes_is_split(said: str) -> None:
    text = said * 3_000_000
    pieces = [
        ToldPiece(LATE, 1, "reasoning", 5, "before"),
        ToldPiece(LATE, 1, "content", 7, text),
        ToldPiece(LATE + 1, 2, "content", 9, ""),
    ]
    first, *middle, last = list(_told(pack_pieces(pieces)))
    assert (first, last) == (pieces[0], pieces[2])
    position = 7
    for piece in middle:
        assert piece[:4] == (LATE, 1, "content", position)
        position += len(piece.text)
    assert "".join(piece.text for piece in middle) == text


def test_many_pieces_are_split_however_short_they_are() -> None:
    pieces = [ToldPiece(LATE + n, 1, "content", n, "") for n in range(MANY)]
    assert list(_told(pack_pieces(pieces))) == pieces
    assert list(pack_pieces([])) == []


def test_many_wants_are_split() -> None:
    wants = [Want(LATE + n, n, None) for n in range(MANY)]
    messages = list(pack_wants(wants))
    assert [want for message in messages for want in read_wants(message)] == wants
    assert max(map(len, messages)) <= MESSAGE_BYTES


def test_what_is_little_is_one_message() -> None:
    pieces = [ToldPiece(n, 1, "content", 0, "word " * 9) for n in range(100)]
    assert len(list(pack_pieces(pieces))) == 1
    assert len(list(pack_wants([Want(n) for n in range(100)]))) == 1


def _told(messages: Iterator[bytes]) -> Iterator[ToldPiece]:
    for message in messages:
        assert len(message) <= MESSAGE_BYTES
        yield from read_pieces(message)
