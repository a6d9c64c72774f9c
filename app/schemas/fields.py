"""Field types shared by requests: numbers as written, text that can be kept, times with a `Z`."""

import re
from datetime import UTC, datetime
from typing import Annotated

from pydantic import AfterValidator, BeforeValidator, Field, PlainSerializer, WithJsonSchema
from pydantic_core import PydanticCustomError

MAX_ID = 2**63 - 1
_DIGITS = re.compile(r"0|[1-9][0-9]{0,18}")
_UNSTORABLE = re.compile(r"[\0\ud800-\udfff]")
"""JSON can spell half a surrogate pair; UTF-8 cannot (RFC 8259 section 8.2)."""


def _as_written(value: object) -> object:
    # Pydantic also reads "1.0", "+1", "01" and "1_0" as numbers: several names for one thing.
    if isinstance(value, str) and not _DIGITS.fullmatch(value):
        raise PydanticCustomError("int_parsing", "not a whole number")
    return value


def _storable(value: str) -> str:
    if _UNSTORABLE.search(value):
        raise PydanticCustomError("invalid_characters", "holds NUL or half a character")
    return value


def _as_utc(value: datetime) -> str:
    return value.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")


AsWritten = BeforeValidator(_as_written)
"""Stands after the bounds of a number: only so does the OpenAPI document show them."""
Id = Annotated[int, Field(ge=1, le=MAX_ID), AsWritten]
Text = Annotated[str, AfterValidator(_storable)]
UtcTime = Annotated[
    datetime,
    PlainSerializer(_as_utc, when_used="json"),
    WithJsonSchema({"type": "string", "format": "date-time"}, mode="serialization"),
]
ClientId = Annotated[str, Field(pattern=r"^[!-~]{1,100}$")]
"""Printable ASCII without blanks, chosen by the client to make sending idempotent."""
