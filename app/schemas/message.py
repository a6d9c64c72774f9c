"""Messages on the wire."""

from typing import Any, Literal

from pydantic import BaseModel, SerializerFunctionWrapHandler, model_serializer

from app.schemas.fields import Text, UtcTime

MessageStatus = Literal["generating", "complete", "stopped", "interrupted", "failed"]
"""generating: running · complete: the model finished · stopped: a person stopped it ·
interrupted: text came, then something broke · failed: no text came."""

OPTIONAL = ("reasoning", "usage", "error", "cursor")


class MessageCreate(BaseModel):
    """`POST /conversations/{id}/messages`."""

    content: Text


class UsageRead(BaseModel):
    """Tokens as the endpoint counted them."""

    prompt_tokens: int
    completion_tokens: int
    total_tokens: int


class ErrorRead(BaseModel):
    """Why a reply ended badly."""

    code: str
    message: str


class MessageRead(BaseModel):
    """A message; `reasoning`, `usage`, `error` and `cursor` are left out where there is none."""

    id: int
    sender: Literal["user", "ai"]
    content: str
    timestamp: UtcTime
    status: MessageStatus
    parent_id: int | None
    version: int
    versions: int
    model_name: str | None
    finish_reason: str | None
    reasoning: str | None = None
    usage: UsageRead | None = None
    error: ErrorRead | None = None
    cursor: str | None = None

    @model_serializer(mode="wrap")
    def _short(self, serialise: SerializerFunctionWrapHandler) -> dict[str, Any]:
        whole = serialise(self)
        return {k: v for k, v in whole.items() if v is not None or k not in OPTIONAL}


class MessagePage(BaseModel):
    """Messages by ascending id; `has_more` says whether older ones exist."""

    messages: list[MessageRead]
    has_more: bool


class MessageVersions(BaseModel):
    """A message and its siblings, oldest first."""

    versions: list[MessageRead]


class Exchange(BaseModel):
    """A message and its reply; `reply.status` says how the reply ended."""

    message: MessageRead
    reply: MessageRead
