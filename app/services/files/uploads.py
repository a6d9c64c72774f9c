"""Files that come in: counted, written to disk as they come, read by a child process, stored."""

import asyncio
import hashlib
import shutil
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from math import ceil
from pathlib import Path
from typing import Any

from app.database import Database
from app.encryption import PictureMarks
from app.errors import (
    AppError,
    AttachmentNotSupported,
    AttachmentTooLarge,
    AttachmentUnreadable,
    AvatarUnreadable,
    QuotaReached,
    ServerBusy,
    TooManyUploads,
)
from app.schemas.file import AttachmentUploaded
from app.services.files import rows, unused_rows
from app.services.files.bytes import StoredBytes
from app.services.files.decoder import Decoder
from app.services.files.kinds import HEAD_BYTES, is_picture, kind_of
from app.services.files.names import plain_name
from app.services.files.parts import CONTENT, PARTS, TEXT_PART, FilePart
from app.services.files.storage import Storage
from app.services.files.threads import FileThreads

WRITE_BYTES = 128 * 1024
"""So much is kept in memory before it is written."""
READ_BYTES = 64 * 1024
AVATAR_BYTES = 1024 * 1024
UPLOADS_PER_USER = 10
PIXELS_PER_TOKEN = 750
PICTURE_TOKENS_MAX = 1_600
COPIED = ("type", "size", "width", "height", "pages", "characters", "tokens")
"""What is the same of a file whoever has it."""


def picture_tokens(width: int, height: int) -> int:
    """About how many tokens a picture is to a model."""
    return min(ceil(width * height / PIXELS_PER_TOKEN), PICTURE_TOKENS_MAX)


class Uploads:
    """The uploads of this process."""

    def __init__(
        self,
        database: Database,
        storage: Storage,
        stored: StoredBytes,
        threads: FileThreads,
        max_bytes: int,
        quota: int,
        estimate: Callable[[str], int],
        marks: PictureMarks,
    ) -> None:
        self._database = database
        self._storage = storage
        self._bytes = stored
        self._threads = threads
        self._max_bytes = max_bytes
        self._quota = quota
        self._estimate = estimate
        self._marks = marks
        self._decoder = Decoder()
        self._running: Counter[int] = Counter()
        self._coming: Counter[int] = Counter()

    async def take(
        self,
        user_id: int,
        given_name: str,
        client_id: str | None,
        body: AsyncIterator[bytes],
        declared: int | None,
        mark: str | None,
    ) -> AttachmentUploaded:
        """Take a file in; see FileService.upload. Raises OSError, too."""
        name, known_as = plain_name(given_name), client_id.encode() if client_id else None
        expected = self._max_bytes if declared is None else declared
        if expected > self._max_bytes:
            raise AttachmentTooLarge(self._max_bytes)
        with self._counted(user_id):
            async with self._reserved(user_id, expected, declared is not None), self._draft() as at:
                source_hash, size, head = await self._received(at / "source", body)
                if known_as is not None:
                    known = await self._database.read(
                        rows.find_repeat, user_id, known_as, name, source_hash
                    )
                    if known is not None:
                        return known
                kind = kind_of(head)
                if kind == "picture" and mark and self._marks.knows(source_hash, mark):
                    kind = "drawn"
                made = await self._decoder.decode(user_id, kind, at / "source", at)
                key, values, parts = await self._threads.run(
                    _finished, user_id, at, made, self._estimate
                )
                stored = sum([path.size for path in parts.values()])
                new = rows.NewFile(key, source_hash, name, known_as, stored, values)
                return await self._keep(user_id, new, {p: part.path for p, part in parts.items()})

    async def copy(self, user_id: int, name: str, row: Any) -> AttachmentUploaded:
        """Have a user own what another one's row tells of, under this name, within the quota;
        see FileService.copy. Raises OSError, too."""
        async with self._reserved(user_id, row.stored, True), self._draft() as at:
            parts = await self._threads.run(_copied, self._storage, row.hash.hex(), at)
            key, source_hash = await self._threads.run(_hashes, user_id, parts[CONTENT])
            values = {name: getattr(row, name) for name in COPIED}
            new = rows.NewFile(key, source_hash, plain_name(name), None, row.stored, values)
            return await self._keep(user_id, new, parts)

    async def draw_avatar(self, user_id: int, data: bytes) -> bytes:
        """The picture of a person, drawn anew; see FileService.draw_avatar. Raises OSError, too."""
        with self._counted(user_id):
            async with self._draft() as at:
                await self._threads.run((at / "source").write_bytes, data)
                try:
                    await self._decoder.decode(user_id, "avatar", at / "source", at)
                except (AttachmentUnreadable, AttachmentNotSupported) as error:
                    raise AvatarUnreadable from error
                return await self._threads.run(_beginning, at / CONTENT, AVATAR_BYTES)

    @asynccontextmanager
    async def _draft(self) -> AsyncIterator[Path]:
        folder = await self._threads.run(self._storage.draft)
        try:
            yield folder
        finally:
            await asyncio.shield(self._threads.run(shutil.rmtree, folder, True))

    async def _received(self, source: Path, body: AsyncIterator[bytes]) -> tuple[bytes, int, bytes]:
        """Write what comes to disk as it comes: its SHA-256, its length and its first bytes."""
        digest, size, head = hashlib.sha256(), 0, b""
        pending: list[bytes] = []
        waiting = 0

        async def write() -> None:
            nonlocal head, pending, waiting
            data = b"".join(pending)
            head = head or data[:HEAD_BYTES]
            pending, waiting = [], 0
            await self._threads.run(_write, source, digest, data)

        async for chunk in body:
            size, waiting = size + len(chunk), waiting + len(chunk)
            if size > self._max_bytes:
                raise AttachmentTooLarge(self._max_bytes)
            pending.append(chunk)
            if waiting >= WRITE_BYTES:
                await write()
        await write()
        if not size:
            raise AttachmentUnreadable
        return digest.digest(), size, head

    async def _keep(
        self, user_id: int, new: rows.NewFile, parts: Mapping[FilePart, Path]
    ) -> AttachmentUploaded:
        """Store a file, then put it down."""
        await self._threads.run(self._storage.keep, new.key, parts)
        try:
            made, is_new = await self._database.write(rows.add, user_id, new, self._quota)
        except AppError:
            await self._bytes.let_go([new.key])
            raise
        if is_new and not await self._threads.run(self._storage.has, new.key):
            # Another process set them aside: the same bytes had lain there, and no row had them.
            await self._database.write(unused_rows.remove, user_id, made.id)
            raise ServerBusy
        return made

    @contextmanager
    def _counted(self, user_id: int) -> Iterator[None]:
        if self._running[user_id] >= UPLOADS_PER_USER:
            raise TooManyUploads
        self._running[user_id] += 1
        try:
            yield
        finally:
            self._running[user_id] -= 1
            if not self._running[user_id]:
                del self._running[user_id]

    @asynccontextmanager
    async def _reserved(self, user_id: int, expected: int, is_sure: bool) -> AsyncIterator[None]:
        """Room for what is to come, beside what else is coming for this user; QuotaReached. What it
        takes in the end is another number, and is looked at again then."""
        use = await self._database.read(rows.use_of, user_id)
        room = self._quota - use.bytes - self._coming[user_id]
        if use.files >= rows.FILES_PER_USER or room < (expected if is_sure else 1):
            raise QuotaReached
        self._coming[user_id] += expected
        try:
            yield
        finally:
            self._coming[user_id] -= expected
            if not self._coming[user_id]:
                del self._coming[user_id]

    def close(self) -> None:
        """End what is being read."""
        self._decoder.close()


class _Stored:
    """A part on its way into the store."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.size = path.stat().st_size


def _beginning(path: Path, most: int) -> bytes:
    with path.open("rb") as file:
        return file.read(most)


def _write(path: Path, digest: Any, data: bytes) -> None:
    digest.update(data)
    # Opened anew: nobody closes it under a thread when the upload is given up.
    with path.open("ab") as file:
        file.write(data)


def _finished(
    user_id: int, folder: Path, made: dict[str, Any], estimate: Callable[[str], int]
) -> tuple[str, dict[str, Any], dict[FilePart, _Stored]]:
    """The key of a file, the values of its row, and its parts."""
    if not is_picture(made["type"]):
        (folder / "source").rename(folder / CONTENT)
    parts = {part: _Stored(folder / part) for part in PARTS if (folder / part).exists()}
    key, _ = _hashes(user_id, parts[CONTENT].path)
    values = {**made, "size": parts[CONTENT].size}
    if is_picture(made["type"]):
        values["tokens"] = picture_tokens(made["width"], made["height"])
    else:
        values["tokens"] = estimate((folder / TEXT_PART).read_text("utf-8"))
    return key, values, parts


def _hashes(user_id: int, content: Path) -> tuple[str, bytes]:
    """The key of what a user stores, and the SHA-256 of its bytes alone."""
    digest, plain = hashlib.sha256(f"{user_id}\n".encode()), hashlib.sha256()
    with content.open("rb") as file:
        while data := file.read(READ_BYTES):
            digest.update(data)
            plain.update(data)
    return digest.hexdigest(), plain.digest()


def _copied(storage: Storage, key: str, folder: Path) -> dict[FilePart, Path]:
    """Bring what is stored under a key into a folder; FileNotFoundError where it is lost."""
    parts: dict[FilePart, Path] = {}
    for part in PARTS:
        try:
            stream = storage.open(key, part)
        except FileNotFoundError:
            if part == CONTENT:
                raise
            continue
        parts[part] = folder / part
        with stream, parts[part].open("wb") as file:
            shutil.copyfileobj(stream, file)
    return parts
