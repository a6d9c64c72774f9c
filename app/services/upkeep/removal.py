"""Removes rows a few hundred per commit, so that nothing waits for long.

A cascading foreign key would delete all dependent rows, however many, in one statement.
"""

from typing import Any

from sqlalchemy import Column, ColumnElement, Connection, delete, select

from app.database import table_of
from app.models import Conversation, LoginSession, Message, RefreshToken
from app.services.search.segments import purged

ROWS_PER_COMMIT = 500
SESSIONS_PER_COMMIT = 20

_conversation = table_of(Conversation)
_message = table_of(Message)
_session = table_of(LoginSession)
_token = table_of(RefreshToken)


def remove_some(
    connection: Connection, key: Column[Any], over: ColumnElement[bool], most: int = ROWS_PER_COMMIT
) -> bool:
    """Remove some rows that are over, selected by key so that few are locked; True if there may be
    more."""
    keys = connection.execute(select(key).where(over).limit(most)).scalars().all()
    # The condition is checked again: a row may have been renewed meanwhile.
    connection.execute(delete(key.table).where(key.in_(keys), over))
    return len(keys) == most


def remove_of_conversations(connection: Connection, which: ColumnElement[bool]) -> bool:
    """Remove some messages of one of these conversations, in the end the conversation; True if
    there may be more."""
    found = select(_conversation.c.id, _conversation.c.user_id).where(which).limit(1)
    row = connection.execute(found).first()
    if row is None:
        return False
    some = select(_message.c.id).where(_message.c.conversation_id == row.id).limit(ROWS_PER_COMMIT)
    ids = connection.execute(some).scalars().all()
    if ids:
        connection.execute(delete(_message).where(_message.c.id.in_(ids)))
        purged(connection, row.user_id, ids)
    if len(ids) < ROWS_PER_COMMIT:
        connection.execute(delete(_conversation).where(_conversation.c.id == row.id))
    return True


def remove_of_sessions(connection: Connection, which: ColumnElement[bool]) -> bool:
    """Remove some refresh tokens of a few of these sessions, in the end the sessions; True if there
    may be more."""
    few = select(_session.c.id).where(which).limit(SESSIONS_PER_COMMIT)
    ids = connection.execute(few).scalars().all()
    if remove_some(connection, _token.c.hash, _token.c.session_id.in_(ids)):
        return True
    connection.execute(delete(_session).where(_session.c.id.in_(ids), which))
    return len(ids) == SESSIONS_PER_COMMIT
