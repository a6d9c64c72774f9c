"""The tree of a conversation's messages, and which path of it is shown.

A child's id is above its parent's, so the path shown, `active = 1`, reads in the order of ids, and
all of it above an id can be turned off by one UPDATE. Only what changes is read and written: the
branches of the old and the new path below the message where they part.
"""

from sqlalchemy import ColumnElement, Connection, and_, bindparam, literal, select, update

from app.database import table_of
from app.models import Conversation, Message

STEPS = 500
"""How far one statement follows the tree; MySQL takes a thousand by default."""
IDS_PER_STATEMENT = 500

_message = table_of(Message)
_conversation = table_of(Conversation)

_lower = select(
    _message.c.id, _message.c.parent_id, _message.c.active, literal(1).label("step")
).where(_message.c.id == bindparam("start", type_=_message.c.id.type))
_up = _lower.cte("up", recursive=True)
_up = _up.union_all(
    select(_message.c.id, _message.c.parent_id, _message.c.active, _up.c.step + 1).where(
        _message.c.id == _up.c.parent_id, _up.c.active == 0, _up.c.step < STEPS
    )
)
_CLIMB = select(_up.c.id, _up.c.parent_id, _up.c.active).order_by(_up.c.id.desc())

_in_conversation = _message.c.conversation_id == bindparam("in_conversation")
_down = (
    select(_message.c.id, literal(1).label("step"))
    .where(_in_conversation, _message.c.parent_id.in_(bindparam("parents", expanding=True)))
    .cte("down", recursive=True)
)
_down = _down.union_all(
    select(_message.c.id, _down.c.step + 1).where(
        _in_conversation, _message.c.parent_id == _down.c.id, _down.c.step < STEPS
    )
)
_DESCEND = select(_down.c.id, _down.c.step)


def shown(conversation_id: int | ColumnElement[int]) -> ColumnElement[bool]:
    """The messages on the path shown of a conversation."""
    return and_(_message.c.conversation_id == conversation_id, _message.c.active == 1)


def show_up_to(connection: Connection, conversation_id: int, message_id: int | None) -> None:
    """Show the path from the root to this message and nothing below it (None: nothing at all)."""
    fork, hidden = (0, []) if message_id is None else _hidden_path(connection, message_id)
    change = -_hide_after(connection, conversation_id, fork)
    for ids in _batches(hidden):
        connection.execute(update(_message).where(_message.c.id.in_(ids)).values(active=1))
    _count(connection, conversation_id, change + len(hidden))


def show_newest_through(connection: Connection, conversation_id: int, message_id: int) -> int:
    """Show the path through this message to the newest leaf under it, and return that one's id."""
    newest = _newest_under(connection, conversation_id, message_id)
    show_up_to(connection, conversation_id, newest)
    return newest


def _hidden_path(connection: Connection, message_id: int) -> tuple[int, list[int]]:
    """The last message shown on the way to a message, 0 for none, and those behind it."""
    hidden: list[int] = []
    start: int | None = message_id
    while start is not None:
        for row in connection.execute(_CLIMB, {"start": start}):
            if row.active:
                return row.id, hidden
            hidden.append(row.id)
            start = row.parent_id
    return 0, hidden


def _newest_under(connection: Connection, conversation_id: int, message_id: int) -> int:
    """The highest id under a message, its own where nothing is: that one has no children."""
    newest = message_id
    unfollowed = [[message_id]]
    while unfollowed:
        values = {"in_conversation": conversation_id, "parents": unfollowed.pop()}
        rows = connection.execute(_DESCEND, values).all()
        newest = max([newest, *(row.id for row in rows)])
        unfollowed += _batches([row.id for row in rows if row.step == STEPS])
    return newest


def _batches(ids: list[int]) -> list[list[int]]:
    return [
        ids[start : start + IDS_PER_STATEMENT] for start in range(0, len(ids), IDS_PER_STATEMENT)
    ]


def _hide_after(connection: Connection, conversation_id: int, message_id: int) -> int:
    hidden = connection.execute(
        update(_message).where(shown(conversation_id), _message.c.id > message_id).values(active=0)
    )
    return hidden.rowcount


def _count(connection: Connection, conversation_id: int, change: int) -> None:
    if change:
        connection.execute(
            update(_conversation)
            .where(_conversation.c.id == conversation_id)
            .values(message_count=_conversation.c.message_count + change)
        )
