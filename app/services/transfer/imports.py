"""Imports: their files taken in, the imports listed, ended and undone."""

import asyncio
import errno
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from datetime import timedelta
from secrets import token_hex
from typing import Any

from app.config import Settings
from app.database import Database
from app.errors import (
    AppError,
    ImportOver,
    ImportTooLarge,
    InvalidInput,
    ServerBusy,
    StorageFull,
    WrongOffset,
)
from app.logs import log
from app.metrics import imports_ended
from app.models import utc_now
from app.schemas.imports import ImportItemPage, ImportList, ImportRead, ImportWhy, ItemResult
from app.services.files.names import plain_name
from app.services.files.place import files_folder
from app.services.files.threads import FileThreads
from app.services.jobs.service import Doing, Jobs
from app.services.transfer import import_rows as rows
from app.services.transfer import report
from app.services.transfer.inbox import Inbox, Moved

INBOX = "imports"
WRITE_BYTES = 256 * 1024
"""So much is kept in memory before it is written."""
FILE_NAME_BYTES = 16
KEPT = timedelta(hours=24)
"""So long a file may lie there."""
UNSEEN = timedelta(minutes=10)
"""So long a row may be without its file: that comes after it."""
FULL = {errno.ENOSPC, errno.EDQUOT}


@dataclass(frozen=True, slots=True)
class UploadState:
    """How many bytes of a file have come, and of how many; None where that is not known."""

    offset: int
    size: int | None


class ImportService:
    """What users do with imports. Another user's import counts as missing."""

    def __init__(self, database: Database, inbox: Inbox, max_bytes: int) -> None:
        self._database = database
        self._inbox = inbox
        self._max_bytes = max_bytes
        self._jobs: Jobs | None = None
        self._doing: Doing | None = None
        self._threads = FileThreads()

    async def open(self, jobs: Jobs, doing: Doing) -> None:
        """Have these jobs do the imports whose files lie here."""
        self._jobs, self._doing = jobs, doing
        try:
            folder = await self._threads.run(self._inbox.find)
        except OSError as error:
            log.warning("imports_wait", cause=type(error).__name__, errno=error.errno)
        else:
            self._serve(folder)

    def _serve(self, folder: str | None) -> None:
        if folder is not None and self._jobs is not None and self._doing is not None:
            self._jobs.add(rows.job_kind(folder), self._doing)

    def _wake(self) -> None:
        if self._jobs is not None:
            self._jobs.wake()

    async def begin(
        self,
        user_id: int,
        given_name: str,
        body: AsyncIterator[bytes],
        declared: int | None,
        size: int | None,
    ) -> tuple[ImportRead, int]:
        """Begin an import of a file of `size` bytes (None: of what comes now), of which `declared`
        come now (None: not known); and how many bytes are there. Where it breaks off, `resume` goes
        on.

        Raises ImportTooLarge, ImportRunning, StorageFull, ServerBusy, InvalidInput, InvalidToken,
        and what `body` raises.
        """
        size = declared if size is None else size
        if size is not None and size > self._max_bytes:
            raise ImportTooLarge(self._max_bytes)
        file = token_hex(FILE_NAME_BYTES)
        folder = await self._on_disk(self._inbox.open)
        self._serve(folder)
        begin = rows.begin
        new = await self._database.write(begin, user_id, plain_name(given_name), folder, file, size)
        try:
            await self._on_disk(self._inbox.create, file)
        except AppError:
            await self._end(user_id, new.id, file, "storage_full")
            raise
        return await self._receive(user_id, new.id, file, size, 0, body)

    async def resume(
        self, user_id: int, import_id: int, offset: int, body: AsyncIterator[bytes]
    ) -> tuple[ImportRead, int]:
        """Go on with a file at a place; raises ImportNotFound, ImportOver, WrongOffset, and as
        `begin`."""
        row = await self._database.read(rows.find_own, user_id, import_id)
        if row.status != "uploading":
            raise ImportOver
        size = await self._size_of(row)
        if offset != size:
            raise WrongOffset(size)
        return await self._receive(user_id, import_id, row.file, row.size, offset, body)

    async def upload_state(self, user_id: int, import_id: int) -> UploadState:
        """How far the upload of a file is; ImportNotFound."""
        row = await self._database.read(rows.find_own, user_id, import_id)
        if row.status == "uploading":
            return UploadState(await self._size_of(row), row.size)
        return UploadState(row.size or 0, row.size)

    async def _size_of(self, row: Any) -> int:
        """How much of a file is here; ServerBusy where it lies elsewhere."""
        try:
            return await self._threads.run(self._inbox.size, row.file)
        except OSError as error:
            raise ServerBusy from error

    async def _receive(
        self,
        user_id: int,
        import_id: int,
        file: str,
        size: int | None,
        offset: int,
        body: AsyncIterator[bytes],
    ) -> tuple[ImportRead, int]:
        """Write what comes to disk as it comes; the import waits for its turn once all is there."""
        bound = self._max_bytes if size is None else size
        pending: list[bytes] = []
        waiting = 0
        try:
            async for chunk in body:
                waiting += len(chunk)
                if offset + waiting > bound:
                    if size is not None:
                        raise InvalidInput(where="body")
                    raise ImportTooLarge(self._max_bytes)
                pending.append(chunk)
                if waiting >= WRITE_BYTES:
                    offset, pending, waiting = await self._write(file, offset, pending), [], 0
            offset = await self._write(file, offset, pending)
        except (ImportTooLarge, StorageFull) as error:
            why: ImportWhy = "too_large" if isinstance(error, ImportTooLarge) else "storage_full"
            await asyncio.shield(self._end(user_id, import_id, file, why))
            raise
        if size is not None and offset < size:
            return await self._database.read(rows.get, user_id, import_id), offset
        await self._on_disk(self._inbox.keep, file)
        arrived = await self._database.write(rows.arrived, user_id, import_id, offset)
        self._wake()
        return arrived, offset

    async def _write(self, file: str, offset: int, pending: list[bytes]) -> int:
        """Add to a file; how long it is then. Raises WrongOffset, ImportOver, StorageFull."""
        data = b"".join(pending)
        try:
            await self._on_disk(self._inbox.write, file, offset, data)
        except Moved as error:
            raise WrongOffset(error.size) from error
        return offset + len(data)

    async def _on_disk[*A, T](self, work: Callable[[*A], T], *args: *A) -> T:
        try:
            return await self._threads.run(work, *args)
        except FileNotFoundError as error:
            raise ImportOver from error
        except OSError as error:
            log.warning("import_not_stored", cause=type(error).__name__, errno=error.errno)
            raise (StorageFull if error.errno in FULL else ServerBusy) from error

    async def list(self, user_id: int, limit: int, before_id: int | None) -> ImportList:
        """The user's imports below an id, newest first."""
        listed = rows.listed
        imports, has_more = await self._database.read(listed, user_id, limit, before_id)
        return ImportList(imports=imports, has_more=has_more, max_bytes=self._max_bytes)

    async def get(self, user_id: int, import_id: int) -> ImportRead:
        """An import as it stands; ImportNotFound."""
        return await self._database.read(rows.get, user_id, import_id)

    async def items(
        self, user_id: int, import_id: int, result: ItemResult | None, limit: int, after: int
    ) -> ImportItemPage:
        """A page of the report; ImportNotFound."""
        return await self._database.read(report.page, user_id, import_id, result, limit, after)

    async def cancel(self, user_id: int, import_id: int) -> None:
        """End an import; what it has written stays. Does nothing where it has ended. Raises
        ImportNotFound."""
        row = await self._database.read(rows.find_own, user_id, import_id)
        if await self._database.write(rows.end, user_id, import_id, "cancelled"):
            imports_ended.add("cancelled")
            await self._forget(row.file)

    async def undo(self, user_id: int, import_id: int) -> ImportRead:
        """Have the conversations that an import has created deleted, soon; ImportNotFound,
        ImportRunning."""
        return await self._database.write(rows.wish_undone, user_id, import_id)

    async def _end(self, user_id: int, import_id: int, file: str, why: ImportWhy) -> None:
        if await self._database.write(rows.end, user_id, import_id, "failed", why):
            imports_ended.add("failed")
            await self._forget(file)

    async def _forget(self, file: str) -> None:
        """Let go of a file; what the disk does not let go of now is swept."""
        try:
            await self._threads.run(self._inbox.remove, file)
        except OSError as error:
            log.warning("import_not_removed", cause=type(error).__name__, errno=error.errno)

    async def remove_all_of(self, user_id: int) -> None:
        """Remove all that is kept of a user's imports."""
        row = await self._database.read(rows.unended_of, user_id)
        if row is not None:
            await self._forget(row.file)
        while await self._database.write(rows.remove_of, user_id):
            pass

    async def sweep(self) -> None:
        """End imports whose file is gone or has lain too long, and remove files that belong to
        none. A disk that is away is swept another time."""
        try:
            folder = await self._threads.run(self._inbox.find)
            there = await self._threads.run(self._inbox.names)
        except OSError as error:
            log.warning("imports_not_swept", cause=type(error).__name__, errno=error.errno)
            return
        self._serve(folder)  # which another process may have made
        now = utc_now()
        known = await self._database.read(rows.unended, folder or "", now - KEPT)
        for row in known:
            if row.created_at < now - KEPT:
                await self._end(row.user_id, row.id, row.file, "expired")
            elif row.file not in there:
                if row.created_at < now - UNSEEN:
                    await self._end(row.user_id, row.id, row.file, "file_gone")
            elif row.status != "uploading":
                await self._database.write(rows.ensure_wished, row.user_id, row.folder)
        for file in there - {row.file for row in known}:
            await self._forget(file)

    def close(self) -> None:
        """End the threads."""
        self._threads.close()


def open_inbox(settings: Settings) -> Inbox:
    """Where imports lie: beside the files that the settings name."""
    return Inbox(files_folder(settings.files_url, settings.data_dir) / INBOX)
