"""What was used on the last days, and by how many: numbers, no contents."""

from collections.abc import Sequence
from datetime import UTC, datetime, time, timedelta
from typing import Any

from sqlalchemy import Connection, case, func, select

from app.database import table_of
from app.engines.index import along
from app.models import UsageDay, UsageGone, UsageTarget, User, utc_now
from app.schemas.overview import OverviewDay, UserCounts
from app.schemas.user import USER_STATUSES
from app.services.usage.spent import UTC_ZONE

DAYS = 14
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

_user = table_of(User)
_day = table_of(UsageDay)
_gone = table_of(UsageGone)
_target = table_of(UsageTarget)


def user_counts(connection: Connection) -> UserCounts:
    """How many accounts there are of each status."""
    by_status = select(_user.c.status, func.count()).group_by(_user.c.status)
    found = {row[0]: row[1] for row in connection.execute(by_status)}
    return UserCounts(**{name: found.get(n, 0) for n, name in enumerate(USER_STATUSES)})


def last_days(connection: Connection) -> list[OverviewDay]:
    """The last days, today the last of them. What ended in the last seconds follows."""
    today = (utc_now() - EPOCH).days
    first = today - DAYS + 1
    used: dict[int, dict[str, Any]] = {}
    of_users = _sums(_day, func.count(_day.c.user_id.distinct()))
    of_users = along(of_users, _day, "idx_usage_day_day").where(_day.c.zone_id == UTC_ZONE)
    for statement, table in ((of_users, _day), (_sums(_gone, func.count() * 0), _gone)):
        rows = connection.execute(statement.where(table.c.day >= first).group_by(table.c.day))
        for row in rows:
            _add(used.setdefault(row.day, {}), row)
    new = _new_users(connection, first)
    return [_read(day, used.get(day, {}), new.get(day, 0)) for day in range(first, today + 1)]


def _sums(table: Any, people: Any) -> Any:
    shared = _target.c.is_shared == 1
    return select(
        table.c.day,
        func.sum(table.c.messages).label("messages"),
        func.sum(table.c.prompt_tokens + table.c.completion_tokens).label("tokens"),
        func.sum(case((shared, table.c.cost_nano))).label("nano_usd"),
        people.label("active_users"),
    ).join_from(table, _target, _target.c.id == table.c.target_id)


def _add(sums: dict[str, Any], row: Any) -> None:
    for name in ("messages", "tokens", "nano_usd", "active_users"):
        value = getattr(row, name)
        if value is not None:
            sums[name] = sums.get(name, 0) + int(value)


def _new_users(connection: Connection, first: int) -> dict[int, int]:
    since = datetime.combine((EPOCH + timedelta(days=first)).date(), time(), UTC)
    day = func.date(_user.c.created_at)
    rows: Sequence[Any] = connection.execute(
        select(day.label("day"), func.count().label("count"))
        .where(_user.c.created_at >= since)
        .group_by(day)
    ).all()
    return {
        (datetime.fromisoformat(str(row.day)).replace(tzinfo=UTC) - EPOCH).days: row.count
        for row in rows
    }


def _read(day: int, sums: dict[str, Any], new_users: int) -> OverviewDay:
    return OverviewDay(
        day=(EPOCH + timedelta(days=day)).date().isoformat(),
        messages=sums.get("messages", 0),
        tokens=sums.get("tokens", 0),
        nano_usd=sums.get("nano_usd"),
        active_users=sums.get("active_users", 0),
        new_users=new_users,
    )
