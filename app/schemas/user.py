"""Accounts on the wire."""

from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, Field, StringConstraints
from pydantic_core import PydanticCustomError

from app.schemas.conversation import SystemPrompt
from app.schemas.fields import GivenId, Text, UtcTime
from app.schemas.session import OpaqueToken
from app.schemas.share import SharesSetting
from app.utils.names import EMAIL_KEY_MAX_BYTES, canonical, email_address


def _short_key(value: str) -> str:
    # One character may be eighteen in the canonical spelling.
    if len(canonical(value)) > EMAIL_KEY_MAX_BYTES:
        raise PydanticCustomError("string_too_long", "too long", {"max_length": EMAIL_CHARACTERS})
    return value


Role = Literal["user", "admin"]
UserStatus = Literal["active", "disabled", "pending", "deleted"]
USER_STATUSES: tuple[UserStatus, ...] = ("active", "disabled", "pending", "deleted")
"""In the order in which the database counts them."""
EMAIL_CHARACTERS = 100
NewPassword = Annotated[str, Field(min_length=8, max_length=128)]
GivenPassword = Annotated[str, Field(min_length=1, max_length=128)]
Email = Annotated[
    str,
    StringConstraints(strip_whitespace=True, max_length=EMAIL_CHARACTERS),
    Field(json_schema_extra={"format": "email"}),
    AfterValidator(email_address),
    AfterValidator(_short_key),
]


class UserCreate(BaseModel):
    """`POST /auth/register`."""

    username: Annotated[Text, Field(min_length=3, max_length=50)]
    email: Email
    password: NewPassword


class LoginRequest(BaseModel):
    """`POST /auth/login`."""

    username_or_email: Annotated[str, Field(min_length=1, max_length=100)]
    password: GivenPassword


class PasswordChange(BaseModel):
    """`PUT /auth/password`."""

    old_password: GivenPassword
    new_password: NewPassword


class PasswordForgotten(BaseModel):
    """`POST /auth/password/forgot`."""

    email: Email


class PasswordResetRequest(BaseModel):
    """`POST /auth/password/reset`."""

    token: OpaqueToken
    new_password: NewPassword


class AccountDeletion(BaseModel):
    """`DELETE /auth/me`."""

    password: GivenPassword


class UserRead(BaseModel):
    """An account as its owner sees it."""

    id: int
    username: str
    email: str
    created_at: UtcTime


class Options(BaseModel):
    """What this server offers to somebody who is not logged in yet."""

    registration: bool
    default_model: bool
    default_model_is_demo: bool
    version: str


class Choices(BaseModel):
    """What a user has chosen for all conversations; null: the operator's model, the model that
    wrote the reply, nothing."""

    default_model_id: int | None
    title_model_id: int | None
    custom_instructions: str | None


class ChoicesUpdate(BaseModel):
    """`PATCH /auth/me`: what is given changes, null clears."""

    default_model_id: GivenId | None = None
    title_model_id: GivenId | None = None
    custom_instructions: SystemPrompt | None = None


class Me(UserRead):
    """The account that is logged in, and whether a message of theirs would be answered."""

    role: Role
    has_config: bool
    can_chat: bool
    default_model: str | None
    default_model_is_demo: bool
    default_model_left: int | None
    default_model_daily: int | None
    attachments_max_bytes: int
    shares: SharesSetting
    shares_expire_days: int
    default_model_id: int | None
    title_model_id: int | None
    custom_instructions: str | None


class AccountRead(BaseModel):
    """An account as its operator sees it."""

    id: int
    username: str
    email: str
    created_at: UtcTime
    enabled: bool
    role: Role
    status: UserStatus
    last_login_at: UtcTime | None
