"""Links: made, changed and ended by their owners, looked at and gone on with by others."""

import asyncio
import secrets
from collections.abc import AsyncIterator, Callable
from datetime import date, timedelta
from typing import Concatenate, NamedTuple

import orjson
from sqlalchemy import Connection

from app.config import Settings
from app.database import Database
from app.errors import AttachmentNotFound, Language, ShareNotFound, SharesOff
from app.metrics import share_reads
from app.models import utc_now
from app.schemas.share import (
    ContinuedConversation,
    ConversationShares,
    ShareCreate,
    ShareCreated,
    ShareList,
    ShareRead,
    SharesSetting,
    ShareUpdate,
)
from app.services.conversations import rows as conversation_rows
from app.services.files.parts import CONTENT
from app.services.files.service import FileService, StoredPart
from app.services.settings.live import LiveSettings
from app.services.sharing import copies, rows, shown
from app.services.sharing.copies import CopiedFiles, ShareSource
from app.services.sharing.sweep import sweep_some
from app.services.sharing.views import ShareViews
from app.services.upkeep.purge import MARGIN
from app.utils.tokens import token_hash

TOKEN_BYTES = 16
"""128 bits: none is found by trying."""
DIGITS_MOST = 9


class SharedFile(NamedTuple):
    """A file that a link shows."""

    name: str
    type: str
    size: int
    chunks: AsyncIterator[bytes]


class SharedParts[T](NamedTuple):
    """What a link shows: of its messages the first part, and the others, None where that is all.
    These raise ShareNotFound where the link is ended or changed before they are read."""

    id: int
    title: str
    day: date
    first: T
    rest: AsyncIterator[T] | None


class SharingService:
    """The links of all users. Whoever has one sees what it shows, as far as the settings go."""

    def __init__(
        self, database: Database, files: FileService, settings: Settings, live: LiveSettings
    ) -> None:
        self._database = database
        self._files = files
        self._base = settings.public_url.rstrip("/")
        self._live = live
        self.expire_days = settings.shares_expire_days
        self.views = ShareViews(database)

    async def create(self, user_id: int, conversation_id: int, wanted: ShareCreate) -> ShareCreated:
        """A new link, with its address. Raises SharesOff, ConversationNotFound, InvalidInput,
        ListFull, ReplyInProgress, NothingToShare, ShareTooLong."""
        await self._require()
        token = secrets.token_urlsafe(TOKEN_BYTES)
        lifetime = timedelta(days=self.expire_days)
        made = await self._database.write(
            rows.create, user_id, conversation_id, token_hash(token), wanted, lifetime
        )
        return ShareCreated(**made.model_dump(), url=f"{self._base}/s/{token}")

    async def list(
        self,
        user_id: int,
        limit: int,
        before_id: int | None = None,
        conversation_id: int | None = None,
        message_id: int | None = None,
    ) -> ShareList:
        """A user's links that are good, newest first: all, those to a conversation, or those that
        show a message."""
        return await self._database.read(
            rows.page_of, user_id, limit, before_id, conversation_id, message_id
        )

    async def to_conversation(self, user_id: int, conversation_id: int) -> ConversationShares:
        """The links to a conversation, and what a new one would show; ConversationNotFound."""
        return await self._database.read(rows.of_conversation, user_id, conversation_id)

    async def change(self, user_id: int, share_id: int, wanted: ShareUpdate) -> ShareRead:
        """Change what is given of a link. Raises SharesOff, ShareNotFound, InvalidInput,
        ReplyInProgress, NothingToShare, ShareTooLong."""
        await self._require()
        return await self._database.write(rows.change, user_id, share_id, wanted)

    async def end(self, user_id: int, share_id: int) -> None:
        """End a link for good; ShareNotFound."""
        await self._database.write(rows.end, user_id, share_id)

    async def setting(self) -> SharesSetting:
        """Who sees what links show."""
        return (await self._live.fresh()).shares

    async def _require(self) -> None:
        if await self.setting() == "off":
            raise SharesOff

    async def read(self, token: str, is_view: bool = True) -> SharedParts[bytes]:
        """What a link shows, its messages as items of a JSON array; ShareNotFound."""
        opened = await self.show(token, _as_items)
        if is_view:
            self.views.add(opened.id)
        return opened

    async def show[T](
        self, token: str, write: Callable[[shown.MessagesShown], T]
    ) -> SharedParts[T]:
        """What a link shows, written down part by part; ShareNotFound."""
        opened, first = await self._find(shown.begin, token, write)
        row = opened.row
        rest = self._rest(token, opened, write) if len(opened.ends) > 1 else None
        return SharedParts(row.id, row.title, row.updated_at.date(), first, rest)

    async def _rest[T](
        self, token: str, opened: shown.OpenedShare, write: Callable[[shown.MessagesShown], T]
    ) -> AsyncIterator[T]:
        its = token_hash(token)
        for part in range(1, len(opened.ends)):
            yield await self._database.read(shown.go_on, its, opened, part, write)

    async def open_file(self, token: str, number: str) -> SharedFile:
        """A file that a link shows; ShareNotFound."""
        is_number = len(number) <= DIGITS_MOST and number.isascii() and number.isdigit()
        at = int(number) if is_number else 0
        row = await self._find(shown.find_file, token, at)
        part = StoredPart(row.id, copies.name_of(at, row.type), row.type, CONTENT, row.hash.hex())
        try:
            size, chunks = await self._files.open(part)
        except AttachmentNotFound:
            raise ShareNotFound from None
        return SharedFile(part.name, part.type, size, chunks)

    async def go_on(self, user_id: int, token: str, language: Language) -> ContinuedConversation:
        """A conversation of this user's that begins with what a link shows; its files are theirs
        then, as far as there is room. Raises ShareNotFound, InvalidToken, StorageFull, ServerBusy.
        """
        source = await self._find(copies.source_of, token)
        files, missing = await self._copy_files(user_id, source)
        its = token_hash(token)
        write, retention = self._database.write, self._live.retention()
        continued = await write(copies.begin, user_id, source, retention)
        while continued.due:
            continued = await write(
                copies.go_on, its, source, continued, files, language, retention
            )
        id = continued.unseen.conversation_id
        made = await self._database.read(conversation_rows.get, user_id, id)
        return ContinuedConversation(
            id=id, title=made.title, created_at=made.created_at, missing=missing
        )

    async def _copy_files(
        self, user_id: int, source: ShareSource
    ) -> tuple[dict[int, CopiedFiles], int]:
        """By the messages that hold them; and how many are missing."""
        copied: dict[int, CopiedFiles] = {}
        count = 0
        for message_id, found in source.files.items():
            ids, missing = [], []
            for row in found:
                name = copies.name_of(row.number, row.type)
                id = await self._files.copy(user_id, name, row)
                if id is None:
                    missing.append(name)
                else:
                    ids.append(id)
            copied[message_id] = CopiedFiles(tuple(ids), tuple(missing))
            count += len(missing)
        return copied, count

    async def _find[**P, T](
        self,
        work: Callable[Concatenate[Connection, bytes, P], T],
        token: str,
        *args: P.args,
        **kwargs: P.kwargs,
    ) -> T:
        """Look for what a token leads to. However it is written, a wrong one is only not found."""
        if await self.setting() == "off":
            raise ShareNotFound
        try:
            found = await self._database.read(work, token_hash(token), *args, **kwargs)
        except ShareNotFound:
            share_reads.add("miss")
            raise
        share_reads.add("hit")
        return found

    async def sweep(self, pause_seconds: float) -> None:
        """Remove the links that are over."""
        before = utc_now() - MARGIN
        while True:
            if not await self._database.write(sweep_some, before):
                return
            await asyncio.sleep(pause_seconds)


def _as_items(messages: shown.MessagesShown) -> bytes:
    return orjson.dumps(messages)[1:-1]
