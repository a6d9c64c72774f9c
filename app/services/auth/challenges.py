"""What authenticators are asked to sign: each good once, for minutes, and for one purpose."""

from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import Connection, delete, insert, select

from app.database import table_of
from app.errors import PasskeyRefused
from app.models import PasskeyChallenge, utc_now
from app.services.upkeep.removal import remove_some

LIFETIME = timedelta(minutes=5)

_challenge = table_of(PasskeyChallenge)


class Purpose(StrEnum):
    """What a passkey is given for."""

    REGISTER = "register"
    LOGIN = "login"
    SECOND = "second"
    CONFIRM = "confirm"


def open_challenge(
    connection: Connection,
    hash: bytes,
    purpose: Purpose,
    user_id: int | None = None,
    handle: bytes | None = None,
) -> None:
    """Keep a challenge. `user_id`: of whom alone it is taken; `handle`: what the authenticator is
    to know them by."""
    now = utc_now()
    if user_id is not None:
        over = (_challenge.c.user_id == user_id, _challenge.c.expires_at <= now)
        connection.execute(delete(_challenge).where(*over))
    row = {"hash": hash, "user_id": user_id, "purpose": purpose.value, "handle": handle}
    connection.execute(insert(_challenge).values(**row, expires_at=now + LIFETIME))


def take_challenge(
    connection: Connection, hash: bytes, purpose: Purpose, user_id: int | None = None
) -> bytes | None:
    """Use a challenge up, whatever was signed for it; its handle. PasskeyRefused where there is no
    such, its time is over, or somebody was quicker."""
    this = (
        _challenge.c.hash == hash,
        _challenge.c.purpose == purpose.value,
        _challenge.c.expires_at > utc_now(),
        _challenge.c.user_id.is_(None) if user_id is None else _challenge.c.user_id == user_id,
    )
    row = connection.execute(select(_challenge.c.handle).where(*this)).first()
    gone = delete(_challenge).where(_challenge.c.hash == hash)
    if row is None or connection.execute(gone).rowcount != 1:
        raise PasskeyRefused("challenge", purpose.value, user_id)
    handle: bytes | None = row.handle
    return handle


def forget_challenges(connection: Connection, user_id: int) -> None:
    """Nothing that was begun with a user's passkeys goes on."""
    connection.execute(delete(_challenge).where(_challenge.c.user_id == user_id))


def purge_challenges(connection: Connection, before: datetime) -> bool:
    """Challenges that nobody has met in time."""
    return remove_some(connection, _challenge.c.hash, _challenge.c.expires_at < before)
