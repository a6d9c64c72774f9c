"""Reading messages: the history of a conversation, a message's versions."""

from collections.abc import Mapping
from itertools import accumulate
from typing import Any

from sqlalchemy import ColumnElement, Connection, Integer, bindparam, func, select

from app.database import Database, table_of
from app.engines.prepared import Prepared, PreparedIn
from app.errors import MessageNotFound
from app.models import Conversation, Message
from app.schemas.context import MessageContexts
from app.schemas.message import MessagePage, MessageVersions
from app.services.conversations.rows import find_owned, owned
from app.services.messages.contexts import contexts_of
from app.services.messages.cursor import MAX_ID
from app.services.messages.rows import read_messages
from app.services.messages.tree import shown

PAGE_CHARACTERS = 2_000_000
"""A page ends before its text exceeds this; one reply may have half of it, or more."""

_message = table_of(Message)
_length = func.char_length(_message.c.content) + func.coalesce(
    func.char_length(_message.c.reasoning), 0
)
_conversation = table_of(Conversation)

_here = _message.c.conversation_id == bindparam("in_conversation", type_=_message.c.id.type)


def _lengths(*which: ColumnElement[bool]) -> Prepared:
    """The newest of these messages below an id, with their lengths."""
    newest = select(_message.c.id, _length).where(*which, _message.c.id < bindparam("below"))
    most = bindparam("most", type_=Integer)
    return Prepared(newest.order_by(_message.c.id.desc()).limit(most))


_SHOWN = _lengths(shown(bindparam("in_conversation", type_=_message.c.id.type)))
_BESIDE = _lengths(_here, _message.c.parent_id.is_not_distinct_from(bindparam("under")))
_THESE = PreparedIn(
    _message.c.id.type,
    lambda ids: select(_message).where(_message.c.id.in_(ids)).order_by(_message.c.id),
)


class MessageService:
    """The history of a conversation. Of a message, ownership was checked by whoever calls."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def page(
        self, user_id: int, conversation_id: int, limit: int, before_id: int | None
    ) -> MessagePage:
        """The newest `limit` messages below `before_id` (fewer long ones), oldest first.

        ConversationNotFound for another user's conversation.
        """
        return await self._database.read(_page, user_id, conversation_id, limit, before_id)

    async def locate(self, user_id: int, message_id: int) -> int:
        """The conversation of a message that is this user's; else MessageNotFound."""
        return await self._database.read(_locate, user_id, message_id)

    async def versions(self, message_id: int, limit: int, before_id: int | None) -> MessageVersions:
        """The newest `limit` versions of a message below `before_id`, oldest first."""
        return await self._database.read(_versions, message_id, limit, before_id)

    async def contexts(self, message_id: int) -> MessageContexts:
        """What a model was sent for a reply; MessageNotFound for a message that is none."""
        return await self._database.read(contexts_of, message_id)


def _page(
    connection: Connection,
    user_id: int,
    conversation_id: int,
    limit: int,
    before_id: int | None,
) -> MessagePage:
    find_owned(connection, user_id, conversation_id)
    where = {"in_conversation": conversation_id}
    page, has_more = _newest(connection, _SHOWN, where, limit, before_id)
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
    where = {"in_conversation": message.conversation_id, "under": message.parent_id}
    page, has_more = _newest(connection, _BESIDE, where, limit, before_id)
    return MessageVersions(versions=read_messages(connection, page), has_more=has_more)


def _newest(
    connection: Connection,
    lengths_of: Prepared,
    where: Mapping[str, int | None],
    limit: int,
    before_id: int | None,
) -> tuple[list[Any], bool]:
    """The newest of these messages below an id, oldest first, and whether there are older ones.

    Fewer than `limit` where they are long, but at least one.
    """
    part = {"below": MAX_ID if before_id is None else before_id, "most": limit + 1}
    lengths = lengths_of.all(connection, {**where, **part})
    upto = accumulate(length for _, length in lengths)
    fit = max(1, sum(1 for characters in upto if characters <= PAGE_CHARACTERS))
    ids = [id for id, _ in lengths[: min(limit, fit)]]
    if not ids:
        return [], False
    return _THESE.all(connection, ids), len(lengths) > len(ids)
