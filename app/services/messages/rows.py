"""Stored messages as readers see them."""

from collections.abc import Sequence
from typing import Any

import orjson
from sqlalchemy import Connection, Row, bindparam, func, select

from app.database import table_of
from app.engines.prepared import Prepared, PreparedIn
from app.errors import AppError, MessageNotFound, error_by_code
from app.models import Generation, Message
from app.schemas.message import ErrorRead, Exchange, LeftOutRead, MessageRead, TokensRead, UsageRead
from app.services.files.rows import attached, held_by
from app.services.messages.cursor import Cursor
from app.services.messages.pieces import saved_text
from app.services.messages.tree import is_kept

_message = table_of(Message)
_generation = table_of(Generation)

NO_FILES: dict[int, list[Any]] = {}
_sibling = _message.alias("sibling")
_siblings = (
    select(func.count())
    .where(
        _sibling.c.conversation_id == _message.c.conversation_id,
        _sibling.c.parent_id.is_not_distinct_from(_message.c.parent_id),
        is_kept(_sibling.c.id),
    )
    .correlate(_message)
)
_counted = select(
    _message.c.id,
    _siblings.where(_sibling.c.id <= _message.c.id).scalar_subquery().label("version"),
    _siblings.scalar_subquery().label("versions"),
)
_VERSIONS = PreparedIn(_message.c.id.type, lambda ids: _counted.where(_message.c.id.in_(ids)))
"""Counted by the database, along an index: a message may have thousands of versions."""


_ONE = Prepared(
    select(_message).where(
        _message.c.id == bindparam("id_of"),
        _message.c.conversation_id == bindparam("in_conversation"),
    )
)


def exchange_of(connection: Connection, conversation_id: int, reply_id: int) -> Exchange:
    """A reply and the message it answers; MessageNotFound when either is gone."""
    reply = find_message(connection, conversation_id, reply_id)
    message = reply and find_message(connection, conversation_id, reply.parent_id)
    if reply is None or message is None:
        raise MessageNotFound
    first, second = read_messages(connection, [message, reply])
    return Exchange(message=first, reply=second)


def find_message(connection: Connection, conversation_id: int, message_id: int) -> Any:
    """A message's row; None where it is not in the conversation."""
    return _ONE.first(connection, {"id_of": message_id, "in_conversation": conversation_id})


def read_messages(connection: Connection, rows: Sequence[Row[Any]]) -> list[MessageRead]:
    """Rows of one conversation as messages, with versions counted and the saved text of running
    replies.

    Rows with one parent must follow each other, with none left out between them.
    """
    first = {row.parent_id: row.id for row in reversed(rows)}
    found = _VERSIONS.all(connection, list(first.values()))
    counted = {row.id: (row.version, row.versions) for row in found}
    holding = [row.id for row in rows if row.attachments]
    held = held_by(connection, holding) if holding else NO_FILES
    messages: list[MessageRead] = []
    for row in rows:
        # Rows read a moment ago may have been purged since.
        version, versions = counted.get(first[row.parent_id], (1, 1))
        counted[first[row.parent_id]] = version + 1, versions
        messages.append(_read(connection, row, version, versions, held.get(row.id, ())))
    return messages


def _read(
    connection: Connection, row: Row[Any], version: int, versions: int, files: Sequence[Any]
) -> MessageRead:
    content, reasoning, cursor = row.content, row.reasoning, None
    if row.status == "generating":
        content, reasoning, cursor = text_so_far(connection, row)
    error = error_of(row)
    return MessageRead(
        id=row.id,
        sender=row.sender,
        content=content,
        timestamp=row.timestamp,
        status=row.status,
        parent_id=row.parent_id,
        version=version,
        versions=versions,
        model_name=row.model_name,
        finish_reason=row.finish_reason,
        reasoning=reasoning or None,
        usage=usage_of(row),
        error=ErrorRead.of(error) if error else None,
        cursor=cursor,
        model_id=row.model_id,
        connection_label=row.connection_label,
        left_out=[LeftOutRead(**each) for each in left_out_of(row)] or None,
        attachments=[attached(file) for file in files] or None,
    )


def left_out_of(row: Row[Any]) -> tuple[dict[str, str], ...]:
    """The parameters that were set and not sent."""
    return tuple(orjson.loads(row.left_out)) if row.left_out else ()


def text_so_far(connection: Connection, row: Row[Any]) -> tuple[str, str, str]:
    """Content and reasoning of a message that is being written, as saved, and the cursor there."""
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


def tokens_of(row: Row[Any]) -> TokensRead | None:
    """The tokens of a row, if an endpoint told them."""
    if row.total_tokens is None:
        return None
    return TokensRead(
        prompt_tokens=row.prompt_tokens or 0,
        completion_tokens=row.completion_tokens or 0,
        total_tokens=row.total_tokens,
    )


def usage_of(row: Row[Any]) -> UsageRead | None:
    """What a stored reply used, as far as that is known; without a total it is an estimate."""
    if row.prompt_tokens is None:
        return None
    tokens = tokens_of(row)
    if tokens is None:
        usage = UsageRead.estimate(row.prompt_tokens, row.completion_tokens or 0)
    else:
        usage = UsageRead(**tokens.model_dump())
    return usage.model_copy(update={"cost_nano_usd": row.cost_nano})


def error_of(row: Row[Any]) -> AppError | None:
    """Why a stored reply ended badly, None where it did not."""
    return error_by_code(row.error_code) if row.error_code else None
