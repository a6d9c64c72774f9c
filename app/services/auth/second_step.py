"""Logins between their two steps: a ticket for the right password, good once and for minutes."""

from datetime import timedelta

from sqlalchemy import Connection, delete, insert, select

from app.database import table_of
from app.errors import InvalidCredentials, SecondStepOver
from app.models import SecondStep, User, utc_now

LIFETIME = timedelta(minutes=5)

_user = table_of(User)
_step = table_of(SecondStep)


def open_step(connection: Connection, user_id: int, password_hash: str, hash: bytes) -> None:
    """Keep the ticket of a user whose password was right; InvalidCredentials when it was changed,
    or the user disabled, meanwhile."""
    mine = select(_user.c.password_hash, _user.c.yn).where(_user.c.id == user_id)
    user = connection.execute(mine.with_for_update()).first()
    if user is None or user.password_hash != password_hash or user.yn != 1:
        raise InvalidCredentials(user_id)
    now = utc_now()
    over = (_step.c.user_id == user_id, _step.c.expires_at <= now)
    connection.execute(delete(_step).where(*over))
    row = {"hash": hash, "user_id": user_id, "expires_at": now + LIFETIME}
    connection.execute(insert(_step).values(row))


def user_of(connection: Connection, hash: bytes) -> int:
    """Whose ticket this is; SecondStepOver when there is no such, or its time is over."""
    good = (_step.c.hash == hash, _step.c.expires_at > utc_now())
    user_id = connection.execute(select(_step.c.user_id).where(*good)).scalar()
    if user_id is None:
        raise SecondStepOver
    return int(user_id)


def close_step(connection: Connection, hash: bytes) -> None:
    """Use a ticket up; SecondStepOver when somebody was quicker."""
    if connection.execute(delete(_step).where(_step.c.hash == hash)).rowcount != 1:
        raise SecondStepOver


def forget_steps(connection: Connection, user_id: int) -> None:
    """No login of a user's that was begun goes on."""
    connection.execute(delete(_step).where(_step.c.user_id == user_id))
