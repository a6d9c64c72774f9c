"""Logins in which somebody showed a short time ago who they are, as what lasts longer than a login
wants."""

from datetime import timedelta

from sqlalchemy import Connection, func, select, update

from app.database import table_of
from app.errors import LoginTooOld
from app.models import LoginSession, utc_now
from app.services.audit.events import AuditAction, record
from app.services.auth.account import Account

RECENT = timedelta(minutes=15)

_session = table_of(LoginSession)


def confirm(
    connection: Connection, account: Account, by: AuditAction = AuditAction.PASSWORD_CHECKED
) -> None:
    """Take note that the owner has shown again who they are, with the password or `by` other
    means."""
    confirm_session(connection, account.id, account.session_id, by)


def confirm_session(connection: Connection, user_id: int, session_id: int, by: AuditAction) -> None:
    """The same for whoever is known by a session alone."""
    its = update(_session).where(_session.c.id == session_id)
    connection.execute(its.values(confirmed_at=utc_now()))
    record(connection, by, user_id, session_id=session_id)


def require_recent(connection: Connection, session_id: int) -> None:
    """Raise LoginTooOld where they logged in, or confirmed it, more than 15 minutes ago."""
    given_at = func.coalesce(_session.c.confirmed_at, _session.c.created_at)
    its = (_session.c.id == session_id, given_at > utc_now() - RECENT)
    if connection.execute(select(_session.c.id).where(*its)).first() is None:
        raise LoginTooOld
