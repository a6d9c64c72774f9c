"""Accounts on the wire."""

from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, Field, StringConstraints
from pydantic_core import PydanticCustomError

from app.config import Registration
from app.schemas.conversation import SystemPrompt
from app.schemas.fields import GivenId, Text, UtcTime
from app.schemas.identity import ProviderRead
from app.schemas.session import OpaqueToken
from app.schemas.share import SharesSetting
from app.utils.names import EMAIL_KEY_MAX_BYTES, canonical, email_address
from app.utils.visible import has_visible, is_shown_plainly, towers


def _short_key(value: str) -> str:
    # One character may be eighteen in the canonical spelling.
    if len(canonical(value)) > EMAIL_KEY_MAX_BYTES:
        raise PydanticCustomError("string_too_long", "too long", {"max_length": EMAIL_CHARACTERS})
    return value


Role = Literal["user", "admin"]
UserStatus = Literal["active", "disabled", "pending", "deleted"]
USER_STATUSES: tuple[UserStatus, ...] = ("active", "disabled", "pending", "deleted")
"""In the order in which the database counts them."""


def _plain(value: str) -> str:
    if not has_visible(value) or not all(map(is_shown_plainly, value)) or towers(value):
        raise PydanticCustomError("invalid_characters", "holds what cannot be seen, or nothing")
    return value


EMAIL_CHARACTERS = 100
DISPLAY_NAME_CHARACTERS = 64
NewPassword = Annotated[str, Field(min_length=8, max_length=128)]
GivenPassword = Annotated[str, Field(min_length=1, max_length=128)]
Email = Annotated[
    str,
    StringConstraints(strip_whitespace=True, max_length=EMAIL_CHARACTERS),
    Field(json_schema_extra={"format": "email"}),
    AfterValidator(email_address),
    AfterValidator(_short_key),
]


DisplayName = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=DISPLAY_NAME_CHARACTERS),
    AfterValidator(_plain),
]
"""What others read of somebody; it is no name to log in with, and need not be the only one."""


class UserCreate(BaseModel):
    """`POST /auth/register`. `invite`: what the link of an invitation has behind its `#`."""

    username: Annotated[Text, Field(min_length=3, max_length=50)]
    email: Email
    password: NewPassword
    invite: OpaqueToken | None = None


class LoginRequest(BaseModel):
    """`POST /auth/login`."""

    username_or_email: Annotated[str, Field(min_length=1, max_length=100)]
    password: GivenPassword


class PasswordChange(BaseModel):
    """`PUT /auth/password`; without `old_password` where the account has no password yet."""

    old_password: GivenPassword | None = None
    new_password: NewPassword


class PasswordForgotten(BaseModel):
    """`POST /auth/password/forgot`."""

    email: Email


class PasswordResetRequest(BaseModel):
    """`POST /auth/password/reset`."""

    token: OpaqueToken
    new_password: NewPassword


class AccountDeletion(BaseModel):
    """`DELETE /auth/me`; without `password` where the account has none."""

    password: GivenPassword | None = None


class UserRead(BaseModel):
    """An account as its owner sees it."""

    id: int
    username: str
    email: str
    created_at: UtcTime


class BannerRead(BaseModel):
    """What administrators want everybody to read, in both languages."""

    zh: str
    en: str


class Options(BaseModel):
    """What this server offers to somebody who is not logged in yet. `registration`: in one of the
    `ways` people make their own accounts; `email_verification`: they log in once their address is
    confirmed; `passkeys`: browsers can use them here; `banner`: what everybody is to read;
    `providers`: accounts elsewhere by which people log in."""

    registration: bool
    ways: Registration
    providers: list[ProviderRead]
    email_verification: bool
    passkeys: bool
    banner: BannerRead | None
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

    display_name: DisplayName | None = None
    default_model_id: GivenId | None = None
    title_model_id: GivenId | None = None
    custom_instructions: SystemPrompt | None = None


class Me(UserRead):
    """The account that is logged in, and whether a message of theirs would be answered. `avatar`:
    the version of their picture; `pending_email`: an address that is still to be confirmed before
    it takes the place of theirs."""

    role: Role
    display_name: str | None
    avatar: int | None
    email_verified: bool
    pending_email: str | None
    has_config: bool
    has_password: bool
    second_factor_needed: bool
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


class AvatarRead(BaseModel):
    """`PUT /auth/me/avatar`: the version of the picture, which is another with each one."""

    avatar: int


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
