"""What is done to accounts by administrators and by the command line.

`admin`: who asks for it, looked at first; None on the command line. Each is one event of the audit
log, of the user concerned.
"""

from typing import Any

from sqlalchemy import Connection, select, update

from app.database import table_of
from app.errors import (
    AdminOnly,
    LastAdmin,
    NotActive,
    NotDeleted,
    NotPending,
    OwnAccount,
    UserDeleted,
    UserNotFound,
)
from app.models import User, utc_now
from app.models.user import ACTIVE, DELETED, DISABLED, PENDING
from app.schemas.admin import AdminUserUpdate
from app.schemas.user import Role
from app.services.accounts.deletion import UNDO
from app.services.accounts.lockout import lock_out
from app.services.admin.memberships import set_groups
from app.services.audit.events import AuditAction, record
from app.services.auth.account import Account
from app.services.auth.acting import acting
from app.services.auth.admins import ADMIN, hold_admins
from app.services.auth.passwords import keep_reset
from app.services.auth.refresh_tokens import revoke_all

_user = table_of(User)


def change(
    connection: Connection, admin: Account | None, user_id: int, wanted: AdminUserUpdate
) -> None:
    """Change what is given. Raises UserNotFound, UserDeleted, OwnAccount, LastAdmin, GroupNotFound,
    LoginTooOld, AdminOnly."""
    by = acting(connection, admin)
    others = _hold_other_admins(connection, admin, user_id)
    user = _hold(connection, user_id)
    if user.status == DELETED:
        raise UserDeleted
    role, enabled = _new_role(user, wanted.role), _new_enabled(user, wanted.enabled)
    if role is not None or enabled is False:
        _refuse_own(admin, user_id)
    if (role == "user" or enabled is False) and _is_admin(user) and not others:
        raise LastAdmin
    detail: dict[str, Any] = {}
    action = AuditAction.GROUPS_CHANGED
    if wanted.group_ids is not None:
        detail |= set_groups(connection, user_id, wanted.group_ids)
    if enabled is not None:
        action = AuditAction.ACCOUNT_ENABLED if enabled else AuditAction.ACCOUNT_DISABLED
        if enabled and user.status == PENDING:
            action = AuditAction.ACCOUNT_APPROVED
        _set_enabled(connection, user_id, enabled, by)
        detail["enabled"] = enabled
    if role is not None:
        action = AuditAction.ROLE_CHANGED
        _change(connection, user_id, role=role)
        detail["role"] = role
    if detail:
        record(connection, action, user_id, **detail, **by)


def approve(connection: Connection, admin: Account | None, user_id: int) -> None:
    """Let somebody in who waits for it; nothing where they are in already. Raises UserNotFound,
    NotPending, LoginTooOld, AdminOnly."""
    by = acting(connection, admin)
    user = _hold(connection, user_id)
    if user.status == ACTIVE:
        return
    if user.status != PENDING:
        raise NotPending
    _set_enabled(connection, user_id, True, by)
    record(connection, AuditAction.ACCOUNT_APPROVED, user_id, **by)


def trash(connection: Connection, admin: Account | None, user_id: int) -> None:
    """Delete an account, so that it can be restored for some days; nothing where it is deleted.
    Raises UserNotFound, OwnAccount, LastAdmin, LoginTooOld, AdminOnly."""
    by = acting(connection, admin)
    others = _hold_other_admins(connection, admin, user_id)
    user = _hold(connection, user_id)
    _refuse_own(admin, user_id)
    if user.status == DELETED:
        return
    if _is_admin(user) and not others:
        raise LastAdmin
    _change(connection, user_id, yn=0, deleted_at=utc_now(), deleted_yn=user.yn)
    lock_out(connection, user_id, **by)
    record(connection, AuditAction.ACCOUNT_TRASHED, user_id, **by)


def restore(connection: Connection, admin: Account | None, user_id: int) -> None:
    """Bring a deleted account back as it was: active, disabled or waiting for approval. Raises
    UserNotFound, NotDeleted, LoginTooOld, AdminOnly."""
    by = acting(connection, admin)
    user = _hold(connection, user_id)
    if user.status != DELETED or user.deleted_at <= utc_now() - UNDO:
        raise NotDeleted
    back: dict[str, Any] = {"deleted_at": None, "deleted_yn": None, "yn": user.deleted_yn or 0}
    if user.deleted_yn:
        back["pending_at"] = None
    _change(connection, user_id, **back)
    record(connection, AuditAction.ACCOUNT_RESTORED, user_id, **by)


def end_sessions(connection: Connection, admin: Account, user_id: int) -> None:
    """End all of somebody's logins. Raises UserNotFound, LoginTooOld, AdminOnly."""
    by = acting(connection, admin)
    _hold(connection, user_id)
    revoke_all(connection, user_id)
    record(connection, AuditAction.LOGOUT_ALL, user_id, **by)


def address_of(connection: Connection, admin: Account, user_id: int) -> str:
    """Where a link for a new password goes. Raises UserNotFound, NotActive, LoginTooOld,
    AdminOnly."""
    acting(connection, admin)
    row = connection.execute(select(_user).where(_user.c.id == user_id)).first()
    if row is None:
        raise UserNotFound
    if row.status != ACTIVE:
        raise NotActive
    return str(row.email)


def make_reset(
    connection: Connection, admin: Account, user_id: int, hash: bytes
) -> tuple[str, str]:
    """Keep the hash of a token by which somebody sets a new password; their name, and the address
    on file, to which it is sent. Raises as `address_of`."""
    by = acting(connection, admin)
    user = _hold(connection, user_id)
    if user.status != ACTIVE:
        raise NotActive
    keep_reset(connection, user_id, hash, **by)
    return user.username, user.email


def _hold_other_admins(connection: Connection, admin: Account | None, user_id: int) -> set[int]:
    """The administrators who are left without this user; AdminOnly where whoever acts is one no
    longer."""
    admins = hold_admins(connection)
    if admin is not None and admin.id not in admins:
        raise AdminOnly
    return admins - {user_id}


def _hold(connection: Connection, user_id: int) -> Any:
    """Lock the row of a user; UserNotFound."""
    row = connection.execute(select(_user).where(_user.c.id == user_id).with_for_update()).first()
    if row is None:
        raise UserNotFound
    return row


def _refuse_own(admin: Account | None, user_id: int) -> None:
    if admin is not None and admin.id == user_id:
        raise OwnAccount


def _is_admin(user: Any) -> bool:
    return bool(user.role == ADMIN and user.status == ACTIVE)


def _new_role(user: Any, role: Role | None) -> Role | None:
    return None if role == user.role else role


def _new_enabled(user: Any, enabled: bool | None) -> bool | None:
    is_so = user.status == (ACTIVE if enabled else DISABLED)
    return None if enabled is None or is_so else enabled


def _set_enabled(connection: Connection, user_id: int, enabled: bool, by: dict[str, Any]) -> None:
    _change(connection, user_id, yn=int(enabled), pending_at=None, deleted_at=None)
    if not enabled:
        lock_out(connection, user_id, **by)


def _change(connection: Connection, user_id: int, **values: Any) -> None:
    connection.execute(update(_user).where(_user.c.id == user_id).values(**values))
