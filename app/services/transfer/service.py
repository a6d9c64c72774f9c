"""Conversations read out whole, however long they are."""

from collections.abc import AsyncIterator

from app.database import Database
from app.services.transfer import rows
from app.services.transfer.rows import TransferredConversation, TransferredMessage

__all__ = ["TransferService", "TransferredConversation", "TransferredMessage"]


class TransferService:
    """Reads a conversation in parts, so that the memory it takes does not grow with it."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def head(self, user_id: int, conversation_id: int) -> TransferredConversation:
        """What stands above the messages; ConversationNotFound when it is not this user's."""
        return await self._database.read(rows.head, user_id, conversation_id)

    async def parts(
        self, user_id: int, conversation: TransferredConversation
    ) -> AsyncIterator[list[TransferredMessage]]:
        """The messages shown when `head` was read, oldest first, each part read when it is wanted.

        Raises ConversationNotFound once the conversation is deleted or shows other versions.
        """
        after = 0
        while after < conversation.last_id:
            part = await self._database.read(rows.part, user_id, conversation, after)
            yield part
            after = part[-1].id
