"""The files that the messages of an export hold: in the archive, in a data URL, as text, or gone.

Their bytes go into the spool folder, from where the server takes them. No address is ever called.
"""

import base64
import binascii
import hashlib
import sqlite3
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import unquote_to_bytes

from app.services.transfer import texts
from app.services.transfer.archive import NAME_CHARACTERS, TEXT_CHARACTERS, ArchivedFile
from app.services.transfer.entries import TOO_LARGE
from app.services.transfer.zipped import ZippedExport

FILE_BYTES = 64 * 1024 * 1024
ITEM_BYTES = 512 * 1024 * 1024
"""What the files of one conversation may take in the spool folder."""
SLICE = 4 * 256 * 1024
MISSING = "missing"


@dataclass(frozen=True, slots=True)
class SpooledFile:
    """Bytes in the spool folder, which stood in a data URL of this type; none if too large."""

    type: str
    spool: str | None


class ArchivedFiles:
    """Finds the files of one export, and writes them into its spool folder."""

    def __init__(self, folder: Path, archive: ZippedExport | None = None) -> None:
        self._folder = folder
        self._archive = archive
        self._item = self._bytes = 0

    def begin(self, item: int) -> None:
        """The files from here on are those of this item."""
        self._item, self._bytes = item, 0

    def database(self) -> sqlite3.Connection:
        """An empty database in the spool folder, which is gone with its connection."""
        path = self._folder / "in-order"
        path.unlink(missing_ok=True)
        connection = sqlite3.connect(path, isolation_level=None)
        connection.executescript("PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF")
        path.unlink()
        return connection

    def by_id(self, id: str, name: Any = None) -> ArchivedFile:
        """The file whose name in the archive begins with this id."""
        member = self._archive.beginning_with(id) if self._archive and id else None
        return self._from_archive(member, _name(name) or _name(id) or "file")

    def by_path(self, path: str, name: Any = None) -> ArchivedFile:
        """The file that has this very path in the archive."""
        member = self._archive.member(path) if self._archive else None
        return self._from_archive(member, _name(name) or _name(path.rpartition("/")[2]) or "file")

    def by_url(self, url: Any, name: Any = None) -> ArchivedFile:
        """The file of a data URL; one of another address is missing."""
        if isinstance(url, str) and url.startswith("data:"):
            url = self.spill(url)
        if isinstance(url, SpooledFile):
            known = _name(name) or f"{_kind(url.type)[0]}.{_kind(url.type)[1]}"
            return ArchivedFile(known, url.spool, why=None if url.spool else TOO_LARGE)
        last = url.split("?")[0].rstrip("/").rpartition("/")[2] if isinstance(url, str) else ""
        return ArchivedFile(_name(name) or _name(last) or "file", why=MISSING)

    def by_base64(self, data: str, name: Any) -> ArchivedFile:
        """The file whose bytes are written so."""
        return self.by_url(f"data:;base64,{data}", name)

    def of_text(self, text: str, name: Any) -> ArchivedFile:
        """The text that the exporter took out of a file."""
        if len(text) > TEXT_CHARACTERS // 2:
            return ArchivedFile(_name(name) or "file", why=TOO_LARGE)
        return ArchivedFile(_name(name) or "file", text=text)

    def spill(self, url: str) -> SpooledFile:
        """Write the bytes of a data URL."""
        head, _, data = url.partition(",")
        kind = head.removeprefix("data:").partition(";")[0][:100]
        is_base64 = head.endswith(";base64")
        try:
            return SpooledFile(
                kind, self._write(_decoded(data) if is_base64 else [unquote_to_bytes(data)])
            )
        except binascii.Error:
            return SpooledFile(kind, None)

    def _from_archive(self, member: str | None, name: str) -> ArchivedFile:
        if self._archive is None or member is None:
            return ArchivedFile(name, why=MISSING)
        spool = self._write(self._archive.chunks(member))
        return ArchivedFile(name, spool, why=None if spool else TOO_LARGE)

    def _write(self, chunks: Iterable[bytes]) -> str | None:
        """The name of the file with these bytes; none where they are too many."""
        digest = hashlib.sha256()
        part = self._folder / f"{self._item}-part"
        size = 0
        with part.open("wb") as stream:
            for chunk in chunks:
                size += len(chunk)
                if size > FILE_BYTES or self._bytes + size > ITEM_BYTES:
                    part.unlink()
                    return None
                digest.update(chunk)
                stream.write(chunk)
        name = f"{self._item}-{digest.hexdigest()}"
        part.rename(self._folder / name)
        self._bytes += size
        return name


def _decoded(data: str) -> Iterator[bytes]:
    for start in range(0, len(data), SLICE):
        yield base64.b64decode(data[start : start + SLICE])


def _kind(type: str) -> tuple[str, str]:
    """`image` and `png`, as a name."""
    first, _, second = type.partition("/")
    second = second.partition("+")[0]
    return (first if first.isalnum() else "file"), (second if second.isalnum() else "bin")


def _name(given: Any) -> str:
    return texts.line(given, NAME_CHARACTERS)
