"""Imports as jobs: a file is read by a process of its own, and what that tells is written down.

How far an import is stands in its row and is written with its items; whoever goes on has the
process pass over what was told before.
"""

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import asynccontextmanager, suppress
from datetime import timedelta
from pathlib import Path
from typing import Any, get_args

from app.logs import log
from app.metrics import imported_messages, imports_ended
from app.models import utc_now
from app.schemas.imports import ImportNote, ImportStatus, ImportWhy
from app.services.files.service import FileService
from app.services.jobs.rows import JobLost, wish
from app.services.jobs.service import HeldJob
from app.services.search.block import SIZES
from app.services.search.segments import SEAL
from app.services.transfer import attached, item_rows, undo
from app.services.transfer import import_rows as rows
from app.services.transfer.archive import ArchivedItem, ArchivedMessage
from app.services.transfer.frames import ArchiveFrame, EndFrame, MalformedFrame, RefusedFrame
from app.services.transfer.inbox import Inbox
from app.services.transfer.item_rows import ImportEnded, ItemPart, ItemState
from app.services.transfer.message_rows import NewMessage
from app.services.transfer.process import ExportProcess

MESSAGES_PER_COMMIT = 50
ITEMS_PER_COMMIT = 50
WAIT_SECONDS = 0.5
"""What is told within so long is written together."""
REST, REST_ALONE = 1.0, 0.05
"""After a transaction, so many times as long as that took: others write, too. The second where no
reply runs here."""
NAMED_NOTES = 50
"""So many files of one conversation are named that are missing; the others are counted."""
UNDONE_PAUSE_SECONDS = 0.02


class ImportJobs:
    """How the jobs of imports are done."""

    def __init__(
        self,
        inbox: Inbox,
        files: FileService,
        beat_seconds: float,
        retention: Callable[[], timedelta],
        is_alone: Callable[[], bool],
    ) -> None:
        """`is_alone`: whether no reply is written here at the moment."""
        self._inbox = inbox
        self._files = files
        self._is_alone = is_alone
        self._beat = beat_seconds
        self._retention = retention

    async def bring_in(self, job: HeldJob) -> None:
        """Do the import of a user's that waits, from where it stands."""
        found = await job.read(rows.find_running, job.user_id)
        row = found and await job.write(rows.start, found.id)
        if row is None:
            return
        source = self._inbox.path(row.file)
        try:
            spool = await asyncio.to_thread(self._inbox.spool, row.file)
            is_there = await asyncio.to_thread(source.exists)
            why: ImportWhy | None = "file_gone"
            if is_there:
                async with self._beating(job):
                    bringing = _Bringing(
                        *(job, self._files, row, source, spool, self._retention), self._is_alone
                    )
                    why = await bringing.run()
        except ImportEnded:
            pass
        else:
            status: ImportStatus = "done" if why is None else "failed"
            if await job.write(rows.end, job.user_id, row.id, status, why):
                imports_ended.add(status)
        await asyncio.to_thread(self._inbox.remove, row.file)

    async def undo(self, job: HeldJob) -> None:
        """Delete what imports of a user's have created that are to be undone."""
        since = utc_now() - self._retention()
        while (import_id := await job.read(undo.wanted, job.user_id)) is not None:
            is_left = True
            while is_left:
                is_left = await job.write(undo.undo_some, job.user_id, import_id, since)
                await asyncio.sleep(UNDONE_PAUSE_SECONDS)

    @asynccontextmanager
    async def _beating(self, job: HeldJob) -> AsyncIterator[None]:
        """Signs of life, also while nothing is written for long."""
        beats = asyncio.create_task(_beat(job, self._beat))
        try:
            yield
        finally:
            beats.cancel()
            with suppress(asyncio.CancelledError):
                await beats


async def _beat(job: HeldJob, seconds: float) -> None:
    with suppress(JobLost):  # which the next write is told
        while True:
            await asyncio.sleep(seconds)
            await job.tell("{}")


class _Bringing:
    """One import that is being done by this process."""

    def __init__(
        self,
        job: HeldJob,
        files: FileService,
        row: Any,
        source: Path,
        spool: Path,
        retention: Callable[[], timedelta],
        is_alone: Callable[[], bool],
    ) -> None:
        self._job = job
        self._files = files
        self._row = row
        self._spool = spool
        self._retention = retention
        self._is_alone = is_alone
        self._process = ExportProcess(source, spool, row.done)
        self._position = row.done - 1
        self._parts: list[ItemPart] = []
        self._waiting = 0
        self._state: ItemState | None = None
        self._item: ArchivedItem | None = None
        self._told = 0
        self._unsealed = 0
        self._notes: list[ImportNote] = []
        self._ahead: asyncio.Future[Any] | None = None

    async def run(self) -> ImportWhy | None:
        """Bring all of it in; why that could not be. Raises ImportEnded, JobLost."""
        try:
            return await self._listen()
        except MalformedFrame as error:
            log.warning("import_malformed", where=str(error))
            await self._flush()
            return "unreadable"
        finally:
            if self._ahead is not None and not self._ahead.cancel():
                self._ahead.exception()  # which nobody asks for any more
            await self._process.end()

    async def _listen(self) -> ImportWhy | None:
        while True:
            match await self._next():
                case ArchiveFrame(source, total):
                    await self._job.write(rows.tell_source, self._row.id, source, total)
                case RefusedFrame(why):
                    return why if why in get_args(ImportWhy) else "unreadable"  # type: ignore[return-value]
                case EndFrame():
                    await self._flush()
                    return None
                case ArchivedItem() as item:
                    await self._begin(item)
                case messages:
                    await self._add(messages)

    async def _next(self) -> Any:
        """What the process tells next; what it told before is written where that takes its time.
        What comes after it is read while it is dealt with."""
        told = self._ahead or asyncio.ensure_future(self._process.next())
        self._ahead = None
        try:
            done, _ = await asyncio.wait([told], timeout=WAIT_SECONDS if self._parts else None)
            if not done:
                await self._flush()
            frame = await told
        finally:
            told.cancel()
        if not isinstance(frame, EndFrame | RefusedFrame):
            self._ahead = asyncio.ensure_future(self._process.next())
        return frame

    async def _begin(self, item: ArchivedItem) -> None:
        self._position += 1
        self._item, self._told = item, 0
        self._notes = [ImportNote(code=code, count=count) for code, count in item.notes.items()]
        if not item.messages:
            await self._put([], is_last=True)

    async def _add(self, messages: list[ArchivedMessage]) -> None:
        item = self._item
        assert item is not None
        if self._waiting + len(messages) > MESSAGES_PER_COMMIT:
            await self._flush()
        new = await self._with_files(item, messages)
        self._told += len(messages)
        await self._put(new, is_last=self._told == item.messages)

    async def _put(self, messages: list[NewMessage], is_last: bool) -> None:
        assert self._item is not None
        part = ItemPart(self._position, self._item, messages, is_last, _summed(self._notes))
        self._parts.append(part)
        self._waiting += len(messages)
        if len(self._parts) == ITEMS_PER_COMMIT or self._waiting >= MESSAGES_PER_COMMIT:
            await self._flush()

    async def _with_files(
        self, item: ArchivedItem, messages: list[ArchivedMessage]
    ) -> list[NewMessage]:
        """Messages, once the files are stored that new ones of them hold."""
        holding = [message for message in messages if message.files]
        if not holding:
            return [NewMessage(message) for message in messages]
        await self._flush()  # what it is known by
        user_id = self._job.user_id
        unknown = await self._job.read(item_rows.unknown_keys, user_id, item, holding)
        new = []
        for message in messages:
            ids: tuple[int, ...] = ()
            if message.files and message.key in unknown:
                taken = await attached.take(self._files, user_id, item, message, self._spool)
                ids = taken.ids
                self._notes += taken.notes
            new.append(NewMessage(message, ids))
        return new

    async def _flush(self) -> None:
        """Write what waits, and rest."""
        if not self._parts:
            return
        began = time.monotonic()
        parts, count = self._parts, self._waiting
        self._parts, self._waiting = [], 0
        user_id, since = self._job.user_id, utc_now() - self._retention()
        self._state = await self._job.write(
            item_rows.write, self._row.id, user_id, parts, self._state, since
        )
        imported_messages.add(by=count)
        self._unsealed += count
        if self._unsealed >= SIZES[0]:
            self._unsealed = 0
            await self._job.write(wish, SEAL, user_id)
        rest = REST_ALONE if self._is_alone() else REST
        await asyncio.sleep(rest * (time.monotonic() - began))


def _summed(notes: Iterable[ImportNote]) -> list[ImportNote]:
    """Notes of one kind as one, save those with a name, of which some stay."""
    sums: dict[tuple[str, str | None], ImportNote] = {}
    named: list[ImportNote] = []
    for note in notes:
        if note.name is not None and len(named) < NAMED_NOTES:
            named.append(note)
            continue
        key = note.code, note.why
        before = sums.get(key)
        count = note.count + (before.count if before else 0)
        sums[key] = ImportNote(code=note.code, count=count, why=note.why)
    return [*sums.values(), *named]
