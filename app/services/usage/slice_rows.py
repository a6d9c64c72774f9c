"""The rows of slices: what each process has taken of caps that many users share."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

from sqlalchemy import Connection, delete, func, select

from app.database import table_of, upserting
from app.models import Cap, CapSlice, utc_now
from app.services.usage.current_cap import CurrentCap
from app.services.usage.together import used_together

PERCENT = 2
"""Of a cap is a slice at most, or what one request needs."""
LEASES_KEPT = 10
"""Rows of processes that ended long ago are removed after so many."""

SliceKey = tuple[int, int]
"""A cap, and the first day of the period."""

_cap = table_of(Cap)
_slice = table_of(CapSlice)


def key_of(cap: CurrentCap) -> SliceKey:
    """The slice of this cap, in the period that runs."""
    assert cap.id is not None
    return cap.id, cap.first_day


def take(
    connection: Connection, owner: str, lease: timedelta, cap: CurrentCap, mine: int, need: int
) -> tuple[int, int]:
    """Take a slice of at least `need` besides the `mine` that this process holds; how large it is,
    and how much of the cap is not free then. The cap's row is held meanwhile. Raises CapReached."""
    cap_id, first_day = key_of(cap)
    locked = select(_cap.c.amount).where(_cap.c.id == cap_id).with_for_update()
    amount = connection.execute(locked).scalar()
    if amount is None:  # it was removed meanwhile
        return need, 0
    now = _now(connection)
    theirs = select(func.coalesce(func.sum(_slice.c.amount), 0)).where(
        _slice.c.cap_id == cap_id,
        _slice.c.first_day == first_day,
        _slice.c.owner != owner,
        _slice.c.renewed_at > now - lease,
    )
    held = int(connection.execute(theirs).scalar_one()) + mine
    not_free = used_together(connection, cap, now) + held
    given = min(amount - not_free, max(need, amount * PERCENT // 100))
    if given < need:
        raise cap.reached(now)
    row = {
        "cap_id": cap_id,
        "first_day": first_day,
        "owner": owner,
        "amount": mine + given,
        "renewed_at": now,
    }
    changes = {name: row[name] for name in ("amount", "renewed_at")}
    connection.execute(upserting(connection.dialect, _slice, changes), row)
    return given, not_free


def keep(
    connection: Connection, owner: str, lease: timedelta, kept: Mapping[SliceKey, int]
) -> None:
    """Renew the slices of a process, and give back those that it does not keep."""
    now = _now(connection)
    mine = select(_slice.c.cap_id, _slice.c.first_day).where(_slice.c.owner == owner)
    for cap_id, first_day in connection.execute(mine).all():
        this = (
            _slice.c.owner == owner,
            _slice.c.cap_id == cap_id,
            _slice.c.first_day == first_day,
        )
        amount = kept.get((cap_id, first_day))
        if amount is None:
            connection.execute(delete(_slice).where(*this))
        else:
            changed = _slice.update().where(*this)
            connection.execute(changed.values(amount=amount, renewed_at=now))
    connection.execute(delete(_slice).where(_slice.c.renewed_at < now - LEASES_KEPT * lease))


def _now(connection: Connection) -> datetime:
    """The time by the one clock that all processes share."""
    if connection.dialect.name == "sqlite":
        return utc_now()
    now: datetime = connection.execute(select(func.utc_timestamp(6))).scalar_one()
    return now.replace(tzinfo=UTC)
