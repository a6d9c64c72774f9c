"""What all users together used of the operator's models, for the operator: numbers, no contents."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Literal

from sqlalchemy import ColumnElement, Connection, Select, func, literal, select, union_all

from app.database import table_of
from app.models import UsageDay, UsageGone, UsageTarget, User
from app.services.usage.spent import UTC_ZONE

TotalsBy = Literal["user", "model", "day"]
FIRST_DAY = date(1970, 1, 1)
SUMMED = (
    "messages",
    "attempts",
    "prompt_tokens",
    "cached_tokens",
    "completion_tokens",
    "reasoning_tokens",
    "cost_nano",
    "estimated",
    "unpriced",
)

_day = table_of(UsageDay)
_gone = table_of(UsageGone)
_target = table_of(UsageTarget)
_user = table_of(User)


@dataclass(frozen=True, slots=True)
class Total:
    """Sums of one user, model or day. `key` is None for accounts that are gone.

    `cost_nano_usd` is None where no price is known, and without the `unpriced` requests.
    """

    key: str | None
    messages: int
    attempts: int
    prompt_tokens: int
    cached_tokens: int
    completion_tokens: int
    reasoning_tokens: int
    cost_nano_usd: int | None
    estimated: int
    unpriced: int


def totals(connection: Connection, by: TotalsBy, first: date, last: date) -> list[Total]:
    """What was used of shared models on these days (UTC), both included, by a key."""
    rows = union_all(
        _of(_day, _day.c.user_id, first, last).where(_day.c.zone_id == UTC_ZONE),
        _of(_gone, literal(None, _day.c.user_id.type), first, last),
    ).subquery("used")
    sums = [func.sum(rows.c[name]).label(name) for name in SUMMED]
    keys, source = _keys(by, rows)
    found = connection.execute(select(*keys, *sums).select_from(source).group_by(*keys)).all()
    read = [_read(by, row, len(keys)) for row in found]
    return sorted(read, key=lambda total: (total.key is None, total.key or ""))


def _of(table: Any, user_id: ColumnElement[Any], first: date, last: date) -> Select[Any]:
    names = [
        user_id.label("user_id"),
        table.c.day,
        _target.c.connection_label,
        _target.c.model_name,
        *(table.c[name] for name in SUMMED),
    ]
    return (
        select(*names)
        .join_from(table, _target, _target.c.id == table.c.target_id)
        .where(_target.c.is_shared == 1, table.c.day.between(_number(first), _number(last)))
    )


def _keys(by: TotalsBy, rows: Any) -> tuple[Sequence[ColumnElement[Any]], Any]:
    if by == "user":
        return [_user.c.username], rows.outerjoin(_user, _user.c.id == rows.c.user_id)
    if by == "model":
        return [rows.c.connection_label, rows.c.model_name], rows
    return [rows.c.day], rows


def _read(by: TotalsBy, row: Any, keys: int) -> Total:
    counts = [None if value is None else int(value) for value in row[keys:]]
    return Total(_key(by, row), *counts)  # type: ignore[arg-type]


def _key(by: TotalsBy, row: Any) -> str | None:
    if by == "day":
        return (FIRST_DAY + timedelta(days=row[0])).isoformat()
    if by == "model":
        return " / ".join(filter(None, row[:2]))
    return None if row[0] is None else str(row[0])


def _number(day: date) -> int:
    return (day - FIRST_DAY).days
