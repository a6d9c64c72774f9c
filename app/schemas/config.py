"""A user's model endpoint on the wire."""

from typing import Annotated, Self

from pydantic import BaseModel, Field, StringConstraints

from app.errors import AppError
from app.schemas.fields import LeftOutWhereNone, Text, UtcTime
from app.schemas.message import ErrorRead

ApiKey = Annotated[
    str, StringConstraints(strip_whitespace=True, max_length=4000, pattern=r"^[ -~]*$")
]
"""A header's characters (RFC 9110 section 5.5); surrounding blanks from copying are removed."""


ModelUrl = Annotated[Text, Field(min_length=1, max_length=500)]
_CONTROL = r"\x00-\x1f\x7f-\x9f"
_MODEL_NAME = rf"^[^{_CONTROL}]*[^\s{_CONTROL}][^{_CONTROL}]*$"
ModelName = Annotated[Text, Field(min_length=1, max_length=100, pattern=_MODEL_NAME)]
"""Something that can be seen, and no control characters: it is shown, logged and sent."""


class ConfigUpdate(BaseModel):
    """`PUT /auth/config`; `api_key` may be left out where the URL stays the same."""

    model_url: ModelUrl
    model_name: ModelName
    api_key: ApiKey | None = None


class EndpointTry(BaseModel):
    """`POST /auth/config/models`: what is left out is as it is saved."""

    model_url: ModelUrl | None = None
    api_key: ApiKey | None = None


class ModelTry(EndpointTry):
    """`POST /auth/config/test`: what is left out is as it is saved."""

    model_name: ModelName | None = None


class ConfigRead(BaseModel):
    """`GET /auth/config`: everything but the key."""

    model_url: str
    model_name: str
    configured_at: UtcTime


class LocalHost(BaseModel):
    """Where a model server on this machine usually listens, and whether it may be called."""

    host: str
    allowed: bool


class ConfigOptions(BaseModel):
    """What somebody can choose from: the operator's model, and servers on this machine."""

    default_model: str | None
    default_model_is_demo: bool
    local_hosts: list[LocalHost]


class TrialErrorRead(ErrorRead):
    """Why a model did not answer; `reason` as in ErrorResponse."""

    reason: Annotated[str | None, LeftOutWhereNone] = None

    @classmethod
    def of(cls, error: AppError) -> Self:
        """An error by its code and its reason."""
        return cls(code=error.code, message="", reason=error.reason)


SuggestedUrl = Annotated[str | None, LeftOutWhereNone]
"""Where an OpenAI-compatible server answers, if none does at the URL that was tried."""


class ModelNames(BaseModel):
    """The models that an endpoint offers; none, and `error`, where it could not be asked."""

    models: list[str]
    error: ErrorRead | None
    suggested_url: SuggestedUrl = None


class TryResult(BaseModel):
    """Whether a model answers, after how many seconds, and else why not."""

    ok: bool
    error: TrialErrorRead | None
    reply_seconds: float | None
    suggested_url: SuggestedUrl = None


class Notice(BaseModel):
    """A sentence for the reader."""

    message: str
