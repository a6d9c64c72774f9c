"""Conversations: made, listed, renamed, deleted and brought back. Each belongs to one user."""

from datetime import timedelta

from app.database import Database
from app.models import utc_now
from app.schemas.conversation import (
    ConversationCreated,
    ConversationList,
    ConversationRead,
    ConversationUpdate,
)
from app.services.conversations import list_rows, rows
from app.services.conversations.list_rows import PageRequest
from app.services.endpoints.service import ConfigService

__all__ = ["ConversationService", "PageRequest"]


class ConversationService:
    """What a user does with conversations. Another user's conversation counts as missing."""

    def __init__(self, database: Database, configs: ConfigService, retention: timedelta) -> None:
        self._database = database
        self._configs = configs
        self._retention = retention

    async def create(self, user_id: int, title: str | None, untitled: str) -> ConversationCreated:
        """A new conversation; `untitled` is its title when none is given."""
        return await self._database.write(rows.create, user_id, title, untitled)

    async def list(self, user_id: int, page: PageRequest) -> ConversationList:
        """One page of the user's conversations, most recently used first."""
        return await self._database.read(list_rows.page_of, user_id, page)

    async def deleted(self, user_id: int, page: PageRequest) -> ConversationList:
        """One page of what the user deleted and can restore, the newest deletion first.

        Raises ConversationNotFound when the page is to begin after one that is not the user's.
        """
        return await self._database.read(list_rows.deleted_page_of, user_id, page, self._retention)

    async def get(self, user_id: int, conversation_id: int) -> ConversationRead:
        """The conversation; ConversationNotFound when it is not there or not this user's."""
        return await self._database.read(rows.get, user_id, conversation_id)

    async def change(
        self, user_id: int, conversation_id: int, change: ConversationUpdate
    ) -> ConversationRead:
        """Change what is given; a title set by hand is never replaced. Raises ConversationNotFound,
        and ModelNotFound or ModelGone for a model that its user may not use."""
        environment = self._configs.default_endpoint(user_id)
        return await self._database.write(
            rows.change, user_id, conversation_id, change, environment
        )

    async def restore(self, user_id: int, conversation_id: int) -> ConversationRead:
        """Undo a delete; ConversationNotFound once its retention has passed."""
        since = utc_now() - self._retention
        await self._database.write(rows.restore, user_id, conversation_id, since)
        return await self.get(user_id, conversation_id)
