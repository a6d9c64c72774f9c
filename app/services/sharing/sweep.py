"""Removes links that are over, and of accounts that are deleted, some hundred rows at a time."""

from datetime import datetime

from sqlalchemy import ColumnElement, Connection, delete, or_, select

from app.database import table_of
from app.models import Share, ShareMessage

MESSAGES_PER_COMMIT = 500

_share = table_of(Share)
_copy = table_of(ShareMessage)


def sweep_some(connection: Connection, before: datetime) -> bool:
    """Remove some of what a link held that was over before a time, in the end the link; True if
    there may be more."""
    ended = select(_share.c.id).where(_share.c.ended_at < before).limit(1)
    expired = select(_share.c.id).where(_share.c.expires_at < before).limit(1)
    for found in (ended, expired):  # each along its index
        id = connection.execute(found).scalar()
        if id is not None:
            over = or_(_share.c.ended_at < before, _share.c.expires_at < before)
            return _remove_some(connection, id, over)
    return False


def remove_some_of(connection: Connection, user_id: int) -> bool:
    """Remove some of what a user's links hold, in the end the links; True if there may be more."""
    mine = _share.c.user_id == user_id
    id = connection.execute(select(_share.c.id).where(mine).limit(1)).scalar()
    return id is not None and _remove_some(connection, id, mine)


def _remove_some(connection: Connection, share_id: int, which: ColumnElement[bool]) -> bool:
    its = select(_copy.c.message_id).where(_copy.c.share_id == share_id)
    ids = connection.execute(its.limit(MESSAGES_PER_COMMIT)).scalars().all()
    same = (_copy.c.share_id == share_id, _copy.c.message_id.in_(ids))
    connection.execute(delete(_copy).where(*same))
    if len(ids) < MESSAGES_PER_COMMIT:
        connection.execute(delete(_share).where(_share.c.id == share_id, which))
    return True
