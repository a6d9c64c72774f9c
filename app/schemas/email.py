"""E-mail addresses: confirmed, and changed."""

from pydantic import BaseModel, ConfigDict

from app.schemas.session import OpaqueToken
from app.schemas.user import Email, GivenPassword


class EmailToken(BaseModel):
    """What a link has behind its `#`."""

    token: OpaqueToken


class EmailChangeCreate(BaseModel):
    """`POST /auth/email`; without `password` where the account has none."""

    model_config = ConfigDict(extra="forbid")

    email: Email
    password: GivenPassword | None = None


class EmailConfirmed(BaseModel):
    """`done`: the address was changed; else the other one is still to confirm it."""

    done: bool
