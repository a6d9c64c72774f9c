"""Days of a time zone that somebody asks for the first time, made of all their requests so far.

The requests are read in parts, as far as one fold had added them up; what later folds added comes
with the row of the zone, from which on every fold adds to its days, too.
"""

from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, case, func, select, update
from sqlalchemy.exc import IntegrityError

from app.database import Database, table_of
from app.errors import InvalidToken
from app.models import UsageAttempt, UsageZone, utc_now
from app.services.usage.days import UTC_NAME, day_of
from app.services.usage.rows import SLOT_SECONDS
from app.services.usage.sums import TOKENS, UTC_ID, add_days, forget_zone, hold_zones

PART_ROWS = 20_000
OTHER_ZONES = 3
"""Of one user, besides UTC; the one that was asked for longest ago makes room."""
TOUCH = timedelta(hours=1)
BEGINNING = datetime(1970, 1, 1, tzinfo=UTC)

_attempt = table_of(UsageAttempt)
_zone = table_of(UsageZone)

type SumsByDay = dict[tuple[int, int, int], Counter[str]]
"""Sums by day, target and key. A cost that nobody knows is missing."""


async def zone_id_of(database: Database, user_id: int, name: str) -> int:
    """The id of a zone in this user's days, which are made where they are missing."""
    if name == UTC_NAME:
        return UTC_ID
    known = await database.read(_find, user_id, name)
    if known is None:
        return await _begin(database, user_id, name)
    if utc_now() - known.asked_at > TOUCH:
        await database.write(_touch, known.id)
    return int(known.id)


async def _begin(database: Database, user_id: int, name: str) -> int:
    upto = await database.read(_folds, user_id)
    days: SumsByDay = {}
    after: datetime | None = BEGINNING
    while after is not None:
        rows, after = await database.read(_part, user_id, upto, after)
        _add(days, rows, name)
    return await database.write(_write, user_id, name, upto, days)


def _find(connection: Connection, user_id: int, name: str) -> Any:
    its = (_zone.c.user_id == user_id, _zone.c.name == name)
    return connection.execute(select(_zone.c.id, _zone.c.asked_at).where(*its)).first()


def _touch(connection: Connection, zone_id: int) -> None:
    connection.execute(update(_zone).where(_zone.c.id == zone_id).values(asked_at=utc_now()))


def _folds(connection: Connection, user_id: int) -> int:
    its = (_zone.c.user_id == user_id, _zone.c.name == UTC_NAME)
    return connection.execute(select(_zone.c.folds).where(*its)).scalar() or 0


def _sums(user_id: int) -> Any:
    """Requests by their quarter of an hour, target and key."""
    has_tokens = func.coalesce(_attempt.c.prompt_tokens, 0) + func.coalesce(
        _attempt.c.completion_tokens, 0
    )
    unpriced = case((has_tokens > 0, case((_attempt.c.cost_nano.is_(None), 1), else_=0)), else_=0)
    group = (_attempt.c.slot, _attempt.c.target_id, _attempt.c.key_id)
    return (
        select(
            *group,
            func.count().label("attempts"),
            func.sum(case((_attempt.c.counted_by == "estimate", 1), else_=0)).label("estimated"),
            func.sum(unpriced).label("unpriced"),
            *(func.sum(_attempt.c[name]).label(name) for name in TOKENS),
            func.sum(_attempt.c.cost_nano).label("cost_nano"),
        )
        .where(_attempt.c.user_id == user_id)
        .group_by(*group)
    )


def _part(
    connection: Connection, user_id: int, upto: int, after: datetime
) -> tuple[Sequence[Any], datetime | None]:
    """Sums over the next requests, and when the last of them left; None where no more follow."""
    time = _attempt.c.started_at
    times = select(time).where(_attempt.c.user_id == user_id, time > after).order_by(time)
    last = connection.execute(times.offset(PART_ROWS - 1).limit(1)).scalar()
    these = _sums(user_id).where(time > after, _attempt.c.fold <= upto)
    if last is not None:
        these = these.where(time <= last)
    return connection.execute(these).all(), last


def _add(days: SumsByDay, rows: Sequence[Any], name: str) -> None:
    for row in rows:
        began = datetime.fromtimestamp(row.slot * SLOT_SECONDS, UTC)
        key = (day_of(began, name), row.target_id, row.key_id or 0)
        sums = days.setdefault(key, Counter())
        for column, value in row._mapping.items():
            if value is not None and column not in ("slot", "target_id", "key_id"):
                sums[column] += int(value)


def _write(connection: Connection, user_id: int, name: str, upto: int, days: SumsByDay) -> int:
    """The id of the zone; InvalidToken where the account was deleted meanwhile."""
    try:
        hold_zones(connection, [user_id])
        known = _find(connection, user_id, name)
        if known is not None:  # another request was quicker
            return int(known.id)
        zone = {"user_id": user_id, "name": name, "asked_at": utc_now()}
        zone_id = int(
            connection.execute(_zone.insert().values(zone)).inserted_primary_key[0]  # type: ignore[index]
        )
    except IntegrityError as error:
        raise InvalidToken from error
    late = connection.execute(_sums(user_id).where(_attempt.c.fold > upto)).all()
    whole = {key: Counter(sums) for key, sums in days.items()}
    _add(whole, late, name)
    add_days(
        connection,
        [
            {"user_id": user_id, "zone_id": zone_id, "day": day, "target_id": target, "key_id": key}
            | dict.fromkeys(("messages", *TOKENS), 0)
            | {"cost_nano": None}
            | sums
            for (day, target, key), sums in sorted(whole.items())
        ],
    )
    _make_room(connection, user_id)
    return zone_id


def _make_room(connection: Connection, user_id: int) -> None:
    others = (_zone.c.user_id == user_id, _zone.c.name != UTC_NAME)
    newest = select(_zone.c.id).where(*others).order_by(_zone.c.asked_at.desc(), _zone.c.id.desc())
    for zone_id in connection.execute(newest).scalars().all()[OTHER_ZONES:]:
        forget_zone(connection, user_id, zone_id)
