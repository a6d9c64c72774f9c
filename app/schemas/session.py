"""Logins on the wire."""

from typing import Annotated, Literal

from pydantic import BaseModel, Field

from app.schemas.fields import UtcTime

OpaqueToken = Annotated[str, Field(min_length=1, max_length=200, pattern=r"^[!-~]*$")]


class Token(BaseModel):
    """An access token and what renews it, and for how many seconds each is good."""

    access_token: str
    token_type: Literal["bearer"] = "bearer"
    expires_in: int
    refresh_token: str
    refresh_expires_in: int


class RefreshRequest(BaseModel):
    """`POST /auth/refresh`; without a token the cookie's is used."""

    refresh_token: OpaqueToken | None = None


class SessionRead(BaseModel):
    """A session as its owner sees it."""

    id: int
    device: str
    address: str
    created_at: UtcTime
    last_used_at: UtcTime
    current: bool


class SessionList(BaseModel):
    """`GET /auth/sessions`."""

    sessions: list[SessionRead]


class Ticket(BaseModel):
    """What opens one socket in an access token's place, and for how many seconds."""

    ticket: str
    expires_in: int


class ExportTicket(BaseModel):
    """Where an export can be fetched once, and for how many seconds."""

    path: str
    expires_in: int
