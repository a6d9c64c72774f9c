"""Files that people attach: taken in, handed out, and let go of."""

import errno
from base64 import b64encode
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from io import TextIOWrapper
from typing import IO, Any

from app.config import Settings
from app.database import Database
from app.encryption import PictureMarks
from app.errors import AppError, AttachmentNotFound, QuotaReached, ServerBusy, StorageFull
from app.logs import log
from app.metrics import uploads
from app.schemas.file import PER_MESSAGE, AttachmentLimits, AttachmentUploaded
from app.services.files import rows, unused_rows
from app.services.files.bytes import StoredBytes
from app.services.files.kinds import is_picture
from app.services.files.parts import CONTENT, TEXT_PART, THUMBNAIL, FilePart
from app.services.files.storage import Storage
from app.services.files.sweep import Sweeper
from app.services.files.threads import FileThreads
from app.services.files.uploads import READ_BYTES, Uploads

FULL = {errno.ENOSPC, errno.EDQUOT}


@dataclass(frozen=True, slots=True)
class StoredPart:
    """A part of a file that its owner may read; `tag` changes with its bytes."""

    file_id: int
    name: str
    type: str
    part: FilePart
    key: str

    @property
    def tag(self) -> str:
        """What tells these bytes from others."""
        return f"{self.key[:32]}-{self.part}"


class FileService:
    """The files of all users: their rows, and their bytes in the store."""

    def __init__(
        self,
        database: Database,
        storage: Storage,
        settings: Settings,
        estimate: Callable[[str], int],
    ) -> None:
        """`estimate`: about how many tokens a text is."""
        self._database = database
        self._storage = storage
        self._settings = settings
        self._threads = FileThreads()
        self.max_bytes = settings.attachments_max_bytes
        quota = settings.attachments_quota_bytes
        self._marks = PictureMarks(settings.encryption_keys)
        self._bytes = StoredBytes(database, storage, self._threads)
        self._uploads = Uploads(
            *(database, storage, self._bytes, self._threads, self.max_bytes, quota, estimate),
            self._marks,
        )
        self._sweeper = Sweeper(database, storage, self._bytes, self._threads)

    async def upload(
        self,
        user_id: int,
        given_name: str,
        client_id: str | None,
        body: AsyncIterator[bytes],
        declared: int | None,
        mark: str | None = None,
    ) -> AttachmentUploaded:
        """Take a file in, of which `declared` bytes are to come (None: not known). `mark`: of a
        picture that was drawn here before, as `mark_of` gave it.

        A known `client_id` brings the file it had. Raises AttachmentTooLarge, QuotaReached,
        AttachmentNotSupported, AttachmentUnreadable, ClientIdReused, TooManyUploads, StorageFull,
        ServerBusy, InvalidToken, and what `body` raises; the user has nothing more then.
        """
        result = "failed"
        try:
            made = await self._uploads.take(user_id, given_name, client_id, body, declared, mark)
            result = "stored"
            return made
        except AppError:
            result = "refused"
            raise
        except OSError as error:
            log.warning("file_not_stored", cause=type(error).__name__, errno=error.errno)
            raise (StorageFull if error.errno in FULL else ServerBusy) from error
        finally:
            uploads.add(result)

    def mark_of(self, sha256: str) -> str:
        """By which a stored picture is known when it comes back; `sha256`: of its bytes, in hex."""
        return self._marks.mark(bytes.fromhex(sha256))

    async def copy(self, user_id: int, name: str, row: Any) -> int | None:
        """Have a user own what another user's row tells of, under another name: the id of the new
        file, None where there is no room for it or the store has lost it. Raises InvalidToken,
        StorageFull, ServerBusy."""
        try:
            return (await self._uploads.copy(user_id, name, row)).id
        except QuotaReached:
            return None
        except FileNotFoundError:
            log.error("file_is_missing", file_id=row.id, part=CONTENT)
            return None
        except OSError as error:
            log.warning("file_not_stored", cause=type(error).__name__, errno=error.errno)
            raise (StorageFull if error.errno in FULL else ServerBusy) from error

    async def draw_avatar(self, user_id: int, data: bytes) -> bytes:
        """The picture of a person that these bytes hold, drawn anew: square, WebP, kept nowhere.
        Raises AvatarUnreadable, TooManyUploads, StorageFull, ServerBusy."""
        try:
            return await self._uploads.draw_avatar(user_id, data)
        except OSError as error:
            log.warning("avatar_not_drawn", cause=type(error).__name__, errno=error.errno)
            raise (StorageFull if error.errno in FULL else ServerBusy) from error

    async def find(self, user_id: int, file_id: int, part: FilePart) -> StoredPart:
        """A part of a user's file; AttachmentNotFound, also for a part that it has not."""
        row = await self._database.read(rows.find_own, user_id, file_id)
        if part != CONTENT and (part == THUMBNAIL) != is_picture(row.type):
            raise AttachmentNotFound(file_id)
        return StoredPart(file_id, row.name, row.type, part, row.hash.hex())

    async def open(self, found: StoredPart) -> tuple[int, AsyncIterator[bytes]]:
        """How long a part is, and what it holds; AttachmentNotFound where the store lost it."""
        try:
            stream, size = await self._threads.run(_opened, self._storage, found.key, found.part)
        except FileNotFoundError as error:
            log.error("file_is_missing", file_id=found.file_id, part=found.part)
            raise AttachmentNotFound(found.file_id) from error
        except OSError as error:
            raise ServerBusy from error
        return size, self._chunks(stream)

    async def _chunks(self, stream: IO[bytes]) -> AsyncIterator[bytes]:
        with stream:
            while data := await self._threads.run(stream.read, READ_BYTES):
                yield data

    async def read_text(self, key: str, characters: int) -> str | None:
        """The first so many characters of a document's text; None where the store has it no
        longer."""
        return await self._read(TEXT_PART, _beginning, self._storage, key, characters)

    async def read_as_url(self, key: str, type: str) -> str | None:
        """The content of a file as a data URI; None where the store has it no longer."""
        return await self._read(CONTENT, _as_url, self._storage, key, type)

    async def _read[*A](self, part: FilePart, work: Callable[[*A], str], *args: *A) -> str | None:
        try:
            return await self._threads.run(work, *args)
        except OSError as error:
            log.error("file_is_missing", cause=type(error).__name__, part=part)
            return None

    async def limits(self, user_id: int) -> AttachmentLimits:
        """What may be uploaded, and how much this user has stored."""
        use = await self._database.read(rows.use_of, user_id)
        settings = self._settings
        return AttachmentLimits(
            used_bytes=use.bytes,
            quota_bytes=settings.attachments_quota_bytes,
            max_bytes=self.max_bytes,
            per_message=PER_MESSAGE,
            context_images=settings.context_images,
        )

    async def remove(self, user_id: int, file_id: int) -> None:
        """Remove a file that was not sent; AttachmentNotFound, AttachmentInUse."""
        key = await self._database.write(unused_rows.remove, user_id, file_id)
        await self._bytes.let_go([key])

    async def remove_all_of(self, user_id: int) -> None:
        """Remove all files of a user whose messages are gone; ServerBusy where the store does not
        let go of them. The bytes go first: when it breaks off, the rows tell what is left to do."""
        while keys := await self._database.read(unused_rows.keys_of, user_id):
            try:
                for key in keys:
                    await self._threads.run(self._storage.remove, key)
            except OSError as error:
                raise ServerBusy from error
            await self._database.write(unused_rows.remove_keys, user_id, keys)

    async def sweep(self, pause_seconds: float) -> None:
        """Let go of what nothing holds, and of what no row knows; see sweep.py. A store that is
        away is swept another time."""
        try:
            await self._sweeper.sweep(pause_seconds)
        except OSError as error:
            log.warning("files_not_swept", cause=type(error).__name__, errno=error.errno)

    def close(self) -> None:
        """End what is being read, and the threads."""
        self._uploads.close()
        self._threads.close()


def _opened(storage: Storage, key: str, part: FilePart) -> tuple[IO[bytes], int]:
    stream = storage.open(key, part)
    size = stream.seek(0, 2)
    stream.seek(0)
    return stream, size


def _beginning(storage: Storage, key: str, characters: int) -> str:
    with TextIOWrapper(storage.open(key, TEXT_PART), "utf-8", "replace", newline="") as stream:
        return stream.read(characters)


def _as_url(storage: Storage, key: str, type: str) -> str:
    with storage.open(key, CONTENT) as stream:
        return f"data:{type};base64,{b64encode(stream.read()).decode()}"
