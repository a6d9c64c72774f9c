"""What many users have used together of a cap that they share."""

from datetime import datetime

from sqlalchemy import Connection

from app.services.usage.current_cap import CurrentCap
from app.services.usage.periods import day_of
from app.services.usage.spent import spent_together


def used_together(connection: Connection, cap: CurrentCap, now: datetime) -> int:
    """How much of a cap all users have used, or all members of its group, without what runs."""
    group_id = cap.group_id if cap.scope == "group" else None
    spent = spent_together(connection, cap.coverage, cap.first_day, day_of(now), group_id)
    return cap.used_in(spent)
