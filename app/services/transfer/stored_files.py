"""The files that exported messages hold, each once, known by what is in it."""

import hashlib
from collections.abc import AsyncIterator, Iterable
from dataclasses import dataclass
from typing import Any

from app.errors import AttachmentNotFound
from app.services.files.kinds import SUFFIXES, is_picture
from app.services.files.parts import CONTENT
from app.services.files.service import FileService, StoredPart

FOLDER = "attachments"


@dataclass(frozen=True, slots=True)
class StoredFile:
    """A file by the SHA-256 of its bytes. `mark`: of a picture, by which it is known when it comes
    back; `path`: where the bytes lie in the export, None where they are not in it."""

    sha256: str
    mark: str | None
    path: str | None
    part: StoredPart


class MetFiles(dict[str, StoredFile | None]):
    """The files that were met so far, by their keys; None: the store has it no longer. They are not
    more than a user may have."""

    def __init__(self, files: FileService, has_bytes: bool) -> None:
        """`has_bytes`: whether they lie in the export."""
        super().__init__()
        self._files = files
        self._has_bytes = has_bytes

    async def meet(self, rows: Iterable[Any]) -> None:
        """Look at the files of these rows that are new. Raises ServerBusy where the store fails."""
        for row in rows:
            key = row.hash.hex()
            if key not in self:
                self[key] = await self._look(StoredPart(row.id, row.name, row.type, CONTENT, key))

    async def _look(self, part: StoredPart) -> StoredFile | None:
        digest = hashlib.sha256()
        try:
            _, chunks = await self._files.open(part)
        except AttachmentNotFound:
            return None
        async for chunk in chunks:
            digest.update(chunk)
        sha256 = digest.hexdigest()
        path = f"{FOLDER}/{sha256}{SUFFIXES.get(part.type, '')}" if self._has_bytes else None
        mark = self._files.mark_of(sha256) if is_picture(part.type) else None
        return StoredFile(sha256, mark, path, part)

    async def opened(self) -> AsyncIterator[tuple[str, AsyncIterator[bytes]]]:
        """Where in the export each file lies that is there still, and its bytes."""
        for stored in self.values():
            if stored is None or stored.path is None:
                continue
            try:
                _, chunks = await self._files.open(stored.part)
            except AttachmentNotFound:
                continue
            yield stored.path, chunks
