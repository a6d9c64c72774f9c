"""Reading messages: the history of a conversation, a message's versions."""

from itertools import accumulate
from typing import Any

from sqlalchemy import Connection, Row, Select, func, select

from app.database import Database, table_of
from app.errors import MessageNotFound
from app.models import Conversation, Message
from app.schemas.message import MessagePage, MessageVersions
from app.services.conversations.rows import owned
from app.services.messages.rows import read_messages
from app.services.messages.tree import shown

PAGE_CHARACTERS = 2_000_000
"""A page ends before its text exceeds this; one reply may have half of it, or more."""

_message = table_of(Message)
_length = func.char_length(_message.c.content) + func.coalesce(
    func.char_length(_message.c.reasoning), 0
)
_conversation = table_of(Conversation)


class MessageService:
    """The history of a conversation. Ownership was checked by whoever calls."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def page(self, conversation_id: int, limit: int, before_id: int | None) -> MessagePage:
        """The newest `limit` messages below `before_id` (fewer long ones), oldest first."""
        return await self._database.read(_page, conversation_id, limit, before_id)

    async def locate(self, user_id: int, message_id: int) -> int:
        """The conversation of a message that is this user's; else MessageNotFound."""
        return await self._database.read(_locate, user_id, message_id)

    async def versions(self, message_id: int, limit: int, before_id: int | None) -> MessageVersions:
        """The newest `limit` versions of a message below `before_id`, oldest first."""
        return await self._database.read(_versions, message_id, limit, before_id)


def _page(
    connection: Connection,
    conversation_id: int,
    limit: int,
    before_id: int | None,
) -> MessagePage:
    path = select(_message).where(shown(conversation_id))
    page, has_more = _newest(connection, path, limit, before_id)
    return MessagePage(messages=read_messages(connection, page), has_more=has_more)


def _locate(connection: Connection, user_id: int, message_id: int) -> int:
    found = (
        select(_message.c.conversation_id)
        .join(_conversation, _conversation.c.id == _message.c.conversation_id)
        .where(_message.c.id == message_id, owned(user_id))
    )
    conversation_id = connection.execute(found).scalar()
    if conversation_id is None:
        raise MessageNotFound(message_id)
    return int(conversation_id)


def _versions(
    connection: Connection,
    message_id: int,
    limit: int,
    before_id: int | None,
) -> MessageVersions:
    message = connection.execute(select(_message).where(_message.c.id == message_id)).first()
    if message is None:
        raise MessageNotFound
    versions = select(_message).where(
        _message.c.conversation_id == message.conversation_id,
        _message.c.parent_id.is_not_distinct_from(message.parent_id),
    )
    page, has_more = _newest(connection, versions, limit, before_id)
    return MessageVersions(versions=read_messages(connection, page), has_more=has_more)


def _newest(
    connection: Connection, messages: Select[Any], limit: int, before_id: int | None
) -> tuple[list[Row[Any]], bool]:
    """The newest of these messages below an id, oldest first, and whether there are older ones.

    Fewer than `limit` where they are long, but at least one.
    """
    if before_id is not None:
        messages = messages.where(_message.c.id < before_id)
    newest = messages.with_only_columns(_message.c.id, _length).order_by(_message.c.id.desc())
    lengths = connection.execute(newest.limit(limit + 1)).all()
    upto = accumulate(length for _, length in lengths)
    fit = max(1, sum(1 for characters in upto if characters <= PAGE_CHARACTERS))
    ids = [id for id, _ in lengths[: min(limit, fit)]]
    if not ids:
        return [], False
    rows = select(_message).where(_message.c.id.in_(ids)).order_by(_message.c.id)
    return list(connection.execute(rows)), len(lengths) > len(ids)
