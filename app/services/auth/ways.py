"""The ways in which somebody logs in, of which one is always left."""

from dataclasses import dataclass
from typing import Literal

from sqlalchemy import Connection, func, select

from app.database import table_of
from app.errors import InvalidToken, LastWay
from app.models import Identity, Passkey, User
from app.models.user import HAS_PASSWORD

type Way = Literal["password", "passkey", "identity"]

_user = table_of(User)
_identity = table_of(Identity)
_passkey = table_of(Passkey)


@dataclass(frozen=True, slots=True)
class Ways:
    """What an account is logged in to by: its password, so many passkeys, and so many accounts at
    providers that the server has now."""

    password: bool
    passkeys: int
    identities: int

    def besides(self, one: Way | None) -> int:
        """How many are left without one of these; None: without something that is none."""
        counts = {
            "password": int(self.password),
            "passkey": self.passkeys,
            "identity": self.identities,
        }
        if one is not None:
            counts[one] = max(0, counts[one] - 1)
        return sum(counts.values())


def ways(
    connection: Connection, user_id: int, issuers: frozenset[str], *, lock: bool = False
) -> Ways:
    """How a user may log in, at the providers with these issuers too. `lock`: nobody takes one away
    before the commit. Raises InvalidToken where the account was deleted meanwhile."""
    mine = select(HAS_PASSWORD).where(_user.c.id == user_id)
    password = connection.execute(mine.with_for_update() if lock else mine).scalar()
    if password is None:
        raise InvalidToken
    return Ways(
        password=bool(password),
        passkeys=_passkeys(connection, user_id),
        identities=_identities(connection, user_id, issuers),
    )


def require_other_way(
    connection: Connection, user_id: int, issuers: frozenset[str], *, without: Way | None
) -> None:
    """Raise LastWay where nobody could log in any more without one of these. Holds the user's row:
    of two that are taken away at once, the second sees that it is the last."""
    if ways(connection, user_id, issuers, lock=True).besides(without) == 0:
        raise LastWay


def _passkeys(connection: Connection, user_id: int) -> int:
    """Those that log in without a password."""
    mine = (_passkey.c.user_id == user_id, _passkey.c.alone == 1)
    found = select(func.count()).select_from(_passkey).where(*mine)
    return int(connection.execute(found).scalar_one())


def _identities(connection: Connection, user_id: int, issuers: frozenset[str]) -> int:
    mine = (_identity.c.user_id == user_id, _identity.c.issuer.in_(issuers))
    found = select(func.count()).select_from(_identity).where(*mine)
    return int(connection.execute(found).scalar_one())
