"""Removes deleted conversations for good once nobody may bring them back any more."""

import asyncio
from datetime import datetime, timedelta

import structlog
from sqlalchemy import Connection, delete, select
from sqlalchemy.exc import SQLAlchemyError

from app.database import Database, table_of
from app.errors import AppError
from app.models import Conversation, Message, utc_now

ROUND_SECONDS = 3600
MESSAGES_PER_COMMIT = 500
PAUSE_SECONDS = 0.05
MARGIN = timedelta(hours=1)
"""What is being purged can no longer be restored, on a node with another clock either."""

log = structlog.get_logger()

_conversation = table_of(Conversation)
_message = table_of(Message)


class Purger:
    """Clears away in small commits, so that nobody waits for a long one."""

    def __init__(self, database: Database, retention: timedelta) -> None:
        self._database = database
        self._retention = retention

    async def run(self) -> None:
        """Purge at start and every hour, for ever."""
        while True:
            try:
                await self.purge()
            except (AppError, SQLAlchemyError) as error:
                log.warning("purge_failed", cause=type(error).__name__)
            await asyncio.sleep(ROUND_SECONDS)

    async def purge(self) -> None:
        """Remove every conversation that was deleted longer ago than the retention."""
        before = utc_now() - self._retention - MARGIN
        while True:
            if not await self._database.write(purge_some, before):
                return
            await asyncio.sleep(PAUSE_SECONDS)


def purge_some(connection: Connection, before: datetime) -> bool:
    """Remove some messages of one conversation deleted before a time, at last the conversation.

    False when there is no such conversation.
    """
    due = select(_conversation.c.id).where(_conversation.c.deleted_at < before).limit(1)
    id = connection.execute(due).scalar()
    if id is None:
        return False
    ids = select(_message.c.id).where(_message.c.conversation_id == id).limit(MESSAGES_PER_COMMIT)
    messages = connection.execute(ids).scalars().all()
    if messages:
        connection.execute(delete(_message).where(_message.c.id.in_(messages)))
    if len(messages) < MESSAGES_PER_COMMIT:
        connection.execute(delete(_conversation).where(_conversation.c.id == id))
    return True
