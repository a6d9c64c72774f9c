"""Identities: found, linked and unlinked."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from sqlalchemy import Connection, delete, func, insert, select, update

from app.database import table_of
from app.errors import IdentityNotFound, ListFull, LoginTooOld
from app.models import Identity, LoginSession, OidcLogout, User, utc_now
from app.origin import note_revoked
from app.services.audit.events import AuditAction, record
from app.services.auth.account import Account
from app.services.auth.provider_login import end_of_identity, end_of_sid, users_of_sid
from app.services.auth.recent import require_recent
from app.services.auth.ways import Way, require_other_way
from app.services.oidc.groups import leave_all, set_role
from app.services.oidc.provider import Provider
from app.services.oidc.refusal import OidcRefused
from app.services.oidc.tokens import LOGOUT_SECONDS, SKEW_SECONDS, identity_key

IDENTITIES_MOST = 20

_user = table_of(User)
_identity = table_of(Identity)
_session = table_of(LoginSession)
_logout = table_of(OidcLogout)


def find(connection: Connection, issuer: str, subject: str) -> Any:
    """The identity of an account at a provider; None where it has none here."""
    key = identity_key(issuer, subject)
    return connection.execute(select(_identity).where(_identity.c.key == key)).first()


def add(connection: Connection, user_id: int, issuer: str, subject: str) -> int:
    """Have an account at a provider log in to one here; the id of the identity."""
    row = {
        "user_id": user_id,
        "key": identity_key(issuer, subject),
        "issuer": issuer,
        "subject": subject,
        "created_at": utc_now(),
    }
    made = connection.execute(insert(_identity).values(**row))
    return int(made.inserted_primary_key[0])  # type: ignore[index]


def touch(connection: Connection, identity_id: int) -> None:
    """Take note that somebody logged in by it now."""
    this = update(_identity).where(_identity.c.id == identity_id)
    connection.execute(this.values(last_login_at=utc_now()))


def require_room(connection: Connection, account: Account) -> None:
    """Whether this login may link one more; LoginTooOld, ListFull."""
    require_recent(connection, account.session_id)
    if _has_all(connection, account.id):
        raise ListFull(IDENTITIES_MOST)


def _has_all(connection: Connection, user_id: int) -> bool:
    mine = select(func.count()).where(_identity.c.user_id == user_id)
    return bool(connection.execute(mine).scalar_one() >= IDENTITIES_MOST)


def link(
    connection: Connection, user_id: int, session_id: int, issuer: str, subject: str, slug: str
) -> None:
    """Link an identity to whoever went to the provider for that; nothing where it is theirs
    already. Raises OidcRefused."""
    mine = select(_user.c.yn).where(_user.c.id == user_id).with_for_update()
    if connection.execute(mine).scalar() != 1 or not is_live(connection, user_id, session_id):
        raise OidcRefused("login_expired", "session_ended", user_id)
    try:
        require_recent(connection, session_id)
    except LoginTooOld as error:
        raise OidcRefused("login_expired", "login_too_old", user_id) from error
    known = find(connection, issuer, subject)
    if known is not None:
        if known.user_id != user_id:
            raise OidcRefused("identity_taken", "identity_of_another_account", user_id)
        return
    if _has_all(connection, user_id):  # of many who went at once
        raise OidcRefused("login_expired", "list_full", user_id)
    add(connection, user_id, issuer, subject)
    told: dict[str, Any] = {"session_id": session_id, "provider": slug}
    record(connection, AuditAction.IDENTITY_LINKED, user_id, **told)


def unlink(
    connection: Connection,
    account: Account,
    identity_id: int,
    providers: Mapping[str, Provider],
) -> None:
    """Have an identity log in no more, ending the other sessions that it began; a role that its
    claims decided goes with it, and its groups. `providers`: those of the server by their issuers.
    Raises LoginTooOld, IdentityNotFound, LastWay: also where nothing but it is left, and its
    provider may be back."""
    require_recent(connection, account.session_id)
    this = (_identity.c.id == identity_id, _identity.c.user_id == account.id)
    row = connection.execute(select(_identity).where(*this)).first()
    if row is None:
        raise IdentityNotFound(identity_id)
    provider = providers.get(row.issuer)
    if provider is not None and row.last_login_at is not None:
        set_role(connection, account.id, [], provider.rules, provider.slug)
    way: Way | None = None if provider is None else "identity"
    require_other_way(connection, account.id, frozenset(providers), without=way)
    end_of_identity(connection, identity_id, but=account.session_id)
    note_revoked(account.id)
    leave_all(connection, account.id, identity_id)
    connection.execute(delete(_identity).where(*this))
    unlinked = AuditAction.IDENTITY_UNLINKED
    record(connection, unlinked, account.id, session_id=account.session_id)


def is_live(connection: Connection, user_id: int, session_id: int) -> bool:
    """Whether a session may still act."""
    its = (
        _session.c.id == session_id,
        _session.c.user_id == user_id,
        _session.c.revoked_at.is_(None),
        _session.c.expires_at > utc_now(),
    )
    return connection.execute(select(_session.c.id).where(*its)).first() is not None


def log_out(
    connection: Connection, token_hash: bytes, issuer: str, subject: str | None, sid: bytes | None
) -> bool:
    """End what a logout token is about: the sessions of one at the provider, else all that the
    identity began. False where the token was used before."""
    if connection.execute(select(_logout.c.hash).where(_logout.c.hash == token_hash)).first():
        return False
    # As long as the token is taken, and as long again for clocks that differ.
    kept = timedelta(seconds=2 * (LOGOUT_SECONDS + SKEW_SECONDS))
    row = {"hash": token_hash, "expires_at": utc_now() + kept}
    connection.execute(insert(_logout).values(row))
    known = None if subject is None else find(connection, issuer, subject)
    whose: set[int] = set()
    if sid is not None:
        whose = users_of_sid(connection, sid)
        end_of_sid(connection, sid)
    elif known is not None and end_of_identity(connection, known.id):
        whose = {known.user_id}
    for user_id in sorted(whose):
        note_revoked(user_id)
        record(connection, AuditAction.PROVIDER_LOGOUT, user_id)
    return True
