"""Links to conversations, ended together with what they lead to."""

from typing import Any

from sqlalchemy import ColumnElement, Connection, update

from app.database import table_of
from app.models import Share, utc_now
from app.services.audit.events import AuditAction, record

NOTHING: dict[str, Any] = {}

_share = table_of(Share)


def end_shares(
    connection: Connection,
    user_id: int,
    *which: ColumnElement[bool],
    about: dict[str, Any] = NOTHING,
) -> int:
    """End those of a user's links that have not been ended; how many. They stay so for ever: no
    undoing of what has ended them brings them back. `about`: what the event says."""
    unended = (_share.c.user_id == user_id, _share.c.ended_at.is_(None), *which)
    ended = update(_share).where(*unended).values(ended_at=utc_now())
    count = connection.execute(ended).rowcount
    if count:
        record(connection, AuditAction.SHARE_ENDED, user_id, shares=count, **about)
    return count


def end_shares_of(connection: Connection, user_id: int, conversation_id: int) -> None:
    """End all links to a conversation."""
    its = _share.c.conversation_id == conversation_id
    end_shares(connection, user_id, its, about={"conversation_id": conversation_id})
