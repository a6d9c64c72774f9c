"""Conversations read in parts, each when it is wanted, so that memory does not grow with them.

Nothing is held between two parts: no connection, no snapshot.
"""

from collections.abc import AsyncIterator
from functools import partial

from app.database import Database
from app.errors import Language
from app.models import utc_now
from app.services.transfer import rows, whole_rows
from app.services.transfer.line import ConversationLine
from app.services.transfer.markdown import heading, section
from app.services.transfer.rows import TransferredConversation, TransferredMessage
from app.services.transfer.stored_files import MetFiles
from app.services.transfer.streamed_zip import FilePiece
from app.services.transfer.whole_rows import WholeConversation, WholePart


async def path_parts(
    database: Database, conversation: TransferredConversation
) -> AsyncIterator[list[TransferredMessage]]:
    """The messages shown when its head was read, oldest first. Raises ConversationNotFound once the
    conversation is gone."""
    start, look = 0, rows.PART_MESSAGES
    while start < len(conversation.path):
        part = await database.read(rows.part, conversation, start, look)
        yield part
        start, look = start + len(part), rows.next_look(len(part))


async def markdown_pieces(
    database: Database, conversation: TransferredConversation, language: Language
) -> AsyncIterator[FilePiece]:
    """The Markdown of a conversation; raises ConversationNotFound as above."""
    yield partial(_heading, conversation, language)
    async for part in path_parts(database, conversation):
        yield partial(_sections, part, language)


def _heading(conversation: TransferredConversation, language: Language) -> bytes:
    return heading(conversation, utc_now(), language).encode()


def _sections(messages: list[TransferredMessage], language: Language) -> bytes:
    return "".join([section(message, language) for message in messages]).encode()


async def line_pieces(
    database: Database, whole: WholeConversation, part: WholePart, files: MetFiles
) -> AsyncIterator[FilePiece]:
    """The line of a conversation of which the first part was read with its beginning. Raises
    ConversationNotFound once it is gone, ServerBusy where the store fails."""
    line = ConversationLine(whole, files)
    while True:
        await files.meet(file for message in part.messages for file in message.files)
        yield partial(line.write, part)
        if part.after is None:
            return
        part = await database.read(whole_rows.part, whole, part.after, part.look)
