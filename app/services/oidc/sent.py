"""Those who were sent to a provider, by the state they went with: each comes back once, soon, in
the browser that went."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal

from sqlalchemy import Connection, delete, insert, select

from app.database import table_of
from app.models import OidcLogin, OidcLogout, OidcStep, utc_now
from app.services.auth.account import hold_user
from app.services.oidc.provider import Sent
from app.services.upkeep.removal import remove_some
from app.utils.tokens import token_hash

LIFETIME = timedelta(minutes=10)

ErrandKind = Literal["login", "link", "reauthenticate"]

_login = table_of(OidcLogin)
_step = table_of(OidcStep)
_logout = table_of(OidcLogout)


@dataclass(frozen=True, slots=True)
class Errand:
    """What somebody goes to a provider for. Whose it is: NULL for a login."""

    purpose: ErrandKind
    return_to: str
    user_id: int | None = None
    session_id: int | None = None


def keep(connection: Connection, provider: str, sent: Sent, browser: str, errand: Errand) -> None:
    """Remember somebody who is sent to a provider now; InvalidToken where their account was deleted
    meanwhile."""
    if errand.user_id is not None:
        hold_user(connection, errand.user_id)
    now = utc_now()
    row = {
        "state_hash": token_hash(sent.state),
        "browser_hash": token_hash(browser),
        "provider": provider,
        "nonce": sent.nonce,
        "verifier": sent.verifier,
        "return_to": errand.return_to,
        "purpose": errand.purpose,
        "user_id": errand.user_id,
        "session_id": errand.session_id,
        "begun_at": now,
        "expires_at": now + LIFETIME,
    }
    connection.execute(insert(_login).values(row))


def take(connection: Connection, state: str, browser: str | None) -> Any:
    """The row of somebody who comes back; of many at once one gets it. None where it is over,
    unknown or another browser's: it is used up then, too."""
    this = _login.c.state_hash == token_hash(state)
    row = connection.execute(select(_login).where(this).with_for_update()).first()
    if row is None or connection.execute(delete(_login).where(this)).rowcount != 1:
        return None
    if row.expires_at <= utc_now() or browser is None or token_hash(browser) != row.browser_hash:
        return None
    return row


def purge_sent(connection: Connection, before: datetime) -> bool:
    """Those who did not come back."""
    return remove_some(connection, _login.c.state_hash, _login.c.expires_at < before)


def purge_steps(connection: Connection, before: datetime) -> bool:
    """What was to be remembered for second steps that nobody took."""
    return remove_some(connection, _step.c.hash, _step.c.expires_at < before)


def purge_logouts(connection: Connection, before: datetime) -> bool:
    """Logout tokens that are too old to be used again."""
    return remove_some(connection, _logout.c.hash, _logout.c.expires_at < before)
