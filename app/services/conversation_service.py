"""Conversations: made, listed, renamed, deleted and brought back. Each belongs to one user."""

from collections.abc import Callable
from datetime import timedelta

from app.database import Database
from app.models import utc_now
from app.schemas.conversation import (
    ConversationCreated,
    ConversationList,
    ConversationRead,
    ConversationUpdate,
)
from app.services.auth.account import as_user
from app.services.conversations import list_rows, rows
from app.services.conversations.list_rows import ListName, PageRequest
from app.services.endpoints.service import ConfigService
from app.services.folders import tally
from app.utils.tokens import Claims

__all__ = ["ConversationService", "ListName", "PageRequest"]


class ConversationService:
    """What a user does with conversations. Another user's conversation counts as missing."""

    def __init__(
        self,
        database: Database,
        configs: ConfigService,
        retention: Callable[[], timedelta],
        on_change: Callable[[int], None],
    ) -> None:
        """`on_change` is told the ids of conversations that those who read them see change."""
        self._database = database
        self._configs = configs
        self._retention = retention
        self._on_change = on_change

    async def create(self, user_id: int, title: str | None, untitled: str) -> ConversationCreated:
        """A new conversation; `untitled` is its title when none is given."""
        return await self._database.write(rows.create, user_id, title, untitled)

    async def list(self, claims: Claims, page: PageRequest) -> ConversationList:
        """One page of a list: most recently used first, of deleted ones the newest deletion.

        Raises InvalidToken where these claims are good no longer, FolderNotFound for a folder that
        is not the user's, and ConversationNotFound when a page of deleted ones is to begin after
        one that is not the user's.
        """
        read = list_rows.page_of
        found = await self._database.read(as_user, claims, read, page, self._retention())
        if found.is_counted:
            await tally.keep(self._database, claims.user_id, utc_now() - self._retention())
        return found.list

    async def get(self, user_id: int, conversation_id: int) -> ConversationRead:
        """The conversation; ConversationNotFound when it is not there or not this user's."""
        return await self._database.read(rows.get, user_id, conversation_id)

    async def change(
        self, user_id: int, conversation_id: int, change: ConversationUpdate
    ) -> ConversationRead:
        """Change what is given; a title set by hand is never replaced. Raises ConversationNotFound,
        ModelNotFound or ModelGone for a model that its user may not use, PresetNotFound and
        FolderNotFound."""
        environment = self._configs.default_endpoint(user_id)
        since = utc_now() - self._retention()
        changed = await self._database.write(
            rows.change, user_id, conversation_id, change, environment, since
        )
        self._on_change(conversation_id)
        return changed

    async def restore(self, user_id: int, conversation_id: int) -> ConversationRead:
        """Undo a delete; ConversationNotFound once its retention has passed."""
        since = utc_now() - self._retention()
        await self._database.write(rows.restore, user_id, conversation_id, since)
        return await self.get(user_id, conversation_id)
