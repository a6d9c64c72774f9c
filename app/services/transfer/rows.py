"""The path shown of a conversation, read in parts from its beginning."""

from dataclasses import dataclass
from datetime import datetime
from itertools import accumulate
from typing import Any, Literal

from sqlalchemy import Connection, Row, func, select

from app.database import table_of
from app.errors import ConversationNotFound
from app.models import Message
from app.schemas.message import MessageStatus
from app.services.conversations.rows import find_owned
from app.services.messages.rows import text_so_far
from app.services.messages.tree import shown

PART_MESSAGES = 100
PART_CHARACTERS = 100_000
"""A part ends before its text exceeds this; one message may have more."""

_message = table_of(Message)


@dataclass(frozen=True, slots=True)
class TransferredMessage:
    """What was said, by whom, and how it ended; a reply that runs has its text so far."""

    id: int
    parent_id: int | None
    sender: Literal["user", "ai"]
    said_at: datetime
    content: str
    status: MessageStatus
    finish_reason: str | None
    model_name: str | None
    error_code: str | None


@dataclass(frozen=True, slots=True)
class TransferredConversation:
    """A conversation as it is transferred: up to the message `last_id`, 0 where there is none."""

    id: int
    title: str
    created_at: datetime
    updated_at: datetime
    last_id: int


def head(connection: Connection, user_id: int, conversation_id: int) -> TransferredConversation:
    """What stands above the messages; ConversationNotFound."""
    row = find_owned(connection, user_id, conversation_id)
    last = select(func.max(_message.c.id)).where(shown(conversation_id))
    last_id = connection.execute(last).scalar() or 0
    return TransferredConversation(row.id, row.title, row.created_at, row.updated_at, last_id)


def part(
    connection: Connection, user_id: int, conversation: TransferredConversation, after: int
) -> list[TransferredMessage]:
    """The messages that follow the one with the id `after`, as many as a part takes.

    Raises ConversationNotFound where they no longer follow it: the conversation was deleted, or
    other versions have been shown since.
    """
    find_owned(connection, user_id, conversation.id)
    # The messages shown are a chain in the order of ids: see services/messages/tree.py.
    following = select(_message.c.id, func.char_length(_message.c.content)).where(
        shown(conversation.id), _message.c.id > after, _message.c.id <= conversation.last_id
    )
    lengths = connection.execute(following.order_by(_message.c.id).limit(PART_MESSAGES)).all()
    upto = accumulate(length for _, length in lengths)
    fit = max(1, sum(1 for characters in upto if characters <= PART_CHARACTERS))
    ids = [id for id, _ in lengths[:fit]]
    rows = select(_message).where(_message.c.id.in_(ids)).order_by(_message.c.id)
    messages = [_read(connection, row) for row in connection.execute(rows)]
    before = [after or None, *(message.id for message in messages)]
    if not messages or [message.parent_id for message in messages] != before[:-1]:
        raise ConversationNotFound(conversation.id)
    return messages


def _read(connection: Connection, row: Row[Any]) -> TransferredMessage:
    content = row.content
    if row.status == "generating":
        content, _, _ = text_so_far(connection, row)
    return TransferredMessage(
        row.id,
        row.parent_id,
        row.sender,
        row.timestamp,
        content,
        row.status,
        row.finish_reason,
        row.model_name,
        row.error_code,
    )
