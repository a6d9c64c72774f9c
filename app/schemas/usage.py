"""What was used, on the wire. Money is whole nano-USD; what is not known is null, never 0."""

from typing import Annotated, Literal

from pydantic import BaseModel, Field

from app.schemas.fields import LeftOutWhereNone, UtcTime

UsageBy = Literal["day", "model", "connection", "key"]
AttemptPurpose = Literal["reply", "title", "trial", "api", "embedding"]
"""api, embedding: asked for by a key."""
MESSAGE_PURPOSES: tuple[AttemptPurpose, ...] = ("api", "embedding")
"""Of those that have a row of their own: what counts as a message."""
AttemptStatus = Literal[
    "running", "complete", "stopped", "interrupted", "failed", "refused", "unconfirmed"
]
"""running · complete: the model ended it · stopped: a person did · interrupted: it broke off after
its first text · failed: before that · refused: answered with an error, and nothing was counted ·
unconfirmed: its process died before it was known whether it had left."""
CountedBy = Literal["provider", "estimate"]
PriceSource = Literal["user", "operator", "provider", "table", "none"]
"""Who said what it costs. provider: the model's server itself, for this very request."""


class UsageRow(BaseModel):
    """Sums over requests. `key` says which, and `label` what it is called: a day, a model, a
    connection; `split_…` the same of its parts, where the answer is split. `estimated`: how many of
    the requests have estimated tokens; `unpriced`: of how many nobody knows the price, which
    `cost_nano_usd` is without."""

    key: str
    label: str
    split_key: Annotated[str | None, LeftOutWhereNone] = None
    split_label: Annotated[str | None, LeftOutWhereNone] = None
    attempts: int
    prompt_tokens: int
    cached_tokens: int
    cache_write_tokens: int
    completion_tokens: int
    reasoning_tokens: int
    cost_nano_usd: int | None
    estimated: int
    unpriced: int


class UsageSummary(BaseModel):
    """`GET /usage`: from the first day to the last, both included, in the time zone `tz`."""

    first_day: str = Field(serialization_alias="from")
    last_day: str = Field(serialization_alias="to")
    tz: str
    by: UsageBy
    rows: list[UsageRow]


class AttemptRead(BaseModel):
    """One request that left for a model's server, or may have. Tokens of a running one are not
    known yet."""

    id: int
    started_at: UtcTime
    purpose: AttemptPurpose
    status: AttemptStatus
    error_code: str | None
    model_id: int | None
    model_name: str
    connection_id: int | None
    connection_label: str | None
    shared: bool
    key_id: int | None
    conversation_id: int | None
    message_id: int | None
    first_token_ms: int | None
    duration_ms: int | None
    prompt_tokens: int | None
    cached_tokens: int | None
    cache_write_tokens: int | None
    completion_tokens: int | None
    reasoning_tokens: int | None
    counted_by: CountedBy | None
    cost_nano_usd: int | None
    price_source: PriceSource | None


class AttemptPage(BaseModel):
    """Requests, the newest first; `next` is the cursor of those before them, null at the end."""

    attempts: list[AttemptRead]
    next: str | None
