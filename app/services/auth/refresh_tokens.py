"""Sessions in the database: begun, refreshed, revoked (RFC 9700 §4.14).

A refresh token is good once and returns its successor. For a few seconds it returns the same
successor again, as long as that is unused: two tabs, or a lost answer. Any other second use means
that two parties hold the token, and ends the session for both.
"""

import secrets
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import ColumnElement, Connection, and_, insert, select, update

from app.database import table_of
from app.models import LoginSession, RefreshToken, User, utc_now
from app.origin import note_revoked
from app.services.audit.events import AuditAction, record
from app.services.upkeep.removal import remove_some
from app.utils.tokens import next_token, opaque_token, token_hash

GRACE = timedelta(seconds=10)

_user = table_of(User)
_session = table_of(LoginSession)
_token = table_of(RefreshToken)


@dataclass(frozen=True, slots=True)
class Device:
    """Where a login comes from: what the client calls itself, and its address."""

    agent: str
    address: str


@dataclass(frozen=True, slots=True)
class Issued:
    """A session, and the refresh token that is its newest."""

    user_id: int
    session_id: int
    refresh_token: str


def begin(
    connection: Connection,
    user_id: int,
    password_hash: str,
    device: Device,
    lifetime: timedelta,
    most: int,
) -> Issued | None:
    """A new session, for which the longest unused ones beyond `most` end.

    None when the password was changed, or the user disabled, meanwhile.
    """
    mine = select(_user.c.password_hash, _user.c.yn).where(_user.c.id == user_id)
    user = connection.execute(mine.with_for_update()).first()
    if user is None or user.password_hash != password_hash or user.yn != 1:
        return None
    now = utc_now()
    _end_surplus(connection, user_id, most - 1)
    result = connection.execute(
        insert(_session).values(
            user_id=user_id,
            device=device.agent,
            address=device.address,
            created_at=now,
            last_used_at=now,
            expires_at=now + lifetime,
        )
    )
    id = result.inserted_primary_key[0]  # type: ignore[index]
    token = opaque_token()
    _keep(connection, id, token, lifetime)
    record(connection, AuditAction.LOGIN, user_id, session_id=id)
    return Issued(user_id, id, token)


def _end_surplus(connection: Connection, user_id: int, kept: int) -> None:
    mine = select(_session.c.id).where(
        _session.c.user_id == user_id, _session.c.revoked_at.is_(None)
    )
    recent = mine.order_by(_session.c.last_used_at.desc(), _session.c.id.desc())
    if surplus := list(connection.execute(recent).scalars())[kept:]:
        revoke(connection, _session.c.id.in_(surplus))
        note_revoked(user_id)


def refresh(
    connection: Connection, token: str, device: Device, lifetime: timedelta
) -> Issued | None:
    """The session with a new refresh token; None when the token is refused."""
    now = utc_now()
    hash = token_hash(token)
    found = connection.execute(
        select(_session.c.id, _session.c.user_id)
        .join(_token, _token.c.session_id == _session.c.id)
        .join(_user, _user.c.id == _session.c.user_id)
        .where(_token.c.hash == hash, _token.c.expires_at > now, _user.c.yn == 1)
    ).first()
    # The update is the lock, too: of two simultaneous uses the second sees the first.
    if found is None or not _touch(connection, found.id, device, lifetime):
        return None
    row = connection.execute(
        select(_token.c.salt, _token.c.rotated_at).where(_token.c.hash == hash)
    ).one()
    successor = next_token(token, row.salt)
    if row.rotated_at is None:
        mine = _token.c.hash == hash
        connection.execute(update(_token).where(mine).values(rotated_at=now))
        _keep(connection, found.id, successor, lifetime)
        _forget_expired(connection, found.id)
    elif now - row.rotated_at > GRACE or not _is_newest(connection, successor):
        revoke(connection, _session.c.id == found.id)
        note_revoked(found.user_id)
        reused = AuditAction.REFRESH_TOKEN_REUSED
        record(connection, reused, found.user_id, "refused", session_id=found.id)
        return None
    return Issued(found.user_id, found.id, successor)


def revoke(connection: Connection, *which: ColumnElement[bool]) -> int:
    """End these sessions; how many there were to end."""
    live = _session.c.revoked_at.is_(None)
    ended = update(_session).where(live, *which).values(revoked_at=utc_now())
    return connection.execute(ended).rowcount


def revoke_all(connection: Connection, user_id: int, but: int | None = None) -> None:
    """End a user's sessions, all or all but one."""
    others = () if but is None else (_session.c.id != but,)
    revoke(connection, _session.c.user_id == user_id, *others)
    note_revoked(user_id)


def _touch(connection: Connection, id: int, device: Device, lifetime: timedelta) -> bool:
    now = utc_now()
    changed = connection.execute(
        update(_session)
        .where(_session.c.id == id, _session.c.revoked_at.is_(None), _session.c.expires_at > now)
        .values(last_used_at=now, expires_at=now + lifetime, address=device.address)
    )
    return changed.rowcount == 1


def _keep(connection: Connection, session_id: int, token: str, lifetime: timedelta) -> None:
    connection.execute(
        insert(_token).values(
            hash=token_hash(token),
            session_id=session_id,
            salt=secrets.token_bytes(32),
            expires_at=utc_now() + lifetime,
        )
    )


def _forget_expired(connection: Connection, session_id: int) -> None:
    expired = and_(_token.c.session_id == session_id, _token.c.expires_at <= utc_now())
    remove_some(connection, _token.c.hash, expired)


def _is_newest(connection: Connection, token: str) -> bool:
    unused = select(_token.c.hash).where(
        _token.c.hash == token_hash(token), _token.c.rotated_at.is_(None)
    )
    return connection.execute(unused).first() is not None
