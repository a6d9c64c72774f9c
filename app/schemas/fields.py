"""Field types shared by requests: numbers as written, text without NUL, times with a `Z`."""

import re
from datetime import UTC, datetime
from typing import Annotated

from pydantic import AfterValidator, BeforeValidator, Field, PlainSerializer
from pydantic_core import PydanticCustomError

MAX_ID = 2**63 - 1
_DIGITS = re.compile(r"[0-9]{1,19}", re.ASCII)


def _as_written(value: object) -> object:
    # Pydantic also reads "1.0", "+1" and "1_0" as numbers: several names for one thing.
    if isinstance(value, str) and not _DIGITS.fullmatch(value):
        raise PydanticCustomError("int_parsing", "not a whole number")
    return value


def _without_nul(value: str) -> str:
    if "\0" in value:
        raise PydanticCustomError("invalid_characters", "holds a NUL character")
    return value


def _as_utc(value: datetime) -> str:
    return value.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")


Number = Annotated[int, BeforeValidator(_as_written)]
Id = Annotated[Number, Field(ge=1, le=MAX_ID)]
Text = Annotated[str, AfterValidator(_without_nul)]
UtcTime = Annotated[datetime, PlainSerializer(_as_utc, when_used="json")]
ClientId = Annotated[str, Field(pattern=r"^[!-~]{1,100}$")]
"""Printable ASCII without blanks, chosen by the client to make sending idempotent."""
