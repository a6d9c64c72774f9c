"""The tree of a conversation's messages, and which path of it is shown.

A child's id is above its parent's, so the path shown, `active = 1`, reads in the order of ids, and
all of it above an id can be turned off by one UPDATE.
"""

from typing import Any

from sqlalchemy import Connection, Row, Select, func, select, update

from app.database import table_of
from app.models import Conversation, Message

IDS_PER_UPDATE = 500

_message = table_of(Message)
_conversation = table_of(Conversation)


def leaf_of_path(conversation_id: int) -> Select[int]:
    """A query for the id of the last message shown; NULL in an empty conversation."""
    shown = (_message.c.conversation_id == conversation_id, _message.c.active == 1)
    return select(func.max(_message.c.id)).where(*shown)


def show_up_to(connection: Connection, conversation_id: int, message_id: int | None) -> None:
    """Show the path from the root to this message and nothing below it (None: nothing at all)."""
    if message_id is not None and not _is_shown(connection, message_id):
        parents = _parents(connection, conversation_id)
        _show_exactly(connection, conversation_id, _ancestors(parents, message_id))
        return
    hidden = _hide_after(connection, conversation_id, message_id or 0)
    _count(connection, conversation_id, -hidden)


def show_newest_through(connection: Connection, conversation_id: int, message_id: int) -> None:
    """Show the path through this message to the newest leaf under it."""
    parents = _parents(connection, conversation_id)
    newest = message_id
    below = {message_id}
    for id in sorted(parents):
        if parents[id] in below:
            below.add(id)
            newest = id
    _show_exactly(connection, conversation_id, _ancestors(parents, newest))


def siblings(connection: Connection, message: Row[Any]) -> list[Row[Any]]:
    """All versions of a message, itself included, oldest first."""
    parent = _message.c.parent_id
    same = parent.is_(None) if message.parent_id is None else parent == message.parent_id
    return list(
        connection.execute(
            select(_message)
            .where(_message.c.conversation_id == message.conversation_id, same)
            .order_by(_message.c.id)
        )
    )


def _is_shown(connection: Connection, message_id: int) -> bool:
    active = select(_message.c.active).where(_message.c.id == message_id)
    return connection.execute(active).scalar() == 1


def _parents(connection: Connection, conversation_id: int) -> dict[int, int | None]:
    rows = connection.execute(
        select(_message.c.id, _message.c.parent_id).where(
            _message.c.conversation_id == conversation_id
        )
    )
    return {row.id: row.parent_id for row in rows}


def _ancestors(parents: dict[int, int | None], message_id: int) -> list[int]:
    """The path from the root to a message."""
    path: list[int] = []
    id: int | None = message_id
    while id is not None:
        path.append(id)
        id = parents[id]
    return path[::-1]


def _show_exactly(connection: Connection, conversation_id: int, path: list[int]) -> None:
    changed = -_hide_after(connection, conversation_id, 0)
    for start in range(0, len(path), IDS_PER_UPDATE):
        ids = path[start : start + IDS_PER_UPDATE]
        shown = update(_message).where(_message.c.id.in_(ids)).values(active=1)
        changed += connection.execute(shown).rowcount
    _count(connection, conversation_id, changed)


def _hide_after(connection: Connection, conversation_id: int, message_id: int) -> int:
    hidden = connection.execute(
        update(_message)
        .where(
            _message.c.conversation_id == conversation_id,
            _message.c.active == 1,
            _message.c.id > message_id,
        )
        .values(active=0)
    )
    return hidden.rowcount


def _count(connection: Connection, conversation_id: int, change: int) -> None:
    if change:
        connection.execute(
            update(_conversation)
            .where(_conversation.c.id == conversation_id)
            .values(message_count=_conversation.c.message_count + change)
        )
