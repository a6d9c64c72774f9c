"""What accounts that are deleted used of the operator's models, which stays as sums that name
nobody. What they used of their own models goes with them."""

from typing import Any

from sqlalchemy import ColumnElement, Connection, Dialect, Insert, delete, literal, select, tuple_

from app.database import table_of
from app.engines.prepared import Prepared
from app.models import UsageDay, UsageGone, UsageTarget
from app.services.usage.sums import COUNTS, UTC_ID, adding_to, lock_zones

DAYS_PER_COMMIT = 500

_day = table_of(UsageDay)
_gone = table_of(UsageGone)
_target = table_of(UsageTarget)
_key = tuple_(_day.c.zone_id, _day.c.day, _day.c.target_id, _day.c.key_id)


def _add(dialect: Dialect) -> Insert:
    return adding_to(dialect, _gone)


_ADD = Prepared(_add)


def give_up_days(connection: Connection, user_id: int) -> bool:
    """Remove some of a user's days; those of shared models are added to the sums without a person.
    True if there may be more."""
    lock_zones(connection, [user_id])  # so that nothing is added to them meanwhile
    rows = connection.execute(
        select(_day, _target.c.is_shared)
        .outerjoin(_target, _target.c.id == _day.c.target_id)
        .where(_day.c.user_id == user_id)
        .order_by(_day.c.zone_id, _day.c.day, _day.c.target_id, _day.c.key_id)
        .limit(DAYS_PER_COMMIT)
    ).all()
    if not rows:
        return False
    if kept := _kept(rows):
        _ADD.run_many(connection, kept)
    connection.execute(delete(_day).where(_day.c.user_id == user_id, _is_upto(rows[-1])))
    return len(rows) == DAYS_PER_COMMIT


def _kept(rows: Any) -> list[dict[str, Any]]:
    """Those of shared models, in UTC, in the order in which everybody locks them."""
    kept = [row for row in rows if row.zone_id == UTC_ID and row.is_shared]
    kept.sort(key=lambda row: (row.day, row.target_id))
    columns = ("day", "target_id", *COUNTS, "cost_nano")
    return [{name: row._mapping[name] for name in columns} for row in kept]


def _is_upto(row: Any) -> ColumnElement[bool]:
    last = (row.zone_id, row.day, row.target_id, row.key_id)
    return _key <= tuple_(*map(literal, last))
