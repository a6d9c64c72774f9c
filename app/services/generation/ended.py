"""Replies that have ended, as they are kept."""

from sqlalchemy import Connection

from app.database import Database
from app.errors import InvalidCursor
from app.schemas.message import ErrorRead, Exchange, LeftOutRead, MessageRead
from app.services.generation.live_reply import Ending, GrowingText, LiveReply
from app.services.generation.opening import client_id_of, ending_of, opening_of
from app.services.messages.rows import exchange_of, find_message
from app.services.messages.tree import is_deleted


class EndedReplies:
    """Finds them. Ownership was checked by whoever calls."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def find(self, conversation_id: int, message_id: int) -> LiveReply | None:
        """An AI message as a reply that has ended; None when there is none or it still runs.

        Raises InvalidCursor for one that was deleted.
        """
        return await self._database.read(_find, conversation_id, message_id)

    async def exchange(self, conversation_id: int, reply: LiveReply) -> Exchange:
        """A reply that has ended, and the message it answers; MessageNotFound when it is gone."""
        found = await self._database.read(exchange_of, conversation_id, reply.message_id)
        if found.reply.status == "generating" and reply.ending is not None:
            # Its ending could not be saved yet.
            found.reply = _as_ended(found.reply, reply, reply.ending)
        return found


def _find(connection: Connection, conversation_id: int, message_id: int) -> LiveReply | None:
    row = find_message(connection, conversation_id, message_id)
    if row is None or row.sender != "ai" or row.status == "generating":
        return None
    if is_deleted(connection, message_id, row.active):
        raise InvalidCursor
    exchange = exchange_of(connection, conversation_id, message_id)
    return LiveReply(
        message_id,
        opening_of(exchange, client_id_of(connection, row)),
        GrowingText(row.content),
        GrowingText(row.reasoning or ""),
        ending_of(row),
        row.run,
    )


def _as_ended(message: MessageRead, reply: LiveReply, ending: Ending) -> MessageRead:
    return message.model_copy(
        update={
            "content": str(reply.content),
            "reasoning": str(reply.reasoning) or None,
            "status": ending.status,
            "finish_reason": ending.finish_reason,
            "usage": ending.usage or message.usage,
            "error": ErrorRead.of(ending.error) if ending.error else None,
            "cursor": None,
            "left_out": [LeftOutRead(**each) for each in ending.left_out] or None,
        }
    )
