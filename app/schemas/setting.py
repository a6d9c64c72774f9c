"""Settings that administrators change while servers run, on the wire."""

from typing import Annotated, Literal

from pydantic import BaseModel, Field, StrictBool, StringConstraints

from app.config import DAYS_MAX, Registration
from app.schemas.admin import AdminForm
from app.schemas.fields import Text, Visible
from app.schemas.share import SharesSetting

BANNER_CHARACTERS = 500
MESSAGES_MAX = 1_000_000_000
SettingName = Literal[
    "registration",
    "require_verified_email",
    "banner_zh",
    "banner_en",
    "retention_days",
    "default_model_daily_messages",
    "shares",
]
SettingValue = str | int | bool
SettingSource = Literal["environment", "stored", "default"]
"""Which value holds. One that is set in the environment goes before one that is stored."""
Banner = Annotated[
    Text,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=BANNER_CHARACTERS),
    Visible,
]


class SettingsUpdate(AdminForm):
    """`PATCH /admin/settings`: what is given changes, null takes a stored value away."""

    registration: Registration | None = None
    require_verified_email: StrictBool | None = None
    banner_zh: Banner | None = None
    banner_en: Banner | None = None
    retention_days: Annotated[int, Field(strict=True, ge=1, le=DAYS_MAX)] | None = None
    default_model_daily_messages: (
        Annotated[int, Field(strict=True, ge=0, le=MESSAGES_MAX)] | None
    ) = None
    shares: SharesSetting | None = None


class SettingRead(BaseModel):
    """A setting: the value that holds, from where, what the environment says (null: nothing), and
    what it is where nobody says anything."""

    name: SettingName
    value: SettingValue | None
    source: SettingSource
    environment: SettingValue | None
    default: SettingValue | None


class SettingList(BaseModel):
    """`GET /admin/settings`."""

    settings: list[SettingRead]
