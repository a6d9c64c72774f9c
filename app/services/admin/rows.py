"""Accounts as administrators see them, a page at a time."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Select, and_, func, select

from app.database import table_of
from app.engines.index import along
from app.errors import UserNotFound
from app.models import (
    AuditEvent,
    Conversation,
    File,
    GroupMember,
    LoginSession,
    User,
    UserGroup,
    utc_now,
)
from app.models.user import DELETED
from app.schemas.admin import AdminUser, AdminUserDetail, AdminUserList, GroupNamed
from app.schemas.user import USER_STATUSES, UserStatus
from app.services.accounts.deletion import UNDO
from app.services.admin.place import place_of
from app.services.audit.events import AuditAction
from app.services.profile.columns import AVATAR

_user = table_of(User)
_group = table_of(UserGroup)
_member = table_of(GroupMember)
_event = table_of(AuditEvent)
_session = table_of(LoginSession)
_conversation = table_of(Conversation)
_file = table_of(File)

_LOGGED_IN = (
    along(select(_event.c.at), _event, "idx_audit_user")
    .where(
        _event.c.user_id == _user.c.id,
        _event.c.action == AuditAction.LOGIN.value,
        _event.c.outcome == "ok",
    )
    .order_by(_event.c.id.desc())
    .limit(1)
    .scalar_subquery()
)
_BEGAN = (
    select(func.max(_session.c.created_at))
    .where(_session.c.user_id == _user.c.id)
    .scalar_subquery()
)
_SEEN = (
    _user.c.id,
    _user.c.username,
    _user.c.username_key,
    _user.c.email,
    _user.c.email_key,
    _user.c.display_name,
    _user.c.role,
    _user.c.status,
    _user.c.email_verified_at,
    _user.c.created_at,
    _user.c.deleted_at,
    AVATAR,
    _LOGGED_IN.label("logged_in"),
    _BEGAN.label("began"),
)


@dataclass(frozen=True, slots=True)
class UsersWanted:
    """Which users: those whose name (with an @: whose address) begins so, of a status, in a group;
    those behind a place."""

    prefix: bytes | None
    status: UserStatus | None
    group_id: int | None
    after: bytes | None
    limit: int

    @property
    def by_address(self) -> bool:
        """Whether they are looked for, and then also listed, by their addresses."""
        return self.prefix is not None and b"@" in self.prefix


def listed(connection: Connection, wanted: UsersWanted) -> AdminUserList:
    """A page of users, by their names; by their addresses where these are looked for."""
    key, query = _looked_at(wanted)
    if wanted.prefix is not None:
        query = query.where(key >= wanted.prefix)
        end = _behind(wanted.prefix)
        if end is not None:
            query = query.where(key < end)
    if wanted.after is not None:
        query = query.where(key > wanted.after)
    found = connection.execute(query.order_by(key).limit(wanted.limit + 1)).all()
    shown = found[: wanted.limit]
    more = len(found) > wanted.limit
    last = (
        None if not more else shown[-1].email_key if wanted.by_address else shown[-1].username_key
    )
    return AdminUserList(
        users=_as_seen(connection, shown), next_cursor=None if last is None else place_of(last)
    )


def one(connection: Connection, user_id: int) -> AdminUser:
    """A user; UserNotFound."""
    row = connection.execute(select(*_SEEN).where(_user.c.id == user_id)).first()
    if row is None:
        raise UserNotFound
    return _as_seen(connection, [row])[0]


def detail(connection: Connection, user_id: int) -> AdminUserDetail:
    """A user, with what there is of theirs in numbers; UserNotFound."""
    user = one(connection, user_id)
    open_ones = select(func.count()).where(
        _session.c.user_id == user_id,
        _session.c.revoked_at.is_(None),
        _session.c.expires_at > utc_now(),
    )
    kept = select(func.count()).where(
        _conversation.c.user_id == user_id, _conversation.c.deleted_at.is_(None)
    )
    stored = select(func.coalesce(func.sum(_file.c.stored), 0)).where(_file.c.user_id == user_id)
    return AdminUserDetail(
        **user.model_dump(),
        sessions=connection.execute(open_ones).scalar_one(),
        conversations=connection.execute(kept).scalar_one(),
        storage_bytes=int(connection.execute(stored).scalar_one()),
    )


def _looked_at(wanted: UsersWanted) -> tuple[Any, Select[Any]]:
    """The column along which the users are read, and the query without their order."""
    if wanted.by_address:
        key: Any = _user.c.email_key
        query = select(*_SEEN)
    elif wanted.group_id is not None:
        key = _member.c.username_key
        query = select(*_SEEN).join(_member, _member.c.user_id == _user.c.id)
        query = along(query, _member, "uq_group_member_name")
    else:
        key = _user.c.username_key
        by_status = wanted.status is not None
        query = along(select(*_SEEN), _user, "idx_user_status" if by_status else "username_key")
    if wanted.status is not None:
        query = query.where(_user.c.status == USER_STATUSES.index(wanted.status))
    if wanted.group_id is not None:
        if wanted.by_address:
            its = and_(_member.c.user_id == _user.c.id, _member.c.group_id == wanted.group_id)
            query = query.where(select(_member.c.user_id).where(its).exists())
        else:
            query = query.where(_member.c.group_id == wanted.group_id)
    return key, query


def _behind(prefix: bytes) -> bytes | None:
    """The first key behind all that begin so; None where there is none."""
    kept = prefix.rstrip(b"\xff")
    return kept[:-1] + bytes([kept[-1] + 1]) if kept else None


def _as_seen(connection: Connection, rows: Sequence[Any]) -> list[AdminUser]:
    groups = _groups_of(connection, [row.id for row in rows])
    return [
        AdminUser(
            id=row.id,
            username=row.username,
            email=row.email,
            display_name=row.display_name,
            role=row.role,
            status=USER_STATUSES[row.status],
            email_verified=row.email_verified_at is not None,
            created_at=row.created_at,
            last_login_at=max(filter(None, (row.logged_in, row.began)), default=None),
            deleted_until=row.deleted_at + UNDO if row.status == DELETED else None,
            groups=groups.get(row.id, []),
            avatar=row.avatar,
        )
        for row in rows
    ]


def _groups_of(connection: Connection, user_ids: Sequence[int]) -> dict[int, list[GroupNamed]]:
    """By user, in the order of the groups' names."""
    theirs = along(select(_member.c.user_id, _member.c.group_id), _member, "idx_group_member_user")
    members = connection.execute(theirs.where(_member.c.user_id.in_(user_ids))).all()
    group_ids = {row.group_id for row in members}
    named = select(_group.c.id, _group.c.name).where(_group.c.id.in_(group_ids))
    groups = connection.execute(named.order_by(_group.c.name_key)).all() if group_ids else []
    found: dict[int, list[GroupNamed]] = {}
    of_group: dict[int, list[int]] = {}
    for row in members:
        of_group.setdefault(row.group_id, []).append(row.user_id)
    for group in groups:
        for user_id in of_group[group.id]:
            found.setdefault(user_id, []).append(GroupNamed(id=group.id, name=group.name))
    return found
