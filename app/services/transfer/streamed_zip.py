"""A ZIP that is sent while it is written: of it no more is in memory than was written last."""

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from datetime import datetime
from typing import IO
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

LEVEL = 1
"""A third of the time that the usual one takes, and of texts five in a hundred more is left."""
CHUNK_BYTES = 64 * 1024
"""So much is collected before it is handed on."""

type FilePiece = Callable[[], bytes]
"""Makes a piece of a file; is called in a thread."""


@dataclass(frozen=True, slots=True)
class ZipMember:
    """A file of a ZIP, made piece by piece."""

    name: str
    pieces: AsyncIterator[FilePiece]


class ExportThread:
    """Makes pieces of all exports of a process, one at a time: many exports at once take others no
    more time than one."""

    def __init__(self) -> None:
        self._turn = asyncio.Lock()

    async def run[*A, T](self, work: Callable[[*A], T], *args: *A) -> T:
        """The result of work in a thread."""
        async with self._turn:
            return await asyncio.to_thread(work, *args)


async def streamed_zip(
    members: AsyncIterator[ZipMember], made_at: datetime, thread: ExportThread
) -> AsyncIterator[bytes]:
    """The ZIP of these members. Nothing is made of it before it is wanted."""
    archive = _Archive(made_at)
    async for member in members:
        archive.begin(member.name)
        async for piece in member.pieces:
            await thread.run(archive.write, piece)
            if archive.waiting >= CHUNK_BYTES:
                yield archive.take()
        await thread.run(archive.end)
    await thread.run(archive.close)
    yield archive.take()


class _Sink:
    """What a ZIP is written to that cannot go back: it has nothing to seek with."""

    def __init__(self) -> None:
        self.parts: list[bytes] = []
        self.size = 0

    def write(self, data: bytes) -> int:
        self.parts.append(bytes(data))
        self.size += len(data)
        return len(data)

    def flush(self) -> None:
        """Nothing is held back."""

    def close(self) -> None:
        """Nothing is held."""


class _OneWayZip(ZipFile):
    """A ZIP that may be left at any place."""

    def __del__(self) -> None:
        """It is not ended where it is broken off, as what it inherits would try to."""


class _Archive:
    """Writes one member after the other."""

    def __init__(self, made_at: datetime) -> None:
        self._made_at = made_at.timetuple()[:6]
        self._sink = _Sink()
        self._zip = _OneWayZip(self._sink, "w")
        self._member: IO[bytes] | None = None

    def begin(self, name: str) -> None:
        """A new member."""
        info = ZipInfo(name, self._made_at)
        # Not stored, whatever it is: there are readers that find no end of such a member here.
        info.compress_type = ZIP_DEFLATED
        # Called `compress_level`, too, from Python 3.13 on.
        info._compresslevel = LEVEL  # type: ignore[attr-defined]
        self._member = self._zip.open(info, "w", force_zip64=True)  # nobody knows how long it is

    def write(self, piece: FilePiece) -> None:
        """More of the member."""
        assert self._member is not None
        self._member.write(piece())

    def end(self) -> None:
        """The end of the member."""
        assert self._member is not None
        self._member.close()

    def close(self) -> None:
        """The end of the ZIP."""
        self._zip.close()

    @property
    def waiting(self) -> int:
        """How many bytes can be taken."""
        return self._sink.size

    def take(self) -> bytes:
        """What was written since the last time."""
        taken = b"".join(self._sink.parts)
        self._sink.parts.clear()
        self._sink.size = 0
        return taken
