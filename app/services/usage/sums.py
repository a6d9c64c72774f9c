"""Requests that are over, added up by day: in UTC, and in the time zones that somebody asked for.

Sums of a user are written by one transaction at a time, which holds the row of the user's zone UTC
and numbers itself by it. So a zone that is new can be made of what earlier ones have added up.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby
from operator import attrgetter
from typing import Any

from sqlalchemy import Connection, Dialect, Insert, Table, delete, func, select, update
from sqlalchemy.dialects import mysql, sqlite

from app.database import table_of, upserting
from app.engines.prepared import Prepared, PreparedIn
from app.logs import log
from app.models import UsageDay, UsageZone, utc_now
from app.services.usage.days import UTC_NAME, day_of, exists

UTC_ID = 0
"""In place of the id of a zone, in rows of days."""
TOKENS = (
    "prompt_tokens",
    "cached_tokens",
    "cache_write_tokens",
    "completion_tokens",
    "reasoning_tokens",
)
COUNTS = ("attempts", "messages", "estimated", "unpriced", *TOKENS)
KEY = ("user_id", "zone_id", "day", "target_id", "key_id")

_day = table_of(UsageDay)
_zone = table_of(UsageZone)


def adding_to(dialect: Dialect, table: Table) -> Insert:
    """A statement that adds sums to those that a table has under the same key."""
    changes: dict[str, Any] = {name: _plus(table, name) for name in COUNTS}
    cost = table.c.cost_nano
    # What is not known of one is not known of both, save where the other one is.
    changes["cost_nano"] = lambda new: func.coalesce(cost + new.cost_nano, cost, new.cost_nano)
    return upserting(dialect, table, changes)


def _plus(table: Table, name: str) -> Any:
    return lambda new: table.c[name] + new[name]


def _add(dialect: Dialect) -> Insert:
    return adding_to(dialect, _day)


def _begin_zone(dialect: Dialect) -> Insert:
    if dialect.name == "sqlite":
        return sqlite.insert(_zone).on_conflict_do_nothing()
    return mysql.insert(_zone).on_duplicate_key_update(folds=_zone.c.folds)


_ADD = Prepared(_add)
_BEGIN_ZONE = Prepared(_begin_zone, ["user_id", "name", "asked_at"])
_COUNT_FOLD = PreparedIn(
    _zone.c.user_id.type,
    lambda ids: (
        update(_zone)
        .where(_zone.c.user_id.in_(ids), _zone.c.name == UTC_NAME)
        .values(folds=_zone.c.folds + 1)
    ),
)
_ZONES = PreparedIn(
    _zone.c.user_id.type,
    lambda ids: (
        select(_zone.c.user_id, _zone.c.id, _zone.c.name, _zone.c.folds)
        .where(_zone.c.user_id.in_(ids))
        .order_by(_zone.c.user_id, _zone.c.id)
        .with_for_update()
    ),
)


@dataclass(frozen=True, slots=True)
class Zones:
    """The zones of one user, by their ids in rows of days, and the number of this transaction."""

    fold: int
    names: dict[int, str]


def lock_zones(connection: Connection, user_ids: Collection[int]) -> None:
    """Keep everybody else from writing sums of these users."""
    _ZONES.all(connection, sorted(user_ids))


def hold_zones(connection: Connection, user_ids: Collection[int]) -> dict[int, Zones]:
    """Begin to write sums of these users, one after the other with whoever else does.

    A zone that there is no more is forgotten: its days are made anew once it is asked for again.
    """
    ids = sorted(user_ids)
    rows = [*_ZONES.all(connection, ids)]
    if new := set(ids) - {row.user_id for row in rows if row.name == UTC_NAME}:
        first = {"name": UTC_NAME, "asked_at": utc_now()}
        _BEGIN_ZONE.run_many(connection, [{"user_id": id, **first} for id in sorted(new)])
        rows = [*_ZONES.all(connection, ids)]
    _COUNT_FOLD.run(connection, ids)
    gone = [row for row in rows if not exists(row.name)]
    for row in gone:
        log.warning("time_zone_gone", zone=row.name)
        forget_zone(connection, row.user_id, row.id)
        rows.remove(row)
    return {id: _zones([*its]) for id, its in groupby(rows, attrgetter("user_id"))}


def _zones(rows: Sequence[Any]) -> Zones:
    first = next(row for row in rows if row.name == UTC_NAME)
    others = {row.id: row.name for row in rows if row.name != UTC_NAME}
    return Zones(first.folds + 1, {UTC_ID: UTC_NAME} | others)


def forget_zone(connection: Connection, user_id: int, zone_id: int) -> None:
    """Remove a zone with its days, which is held."""
    connection.execute(delete(_day).where(_day.c.user_id == user_id, _day.c.zone_id == zone_id))
    connection.execute(delete(_zone).where(_zone.c.id == zone_id))


def zone_names(connection: Connection, user_ids: Collection[int]) -> set[str]:
    """The zones of these users, which have to be read from files before days are made of them."""
    names = select(_zone.c.name).where(_zone.c.user_id.in_(user_ids)).distinct()
    return set(connection.execute(names).scalars())


def add_up(connection: Connection, held: dict[int, Zones], rows: Iterable[dict[str, Any]]) -> None:
    """Add requests (rows of `usage_attempt`, and whether each is a message to be counted) to the
    days of the zones that are held. Messages are counted in UTC alone, where caps are."""
    sums: dict[tuple[int, ...], dict[str, Any]] = {}
    for row in rows:
        user_id = row["user_id"]
        for zone_id, name in held[user_id].names.items():
            day = day_of(row["started_at"], name)
            key = (user_id, zone_id, day, row["target_id"], row["key_id"] or 0)
            counted = sums.setdefault(key, dict.fromkeys(COUNTS, 0) | {"cost_nano": None})
            _count(counted, row)
            counted["messages"] += row["is_message"] and zone_id == UTC_ID
    # In the order of the key, so that transactions that meet wait for each other in one way only.
    add_days(
        connection,
        [dict(zip(KEY, key, strict=True)) | counted for key, counted in sorted(sums.items())],
    )


def add_days(connection: Connection, days: list[dict[str, Any]]) -> None:
    """Add sums (whole rows of `usage_day`) to those that are there."""
    if days:
        _ADD.run_many(connection, days)


def _count(sums: dict[str, Any], row: dict[str, Any]) -> None:
    sums["attempts"] += 1
    sums["estimated"] += row["counted_by"] == "estimate"
    tokens = (row["prompt_tokens"] or 0) + (row["completion_tokens"] or 0)
    sums["unpriced"] += bool(tokens) and row["cost_nano"] is None
    for name in TOKENS:
        sums[name] += row[name] or 0
    if row["cost_nano"] is not None:
        sums["cost_nano"] = (sums["cost_nano"] or 0) + row["cost_nano"]
