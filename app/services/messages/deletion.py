"""Messages deleted, with all that answers them, and brought back.

Only the message itself is marked, so that this takes as long for ten thousand answers as for one.
What is shown was not deleted; whoever asks for what is not shown looks at all above it (`tree`).
"""

from datetime import datetime
from typing import NamedTuple

from sqlalchemy import Connection, delete, func, insert, select

from app.database import table_of
from app.errors import MessageDeleted, MessageNotFound, ReplyInProgress
from app.models import Conversation, Generation, Message, MessageDeletion, utc_now
from app.services.audit.events import AuditAction, record
from app.services.conversations.rows import find_owned
from app.services.messages.rows import find_message
from app.services.messages.tree import (
    ids_under,
    is_deleted,
    is_kept,
    show_newest_through,
    show_up_to,
    shown,
)
from app.services.search.segments import purged

ROWS_PER_COMMIT = 500

_conversation = table_of(Conversation)
_message = table_of(Message)
_generation = table_of(Generation)
_deletion = table_of(MessageDeletion)


class Gone(NamedTuple):
    """The last message that is shown now, 0 where none is."""

    leaf_id: int


def remove(
    connection: Connection, user_id: int, conversation_id: int, message_id: int
) -> Gone | None:
    """Delete a message with all that answers it; the newest other version is shown then.

    None, and nothing is done, while a reply is written under it. Raises MessageNotFound and
    ConversationNotFound.
    """
    find_owned(connection, user_id, conversation_id, lock=True)
    row = find_message(connection, conversation_id, message_id)
    if row is None or is_deleted(connection, message_id, row.active):
        raise MessageNotFound(message_id)
    if row.active and _is_running(connection, conversation_id):
        return None
    leaf_id = _leaf_of(connection, conversation_id)
    if row.active:
        show_up_to(connection, conversation_id, row.parent_id)
    connection.execute(
        insert(_deletion).values(
            message_id=message_id,
            conversation_id=conversation_id,
            deleted_at=utc_now(),
            messages=len(ids_under(connection, conversation_id, message_id)),
            leaf_id=leaf_id if row.active else None,
        )
    )
    record(connection, AuditAction.MESSAGE_DELETED, user_id, conversation_id=conversation_id)
    if row.active:
        leaf_id = _show_another(connection, conversation_id, row.parent_id)
    return Gone(leaf_id or 0)


def restore(
    connection: Connection, user_id: int, conversation_id: int, message_id: int, since: datetime
) -> int | None:
    """Undo a deletion later than `since`, and show again what was shown; the last message of that.

    A message that was not deleted stays as it is: None. Raises MessageNotFound once its retention
    has passed, MessageDeleted where it answers one that was deleted, and ReplyInProgress where
    another path would be shown.
    """
    find_owned(connection, user_id, conversation_id, lock=True)
    row = find_message(connection, conversation_id, message_id)
    if row is None:
        raise MessageNotFound(message_id)
    marked = _deletion.c.message_id == message_id
    deletion = connection.execute(select(_deletion).where(marked)).first()
    if deletion is None or row.active:
        if is_deleted(connection, message_id, row.active):
            raise MessageDeleted
        return None
    if deletion.deleted_at <= since:
        raise MessageNotFound(message_id)
    above = row.parent_id and find_message(connection, conversation_id, row.parent_id)
    if above and is_deleted(connection, above.id, above.active):
        raise MessageDeleted
    if deletion.leaf_id is not None and _is_running(connection, conversation_id):
        raise ReplyInProgress
    connection.execute(delete(_deletion).where(marked))
    record(connection, AuditAction.MESSAGE_RESTORED, user_id, conversation_id=conversation_id)
    if deletion.leaf_id is not None:
        show_up_to(connection, conversation_id, deletion.leaf_id)
    return _leaf_of(connection, conversation_id)


def purge_some(connection: Connection, before: datetime) -> bool:
    """Remove some of the messages that were deleted before a time; False when none are left. Those
    with the highest ids go first, so that nothing is left without what it answers.

    One that is shown was brought back by the release before, which knows of no deletion: it stays.
    """
    oldest = select(_deletion).where(_deletion.c.deleted_at < before)
    row = connection.execute(oldest.order_by(_deletion.c.deleted_at).limit(1)).first()
    if row is None:
        return False
    active = select(_message.c.active).where(_message.c.id == row.message_id)
    if connection.execute(active).scalar():
        connection.execute(delete(_deletion).where(_deletion.c.message_id == row.message_id))
        return True
    ids = sorted(ids_under(connection, row.conversation_id, row.message_id))
    highest = ids[-ROWS_PER_COMMIT:]
    connection.execute(delete(_message).where(_message.c.id.in_(highest)))
    its = select(_conversation.c.user_id).where(_conversation.c.id == row.conversation_id)
    purged(connection, connection.execute(its).scalar_one(), highest)
    return True


def _show_another(
    connection: Connection, conversation_id: int, parent_id: int | None
) -> int | None:
    """Show the newest version that is left, where one is, after its parent."""
    left = select(func.max(_message.c.id)).where(
        _message.c.conversation_id == conversation_id,
        _message.c.parent_id.is_not_distinct_from(parent_id),
        is_kept(_message.c.id),
    )
    newest = connection.execute(left).scalar()
    if newest is None:
        return parent_id
    return show_newest_through(connection, conversation_id, newest)


def _is_running(connection: Connection, conversation_id: int) -> bool:
    running = _generation.c.running_conversation_id == conversation_id
    return connection.execute(select(_generation.c.id).where(running)).first() is not None


def _leaf_of(connection: Connection, conversation_id: int) -> int | None:
    last = select(_message.c.id).where(shown(conversation_id))
    leaf_id: int | None = connection.execute(last.order_by(_message.c.id.desc()).limit(1)).scalar()
    return leaf_id
