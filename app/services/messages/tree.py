"""The tree of a conversation's messages, and which path of it is shown.

A child's id is above its parent's, so the path shown, `active = 1`, reads in the order of ids, and
all of it above an id can be turned off by one UPDATE. Only what changes is read and written: the
branches of the old and the new path below the message where they part.
"""

from collections.abc import Mapping

from sqlalchemy import (
    ColumnElement,
    Connection,
    Exists,
    and_,
    bindparam,
    delete,
    func,
    literal,
    select,
    update,
)

from app.database import table_of
from app.errors import MessageNotFound
from app.models import Conversation, Message, MessageDeletion

STEPS = 500
"""How far one statement follows the tree; MySQL takes a thousand by default."""
IDS_PER_STATEMENT = 500
PATH_INDEX, PARENT_INDEX = "idx_message_path", "idx_message_parent"
"""What the path shown is read along in the order of ids, and the versions of a message."""

_message = table_of(Message)
_conversation = table_of(Conversation)
_deletion = table_of(MessageDeletion)


_marked = _message.alias("marked")
# A value, not a join: so the message is looked at only where there is a mark.
_is_shown = select(_marked.c.active).where(_marked.c.id == _deletion.c.message_id).scalar_subquery()


def deletion_of(message_id: ColumnElement[int]) -> Exists:
    """Whether this very message was deleted. What answers it is not there either.

    One that has a mark and is shown was shown again by the release before: it is there.
    """
    mark = select(_deletion.c.message_id).where(_deletion.c.message_id == message_id)
    return mark.where(_is_shown == 0).exists()


def has_deletions(conversation_id: int | ColumnElement[int]) -> Exists:
    """Whether anything of a conversation was deleted."""
    its = _deletion.c.conversation_id == conversation_id
    return select(_deletion.c.message_id).where(its).exists()


def how_many_deleted(conversation_id: ColumnElement[int]) -> ColumnElement[int]:
    """How many messages of a conversation were deleted, and are not purged yet."""
    its = (_deletion.c.conversation_id == conversation_id, _is_shown == 0)
    return func.coalesce(select(func.sum(_deletion.c.messages)).where(*its).scalar_subquery(), 0)


def is_kept(message_id: ColumnElement[int]) -> ColumnElement[bool]:
    """Whether this very message was not deleted."""
    return ~deletion_of(message_id)


_lower = select(
    _message.c.id, _message.c.parent_id, _message.c.active, literal(1).label("step")
).where(_message.c.id == bindparam("start", type_=_message.c.id.type))
_up = _lower.cte("up", recursive=True)
_up = _up.union_all(
    select(_message.c.id, _message.c.parent_id, _message.c.active, _up.c.step + 1).where(
        _message.c.id == _up.c.parent_id, _up.c.active == 0, _up.c.step < STEPS
    )
)
_CLIMB = select(
    _up.c.id, _up.c.parent_id, _up.c.active, deletion_of(_up.c.id).label("deleted")
).order_by(_up.c.id.desc())

_in_conversation = _message.c.conversation_id == bindparam("in_conversation")
_down = (
    select(_message.c.id, literal(1).label("step"))
    .where(
        _in_conversation,
        _message.c.parent_id.in_(bindparam("parents", expanding=True)),
        is_kept(_message.c.id),
    )
    .cte("down", recursive=True)
)
_down = _down.union_all(
    select(_message.c.id, _down.c.step + 1).where(
        _in_conversation,
        _message.c.parent_id == _down.c.id,
        _down.c.step < STEPS,
        is_kept(_message.c.id),
    )
)
_DESCEND = select(_down.c.id, _down.c.step)


def shown(conversation_id: int | ColumnElement[int]) -> ColumnElement[bool]:
    """The messages on the path shown of a conversation."""
    return and_(_message.c.conversation_id == conversation_id, _message.c.active == 1)


def is_deleted(connection: Connection, message_id: int, active: int) -> bool:
    """Whether a message was deleted, or answers one that was. What is shown was not."""
    if active:
        return False
    try:
        hidden_path(connection, message_id)
    except MessageNotFound:
        return True
    return False


def show_up_to(
    connection: Connection,
    conversation_id: int,
    message_id: int | None,
    has_deletions: bool = True,
) -> None:
    """Show the path from the root to this message and nothing below it (None: nothing at all).

    `has_deletions`: False where it is known that nothing of the conversation was deleted.
    Raises MessageNotFound where one of them was deleted.
    """
    fork, hidden = (0, []) if message_id is None else hidden_path(connection, message_id)
    if has_deletions:
        _forget_deletions(connection, conversation_id, fork)
    change = -_hide_after(connection, conversation_id, fork)
    for ids in _batches(hidden):
        connection.execute(update(_message).where(_message.c.id.in_(ids)).values(active=1))
    _count(connection, conversation_id, change + len(hidden))


def show_newest_through(connection: Connection, conversation_id: int, message_id: int) -> int:
    """Show the path through this message to the newest leaf under it, and return that one's id."""
    newest = _newest_under(connection, conversation_id, message_id)
    show_up_to(connection, conversation_id, newest)
    return newest


def hidden_path(connection: Connection, message_id: int) -> tuple[int, list[int]]:
    """The last message shown on the way to a message, 0 for none, and those behind it, from that
    message upwards; MessageNotFound where one of these was deleted."""
    hidden: list[int] = []
    start: int | None = message_id
    while start is not None:
        for row in connection.execute(_CLIMB, {"start": start}):
            if row.active:
                return row.id, hidden
            if row.deleted:
                raise MessageNotFound(message_id)
            hidden.append(row.id)
            start = row.parent_id
    return 0, hidden


def _newest_under(connection: Connection, conversation_id: int, message_id: int) -> int:
    """The highest id under a message, its own where nothing is: that one has no children."""
    return max(ids_under(connection, conversation_id, message_id))


def ids_under(connection: Connection, conversation_id: int, message_id: int) -> list[int]:
    """A message and all that answers it, save what was deleted."""
    found = [message_id]
    unfollowed = [[message_id]]
    while unfollowed:
        values = {"in_conversation": conversation_id, "parents": unfollowed.pop()}
        rows = connection.execute(_DESCEND, values).all()
        found += [row.id for row in rows]
        unfollowed += _batches([row.id for row in rows if row.step == STEPS])
    return found


def set_parents(connection: Connection, parents: Mapping[int, int]) -> None:
    """Have messages answer others, by their ids."""
    if parents:
        # Of ids alone, as text: to build and bind it took longer than to run it.
        cases = " ".join(f"WHEN {int(id)} THEN {int(parent)}" for id, parent in parents.items())
        which = ",".join(map(str, map(int, parents)))
        new = f"UPDATE message SET parent_id = CASE id {cases} END WHERE id IN ({which})"
        connection.exec_driver_sql(new)


def _batches(ids: list[int]) -> list[list[int]]:
    return [
        ids[start : start + IDS_PER_STATEMENT] for start in range(0, len(ids), IDS_PER_STATEMENT)
    ]


def _forget_deletions(connection: Connection, conversation_id: int, message_id: int) -> None:
    """Those of what is shown after a message: hidden, it would be deleted once more."""
    after = (_deletion.c.conversation_id == conversation_id, _deletion.c.message_id > message_id)
    connection.execute(delete(_deletion).where(*after, _is_shown == 1))


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
