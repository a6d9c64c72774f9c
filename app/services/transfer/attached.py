"""Files of an export, taken in like those that are uploaded."""

import asyncio
from collections.abc import AsyncIterator
from hashlib import sha256
from pathlib import Path
from typing import NamedTuple

from app.errors import (
    AppError,
    AttachmentNotSupported,
    AttachmentTooLarge,
    AttachmentUnreadable,
    QuotaReached,
    ServerBusy,
    StorageFull,
    TooManyUploads,
)
from app.schemas.imports import ImportNote
from app.services.files.service import FileService
from app.services.transfer.archive import ArchivedFile, ArchivedItem, ArchivedMessage

READ_BYTES = 256 * 1024
BUSY_SECONDS = 1.0
TRIES = 60
MISSING = "missing"
REFUSALS: dict[type[AppError], str] = {
    QuotaReached: "quota",
    AttachmentTooLarge: "too_large",
    AttachmentNotSupported: "not_supported",
    AttachmentUnreadable: "unreadable",
    StorageFull: "storage_full",
}


class TakenFiles(NamedTuple):
    """The files of a message that are stored now, and what there is to say of all."""

    ids: tuple[int, ...]
    notes: list[ImportNote]


async def take(
    files: FileService, user_id: int, item: ArchivedItem, message: ArchivedMessage, spool: Path
) -> TakenFiles:
    """Store the files of a message. One that was stored before the server was killed is known by
    its place in the export."""
    ids: list[int] = []
    notes: list[ImportNote] = []
    for position, file in enumerate(message.files):
        place = f"{item.source}\0{item.key}\0{message.key}\0{position}"
        found = await _stored(files, user_id, file, f" {sha256(place.encode()).hexdigest()}", spool)
        if isinstance(found, int):
            ids.append(found)
            notes.append(ImportNote(code="text" if file.spool is None else "stored", count=1))
        else:
            notes.append(ImportNote(code=MISSING, count=1, name=file.name, why=found))
    return TakenFiles(tuple(ids), notes)


async def _stored(
    files: FileService, user_id: int, file: ArchivedFile, known_as: str, spool: Path
) -> int | str:
    """The id of a file; why there is none."""
    if file.spool is None and file.text is None:
        return file.why or MISSING
    for _ in range(TRIES):
        source = spool / file.spool if file.spool else (file.text or "").encode()
        try:
            size = await asyncio.to_thread(_size_of, source)
            body = _bytes(source)
            made = await files.upload(user_id, file.name, known_as, body, size, file.mark)
            return made.id
        except (ServerBusy, TooManyUploads):
            await asyncio.sleep(BUSY_SECONDS)
        except OSError:
            return MISSING
        except AppError as error:
            if type(error) not in REFUSALS:
                raise
            return REFUSALS[type(error)]
    raise ServerBusy


def _size_of(source: Path | bytes) -> int:
    return len(source) if isinstance(source, bytes) else source.stat().st_size


async def _bytes(source: Path | bytes) -> AsyncIterator[bytes]:
    if isinstance(source, bytes):
        yield source
        return
    with await asyncio.to_thread(source.open, "rb") as stream:
        while data := await asyncio.to_thread(stream.read, READ_BYTES):
            yield data
