"""Messages on the wire."""

from typing import Annotated, Literal, NamedTuple, Self

from pydantic import BaseModel

from app.errors import AppError
from app.schemas.fields import MAX_ID, LeftOutWhereNone, UtcTime
from app.schemas.file import AttachmentRead

WholeStatus = Literal["complete", "stopped"]
"""complete: the model finished · stopped: a person stopped it."""
BrokenStatus = Literal["interrupted", "failed"]
"""interrupted: text came, then something broke · failed: no text came."""
EndStatus = Literal[WholeStatus, BrokenStatus]
MessageStatus = Literal["generating", EndStatus]
"""generating: running · or how it ended."""
CONTINUABLE = ("interrupted", "stopped")
TextKind = Literal["content", "reasoning"]
"""The two texts of a message."""
TOKENS_MAX = 2**31 - 1
"""What a column of tokens holds."""


def is_cut_off(status: str, finish_reason: str | None) -> bool:
    """Whether a reply that ended so can be continued."""
    return status in CONTINUABLE or finish_reason == "length"


class TokensRead(BaseModel):
    """Tokens as a model's server counted them."""

    prompt_tokens: int
    completion_tokens: int
    total_tokens: int


class UsageRead(TokensRead):
    """Over all runs of a reply, and in nano-USD what all its requests cost; that is left out where
    it is not known. `estimated`: tokens of some run are no count of the server's."""

    cost_nano_usd: Annotated[int | None, LeftOutWhereNone] = None
    estimated: Annotated[Literal[True] | None, LeftOutWhereNone] = None

    @classmethod
    def estimate(cls, prompt_tokens: int, completion_tokens: int) -> Self:
        """About so many tokens."""
        return cls(
            prompt_tokens=prompt_tokens,
            completion_tokens=completion_tokens,
            total_tokens=min(prompt_tokens + completion_tokens, TOKENS_MAX),
            estimated=True,
        )

    def plus(self, more: Self | None) -> Self:
        """With what another run took, where that is known; at most TOKENS_MAX of each."""
        if more is None:
            return self
        sums: dict[str, int | None] = {
            name: min(getattr(self, name) + getattr(more, name), TOKENS_MAX)
            for name in TokensRead.model_fields
        }
        return self.model_copy(update=sums | {"estimated": self.estimated or more.estimated})


class LeftOutRead(BaseModel):
    """A parameter that was set and not sent, as the model's server does not take it, and why."""

    name: str
    reason: str


class ErrorRead(BaseModel):
    """Why a reply ended badly."""

    code: str
    message: str

    @classmethod
    def of(cls, error: AppError) -> Self:
        """An error by its code; a router writes the words, in the reader's language."""
        return cls(code=error.code, message="")


class MessageRead(BaseModel):
    """A message; what ends the list is left out where there is none. `model_id` and
    `connection_label`: which model wrote it, and what its connection was called then; `left_out`:
    parameters that were set and not sent; `attachments`: files that it holds."""

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
    reasoning: Annotated[str | None, LeftOutWhereNone] = None
    usage: Annotated[UsageRead | None, LeftOutWhereNone] = None
    error: Annotated[ErrorRead | None, LeftOutWhereNone] = None
    cursor: Annotated[str | None, LeftOutWhereNone] = None
    model_id: Annotated[int | None, LeftOutWhereNone] = None
    connection_label: Annotated[str | None, LeftOutWhereNone] = None
    left_out: Annotated[list[LeftOutRead] | None, LeftOutWhereNone] = None
    attachments: Annotated[list[AttachmentRead] | None, LeftOutWhereNone] = None


Direction = Literal["before", "after", "around"]


class HistoryPlace(NamedTuple):
    """Where in a history to read: before a message, after it, or around it."""

    direction: Direction = "before"
    id: int = MAX_ID


NEWEST = HistoryPlace()


class MessagePage(BaseModel):
    """Messages by ascending id; `has_more` says whether older ones exist, `has_newer` whether newer
    ones do."""

    messages: list[MessageRead]
    has_more: bool
    has_newer: bool = False


class MessageVersions(BaseModel):
    """Versions of a message by ascending id; `has_more` says whether older ones exist."""

    versions: list[MessageRead]
    has_more: bool


class Exchange(BaseModel):
    """A message and its reply; `reply.status` says how the reply ended."""

    message: MessageRead
    reply: MessageRead
