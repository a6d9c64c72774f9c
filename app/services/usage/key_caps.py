"""The cap that a key has of its own, beside those of its owner."""

from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from app.services.usage.current_cap import CurrentCap
from app.services.usage.periods import day_of, first_day, resets_at
from app.services.usage.spent import Coverage, spent_of_key

EVERYTHING = Coverage("all")


def key_cap_of(row: Any, now: datetime) -> CurrentCap | None:
    """The cap of a key's row, in the period that runs now; None where it has none."""
    if row.cap_amount is None:
        return None
    return CurrentCap(
        id=None,
        scope="key",
        source="key",
        coverage=EVERYTHING,
        period=row.cap_period,
        unit=row.cap_unit,
        amount=row.cap_amount,
        warn_percent=100,
        first_day=first_day(row.cap_period, now),
        resets_at=resets_at(row.cap_period, now),
    )


def used_by_key(
    connection: Connection, user_id: int, key_id: int, cap: CurrentCap, now: datetime
) -> int:
    """How much of its cap a key has used, with what still runs."""
    return cap.used_in(spent_of_key(connection, user_id, key_id, cap.first_day, day_of(now)))
