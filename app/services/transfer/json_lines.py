"""The lines of a file as texts of their own, none of which is held in memory whole."""

from collections.abc import Iterator
from typing import IO

from app.services.transfer.mended import CHUNK_BYTES


class JsonLine:
    """One line, read as a stream that ends with it."""

    def __init__(self, stream: IO[bytes], begun: bytes) -> None:
        self._stream = stream
        self._begun = begun
        self._has_ended = begun.endswith(b"\n")

    def read(self, size: int = CHUNK_BYTES, /) -> bytes:
        """Some bytes more of the line."""
        if chunk := self._begun:
            self._begun = b""
            return chunk
        if self._has_ended:
            return b""
        chunk = self._stream.readline(CHUNK_BYTES)
        self._has_ended = not chunk or chunk.endswith(b"\n")
        return chunk

    def finish(self) -> None:
        """Go to the end of the line."""
        while self.read():
            pass


def json_lines(stream: IO[bytes]) -> Iterator[JsonLine]:
    """The lines that are not blank. Each is read to its end before the next one."""
    while begun := stream.readline(CHUNK_BYTES):
        line = JsonLine(stream, begun)
        if begun.strip():
            yield line
        line.finish()
