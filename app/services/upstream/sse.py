"""Server-sent events from bytes, without I/O (WHATWG HTML §9.2.6)."""

from collections.abc import Callable

from app.errors import UpstreamBadResponse


class EventSplitter:
    """Cuts a byte stream into the `data` of its events, however the bytes are split.

    Lines end at LF, CR LF or CR and nowhere else: U+2028 is text. `on_data` gets the data of one
    event. A line, and the data of one event, is at most `line_max_bytes` long, else
    UpstreamBadResponse.
    """

    __slots__ = (
        "_after_cr",
        "_data",
        "_data_bytes",
        "_line_max",
        "_on_data",
        "_tail",
        "_tail_bytes",
    )

    def __init__(self, on_data: Callable[[bytes], None], line_max_bytes: int) -> None:
        self._on_data = on_data
        self._line_max = line_max_bytes
        self._tail: list[bytes] = []
        self._tail_bytes = 0
        self._after_cr = False
        self._data: list[bytes] = []
        self._data_bytes = 0

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
        self._line(b"")

    @property
    def is_between_events(self) -> bool:
        """Whether everything fed so far has been handed on."""
        return not (self._tail_bytes or self._data or self._after_cr)

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
            if self._data:
                data, self._data, self._data_bytes = b"\n".join(self._data), [], 0
                self._on_data(data)
        elif len(line) > self._line_max:
            raise UpstreamBadResponse
        elif line.startswith(b"data:"):
            self._data.append(line[6:] if line.startswith(b"data: ") else line[5:])
            self._data_bytes += len(line)
            if self._data_bytes > self._line_max:
                raise UpstreamBadResponse
