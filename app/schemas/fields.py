"""Field types shared by requests: numbers as written, text without NUL and half
characters, times with a `Z`."""

import re
from datetime import UTC, datetime
from typing import Annotated

from pydantic import AfterValidator, BeforeValidator, Field, PlainSerializer
from pydantic_core import PydanticCustomError

MAX_ID = 2**63 - 1
_DIGITS = re.compile(r"0|[1-9][0-9]{0,18}")


def _as_written(value: object) -> object:
    # Pydantic also reads "1.0", "+1", "01" and "1_0" as numbers: several names for one thing.
    if isinstance(value, str) and not _DIGITS.fullmatch(value):
        raise PydanticCustomError("int_parsing", "not a whole number")
    return value


def _storable(value: str) -> str:
    try:
        whole = "\0" not in value and value.encode()
    except UnicodeEncodeError:  # half a surrogate pair, which JSON can spell
        whole = False
    if whole is False:
        raise PydanticCustomError("invalid_characters", "holds NUL or half a character")
    return value


def _as_utc(value: datetime) -> str:
    return value.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")


Number = Annotated[int, BeforeValidator(_as_written)]
Id = Annotated[Number, Field(ge=1, le=MAX_ID)]
Text = Annotated[str, AfterValidator(_storable)]
UtcTime = Annotated[datetime, PlainSerializer(_as_utc, when_used="json")]
ClientId = Annotated[str, Field(pattern=r"^[!-~]{1,100}$")]
"""Printable ASCII without blanks, chosen by the client to make sending idempotent."""
