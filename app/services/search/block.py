"""A part of a segment as bytes: which messages have which tokens, or which messages there are.

A segment counts its messages from 0 on, in the order of their times. A block of tokens is their
names in order, each between NULs, so that `bytes.find` finds one, and those that begin alike stand
together; then where the numbers of each begin; then the numbers, low bytes apart from high ones.
"""

import struct
import zlib
from array import array
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Self

BLOCKS = (32, 256, 2048)
"""How many blocks of tokens a segment of each tier has; each number divides the next."""
SIZES = (1_000, 8_000, 64_000)
"""About how many messages. A number takes 16 bits."""
MEMBERS = 1_000
"""Of so many messages ids and times stand together."""
DIRECTORY = -1
"""The block that says when the first message of each such part was said."""

_HEAD = struct.Struct("<II")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


def micros(time: datetime) -> int:
    """A time as a number of microseconds."""
    return (time - _EPOCH) // _MICROSECOND


def time_of(micros: int) -> datetime:
    """The time of that number."""
    return _EPOCH + timedelta(microseconds=micros)


def block_of(token: str, tier: int) -> int:
    """The block in which all tokens with the same first character are."""
    return zlib.crc32(token[0].encode()) % BLOCKS[tier]


def part_of(number: int) -> int:
    """The block with the id and time of a message of the segment."""
    return DIRECTORY - 1 - number // MEMBERS


@dataclass(frozen=True, slots=True)
class TokenBlock:
    """Names, where the numbers of each begin, and the numbers, low bytes before high ones."""

    names: bytes
    starts: "memoryview[int]"
    planes: memoryview

    @classmethod
    def read(cls, data: bytes) -> Self:
        """What `packed_tokens` has written."""
        raw = zlib.decompress(data)
        tokens, length = _HEAD.unpack_from(raw)
        names_end = _HEAD.size + length
        starts_end = names_end + 4 * (tokens + 1)
        view = memoryview(raw)
        starts = view[names_end:starts_end].cast("I")
        return cls(raw[_HEAD.size : names_end], starts, view[starts_end:])

    def beginning_with(self, prefix: str) -> "array[int]":
        """The messages that have a token which begins so; one that has several, as often."""
        sought = b"\0" + prefix.encode()
        first = self.names.find(sought)
        if first < 0:
            return array("H")
        last = self.names.rfind(sought)
        begin = self.names.count(b"\0", 0, first)
        end = begin + self.names.count(b"\0", first, last) + 1
        return self._numbers(begin, end)

    def items(self) -> Iterator[tuple[bytes, "array[int]"]]:
        """Each name with its numbers."""
        for at, name in enumerate(self.names.split(b"\0")[1:-1]):
            yield name, self._numbers(at, at + 1)

    def _numbers(self, begin: int, end: int) -> "array[int]":
        """Those of the names from one on and before another one."""
        first, last = self.starts[begin], self.starts[end]
        half = len(self.planes) // 2
        raw = bytearray(2 * (last - first))
        raw[0::2] = self.planes[first:last]
        raw[1::2] = self.planes[half + first : half + last]
        return array("H", raw)


def packed_tokens(tokens: Mapping[bytes, Sequence[int]]) -> bytes:
    """A block of these tokens, each with the messages that have it."""
    names = sorted(tokens)
    starts, numbers = array("I", [0]), array("H")
    for name in names:
        numbers.extend(tokens[name])
        starts.append(len(numbers))
    text = b"\0" + b"\0".join(names) + b"\0"
    raw = numbers.tobytes()
    head = _HEAD.pack(len(names), len(text))
    return zlib.compress(head + text + starts.tobytes() + raw[0::2] + raw[1::2])


def packed_members(ids: Sequence[int], times: Sequence[int]) -> bytes:
    """A block of ids and times."""
    return zlib.compress(array("q", [*ids, *times]).tobytes())


def members(data: bytes) -> tuple["array[int]", "array[int]"]:
    """The ids and times in such a block."""
    both = array("q", zlib.decompress(data))
    return both[: len(both) // 2], both[len(both) // 2 :]


def packed_directory(times: Sequence[int]) -> bytes:
    """The block that says when each part begins."""
    return zlib.compress(array("q", times).tobytes())


def directory(data: bytes) -> "array[int]":
    """When each part begins."""
    return array("q", zlib.decompress(data))
