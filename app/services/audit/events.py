"""The events of the audit log, and the one way to write them."""

from datetime import datetime
from enum import StrEnum
from typing import Any, Literal

import orjson
from sqlalchemy import Connection, insert, select

from app.database import table_of
from app.engines.index import along
from app.models import AuditEvent, utc_now
from app.origin import RequestOrigin, current_origin
from app.schemas.audit import AuditEventRead, AuditPage

ADDRESS_CHARACTERS = 64

_event = table_of(AuditEvent)

AuditOutcome = Literal["ok", "refused"]


class AuditAction(StrEnum):
    """Everything that is written down. Names are stable: they are read by programs."""

    ACCOUNT_CREATED = "account_created"
    ACCOUNT_DELETED = "account_deleted"
    ACCOUNT_DISABLED = "account_disabled"
    ACCOUNT_ENABLED = "account_enabled"
    ACCOUNT_APPROVED = "account_approved"
    ACCOUNT_TRASHED = "account_trashed"
    ACCOUNT_RESTORED = "account_restored"
    ROLE_CHANGED = "role_changed"
    GROUPS_CHANGED = "groups_changed"
    GROUP_CREATED = "group_created"
    GROUP_CHANGED = "group_changed"
    GROUP_REMOVED = "group_removed"
    ADMIN_REFUSED = "admin_refused"
    INVITE_CREATED = "invite_created"
    INVITE_REVOKED = "invite_revoked"
    SETTINGS_CHANGED = "settings_changed"
    AUDIT_VERIFIED = "audit_verified"
    PROFILE_CHANGED = "profile_changed"
    EMAIL_VERIFIED = "email_verified"
    EMAIL_CHANGE_BEGUN = "email_change_begun"
    EMAIL_CHANGE_CANCELLED = "email_change_cancelled"
    EMAIL_CHANGED = "email_changed"
    LOGIN = "login"
    LOGOUT = "logout"
    LOGOUT_ALL = "logout_all"
    SESSION_ENDED = "session_ended"
    PASSWORD_CHECKED = "password_checked"
    LOGIN_CONFIRMED = "login_confirmed"
    PASSWORD_CHANGED = "password_changed"
    PASSWORD_REMOVED = "password_removed"
    PASSWORD_RESET = "password_reset"
    SECOND_STEP = "second_step"
    SECOND_FACTOR_ADDED = "second_factor_added"
    SECOND_FACTOR_REMOVED = "second_factor_removed"
    SECOND_FACTOR_RESET = "second_factor_reset"
    PASSKEY_ADDED = "passkey_added"
    PASSKEY_RENAMED = "passkey_renamed"
    PASSKEY_REMOVED = "passkey_removed"
    RECOVERY_CODES_MADE = "recovery_codes_made"
    RECOVERY_CODE_USED = "recovery_code_used"
    RESET_LINK_MADE = "reset_link_made"
    IDENTITY_LINKED = "identity_linked"
    IDENTITY_UNLINKED = "identity_unlinked"
    PROVIDER_LOGOUT = "provider_logout"
    REFRESH_TOKEN_REUSED = "refresh_token_reused"
    TICKET_REUSED = "ticket_reused"
    CONFIG_CHANGED = "config_changed"
    CONFIG_REMOVED = "config_removed"
    CONNECTION_CREATED = "connection_created"
    CONNECTION_CHANGED = "connection_changed"
    CONNECTION_REMOVED = "connection_removed"
    CONNECTION_REFRESHED = "connection_refreshed"
    CONNECTION_TRIED = "connection_tried"
    GRANTS_CHANGED = "grants_changed"
    CAPS_CHANGED = "caps_changed"
    MODEL_URL_REFUSED = "model_url_refused"
    CONVERSATION_DELETED = "conversation_deleted"
    CONVERSATION_RESTORED = "conversation_restored"
    MESSAGE_DELETED = "message_deleted"
    MESSAGE_RESTORED = "message_restored"
    SHARE_CREATED = "share_created"
    SHARE_CHANGED = "share_changed"
    SHARE_ENDED = "share_ended"
    SHARE_CONTINUED = "share_continued"
    IMPORT_STARTED = "import_started"
    IMPORT_ENDED = "import_ended"
    IMPORT_UNDONE = "import_undone"
    KEY_CREATED = "key_created"
    KEY_CHANGED = "key_changed"
    KEY_REVOKED = "key_revoked"
    DATA_EXPORTED = "data_exported"
    FOREIGN_OBJECT = "foreign_object"
    RATE_LIMITED = "rate_limited"
    EVENTS_DROPPED = "events_dropped"
    KEYS_ROTATED = "keys_rotated"
    BACKUP_MADE = "backup_made"
    BACKUP_RESTORED = "backup_restored"
    AUDIT_RESTARTED = "audit_restarted"


HIDDEN = (AuditAction.FOREIGN_OBJECT,)
"""Not shown to the user: it would tell that the object exists."""

PLAIN = {"count": 1, "session_id": None, "conversation_id": None, "host": None, "key_changed": None}
"""Defaults of what users are shown of an event's detail."""


def record(
    connection: Connection,
    action: AuditAction,
    user_id: int | None = None,
    outcome: AuditOutcome = "ok",
    **detail: Any,
) -> None:
    """Write an event down in the transaction of the act; it comes from the work's own origin."""
    insert_event(connection, action, user_id, outcome, detail, utc_now(), current_origin())


def insert_event(
    connection: Connection,
    action: AuditAction,
    user_id: int | None,
    outcome: AuditOutcome,
    detail: dict[str, Any],
    at: datetime,
    origin: RequestOrigin,
) -> int:
    """Write an event down; its id. `detail` holds neither secrets nor what users wrote."""
    address = None if origin.address is None else origin.address[:ADDRESS_CHARACTERS]
    result = connection.execute(
        insert(_event).values(
            at=at,
            user_id=user_id,
            action=action.value,
            outcome=outcome,
            address=address,
            request_id=origin.request_id,
            detail=orjson.dumps(detail, option=orjson.OPT_SORT_KEYS).decode() if detail else None,
        )
    )
    return int(result.inserted_primary_key[0])  # type: ignore[index]


def page_of(connection: Connection, user_id: int, limit: int, before_id: int | None) -> AuditPage:
    """A user's own events below an id, newest first."""
    along_theirs = along(select(_event), _event, "idx_audit_user")
    mine = along_theirs.where(_event.c.user_id == user_id, _event.c.action.not_in(HIDDEN))
    if before_id is not None:
        mine = mine.where(_event.c.id < before_id)
    rows = connection.execute(mine.order_by(_event.c.id.desc()).limit(limit + 1)).all()
    events = [_as_shown(row) for row in rows[:limit]]
    return AuditPage(events=events, has_more=len(rows) > limit)


def _as_shown(row: Any) -> AuditEventRead:
    detail = orjson.loads(row.detail or "{}")
    by_admin = "admin_id" in detail
    return AuditEventRead.model_validate({**PLAIN, **row._mapping, **detail, "by_admin": by_admin})
