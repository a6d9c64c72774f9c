"""The bytes of a JSON text on their way into the parser, mended where one fault would end it all.

Exporters write what no parser takes: `NaN`, half of a character that takes two, bytes that are no
UTF-8. And a text without end must not fill the memory. What is mended ends no string and begins
none, so what is said otherwise stays as it is.
"""

import codecs
import re
from typing import Protocol

CHUNK_BYTES = 64 * 1024
STRING_BYTES = 64 * 1024 * 1024
"""The rest of a longer string is left out; whatever holds one is too large anyway."""

UNDONE_BYTES = 12
"""The longest escape, of a character that takes two."""

_HEX = rb"[0-9a-fA-F]"
_LOW = rb"\\u[dD][c-fC-F]" + _HEX * 2
_SURROGATES = {
    begin: re.compile(
        re.escape(begin) + rb"(?:[89abAB]" + _HEX * 2 + rb"(" + _LOW + rb")?|"
        rb"(?<!\\u[dD][89abAB]" + _HEX * 2 + re.escape(begin) + rb")[c-fC-F]" + _HEX * 2 + rb")"
    )
    for begin in (rb"\ud", rb"\uD")  # each by itself: a fixed beginning is looked for fast
}
_UNDONE = re.compile(
    rb"(?:(?<!\\)(?:\\\\)*(\\(?:u(?:" + _HEX + rb"{0,3}"
    rb"|[dD][89abAB]" + _HEX * 2 + rb"(?:\\(?:u" + _HEX + rb"{0,3})?)?))?)"
    rb"|(?<![\w\\])(-[A-Za-z]{0,8}|[A-Za-z]{1,8}))\Z"
)
"""What the next bytes may go on with: an escape, or a word."""
_STRING_END = re.compile(rb'[^"\\]*(?:\\.[^"\\]*)*"', re.DOTALL)
_STRING_OR_WORD = re.compile(rb'"[^"\\]*(?:\\.[^"\\]*)*(?:"|\Z)|-?(?:NaN|Infinity)', re.DOTALL)


class ByteSource(Protocol):
    """What bytes are read from; none are left where it returns none."""

    def read(self, size: int, /) -> bytes: ...


class Mended:
    """Reads from another source, and mends what it reads."""

    def __init__(self, source: ByteSource) -> None:
        self._source = source
        self._decoder: codecs.IncrementalDecoder | None = None
        self._held = b""
        self._in_string = False
        self._string_bytes = 0
        self._has_ended = False

    def read(self, size: int = -1, /) -> bytes:
        """Some bytes more, or none where none are left."""
        if size == 0:
            return b""  # ijson asks so what it reads from
        gathered: list[bytes] = []
        count = 0
        while not self._has_ended and (count == 0 or count < self._wanted()):
            gathered.append(self._piece())
            count += len(gathered[-1])
        return b"".join(gathered)

    def _wanted(self) -> int:
        """In a string, half as much as came of it so far: the parser begins it anew each time."""
        return min(self._string_bytes, STRING_BYTES) // 2 if self._in_string else 0

    def _piece(self) -> bytes:
        read = self._source.read(CHUNK_BYTES)
        self._has_ended = not read
        if self._decoder is None:
            codec = (
                "utf-16" if read[:2] in {codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE} else "utf-8-sig"
            )
            self._decoder = codecs.getincrementaldecoder(codec)("replace")
        data = self._held + self._decoder.decode(read, self._has_ended).encode(errors="replace")
        end = len(data) if self._has_ended else _done(data)
        piece, self._held = data[:end], data[end:]
        for begin, surrogate in _SURROGATES.items():
            if begin in piece:
                piece = surrogate.sub(_whole, piece)
        if b"NaN" in piece or b"Infinity" in piece:
            piece = self._with_numbers(piece)
        return self._measured(piece)

    def _with_numbers(self, piece: bytes) -> bytes:
        begin = 0
        if self._in_string:
            ended = _STRING_END.match(piece)
            begin = len(piece) if ended is None else ended.end()
        return piece[:begin] + _STRING_OR_WORD.sub(_null, piece[begin:])

    def _measured(self, piece: bytes) -> bytes:
        """The piece, if it is not the rest of an endless string."""
        unpaired = piece.replace(rb"\\", b"")
        quotes = unpaired.count(b'"') - unpaired.count(rb"\"")
        if quotes == 0 and self._in_string:
            self._string_bytes += len(piece)
            return piece if self._string_bytes <= STRING_BYTES else b""
        self._in_string ^= quotes % 2 == 1
        self._string_bytes = len(piece)
        return piece


def _done(data: bytes) -> int:
    """Where what the next bytes may go on with begins."""
    looked_at = len(data[:-UNDONE_BYTES].rstrip(b"\\"))  # not from within a row of them
    undone = _UNDONE.search(data, looked_at)
    return len(data) if undone is None else undone.start(undone.lastindex or 0)


def _whole(found: re.Match[bytes]) -> bytes:
    """An escape of half a character as one of U+FFFD; one of a whole one, or none, as it is."""
    if found[1]:
        return found[0]
    at = found.start()
    while at and found.string[at - 1] == ord("\\"):
        at -= 1
    is_escape = (found.start() - at) % 2 == 0
    return rb"\ufffd" if is_escape else found[0]


def _null(found: re.Match[bytes]) -> bytes:
    return found[0] if found[0].startswith(b'"') else b"null"
