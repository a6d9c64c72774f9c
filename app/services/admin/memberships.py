"""In which groups somebody is, as one list."""

from collections.abc import Sequence

from sqlalchemy import Connection, delete, insert, select

from app.database import table_of
from app.errors import GroupNotFound
from app.models import GroupMember, User, UserGroup

_user = table_of(User)
_group = table_of(UserGroup)
_member = table_of(GroupMember)


def set_groups(
    connection: Connection, user_id: int, group_ids: Sequence[int]
) -> dict[str, list[int]]:
    """Have somebody be in these groups alone; which of them are new (`joined`) and which are not
    any more (`left`). Raises GroupNotFound. The caller holds the user's row."""
    wanted = set(group_ids)
    # Held, so that none of them goes away meanwhile.
    there = select(_group.c.id).where(_group.c.id.in_(wanted)).order_by(_group.c.id)
    if wanted != {*connection.execute(there.with_for_update()).scalars()}:
        raise GroupNotFound
    mine = _member.c.user_id == user_id
    before = {*connection.execute(select(_member.c.group_id).where(mine)).scalars()}
    joined, left = sorted(wanted - before), sorted(before - wanted)
    if left:
        connection.execute(delete(_member).where(mine, _member.c.group_id.in_(left)))
    if joined:
        named = select(_user.c.username_key).where(_user.c.id == user_id)
        key = connection.execute(named).scalar_one()
        rows = [{"group_id": id, "user_id": user_id, "username_key": key} for id in joined]
        connection.execute(insert(_member), rows)
    changed = {"joined": joined, "left": left}
    return {what: ids for what, ids in changed.items() if ids}
