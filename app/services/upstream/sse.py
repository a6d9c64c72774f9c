"""Server-sent events from bytes, without I/O (WHATWG HTML §9.2.6), and what passes for them."""

from collections.abc import Callable

import orjson

from app.errors import UpstreamBadResponse

OnData = Callable[[bytes], None]
LINES_LOOKED_AT = 4
"""Of one event's lines. Every look reads all of them again, and loose events have one line."""


class EventSplitter:
    """Cuts a byte stream into the `data` of its events, however the bytes are split.

    Lines end at LF, CR LF or CR and nowhere else: U+2028 is text. `on_data` gets the data of one
    event, `on_error` that of one whose type is `error`; an event without data is none. A line, and
    the data of one event, is at most `line_max_bytes` long, else UpstreamBadResponse.

    Taken as well is what line-based clients take: events that no blank line parts, lines of bare
    JSON, and `error: {…}` (llama.cpp).
    """

    __slots__ = (
        "_after_cr",
        "_data",
        "_data_bytes",
        "_is_error",
        "_line_max",
        "_on_data",
        "_on_error",
        "_tail",
        "_tail_bytes",
    )

    def __init__(self, on_data: OnData, on_error: OnData, line_max_bytes: int) -> None:
        self._on_data = on_data
        self._on_error = on_error
        self._line_max = line_max_bytes
        self._tail: list[bytes] = []
        self._tail_bytes = 0
        self._after_cr = False
        self._data: list[bytes] = []
        self._data_bytes = 0
        self._is_error = False

    def feed(self, chunk: bytes) -> None:
        """Takes the next bytes."""
        if b"\r" in chunk or self._after_cr:
            chunk = self._with_lf_only(chunk)
        first, *rest = chunk.split(b"\n")
        if rest:
            *whole, tail = rest
            self._keep(first)
            self._line(b"".join(self._tail))
            self._tail, self._tail_bytes = [], 0
            for line in whole:
                self._line(line)
            self._keep(tail)
        else:
            self._keep(first)

    def close(self) -> None:
        """Takes the end of the stream: servers leave out the last blank line, or the line's end."""
        self._line(b"".join(self._tail))
        self._end_event()

    @property
    def is_between_events(self) -> bool:
        """Whether everything fed so far has been handed on."""
        return not (self._tail_bytes or self._data or self._after_cr or self._is_error)

    def _with_lf_only(self, chunk: bytes) -> bytes:
        if self._after_cr:
            chunk = chunk.removeprefix(b"\n")
        self._after_cr = chunk.endswith(b"\r")
        return chunk.replace(b"\r\n", b"\n").replace(b"\r", b"\n")

    def _keep(self, piece: bytes) -> None:
        if piece:
            self._tail.append(piece)
            self._tail_bytes += len(piece)
            if self._tail_bytes > self._line_max:
                raise UpstreamBadResponse

    def _line(self, line: bytes) -> None:
        if not line:
            self._end_event()
        elif len(line) > self._line_max:
            raise UpstreamBadResponse
        elif line.startswith(b"data:"):
            if self._data and (self._is_word() or _is_whole(self._data)):
                self._end_event()
            self._add(line[6:] if line.startswith(b"data: ") else line[5:])
        elif line.startswith(b"event:"):
            if self._data and _is_whole(self._data):
                self._end_event()
            self._is_error = line[6:].strip() == b"error"
        elif line.startswith(b"error:"):
            self._end_event()
            self._is_error = True
            self._add(line[6:].lstrip())
        elif line.startswith(b"{") and not self._data:
            self._add(line)
            self._end_event()

    def _is_word(self) -> bool:
        """Whether the event begins as no JSON does: a heartbeat, of one line."""
        return not self._is_error and self._data[0][:64].lstrip()[:1] not in (b"{", b"[")

    def _add(self, data: bytes) -> None:
        self._data.append(data)
        self._data_bytes += len(data) + 6
        if self._data_bytes > self._line_max:
            raise UpstreamBadResponse

    def _end_event(self) -> None:
        data, is_error = b"\n".join(self._data), self._is_error
        self._data, self._data_bytes, self._is_error = [], 0, False
        if data:
            (self._on_error if is_error else self._on_data)(data)


def _is_whole(lines: list[bytes]) -> bool:
    """Whether these lines are a document already: what follows them belongs to the next event."""
    if len(lines) > LINES_LOOKED_AT or not lines[-1].endswith(b"}"):
        return False
    try:
        orjson.loads(b"\n".join(lines))
    except orjson.JSONDecodeError:
        return False
    return True
