"""Groups and their members as rows.

`admin`: who asks for it, looked at first; None on the command line.
"""

from typing import Any

from sqlalchemy import Connection, Select, delete, func, insert, select, update
from sqlalchemy.exc import IntegrityError

from app.database import table_of
from app.errors import GroupNameTaken, GroupNotFound, ListFull, UserNotFound
from app.models import Cap, ConnectionGrant, GroupMember, User, UserGroup, utc_now
from app.schemas.group import GroupRead
from app.services.audit.events import AuditAction, record
from app.services.auth.account import Account
from app.services.auth.acting import acting
from app.services.upkeep.removal import ROWS_PER_COMMIT
from app.utils.names import canonical

GROUPS_MOST = 1_000

_group = table_of(UserGroup)
_member = table_of(GroupMember)
_grant = table_of(ConnectionGrant)
_cap = table_of(Cap)
_user = table_of(User)


def _groups() -> Select[Any]:
    members = select(func.count()).where(_member.c.group_id == _group.c.id).scalar_subquery()
    return select(_group.c.id, _group.c.name, _group.c.created_at, members.label("members"))


def listed(connection: Connection) -> list[GroupRead]:
    """Every group, by name."""
    rows = connection.execute(_groups().order_by(_group.c.name_key))
    return [GroupRead(**row._mapping) for row in rows]


def read_one(connection: Connection, group_id: int) -> GroupRead:
    """One group; GroupNotFound."""
    row = connection.execute(_groups().where(_group.c.id == group_id)).first()
    if row is None:
        raise GroupNotFound
    return GroupRead(**row._mapping)


def id_of(connection: Connection, name: str) -> int:
    """The group of a name, however it is spelled; GroupNotFound."""
    same = select(_group.c.id).where(_group.c.name_key == canonical(name))
    id: int | None = connection.execute(same).scalar()
    if id is None:
        raise GroupNotFound
    return id


def create(connection: Connection, admin: Account | None, name: str) -> GroupRead:
    """A new group; GroupNameTaken, ListFull."""
    by = acting(connection, admin)
    if connection.execute(select(func.count()).select_from(_group)).scalar_one() >= GROUPS_MOST:
        raise ListFull(GROUPS_MOST)
    row = _named(connection, name, None) | {"created_at": utc_now()}
    try:
        made = connection.execute(insert(_group).values(row))
    except IntegrityError as error:  # another one was quicker
        raise GroupNameTaken from error
    id = int(made.inserted_primary_key[0])  # type: ignore[index]
    record(connection, AuditAction.GROUP_CREATED, group_id=id, **by)
    return read_one(connection, id)


def rename(connection: Connection, admin: Account | None, group_id: int, name: str) -> GroupRead:
    """Give a group another name; GroupNotFound, GroupNameTaken."""
    by = acting(connection, admin)
    _hold(connection, group_id)
    same = update(_group).where(_group.c.id == group_id)
    try:
        connection.execute(same.values(_named(connection, name, group_id)))
    except IntegrityError as error:
        raise GroupNameTaken from error
    record(connection, AuditAction.GROUP_CHANGED, group_id=group_id, **by)
    return read_one(connection, group_id)


def begin_removal(connection: Connection, admin: Account | None, group_id: int) -> None:
    """End what a group is good for, its grants and its caps; GroupNotFound."""
    by = acting(connection, admin)
    _hold(connection, group_id)
    connection.execute(delete(_grant).where(_grant.c.group_id == group_id))
    connection.execute(delete(_cap).where(_cap.c.group_id == group_id))
    record(connection, AuditAction.GROUP_REMOVED, group_id=group_id, **by)


def remove_some(connection: Connection, group_id: int) -> bool:
    """Let some members go, in the end the group; True while it is there."""
    its = _member.c.group_id == group_id
    ids = connection.execute(select(_member.c.user_id).where(its).limit(ROWS_PER_COMMIT))
    some = ids.scalars().all()
    if some:
        connection.execute(delete(_member).where(its, _member.c.user_id.in_(some)))
    if len(some) == ROWS_PER_COMMIT:
        return True
    connection.execute(delete(_group).where(_group.c.id == group_id))
    return False


def add_member(connection: Connection, admin: Account | None, group_id: int, user_id: int) -> None:
    """Put somebody into a group, if they are not there; GroupNotFound, UserNotFound."""
    by = acting(connection, admin)
    username_key = _hold_user(connection, user_id)
    _hold(connection, group_id)
    if connection.execute(_membership(group_id, user_id)).first() is not None:
        return
    row = {"group_id": group_id, "user_id": user_id, "username_key": username_key}
    connection.execute(insert(_member).values(row))
    record(connection, AuditAction.GROUPS_CHANGED, user_id, joined=[group_id], **by)


def drop_member(connection: Connection, admin: Account | None, group_id: int, user_id: int) -> None:
    """Take somebody out of a group, if they are there; GroupNotFound, UserNotFound."""
    by = acting(connection, admin)
    _hold_user(connection, user_id)
    _hold(connection, group_id)
    its = (_member.c.group_id == group_id, _member.c.user_id == user_id)
    if connection.execute(delete(_member).where(*its)).rowcount:
        record(connection, AuditAction.GROUPS_CHANGED, user_id, left=[group_id], **by)


def user_id_of(connection: Connection, username: str) -> int:
    """The user of a name; UserNotFound."""
    same = select(_user.c.id).where(_user.c.username_key == canonical(username))
    id: int | None = connection.execute(same).scalar()
    if id is None:
        raise UserNotFound
    return id


def member_names(connection: Connection, group_id: int, after: bytes) -> list[tuple[bytes, str]]:
    """The members with the next names, each with its key."""
    members = _member.join(_user, _user.c.id == _member.c.user_id)
    found = (
        select(_member.c.username_key, _user.c.username)
        .select_from(members)
        .where(_member.c.group_id == group_id, _member.c.username_key > after)
        .order_by(_member.c.username_key)
        .limit(ROWS_PER_COMMIT)
    )
    return [(row.username_key, row.username) for row in connection.execute(found)]


def _named(connection: Connection, name: str, group_id: int | None) -> dict[str, Any]:
    key = canonical(name)
    same = select(_group.c.id).where(_group.c.name_key == key, _group.c.id != (group_id or 0))
    if connection.execute(same).first() is not None:
        raise GroupNameTaken
    return {"name": name, "name_key": key}


def _hold(connection: Connection, group_id: int) -> None:
    """Lock the row of a group; GroupNotFound."""
    locked = select(_group.c.id).where(_group.c.id == group_id).with_for_update()
    if connection.execute(locked).first() is None:
        raise GroupNotFound


def _hold_user(connection: Connection, user_id: int) -> bytes:
    """Lock a user's row, always before that of a group; the key of their name. UserNotFound."""
    locked = select(_user.c.username_key).where(_user.c.id == user_id).with_for_update()
    key: bytes | None = connection.execute(locked).scalar()
    if key is None:
        raise UserNotFound
    return key


def _membership(group_id: int, user_id: int) -> Select[Any]:
    its = (_member.c.group_id == group_id, _member.c.user_id == user_id)
    return select(_member.c.user_id).where(*its)
