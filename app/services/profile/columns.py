"""What an account tells of its owner, as columns of a statement about it."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Label, bindparam, select

from app.database import table_of
from app.models import Avatar, EmailChange, User
from app.models.user import HAS_PASSWORD

_user = table_of(User)
_avatar = table_of(Avatar)
_change = table_of(EmailChange)

AVATAR: Label[Any] = (
    select(_avatar.c.version)
    .where(_avatar.c.user_id == _user.c.id)
    .correlate(_user)
    .scalar_subquery()
    .label("avatar")
)
"""The version of a user's picture; NULL for none."""
PENDING_EMAIL: Label[Any] = (
    select(_change.c.email)
    .where(
        _change.c.user_id == _user.c.id,
        _change.c.expires_at > bindparam("now", type_=_change.c.expires_at.type),
    )
    .correlate(_user)
    .scalar_subquery()
    .label("pending_email")
)
PROFILE = (_user.c.display_name, _user.c.email_verified_at, AVATAR, PENDING_EMAIL) + (
    HAS_PASSWORD.label("has_password"),
)
"""No statement of their own, as every page asks for them first. The statement has `now`."""


@dataclass(frozen=True, slots=True)
class Profile:
    """What a user is called and looks like, whose their address is known to be, and whether they
    have a password."""

    display_name: str | None
    avatar: int | None
    email_verified: bool
    pending_email: str | None
    has_password: bool


def profile_of(row: Any) -> Profile:
    """The profile in a row with the columns of PROFILE."""
    verified = row.email_verified_at is not None
    has = bool(row.has_password)
    return Profile(row.display_name, row.avatar, verified, row.pending_email, has)
