"""What exports say, brought into the form in which it is kept. No I/O."""

import hashlib
import re
from datetime import UTC, datetime, timedelta
from typing import Any

from app.services.transfer.archive import KEY_CHARACTERS, MODEL_CHARACTERS, TITLE_CHARACTERS

OLDEST = datetime(2000, 1, 1, tzinfo=UTC)
MILLISECONDS_FROM, MICROSECONDS_FROM = 1e11, 1e14
"""A larger number counts these: as seconds it would be in the year 5138."""
_CONTROLS = re.compile("[\0-\x08\x0b\x0c\x0e-\x1f]")
_SURROGATES = re.compile("[\ud800-\udfff]")
_ISO = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d")
_NUMBER = re.compile(r"\d{9,17}(\.\d{1,9})?")


def text(value: Any) -> str:
    """A text without controls and halves of characters; whatever is no text is empty."""
    if not isinstance(value, str):
        return ""
    return _SURROGATES.sub("\N{REPLACEMENT CHARACTER}", _CONTROLS.sub("", value))


def line(value: Any, characters: int) -> str:
    """A text in one line, no longer than this."""
    return " ".join(text(value).split())[:characters].strip()


def title(value: Any) -> str:
    """A title, or an empty one."""
    return line(value, TITLE_CHARACTERS)


def model(*values: Any) -> str | None:
    """The first of these that names a model."""
    return next((name for name in (line(each, MODEL_CHARACTERS) for each in values) if name), None)


def key(value: Any) -> str | None:
    """An id as it is kept: a long one by its hash."""
    if isinstance(value, bool) or not isinstance(value, str | int):
        return None
    told = text(str(value)).strip()
    return hashed(told) if len(told) > KEY_CHARACTERS - 20 else told or None


def hashed(*parts: str) -> str:
    """What stands for these where they have no id."""
    whole = hashlib.sha256()
    for part in parts:
        whole.update(f"{len(part)}:{part}".encode(errors="replace"))
    return f"sha256:{whole.hexdigest()}"


def now() -> datetime:
    """The present, after which nothing was said but by a wrong clock."""
    return datetime.now(UTC)


def moment(value: Any, now: datetime) -> datetime | None:
    """A time told as a number or in ISO form, between 2000 and tomorrow; else none."""
    if isinstance(value, str) and _NUMBER.fullmatch(value):
        value = float(value)
    try:
        if isinstance(value, str):
            time = datetime.fromisoformat(value) if _ISO.match(value) else None
        elif isinstance(value, bool) or not isinstance(value, int | float):
            time = None
        else:
            time = datetime.fromtimestamp(_seconds(value), UTC)
        if time is not None:
            time = time.replace(tzinfo=UTC) if time.tzinfo is None else time.astimezone(UTC)
    except (ValueError, OverflowError, OSError):
        return None
    return time if time and OLDEST <= time <= now + timedelta(days=1) else None


def _seconds(value: float) -> float:
    if value >= MICROSECONDS_FROM:
        return value / 1e6
    return value / 1e3 if value >= MILLISECONDS_FROM else value
