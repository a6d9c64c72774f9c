"""Days of time zones, as numbers since 1970."""

import asyncio
from collections.abc import Iterable
from datetime import UTC, date, datetime, tzinfo
from zoneinfo import ZoneInfo, reset_tzpath

UTC_NAME = "UTC"
EPOCH = date(1970, 1, 1).toordinal()
NO_ZONE = "Factory"
"""It lies among the zones, for clocks that nobody has set."""

# All processes of a database have the same zones, those of the package, whatever their systems
# have.
reset_tzpath(())

_loaded: dict[str, tzinfo] = {UTC_NAME: UTC}


async def load_zones(names: Iterable[str]) -> None:
    """Read time zones by their IANA names, in a thread; KeyError, ValueError or OSError where one
    does not exist."""
    if missing := [name for name in names if name not in _loaded]:
        await asyncio.to_thread(_load, missing)


def zone_of(name: str) -> tzinfo:
    """A time zone, which is read now where that was not done before."""
    if name not in _loaded:
        _load([name])
    return _loaded[name]


def exists(name: str) -> bool:
    """Whether there is such a time zone; OSError where that cannot be read now."""
    try:
        zone_of(name)
    except (KeyError, ValueError):
        return False
    return True


def _load(names: list[str]) -> None:
    for name in names:
        if name == NO_ZONE:
            raise KeyError(name)
        _loaded[name] = ZoneInfo(name)


def day_of(at: datetime, zone: str) -> int:
    """The day of a time, in a time zone."""
    return number_of(at.astimezone(zone_of(zone)).date())


def number_of(day: date) -> int:
    """So many days since 1970."""
    return day.toordinal() - EPOCH


def date_of(number: int) -> date:
    """The day that is so many days since 1970."""
    return date.fromordinal(number + EPOCH)
