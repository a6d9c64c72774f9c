"""What everybody used of the operator's models, added up: numbers, no contents.

What people do with models of their own is not the operator's.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Connection, Select, func, literal, select, union_all

from app.database import Database, table_of
from app.engines.index import along
from app.models import GroupMember, UsageDay, UsageGone, UsageTarget, User, UserGroup
from app.schemas.admin_usage import AdminUsage, AdminUsageBy, AdminUsageRow
from app.services.admin.place import key_of, place_of
from app.services.usage.days import UTC_NAME, date_of, number_of
from app.services.usage.service import days_asked
from app.services.usage.spent import UTC_ZONE
from app.services.usage.sums import COUNTS

TOTAL = "total"
SUMMED = (*COUNTS, "cost_nano")

_day = table_of(UsageDay)
_gone = table_of(UsageGone)
_target = table_of(UsageTarget)
_user = table_of(User)
_group = table_of(UserGroup)
_member = table_of(GroupMember)


@dataclass(frozen=True, slots=True)
class UsageWanted:
    """Which sums: from one day to another, both included, by what; of users those behind a
    place, so many."""

    first: date
    last: date
    by: AdminUsageBy
    after: bytes | None
    limit: int


class Named(NamedTuple):
    """What sums are of: a key that is never another's, and what it is called."""

    key: str
    label: str


class AdminUsageService:
    """What everybody used."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def get(
        self,
        days: tuple[date | None, date | None],
        by: AdminUsageBy,
        cursor: str | None,
        limit: int,
    ) -> AdminUsage:
        """Sums over these days, without them over this month so far. What ended in the last seconds
        follows. Raises InvalidInput."""
        first, last = await days_asked(*days, UTC_NAME)
        wanted = UsageWanted(first, last, by, key_of(cursor), limit)
        return await self._database.read(used, wanted)


def used(connection: Connection, wanted: UsageWanted) -> AdminUsage:
    """The sums: users by their names, days in their order, all else the most expensive first."""
    total = connection.execute(_sums(wanted).subquery("used").select()).one()
    if wanted.by == "user":
        rows, cursor = _users(connection, wanted)
    else:
        rows, cursor = _others(connection, wanted), None
    return AdminUsage(
        first_day=wanted.first.isoformat(),
        last_day=wanted.last.isoformat(),
        by=wanted.by,
        rows=rows,
        total=_read(Named(TOTAL, TOTAL), total),
        next_cursor=cursor,
    )


def _users(connection: Connection, wanted: UsageWanted) -> tuple[list[AdminUsageRow], str | None]:
    rows = _of_everybody(wanted).subquery("rows")
    its = (_user.c.id, _user.c.username, _user.c.username_key)
    query = select(*its, *_summed(rows)).join_from(rows, _user, _user.c.id == rows.c.user_id)
    if wanted.after is not None:
        query = query.where(_user.c.username_key > wanted.after)
    page = query.group_by(*its).order_by(_user.c.username_key).limit(wanted.limit + 1)
    found = connection.execute(page).all()
    shown = [_read(Named(str(row.id), row.username), row) for row in found[: wanted.limit]]
    if len(found) > wanted.limit:
        return shown, place_of(found[wanted.limit - 1].username_key)
    gone = select(*_summed(rows)).where(rows.c.user_id.is_(None)).having(func.count() > 0)
    return shown + [_read(Named("", ""), row) for row in connection.execute(gone)], None


def _others(connection: Connection, wanted: UsageWanted) -> list[AdminUsageRow]:
    rows = _of_everybody(wanted).subquery("rows")
    keys, source = _keys(wanted.by, rows)
    found = connection.execute(select(*keys, *_summed(rows)).select_from(source).group_by(*keys))
    name = NAMES[wanted.by]
    read = [_read(name(row), row) for row in found]
    if wanted.by == "day":
        return sorted(read, key=lambda row: row.key)
    return sorted(read, key=_weight)


def _keys(by: AdminUsageBy, rows: Any) -> tuple[Sequence[ColumnElement[Any]], Any]:
    if by == "group":
        in_groups = _member.join(_group, _group.c.id == _member.c.group_id)
        source = rows.outerjoin(in_groups, _member.c.user_id == rows.c.user_id)
        return [_group.c.id, _group.c.name], source
    if by == "day":
        return [rows.c.day], rows
    its = [rows.c.connection_id, rows.c.connection_label]
    return [*its, rows.c.model_name] if by == "model" else its, rows


def _connection(row: Any) -> str:
    label = row.connection_label or ""
    return str(row.connection_id) if row.connection_id else f"-{label}"


NAMES: dict[AdminUsageBy, Callable[[Any], Named]] = {
    "day": lambda row: Named(date_of(row.day).isoformat(), date_of(row.day).isoformat()),
    "group": lambda row: Named(str(row.id or ""), row.name or ""),
    "connection": lambda row: Named(_connection(row), row.connection_label or ""),
    "model": lambda row: Named(
        f"{_connection(row)}/{row.model_name}",
        " / ".join(filter(None, (row.connection_label, row.model_name))),
    ),
}


def _sums(wanted: UsageWanted) -> Select[Any]:
    rows = _of_everybody(wanted).subquery("rows")
    return select(*_summed(rows))


def _summed(rows: Any) -> list[Any]:
    return [func.sum(rows.c[name]).label(name) for name in SUMMED]


def _of_everybody(wanted: UsageWanted) -> Any:
    of_users = along(_of(_day, _day.c.user_id, wanted), _day, "idx_usage_day_day")
    of_users = of_users.where(_day.c.zone_id == UTC_ZONE)
    return union_all(of_users, _of(_gone, literal(None, _day.c.user_id.type), wanted))


def _of(table: Any, user_id: ColumnElement[Any], wanted: UsageWanted) -> Select[Any]:
    names = (
        user_id.label("user_id"),
        table.c.day,
        _target.c.connection_id,
        _target.c.connection_label,
        _target.c.model_name,
        *(table.c[name] for name in SUMMED),
    )
    days = table.c.day.between(number_of(wanted.first), number_of(wanted.last))
    return (
        select(*names)
        .join_from(table, _target, _target.c.id == table.c.target_id)
        .where(_target.c.is_shared == 1, days)
    )


def _weight(row: AdminUsageRow) -> tuple[Any, ...]:
    tokens = row.prompt_tokens + row.completion_tokens
    return -(row.cost_nano_usd or 0), -tokens, row.key


def _read(named: Named, row: Any) -> AdminUsageRow:
    sums = {name: int(row._mapping[name] or 0) for name in COUNTS}
    cost = None if row.cost_nano is None else int(row.cost_nano)
    return AdminUsageRow(key=named.key, label=named.label, cost_nano_usd=cost, **sums)
