"""Whether an account has a second factor: what begins with the first of its kind, and ends with the
last."""

from sqlalchemy import Connection, func, select, update

from app.database import table_of
from app.errors import InvalidToken
from app.models import Passkey, Totp, User
from app.services.auth.recovery_codes import count_codes, forget_codes, replace_codes
from app.services.auth.second_step import forget_steps
from app.utils.security import bare_hash, with_mark

_user = table_of(User)
_totp = table_of(Totp)
_passkey = table_of(Passkey)


def hold_factors(connection: Connection, user_id: int) -> bool:
    """Whether a user has a second factor; nobody changes that before the commit. InvalidToken where
    the account was deleted after its token was checked."""
    mine = select(_user.c.has_factor).where(_user.c.id == user_id)
    has_factor = connection.execute(mine.with_for_update()).scalar()
    if has_factor is None:
        raise InvalidToken
    return bool(has_factor)


def has_totp(connection: Connection, user_id: int) -> bool:
    """Whether codes by the time are taken of a user."""
    mine = (_totp.c.user_id == user_id, _totp.c.confirmed_at.is_not(None))
    return connection.execute(select(_totp.c.user_id).where(*mine)).first() is not None


def count_passkeys(connection: Connection, user_id: int) -> int:
    """How many passkeys a user has."""
    mine = select(func.count()).select_from(_passkey).where(_passkey.c.user_id == user_id)
    return int(connection.execute(mine).scalar_one())


def kinds_of(connection: Connection, user_id: int) -> list[str]:
    """What a user may give for the second factor."""
    there = {
        "totp": has_totp(connection, user_id),
        "passkey": count_passkeys(connection, user_id) > 0,
        "recovery_code": count_codes(connection, user_id) > 0,
    }
    return [kind for kind, has in there.items() if has]


def gain(connection: Connection, user_id: int, codes: list[str]) -> None:
    """A user whose row is held has a second factor, and these recovery codes."""
    _set(connection, user_id, 1)
    replace_codes(connection, user_id, codes)


def lose(connection: Connection, user_id: int) -> None:
    """One of the factors of a user whose row is held is gone. With the last one go recovery codes;
    with any, what was begun with it."""
    forget_steps(connection, user_id)
    if has_totp(connection, user_id) or count_passkeys(connection, user_id):
        return
    forget_codes(connection, user_id)
    _set(connection, user_id, 0)


def _set(connection: Connection, user_id: int, has_factor: int) -> None:
    mine = _user.c.id == user_id
    stored = connection.execute(select(_user.c.password_hash).where(mine)).scalar_one()
    known = with_mark(stored) if has_factor else bare_hash(stored)
    changed = update(_user).where(mine).values(password_hash=known, has_factor=has_factor)
    connection.execute(changed)
