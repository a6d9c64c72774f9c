"""Invitations on the wire."""

from typing import Annotated, Literal

from pydantic import BaseModel, Field, StringConstraints

from app.schemas.admin import AdminForm, GroupNamed
from app.schemas.fields import GivenId, Text, UtcTime, Visible

NOTE_CHARACTERS = 100
USES_MAX = 10_000
INVITE_DAYS_MAX = 365
InviteState = Literal["open", "used", "expired", "revoked"]
InviteNote = Annotated[
    Text,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=NOTE_CHARACTERS),
    Visible,
]


class InviteCreate(AdminForm):
    """`POST /admin/invites`: for so many accounts, for so many days."""

    uses: Annotated[int, Field(strict=True, ge=1, le=USES_MAX)]
    expires_in_days: Annotated[int, Field(strict=True, ge=1, le=INVITE_DAYS_MAX)]
    group_id: GivenId | None = None
    note: InviteNote | None = None


class InviteMaker(BaseModel):
    """Who made an invitation."""

    id: int
    username: str


class InviteRead(BaseModel):
    """An invitation as administrators see it, known by its `prefix`. Its accounts become members of
    `group`. `created_by` is null for the command line, and for somebody who is gone."""

    id: int
    prefix: str
    uses: int
    uses_left: int
    group: GroupNamed | None
    note: str | None
    created_by: InviteMaker | None
    created_at: UtcTime
    expires_at: UtcTime
    revoked_at: UtcTime | None
    state: InviteState


class InviteCreated(InviteRead):
    """A new invitation, the only time with its token: the server keeps a hash."""

    token: str
    url: str


class InviteList(BaseModel):
    """`GET /admin/invites`: the newest first; those that are over are kept for 30 days."""

    invites: list[InviteRead]
