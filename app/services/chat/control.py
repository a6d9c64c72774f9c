"""Commands to a conversation from outside its replies: stop, switch the version, delete."""

from datetime import datetime

from sqlalchemy import Connection, select, update

from app.database import table_of
from app.errors import ReplyInProgress
from app.models import Generation
from app.services.conversations.rows import find_owned, mark_deleted
from app.services.messages.tree import show_newest_through

_generation = table_of(Generation)


def request_stop(connection: Connection, user_id: int, conversation_id: int) -> None:
    """Ask the writer of the conversation's reply, in whatever process, to stop it."""
    find_owned(connection, user_id, conversation_id)
    ask_to_stop(connection, conversation_id)


def activate(connection: Connection, user_id: int, conversation_id: int, message_id: int) -> int:
    """Show a version and the newest messages under it; returns the id of the last one.

    Raises ReplyInProgress while a reply is written.
    """
    find_owned(connection, user_id, conversation_id, lock=True)
    running = _generation.c.running_conversation_id == conversation_id
    if connection.execute(select(_generation.c.id).where(running)).first() is not None:
        raise ReplyInProgress
    return show_newest_through(connection, conversation_id, message_id)


def delete(connection: Connection, user_id: int, conversation_id: int, since: datetime) -> None:
    """Mark the conversation as deleted and ask for the end of its running reply."""
    mark_deleted(connection, user_id, conversation_id, since)
    ask_to_stop(connection, conversation_id)


def stop_all_of(connection: Connection, user_id: int) -> None:
    """Ask for the end of all replies that a user has running, in whatever process."""
    connection.execute(
        update(_generation)
        .where(_generation.c.user_id == user_id, _generation.c.running_conversation_id.is_not(None))
        .values(stop_requested=1)
    )


def ask_to_stop(connection: Connection, conversation_id: int) -> None:
    """Mark the running reply; its writer looks at every tick. The caller checked the owner."""
    connection.execute(
        update(_generation)
        .where(_generation.c.running_conversation_id == conversation_id)
        .values(stop_requested=1)
    )
