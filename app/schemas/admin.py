"""What administrators see and change of accounts: never what somebody wrote."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from app.schemas.fields import GivenId, Text, UtcTime
from app.schemas.user import Role, UserStatus

GROUPS_MOST = 1000

Place = Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{1,600}$")]
"""Where the next page of a list begins, as the page before has it."""
Prefix = Annotated[Text, Field(min_length=1, max_length=100)]


class AdminForm(BaseModel):
    """What an administrator's form takes; a field that it does not know is refused."""

    model_config = ConfigDict(extra="forbid")


class GroupNamed(BaseModel):
    """A group, by its name."""

    id: int
    name: str


class AdminUser(BaseModel):
    """An account. `deleted_until`: until then it can be restored. `avatar`: the picture's version,
    where there is one."""

    id: int
    username: str
    email: str
    display_name: str | None
    role: Role
    status: UserStatus
    email_verified: bool
    created_at: UtcTime
    last_login_at: UtcTime | None
    deleted_until: UtcTime | None
    groups: list[GroupNamed]
    avatar: int | None


class AdminUserDetail(AdminUser):
    """`GET /admin/users/{id}`: also how many logins and conversations there are, and how much is
    stored."""

    sessions: int
    conversations: int
    storage_bytes: int


class AdminUserList(BaseModel):
    """`GET /admin/users`; without `next_cursor` it is the last page."""

    users: list[AdminUser]
    next_cursor: str | None


class AdminUserUpdate(AdminForm):
    """`PATCH /admin/users/{id}`: what is given changes."""

    role: Role | None = None
    enabled: Annotated[bool, Field(strict=True)] | None = None
    group_ids: Annotated[list[GivenId], Field(max_length=GROUPS_MOST)] | None = None
