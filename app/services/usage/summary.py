"""What a user used, by day, model, connection or key: sums of days, grouped."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Connection, func, select

from app.database import table_of
from app.models import ProgramKey, UsageDay, UsageTarget
from app.schemas.usage import UsageBy, UsageRow
from app.services.usage.days import date_of, number_of
from app.services.usage.sums import COUNTS

DOLLAR = 10**9

_day = table_of(UsageDay)
_target = table_of(UsageTarget)
_key = table_of(ProgramKey)


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which sums: from one day to another, both included, by what, and by what within that."""

    first: date
    last: date
    by: UsageBy
    split: UsageBy | None = None


@dataclass(frozen=True, slots=True)
class Group:
    """What sums are of: a key that is never another's, and what it is called."""

    key: str
    label: str
    connection: str | None = None


def summary(connection: Connection, user_id: int, zone_id: int, wanted: Wanted) -> list[UsageRow]:
    """Rows in the order of days, else the most expensive first, then the longest."""
    kinds = {wanted.by, wanted.split}
    group = []
    if "day" in kinds:
        group.append(_day.c.day)
    if kinds & {"model", "connection"}:
        group.append(_day.c.target_id)
    if "key" in kinds:
        group.append(_day.c.key_id)
    counts = [func.sum(_day.c[name]).label(name) for name in COUNTS]
    # In two parts, of which neither outgrows an integer.
    cost = (
        func.sum(_day.c.cost_nano // DOLLAR).label("dollars"),
        func.sum(_day.c.cost_nano % DOLLAR).label("nano"),
    )
    mine = (
        _day.c.user_id == user_id,
        _day.c.zone_id == zone_id,
        _day.c.day.between(number_of(wanted.first), number_of(wanted.last)),
    )
    rows = connection.execute(select(*group, *counts, *cost).where(*mine).group_by(*group)).all()
    targets = _targets(connection, rows) if kinds & {"model", "connection"} else {}
    keys = _keys(connection, user_id) if "key" in kinds else {}
    return _grouped(rows, targets, keys, wanted)


def _targets(connection: Connection, rows: Sequence[Any]) -> dict[int, Any]:
    ids = {row.target_id for row in rows}
    found = connection.execute(select(_target).where(_target.c.id.in_(ids)).order_by(_target.c.id))
    return {row.id: row for row in found}


def _keys(connection: Connection, user_id: int) -> dict[int, str]:
    """What a user's keys are called, by id; those that were revoked are not there any more."""
    its = select(_key.c.id, _key.c.name).where(_key.c.user_id == user_id)
    return {row.id: row.name for row in connection.execute(its)}


def _grouped(
    rows: Sequence[Any], targets: dict[int, Any], keys: dict[int, str], wanted: Wanted
) -> list[UsageRow]:
    groups: dict[tuple[str, str | None], Counter[str]] = {}
    named: dict[tuple[UsageBy, str], Group] = {}

    def of(by: UsageBy, row: Any) -> str:
        group = _group(by, row, targets, keys)
        # A later name of the same connection stands for all of it.
        named[by, group.key] = group
        return group.key

    for row in sorted(rows, key=lambda row: getattr(row, "target_id", 0)):
        key = of(wanted.by, row), of(wanted.split, row) if wanted.split else None
        sums = groups.setdefault(key, Counter())
        for name in COUNTS:
            sums[name] += int(row._mapping[name])
        if row.dollars is not None:
            sums["cost_nano"] += int(row.dollars) * DOLLAR + int(row.nano)
    labels = _labels(named)
    found = [
        UsageRow(
            key=key,
            label=labels[wanted.by, key],
            split_key=part,
            split_label=labels[wanted.split, part] if wanted.split and part else None,
            cost_nano_usd=sums.get("cost_nano"),
            **{name: sums[name] for name in COUNTS if name != "messages"},
        )
        for (key, part), sums in groups.items()
    ]
    if wanted.by == "day":
        return sorted(found, key=lambda row: (row.key, *_weight(row)))
    return sorted(found, key=_weight)


def _weight(row: UsageRow) -> tuple[Any, ...]:
    tokens = row.prompt_tokens + row.completion_tokens
    return -(row.cost_nano_usd or 0), -tokens, row.key, row.split_key or ""


def _group(by: UsageBy, row: Any, targets: dict[int, Any], keys: dict[int, str]) -> Group:
    if by == "day":
        day = date_of(row.day).isoformat()
        return Group(day, day)
    if by == "key":
        unnamed = str(row.key_id) if row.key_id else ""
        return Group(str(row.key_id), keys.get(row.key_id, unnamed))
    target = targets[row.target_id]
    connection = target.connection_label or ""
    where = str(target.connection_id) if target.connection_id else f"-{connection}"
    if by == "connection":
        return Group(where, connection)
    return Group(f"{where}/{target.model_name}", target.model_name, connection)


def _labels(named: dict[tuple[UsageBy, str], Group]) -> dict[tuple[UsageBy, str], str]:
    """Models of one name are told apart by their connections."""
    often = Counter((by, group.label) for (by, _), group in named.items())
    return {
        (by, key): f"{group.label} · {group.connection}"
        if group.connection and often[by, group.label] > 1
        else group.label
        for (by, key), group in named.items()
    }
