"""The account that a token names, read with every request."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Concatenate

from sqlalchemy import Connection, bindparam, select

from app.database import table_of
from app.engines.prepared import Prepared
from app.errors import InvalidToken, SecondFactorNeeded
from app.models import LoginSession, ModelConfig, User, utc_now
from app.schemas.user import Role
from app.utils.tokens import Claims

_user = table_of(User)
_config = table_of(ModelConfig)
_session = table_of(LoginSession)

# Built once: it runs with every request.
_ACCOUNT = Prepared(
    select(
        _user.c.id,
        _user.c.username,
        _user.c.email,
        _user.c.created_at,
        _user.c.role,
        select(_config.c.id).where(_config.c.user_id == _user.c.id).exists(),
        _user.c.has_factor,
    )
    .join(_session, _session.c.user_id == _user.c.id)
    .where(
        _user.c.id == bindparam("of_user"),
        _user.c.yn == 1,
        _session.c.id == bindparam("of_session"),
        _session.c.revoked_at.is_(None),
        _session.c.expires_at > bindparam("now", type_=_session.c.expires_at.type),
    )
)


@dataclass(frozen=True, slots=True)
class Account:
    """A user who may act now, and the session in which they do."""

    id: int
    session_id: int
    username: str
    email: str
    created_at: datetime
    role: Role
    has_config: bool
    has_factor: bool


def find_account(connection: Connection, claims: Claims) -> Account:
    """The account; InvalidToken when it is disabled or the session has ended, SecondFactorNeeded
    where it lacks one that it must have."""
    who = {"of_user": claims.user_id, "of_session": claims.session_id, "now": utc_now()}
    row = _ACCOUNT.first(connection, who)
    if row is None:
        raise InvalidToken(session_id=claims.session_id)
    if claims.wants_factor and not row[6]:
        raise SecondFactorNeeded
    return Account(
        row[0], claims.session_id, row[1], row[2], row[3], row[4], bool(row[5]), bool(row[6])
    )


def hold_user(connection: Connection, user_id: int) -> None:
    """Nobody deletes a user before the commit; InvalidToken where somebody has."""
    mine = select(_user.c.id).where(_user.c.id == user_id)
    if connection.execute(mine.with_for_update()).first() is None:
        raise InvalidToken


def as_user[**P, T](
    connection: Connection,
    claims: Claims,
    work: Callable[Concatenate[Connection, int, P], T],
    /,
    *args: P.args,
    **kwargs: P.kwargs,
) -> T:
    """What `work` reads for the user of a token, who is looked at first; InvalidToken as above.

    One way to the database instead of two: handing work to a thread and back costs as much as the
    work itself.
    """
    return work(connection, find_account(connection, claims).id, *args, **kwargs)
