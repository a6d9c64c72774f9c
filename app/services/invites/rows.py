"""Invitations: made, listed, revoked, and used."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, func, insert, or_, select, update

from app.database import table_of
from app.errors import GroupNotFound, InviteInvalid, InviteNotFound, ListFull
from app.models import GroupMember, Invite, User, UserGroup, utc_now
from app.schemas.admin import GroupNamed
from app.schemas.invite import InviteCreate, InviteMaker, InviteRead, InviteState
from app.services.audit.events import AuditAction, record
from app.services.auth.account import Account
from app.services.auth.admins import require_admin
from app.services.upkeep.removal import remove_some

INVITES_MOST = 1_000
KEPT = timedelta(days=30)
"""How long one that is over is still listed."""
COMMAND_LINE = 0
"""Who made it, where that was the command line: no user has this id."""

_invite = table_of(Invite)
_group = table_of(UserGroup)
_member = table_of(GroupMember)
_user = table_of(User)


def listed(connection: Connection) -> list[InviteRead]:
    """All invitations, the newest first."""
    return _read_all(connection)


def create(
    connection: Connection, admin: Account | None, prefix: str, hash: bytes, wanted: InviteCreate
) -> InviteRead:
    """A new invitation; `admin`: None for the command line. Raises LoginTooOld, GroupNotFound,
    ListFull."""
    if admin is not None:
        require_admin(connection, admin)
    if wanted.group_id is not None and not _is_group(connection, wanted.group_id):
        raise GroupNotFound
    if connection.execute(select(func.count()).select_from(_invite)).scalar_one() >= INVITES_MOST:
        raise ListFull(INVITES_MOST)
    now = utc_now()
    values = {
        "hash": hash,
        "prefix": prefix,
        "uses": wanted.uses,
        "uses_left": wanted.uses,
        "group_id": wanted.group_id,
        "note": wanted.note,
        "created_by": COMMAND_LINE if admin is None else admin.id,
        "created_at": now,
        "expires_at": now + timedelta(days=wanted.expires_in_days),
    }
    made = connection.execute(insert(_invite).values(**values))
    id = int(made.inserted_primary_key[0])  # type: ignore[index]
    _record(connection, AuditAction.INVITE_CREATED, admin, id)
    return _read_all(connection, _invite.c.id == id)[0]


def revoke(connection: Connection, admin: Account | None, id: int) -> None:
    """End an invitation; one that is ended already stays so. Raises LoginTooOld, InviteNotFound."""
    if admin is not None:
        require_admin(connection, admin)
    same = select(_invite.c.revoked_at).where(_invite.c.id == id).with_for_update()
    row = connection.execute(same).first()
    if row is None:
        raise InviteNotFound(id)
    if row.revoked_at is None:
        ended = update(_invite).where(_invite.c.id == id)
        connection.execute(ended.values(revoked_at=utc_now()))
        _record(connection, AuditAction.INVITE_REVOKED, admin, id)


def is_good(connection: Connection, hash: bytes) -> bool:
    """Whether an invitation would make an account at this moment."""
    good = select(_invite.c.id).where(_invite.c.hash == hash, _good(utc_now()))
    return connection.execute(good).first() is not None


def use(connection: Connection, hash: bytes) -> Any:
    """Take one use of an invitation, whose row is held from then on: its `id` and `group_id`. Of
    many at once no more than its uses come through. Raises InviteInvalid."""
    this = _invite.c.hash == hash
    taken = update(_invite).where(this, _good(utc_now()))
    if connection.execute(taken.values(uses_left=_invite.c.uses_left - 1)).rowcount != 1:
        raise InviteInvalid
    return connection.execute(select(_invite.c.id, _invite.c.group_id).where(this)).one()


def join(connection: Connection, group_id: int, user_id: int, username_key: bytes) -> None:
    """Make a new account a member of a group, if there still is one."""
    same = select(_group.c.id).where(_group.c.id == group_id).with_for_update()
    if connection.execute(same).first() is not None:
        member = {"group_id": group_id, "user_id": user_id, "username_key": username_key}
        connection.execute(insert(_member).values(**member))


def purge_invites(connection: Connection, before: datetime) -> bool:
    """Those that have been over for long."""
    over = or_(_invite.c.expires_at < before - KEPT, _invite.c.revoked_at < before - KEPT)
    return remove_some(connection, _invite.c.id, over)


def _good(now: datetime) -> ColumnElement[bool]:
    return and_(_invite.c.uses_left > 0, _invite.c.revoked_at.is_(None), _invite.c.expires_at > now)


def _is_group(connection: Connection, group_id: int) -> bool:
    same = select(_group.c.id).where(_group.c.id == group_id)
    return connection.execute(same).first() is not None


def _record(
    connection: Connection, action: AuditAction, admin: Account | None, invite_id: int
) -> None:
    if admin is None:
        record(connection, action, invite_id=invite_id)
    else:
        record(connection, action, admin.id, admin_id=admin.id, invite_id=invite_id)


def _read_all(connection: Connection, *which: ColumnElement[bool]) -> list[InviteRead]:
    columns = (_invite, _group.c.name.label("group_name"), _user.c.username.label("maker"))
    source = _invite.outerjoin(_group, _group.c.id == _invite.c.group_id).outerjoin(
        _user, _user.c.id == _invite.c.created_by
    )
    found = select(*columns).select_from(source).where(*which).order_by(_invite.c.id.desc())
    now = utc_now()
    return [_read(row, now) for row in connection.execute(found)]


def _read(row: Any, now: datetime) -> InviteRead:
    group = maker = None
    if row.group_name is not None:
        group = GroupNamed(id=row.group_id, name=row.group_name)
    if row.maker is not None:
        maker = InviteMaker(id=row.created_by, username=row.maker)
    return InviteRead(
        id=row.id,
        prefix=row.prefix,
        uses=row.uses,
        uses_left=row.uses_left,
        group=group,
        note=row.note,
        created_by=maker,
        created_at=row.created_at,
        expires_at=row.expires_at,
        revoked_at=row.revoked_at,
        state=_state(row, now),
    )


def _state(row: Any, now: datetime) -> InviteState:
    if row.revoked_at is not None:
        return "revoked"
    if row.uses_left <= 0:
        return "used"
    return "open" if row.expires_at > now else "expired"
