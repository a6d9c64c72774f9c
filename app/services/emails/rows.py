"""Links to e-mail addresses, and what they change."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, delete, or_, select, update

from app.database import table_of, upserting
from app.errors import EmailTaken, InvalidEmailLink, InvalidToken
from app.models import EmailChange, EmailVerification, PasswordReset, User, utc_now
from app.services.audit.events import AuditAction, record
from app.services.upkeep.removal import remove_some
from app.utils.names import canonical

LINK_LIFETIME = timedelta(hours=24)

_user = table_of(User)
_verification = table_of(EmailVerification)
_change = table_of(EmailChange)
_reset = table_of(PasswordReset)


def begin_verification(connection: Connection, user_id: int, hash: bytes) -> Any:
    """Keep a link in place of the one before: the user's `username` and `email`. None where the
    address is confirmed already, or the account is disabled or gone."""
    row = connection.execute(_reachable(user_id)).first()
    if row is None or row.email_verified_at is not None:
        return None
    values = {"hash": hash, "expires_at": utc_now() + LINK_LIFETIME}
    keep = upserting(connection.dialect, _verification, values)
    connection.execute(keep, {"user_id": user_id} | values)
    return row


def verify(connection: Connection, hash: bytes) -> None:
    """Take note that an address is its owner's; InvalidEmailLink."""
    good = (_verification.c.hash == hash, _verification.c.expires_at > utc_now())
    its = select(_verification.c.user_id).where(*good).with_for_update()
    user_id = connection.execute(its).scalar()
    if user_id is None or connection.execute(_reachable(user_id)).first() is None:
        raise InvalidEmailLink
    connection.execute(delete(_verification).where(_verification.c.user_id == user_id))
    _set(connection, user_id, email_verified_at=utc_now())
    record(connection, AuditAction.EMAIL_VERIFIED, user_id)


def begin_change(
    connection: Connection, user_id: int, email: str, old_hash: bytes, new_hash: bytes
) -> Any:
    """Begin a change of address in place of one that waits: the user's `username`, and the `email`
    that is to confirm it, too. Raises EmailTaken, InvalidToken."""
    row = connection.execute(_reachable(user_id).with_for_update()).first()
    if row is None:
        raise InvalidToken
    _refuse_taken(connection, email)
    values = {
        "email": email,
        "old_hash": old_hash,
        "new_hash": new_hash,
        "old_confirmed_at": None,
        "new_confirmed_at": None,
        "expires_at": utc_now() + LINK_LIFETIME,
    }
    keep = upserting(connection.dialect, _change, values)
    connection.execute(keep, {"user_id": user_id} | values)
    record(connection, AuditAction.EMAIL_CHANGE_BEGUN, user_id)
    return row


def confirm(connection: Connection, hash: bytes) -> bool:
    """Take note that one address confirms a change: whether it is done with that. Raises
    InvalidEmailLink, EmailTaken."""
    row = _waiting(connection, _of_link(hash))
    now = utc_now()
    is_old = row.old_hash == hash
    times = {
        "old_confirmed_at": now if is_old else row.old_confirmed_at,
        "new_confirmed_at": row.new_confirmed_at if is_old else now,
    }
    same = _change.c.user_id == row.user_id
    if None in times.values():
        connection.execute(update(_change).where(same).values(**times))
        return False
    _refuse_taken(connection, row.email)
    connection.execute(delete(_change).where(same))
    for table in (_verification, _reset):  # what was sent to the address before
        connection.execute(delete(table).where(table.c.user_id == row.user_id))
    key = canonical(row.email)
    _set(connection, row.user_id, email=row.email, email_key=key, email_verified_at=now)
    record(connection, AuditAction.EMAIL_CHANGED, row.user_id)
    return True


def cancel(connection: Connection, hash: bytes) -> None:
    """End a change of address by either of its links; InvalidEmailLink."""
    row = _waiting(connection, _of_link(hash))
    _end(connection, row.user_id)


def take_back(connection: Connection, user_id: int) -> None:
    """End the change of address that waits, if one does."""
    if connection.execute(select(_change.c.user_id).where(_change.c.user_id == user_id)).first():
        _end(connection, user_id)


def purge_links(connection: Connection, before: datetime) -> bool:
    """Links that have expired, and changes that nobody confirmed."""
    tables = (_verification, _change)
    left = [remove_some(connection, t.c.user_id, t.c.expires_at < before) for t in tables]
    return any(left)


def _reachable(user_id: int) -> Any:
    """An account that may be used, or waits to be approved."""
    waits = (_user.c.pending_at.is_not(None)) & (_user.c.deleted_at.is_(None))
    return select(_user.c.username, _user.c.email, _user.c.email_verified_at).where(
        _user.c.id == user_id, or_(_user.c.yn == 1, waits)
    )


def _set(connection: Connection, user_id: int, **values: Any) -> None:
    connection.execute(update(_user).where(_user.c.id == user_id).values(**values))


def _refuse_taken(connection: Connection, email: str) -> None:
    same = select(_user.c.id).where(_user.c.email_key == canonical(email))
    if connection.execute(same).first():
        raise EmailTaken


def _of_link(hash: bytes) -> ColumnElement[bool]:
    return or_(_change.c.old_hash == hash, _change.c.new_hash == hash)


def _waiting(connection: Connection, which: ColumnElement[bool]) -> Any:
    """A change that waits, held from then on; InvalidEmailLink."""
    its = select(_change).where(which, _change.c.expires_at > utc_now()).with_for_update()
    row = connection.execute(its).first()
    if row is None or connection.execute(_reachable(row.user_id)).first() is None:
        raise InvalidEmailLink
    return row


def _end(connection: Connection, user_id: int) -> None:
    connection.execute(delete(_change).where(_change.c.user_id == user_id))
    record(connection, AuditAction.EMAIL_CHANGE_CANCELLED, user_id)
