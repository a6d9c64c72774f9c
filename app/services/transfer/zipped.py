"""A ZIP of a stranger's: looked at before anything of it is read, and never unpacked by its paths.

What it says about itself is held against its size: members beyond what they say are not read.
"""

import re
import stat
import struct
import zlib
from bisect import bisect_left
from collections.abc import Iterator
from contextlib import suppress
from io import BufferedReader, RawIOBase
from os import SEEK_END
from pathlib import Path
from typing import IO, TYPE_CHECKING
from zipfile import ZIP_DEFLATED, ZIP_STORED, BadZipFile, ZipFile, ZipInfo

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

MEMBERS_MAX = 65_535
DIRECTORY_BYTES = 10 * 1024 * 1024
RATIO = 10
UNPACKED_FLOOR = 1024**3
"""A small archive may hold this much, however well it is packed: text packs well."""
CHUNK_BYTES = 256 * 1024
TAIL_BYTES = 66 * 1024
"""A ZIP tells what it holds at its end, before a comment of less than 64 kB."""

BROKEN = (BadZipFile, zlib.error, EOFError, OSError, NotImplementedError, RuntimeError)
"""What reading a member may come to."""

_END, _END_64 = struct.Struct("<4s4H2LH"), struct.Struct("<4sQ2H2L4Q")
_END_SIGNATURE, _END_64_SIGNATURE = b"PK\5\6", b"PK\6\6"
_LOCATOR_BYTES = 20
_CONVERSATIONS = re.compile(r"conversations(?:[-_](\d+))?\.jsonl?", re.IGNORECASE)
_JSON = re.compile(r".*\.jsonl?", re.IGNORECASE | re.DOTALL)
_ATTACHED = re.compile(r"(?:.*/)?(?:file[-_]|(?:attachments|files|user-[^/]*)/)", re.DOTALL)
_DRIVE = re.compile(r"[A-Za-z]:")


class RefusedArchive(Exception):
    """The whole file cannot be taken: `why`."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


class _MemberStream(RawIOBase):
    """The bytes of a member, as far as they can be read."""

    def __init__(self, archive: ZipFile, info: ZipInfo) -> None:
        self._stream: IO[bytes] | None = None
        with suppress(*BROKEN):
            self._stream = archive.open(info)

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: "WriteableBuffer") -> int:
        chunk = b""
        if self._stream is not None:
            with suppress(*BROKEN):
                chunk = self._stream.read(len(memoryview(buffer)))
        memoryview(buffer)[: len(chunk)] = chunk
        return len(chunk)

    def close(self) -> None:
        if self._stream is not None:
            self._stream.close()
        super().close()


class ZippedExport:
    """A ZIP that holds an export."""

    def __init__(self, path: Path) -> None:
        """Raises RefusedArchive for one that means harm, or is broken."""
        _look_at_end(path)
        try:
            self._zip = ZipFile(path)
        except (BadZipFile, NotImplementedError, ValueError) as error:
            raise RefusedArchive("not_readable") from error
        infos = self._zip.infolist()
        if any(info.header_offset < 0 for info in infos):
            raise RefusedArchive("not_readable")
        if len(infos) > MEMBERS_MAX:
            raise RefusedArchive("too_many_members")
        for info in infos:
            _look_at(info)
        if any(_is_zip(info.filename) for info in infos):
            raise RefusedArchive("nested")
        if sum(info.file_size for info in infos) > max(RATIO * path.stat().st_size, UNPACKED_FLOOR):
            raise RefusedArchive("too_large")
        self._members = {info.filename: info for info in infos if not _is_of_system(info)}
        bases = ((name.rpartition("/")[2], name) for name in self._members)
        self._by_base = sorted(pair for pair in bases if pair[0])

    def texts(self) -> list[str]:
        """The members that may hold conversations, in order: those that are called so, else all
        JSON."""
        called = [
            (name.rpartition("/")[0], int(found[1] or 0), name)
            for base, name in self._by_base
            if (found := _CONVERSATIONS.fullmatch(base)) and len(found[1] or "") < 10
        ]
        return [name for *_, name in sorted(called)] or sorted(
            filter(_JSON.fullmatch, self._members)
        )

    def open(self, member: str) -> BufferedReader:
        """A member, to be read from its beginning; where it is broken, it ends."""
        return BufferedReader(_MemberStream(self._zip, self._members[member]))

    def chunks(self, member: str) -> Iterator[bytes]:
        """The bytes of a member."""
        with self.open(member) as stream:
            while chunk := stream.read(CHUNK_BYTES):
                yield chunk

    def member(self, path: str) -> str | None:
        """The member of this path, if there is one."""
        return path if path in self._members else None

    def beginning_with(self, id: str) -> str | None:
        """The member whose name begins with an id, and ends there if it can."""
        found: list[tuple[bool, str]] = []
        for base, name in self._by_base[bisect_left(self._by_base, (id, "")) :]:
            if not base.startswith(id):
                break
            found.append((base[len(id) : len(id) + 1].isalnum(), name))
        return min(found)[1] if found else None


def _look_at_end(path: Path) -> None:
    """Bound the list of members before it is read."""
    with path.open("rb") as stream:
        size = stream.seek(0, SEEK_END)
        stream.seek(max(0, size - TAIL_BYTES))
        tail = stream.read()
    at = tail.rfind(_END_SIGNATURE)
    if at < 0 or len(tail) - at < _END.size:
        raise RefusedArchive("not_readable")
    *_, members, directory_bytes, _at, _comment = _END.unpack_from(tail, at)
    at_64 = at - _LOCATOR_BYTES - _END_64.size
    if at_64 >= 0 and tail.startswith(_END_64_SIGNATURE, at_64):
        *_, members, directory_bytes, _at = _END_64.unpack_from(tail, at_64)
    if members > MEMBERS_MAX or directory_bytes > DIRECTORY_BYTES:
        raise RefusedArchive("too_many_members")


def _look_at(info: ZipInfo) -> None:
    name = info.filename.replace("\\", "/")
    kind = stat.S_IFMT(info.external_attr >> 16)
    if info.flag_bits & 1:
        raise RefusedArchive("encrypted")
    if kind and not (stat.S_ISREG(kind) or stat.S_ISDIR(kind)):
        raise RefusedArchive("links")
    if name.startswith("/") or _DRIVE.match(name) or ".." in name.split("/"):
        raise RefusedArchive("paths")
    if info.compress_type not in {ZIP_STORED, ZIP_DEFLATED}:
        raise RefusedArchive("packed_otherwise")


def _is_of_system(info: ZipInfo) -> bool:
    base = info.filename.rpartition("/")[2]
    return info.is_dir() or info.filename.startswith("__MACOSX/") or base.startswith("._")


def _is_zip(name: str) -> bool:
    """Whether a member is an archive itself, and not one that somebody attached to a message."""
    return name.lower().endswith(".zip") and not _ATTACHED.match(name)
