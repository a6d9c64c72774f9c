"""By which identity somebody logged in, kept beside their session: it ends with the provider's."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, delete, insert, select, update

from app.database import table_of
from app.models import LoginSession, OidcSession, OidcStep, SecondStep, utc_now
from app.services.auth.refresh_tokens import revoke
from app.services.auth.second_step import LIFETIME

_session = table_of(LoginSession)
_step = table_of(SecondStep)
_of_session = table_of(OidcSession)
_of_step = table_of(OidcStep)


@dataclass(frozen=True, slots=True)
class ProviderLogin:
    """`sid_hash`: of the session at the provider. `authenticated_at`: when somebody last showed the
    provider who they are, which is what makes a login a recent one."""

    identity_id: int
    sid_hash: bytes | None
    authenticated_at: datetime


def keep_for_step(connection: Connection, ticket_hash: bytes, login: ProviderLogin) -> None:
    """Remember it for the session that the second step will begin."""
    row = {
        "hash": ticket_hash,
        "identity_id": login.identity_id,
        "sid_hash": login.sid_hash,
        "authenticated_at": login.authenticated_at,
        "expires_at": utc_now() + LIFETIME,
    }
    connection.execute(insert(_of_step).values(row))


def keep_of_step(connection: Connection, session_id: int, ticket_hash: bytes) -> None:
    """The second step of a login has begun this session, which may have come from a provider."""
    this = _of_step.c.hash == ticket_hash
    row = connection.execute(select(_of_step).where(this)).first()
    if row is not None:
        connection.execute(delete(_of_step).where(this))
        login = ProviderLogin(row.identity_id, row.sid_hash, row.authenticated_at)
        keep_for_session(connection, session_id, login)


def keep_for_session(connection: Connection, session_id: int, login: ProviderLogin) -> None:
    """Remember it for a session. It is as recent as the provider says: a new session here may come
    from one that is open there since long, with nobody asked for anything."""
    row = {
        "session_id": session_id,
        "identity_id": login.identity_id,
        "sid_hash": login.sid_hash,
    }
    connection.execute(insert(_of_session).values(row))
    its = update(_session).where(_session.c.id == session_id)
    connection.execute(its.values(confirmed_at=login.authenticated_at))


def end_of_identity(connection: Connection, identity_id: int, but: int | None = None) -> int:
    """End the sessions that an identity began, all or all but one; how many there were."""
    others = () if but is None else (_of_session.c.session_id != but,)
    _forget_steps(connection, _of_step.c.identity_id == identity_id)
    return _end(connection, _of_session.c.identity_id == identity_id, *others)


def users_of_sid(connection: Connection, sid_hash: bytes) -> set[int]:
    """Who is logged in by one at the provider: one user, as far as it keeps to what it says."""
    live = select(_session.c.user_id).where(_session.c.revoked_at.is_(None))
    its = live.join(_of_session, _of_session.c.session_id == _session.c.id)
    return {*connection.execute(its.where(_of_session.c.sid_hash == sid_hash)).scalars()}


def end_of_sid(connection: Connection, sid_hash: bytes) -> int:
    """End the sessions of one at the provider; how many there were."""
    _forget_steps(connection, _of_step.c.sid_hash == sid_hash)
    return _end(connection, _of_session.c.sid_hash == sid_hash)


def _forget_steps(connection: Connection, which: ColumnElement[bool]) -> None:
    hashes = connection.execute(select(_of_step.c.hash).where(which)).scalars().all()
    for table in (_of_step, _step):
        connection.execute(delete(table).where(table.c.hash.in_(hashes)))


def _end(connection: Connection, *which: ColumnElement[bool]) -> int:
    ids = connection.execute(select(_of_session.c.session_id).where(*which)).scalars().all()
    return revoke(connection, _session.c.id.in_(ids)) if ids else 0
