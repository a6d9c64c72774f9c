"""What is kept of a user besides what they do."""

from typing import Any

from sqlalchemy import Connection, select

from app.database import table_of
from app.models import GroupMember, User, UserGroup
from app.schemas.fields import as_utc

_user = table_of(User)
_group = table_of(UserGroup)
_member = table_of(GroupMember)


def profile_of(connection: Connection, user_id: int) -> dict[str, Any]:
    """A user's names, address, role and groups; nothing of a user who is gone."""
    row = connection.execute(select(_user).where(_user.c.id == user_id)).first()
    if row is None:
        return {}
    named = select(_group.c.name).join(_member, _member.c.group_id == _group.c.id)
    groups = connection.execute(named.where(_member.c.user_id == user_id).order_by(_group.c.id))
    return {
        "username": row.username,
        "email": row.email,
        "display_name": row.display_name,
        "role": row.role,
        "created_at": as_utc(row.created_at),
        "groups": list(groups.scalars()),
    }
