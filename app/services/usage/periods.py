"""Days and months of UTC, in which caps are counted."""

from datetime import UTC, datetime, timedelta

from app.schemas.cap import CapPeriod

SECONDS_PER_DAY = 86_400
LONGEST_MONTH = timedelta(days=31)


def day_of(at: datetime) -> int:
    """The day of a time, in days since 1970."""
    return int(at.timestamp()) // SECONDS_PER_DAY


def first_day(period: CapPeriod, at: datetime) -> int:
    """The day on which the period of a time began."""
    return day_of(_begin(period, at.astimezone(UTC)))


def resets_at(period: CapPeriod, at: datetime) -> datetime:
    """When the period of a time is over."""
    begin = _begin(period, at.astimezone(UTC))
    if period == "day":
        return begin + timedelta(days=1)
    return (begin + LONGEST_MONTH).replace(day=1)


def _begin(period: CapPeriod, at: datetime) -> datetime:
    begin = at.replace(hour=0, minute=0, second=0, microsecond=0)
    return begin if period == "day" else begin.replace(day=1)
