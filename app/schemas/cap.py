"""Caps on the wire: how much may be used in a day or a month."""

from typing import Annotated, Literal, Self, TypedDict

from pydantic import BaseModel, Field, model_validator
from pydantic_core import PydanticCustomError

from app.schemas.fields import GivenId, UtcTime

CapScope = Literal["everyone", "group", "user", "key"]
CapTarget = Literal["all", "shared", "connection", "model"]
CapPeriod = Literal["day", "month"]
CapUnit = Literal["messages", "tokens", "nano_usd"]
CapSource = Literal["operator", "user", "key"]
"""Who set it; key: somebody for one key of theirs, which is told with that key alone."""

AMOUNT_MAX = 10**15
"""A million dollars, or as many tokens."""
WARN_PERCENT = 80
OWN_CAPS_MAX = 20

Amount = Annotated[int, Field(strict=True, ge=0, le=AMOUNT_MAX)]
WarnPercent = Annotated[int, Field(strict=True, ge=1, le=100)]


class CapSet(BaseModel):
    """A cap that somebody sets for themselves."""

    target: CapTarget
    connection_id: GivenId | None = None
    model_id: GivenId | None = None
    period: CapPeriod
    unit: CapUnit
    amount: Amount
    warn_percent: WarnPercent = WARN_PERCENT

    @model_validator(mode="after")
    def _with_what_it_is_about(self) -> Self:
        for target, id in (("connection", self.connection_id), ("model", self.model_id)):
            if (id is not None) != (self.target == target):
                raise PydanticCustomError("cap_target", "target and its id do not agree")
        return self


class CapsUpdate(BaseModel):
    """`PUT /usage/caps`: all that somebody sets for themselves, in place of what there was."""

    caps: Annotated[list[CapSet], Field(max_length=OWN_CAPS_MAX)]


class CapRead(BaseModel):
    """A cap, how much of it is used in the period that runs, and when the next one begins.

    `id` is null for the one of the server's settings. `left` is never below 0. `warning`: whether
    `warn_percent` of it are used.
    """

    id: int | None
    scope: CapScope
    source: CapSource
    target: CapTarget
    connection_id: int | None
    model_id: int | None
    label: str | None
    period: CapPeriod
    unit: CapUnit
    amount: int
    warn_percent: int
    used: int
    left: int
    warning: bool
    resets_at: UtcTime


class CapList(BaseModel):
    """One's own caps, and those of the operator's that apply."""

    caps: list[CapRead]


class CapWarning(TypedDict):
    """A cap of which `warn_percent` are used, in `done`."""

    source: CapSource
    period: CapPeriod
    unit: CapUnit
    amount: int
    left: int
    resets_at: str
