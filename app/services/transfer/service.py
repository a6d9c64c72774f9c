"""Conversations to take away: one of them, or all with what belongs to them."""

from collections.abc import AsyncIterator, Callable
from typing import NamedTuple

from app.database import Database
from app.errors import Language
from app.services.files.service import FileService
from app.services.transfer import rows, whole_rows
from app.services.transfer.account import AccountExport
from app.services.transfer.pieces import line_pieces, markdown_pieces
from app.services.transfer.stored_files import MetFiles
from app.services.transfer.streamed_zip import ExportThread, FilePiece
from app.services.usage.service import UsageService


class ExportedConversation(NamedTuple):
    """A conversation as a file that is made while it is read."""

    title: str
    content: AsyncIterator[bytes]


class TransferService:
    """Reads what a user takes away in parts, so that the memory it takes does not grow with it."""

    def __init__(self, database: Database, files: FileService, usage: UsageService) -> None:
        self._database = database
        self._files = files
        self._usage = usage
        self._thread = ExportThread()

    async def markdown(
        self, user_id: int, conversation_id: int, language: Language
    ) -> ExportedConversation:
        """The messages that are shown now; ConversationNotFound, also in the midst of it once the
        conversation is gone."""
        head = await self._database.read(rows.head, user_id, conversation_id)
        pieces = markdown_pieces(self._database, head, language)
        return ExportedConversation(head.title, self._made(pieces))

    async def json(self, user_id: int, conversation_id: int) -> ExportedConversation:
        """All versions of the messages that there are now, as a line of an export, without the
        bytes of files; as above."""
        begun = await self._database.read(whole_rows.begin, user_id, conversation_id)
        files = MetFiles(self._files, has_bytes=False)
        pieces = line_pieces(self._database, *begun, files)
        return ExportedConversation(begun[0].row.title, self._made(pieces))

    async def count(self, user_id: int) -> int:
        """How many conversations a user has."""
        return await self._database.read(whole_rows.count, user_id)

    def account(
        self,
        user_id: int,
        language: Language,
        progress: Callable[[int], None] = lambda done: None,
    ) -> AsyncIterator[bytes]:
        """A ZIP of all that is a user's; see AccountExport."""
        export = AccountExport(
            self._database, self._files, self._usage, user_id, language, self._thread, progress
        )
        return export.zip()

    async def _made(self, pieces: AsyncIterator[FilePiece]) -> AsyncIterator[bytes]:
        async for piece in pieces:
            yield await self._thread.run(piece)
