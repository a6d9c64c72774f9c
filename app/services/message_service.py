"""Reading messages, and their shape on the wire."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, Row, select

from app.database import Database, table_of
from app.errors import AppError, Language, MessageNotFound, error_by_code
from app.models import Conversation, Generation, Message
from app.schemas.message import ErrorRead, Exchange, MessagePage, MessageRead, UsageRead
from app.services.generation.checkpoint import saved_text
from app.services.generation.live_reply import (
    Cursor,
    Ending,
    GrowingText,
    LiveReply,
    Opening,
)
from app.services.message_tree import siblings

_message = table_of(Message)
_generation = table_of(Generation)
_conversation = table_of(Conversation)


class MessageService:
    """The history of a conversation. Ownership was checked by whoever calls."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def page(
        self, conversation_id: int, limit: int, before_id: int | None, language: Language
    ) -> MessagePage:
        """The newest `limit` messages below `before_id`, oldest first."""
        return await self._database.read(_page, conversation_id, limit, before_id, language)

    async def locate(self, user_id: int, message_id: int) -> int:
        """The conversation of a message that is this user's; else MessageNotFound."""
        return await self._database.read(_locate, user_id, message_id)

    async def versions(self, message_id: int, language: Language) -> list[MessageRead]:
        """A message and its siblings, oldest first."""
        return await self._database.read(_versions, message_id, language)

    async def exchange(self, conversation_id: int, reply_id: int, language: Language) -> Exchange:
        """A reply and the message it answers; MessageNotFound when it is gone."""
        return await self._database.read(exchange_of, conversation_id, reply_id, language)

    async def ended_reply(
        self, conversation_id: int, message_id: int, language: Language
    ) -> LiveReply | None:
        """An AI message as a reply that has ended; None when there is none or it still runs."""
        return await self._database.read(_ended_reply, conversation_id, message_id, language)


def _page(
    connection: Connection,
    conversation_id: int,
    limit: int,
    before_id: int | None,
    language: Language,
) -> MessagePage:
    shown = select(_message).where(
        _message.c.conversation_id == conversation_id, _message.c.active == 1
    )
    if before_id is not None:
        shown = shown.where(_message.c.id < before_id)
    rows = connection.execute(shown.order_by(_message.c.id.desc()).limit(limit + 1)).all()
    page = rows[:limit][::-1]
    return MessagePage(
        messages=read_messages(connection, page, language), has_more=len(rows) > limit
    )


def _locate(connection: Connection, user_id: int, message_id: int) -> int:
    found = (
        select(_message.c.conversation_id)
        .join(_conversation, _conversation.c.id == _message.c.conversation_id)
        .where(
            _message.c.id == message_id,
            _conversation.c.user_id == user_id,
            _conversation.c.deleted_at.is_(None),
        )
    )
    conversation_id = connection.execute(found).scalar()
    if conversation_id is None:
        raise MessageNotFound
    return int(conversation_id)


def _versions(connection: Connection, message_id: int, language: Language) -> list[MessageRead]:
    message = connection.execute(select(_message).where(_message.c.id == message_id)).first()
    if message is None:
        raise MessageNotFound
    return read_messages(connection, siblings(connection, message), language)


def exchange_of(
    connection: Connection, conversation_id: int, reply_id: int, language: Language
) -> Exchange:
    """A reply and the message it answers; MessageNotFound when either is gone."""
    reply = _find(connection, conversation_id, reply_id)
    message = reply and _find(connection, conversation_id, reply.parent_id)
    if reply is None or message is None:
        raise MessageNotFound
    first, second = read_messages(connection, [message, reply], language)
    return Exchange(message=first, reply=second)


def _ended_reply(
    connection: Connection, conversation_id: int, message_id: int, language: Language
) -> LiveReply | None:
    row = _find(connection, conversation_id, message_id)
    if row is None or row.sender != "ai" or row.status == "generating":
        return None
    exchange = exchange_of(connection, conversation_id, message_id, language)
    return LiveReply(
        message_id,
        opening_of(exchange, client_id_of(connection, row)),
        GrowingText(row.content),
        GrowingText(row.reasoning or ""),
        ending_of(row),
        row.run,
    )


def client_id_of(connection: Connection, reply: Row[Any]) -> str | None:
    """The client's own name for the request that a reply answers."""
    sent = select(_message.c.client_id).where(_message.c.id == reply.parent_id)
    client_id = reply.continued_by or reply.client_id or connection.execute(sent).scalar()
    return client_id.decode() if client_id else None


def _find(connection: Connection, conversation_id: int, message_id: int) -> Row[Any] | None:
    return connection.execute(
        select(_message).where(
            _message.c.id == message_id, _message.c.conversation_id == conversation_id
        )
    ).first()


def opening_of(exchange: Exchange, client_id: str | None) -> Opening:
    """What readers of a reply are told first: the reply as it was before its first word."""
    blank = {
        "content": "",
        "status": "generating",
        "finish_reason": None,
        "reasoning": None,
        "usage": None,
        "error": None,
        "cursor": None,
    }
    reply = exchange.reply.model_copy(update=blank)
    return Opening(
        reply.model_dump(mode="json"), exchange.message.model_dump(mode="json"), client_id
    )


def ending_of(row: Row[Any]) -> Ending:
    """How a stored reply ended."""
    usage = _usage(row)
    return Ending(row.status, row.finish_reason, usage.model_dump() if usage else None, _error(row))


def read_messages(
    connection: Connection, rows: Sequence[Row[Any]], language: Language
) -> list[MessageRead]:
    """Rows of one conversation as messages: versions counted, text so far of a running reply."""
    siblings = _siblings(connection, rows)
    return [_read(connection, row, siblings[row.parent_id], language) for row in rows]


def _siblings(connection: Connection, rows: Sequence[Row[Any]]) -> dict[int | None, list[int]]:
    """The ids of all children of these rows' parents, oldest first."""
    children: dict[int | None, list[int]] = {row.parent_id: [] for row in rows}
    if not rows:
        return children
    same = _message.c.conversation_id == rows[0].conversation_id
    known = _message.c.parent_id.in_([parent for parent in children if parent is not None])
    among = known | _message.c.parent_id.is_(None) if None in children else known
    found = connection.execute(
        select(_message.c.parent_id, _message.c.id).where(same, among).order_by(_message.c.id)
    )
    for parent_id, id in found:
        children[parent_id].append(id)
    return children


def _read(
    connection: Connection, row: Row[Any], siblings: list[int], language: Language
) -> MessageRead:
    content, reasoning, cursor = row.content, row.reasoning, None
    if row.status == "generating":
        content, reasoning, cursor = _so_far(connection, row)
    error = _error(row)
    return MessageRead(
        id=row.id,
        sender=row.sender,
        content=content,
        timestamp=row.timestamp,
        status=row.status,
        parent_id=row.parent_id,
        version=siblings.index(row.id) + 1,
        versions=len(siblings),
        model_name=row.model_name,
        finish_reason=row.finish_reason,
        reasoning=reasoning or None,
        usage=_usage(row),
        error=ErrorRead(code=error.code, message=error.text(language)) if error else None,
        cursor=cursor,
    )


def _so_far(connection: Connection, row: Row[Any]) -> tuple[str, str, str]:
    generation_id = connection.execute(
        select(_generation.c.id)
        .where(_generation.c.message_id == row.id)
        .order_by(_generation.c.id.desc())
        .limit(1)
    ).scalar()
    content, reasoning = row.content, row.reasoning or ""
    if generation_id is not None:
        content, reasoning = saved_text(connection, generation_id, content, reasoning)
    return content, reasoning, str(Cursor(row.id, len(reasoning), len(content), run=row.run))


def _usage(row: Row[Any]) -> UsageRead | None:
    if row.total_tokens is None:
        return None
    return UsageRead(
        prompt_tokens=row.prompt_tokens or 0,
        completion_tokens=row.completion_tokens or 0,
        total_tokens=row.total_tokens,
    )


def _error(row: Row[Any]) -> AppError | None:
    return error_by_code(row.error_code) if row.error_code else None
