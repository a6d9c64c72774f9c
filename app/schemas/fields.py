"""Field types shared by requests: numbers as written, text that can be kept, times with a `Z`."""

import re
from datetime import UTC, date, datetime
from typing import Annotated

from pydantic import AfterValidator, BeforeValidator, Field, PlainSerializer, WithJsonSchema
from pydantic_core import PydanticCustomError

from app.utils.visible import has_visible

MAX_ID = 2**63 - 1
_DIGITS = re.compile(r"0|[1-9][0-9]{0,18}")
_TIME = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,6})?Z")
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
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


def _visible(value: str) -> str:
    if not has_visible(value):
        raise PydanticCustomError("blank", "holds nothing that can be seen")
    return value


def _as_answered(value: object) -> object:
    # Pydantic also reads numbers, and zones in which a time may lie before the first year.
    if not isinstance(value, str) or not _TIME.fullmatch(value):
        raise PydanticCustomError("datetime_parsing", "not a time in UTC")
    return value


def _as_day(value: object) -> object:
    # Pydantic also reads times and numbers of seconds.
    if isinstance(value, str) and not _DAY.fullmatch(value):
        raise PydanticCustomError("date_parsing", "not a day as YYYY-MM-DD")
    return value


def as_utc(value: datetime) -> str:
    """A time as it goes over the wire."""
    return value.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")


AsWritten = BeforeValidator(_as_written)
"""Goes after the bounds of a number, or the OpenAPI document would not show them."""
Id = Annotated[int, Field(ge=1, le=MAX_ID), AsWritten]
GivenId = Annotated[int, Field(strict=True, ge=1, le=MAX_ID)]
"""An id in a body, where `true` and `1.0` are other values."""
Text = Annotated[str, AfterValidator(_storable)]
Visible = AfterValidator(_visible)
UtcTime = Annotated[
    datetime,
    PlainSerializer(as_utc, when_used="json"),
    WithJsonSchema({"type": "string", "format": "date-time"}, mode="serialization"),
]
Day = Annotated[date, BeforeValidator(_as_day)]
"""A day as YYYY-MM-DD."""
ZoneName = Annotated[str, Field(pattern=r"^[A-Za-z0-9_+/-]{1,64}$")]
"""A time zone by its IANA name."""
AnsweredTime = Annotated[datetime, BeforeValidator(_as_answered)]
"""A time that a client sends back exactly as it was answered."""
ClientId = Annotated[str, Field(pattern=r"^[!-~]{1,100}$")]
"""Printable ASCII without blanks, chosen by the client to make sending idempotent."""
LeftOutWhereNone = Field(exclude_if=lambda value: value is None)
