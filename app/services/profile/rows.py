"""Pictures of people, each the only one of its owner's."""

import time
from typing import Any

from sqlalchemy import Connection, delete, insert, select, update

from app.database import table_of
from app.errors import AvatarNotFound, InvalidToken, UserNotFound
from app.models import Avatar, User
from app.services.audit.events import AuditAction, record

_avatar = table_of(Avatar)
_user = table_of(User)


def put(connection: Connection, user_id: int, picture: bytes) -> int:
    """Keep a picture in place of the one before: its version. InvalidToken where the account was
    deleted meanwhile."""
    mine = select(_user.c.id).where(_user.c.id == user_id).with_for_update()
    if connection.execute(mine).first() is None:
        raise InvalidToken
    same = _avatar.c.user_id == user_id
    before = connection.execute(select(_avatar.c.version).where(same)).scalar()
    # By the clock, so that none comes back after the picture was away.
    version = max(time.time_ns() // 1_000_000, (before or 0) + 1)
    values = {"version": version, "bytes": picture}
    if before is None:
        connection.execute(insert(_avatar).values(user_id=user_id, **values))
    else:
        connection.execute(update(_avatar).where(same).values(**values))
    record(connection, AuditAction.PROFILE_CHANGED, user_id)
    return version


def remove(connection: Connection, user_id: int) -> None:
    """Forget a user's picture, if there is one."""
    if connection.execute(delete(_avatar).where(_avatar.c.user_id == user_id)).rowcount:
        record(connection, AuditAction.PROFILE_CHANGED, user_id)


def find(connection: Connection, user_id: int) -> Any:
    """A user's picture: `version` and `bytes`; AvatarNotFound."""
    its = select(_avatar.c.version, _avatar.c.bytes).where(_avatar.c.user_id == user_id)
    row = connection.execute(its).first()
    if row is None:
        raise AvatarNotFound
    return row


def require_user(connection: Connection, user_id: int) -> None:
    """Raise UserNotFound where there is no such account."""
    if connection.execute(select(_user.c.id).where(_user.c.id == user_id)).first() is None:
        raise UserNotFound
