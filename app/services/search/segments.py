"""Segments as rows: begun, filled, put in the place of others, removed."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import Connection, delete, insert, or_, select, union, update

from app.database import table_of
from app.models import Job, Message, SearchBlock, SearchPending, SearchSegment, utc_now
from app.services.jobs.rows import wish

ROWS_PER_COMMIT = 250
PENDING_AT_ONCE = 50
SEAL = "search_seal"
CHECKED_EVERY = timedelta(days=1)
"""The release before purges without a word."""

_job = table_of(Job)
_message = table_of(Message)
_pending = table_of(SearchPending)
_segment = table_of(SearchSegment)
_block = table_of(SearchBlock)


class PendingTokens(NamedTuple):
    """What is pending of a message, and of which run that is."""

    message_id: int
    said_at: datetime
    state: int
    tokens: bytes


class NewSegment(NamedTuple):
    """What is known of a segment before its blocks are written."""

    user_id: int
    tier: int
    size: int
    first_at: datetime
    last_at: datetime
    lowest_id: int
    highest_id: int


def whole(connection: Connection, user_id: int) -> list[Any]:
    """A user's segments that count."""
    its = select(_segment).where(_segment.c.user_id == user_id, _segment.c.is_whole == 1)
    return [*connection.execute(its)]


def broken(connection: Connection, user_id: int) -> list[Any]:
    """A user's segments that do not count, or do not any more."""
    its = select(_segment).where(_segment.c.user_id == user_id, _segment.c.is_whole == 0)
    return [*connection.execute(its)]


def pending_after(connection: Connection, user_id: int, after: int) -> list[PendingTokens]:
    """Some pending messages behind an id, in the order of ids."""
    its = select(
        _pending.c.message_id, _pending.c.said_at, _pending.c.state, _pending.c.tokens
    ).where(
        _pending.c.user_id == user_id,
        _pending.c.message_id > after,
        _pending.c.tokens.is_not(None),
    )
    rows = connection.execute(its.order_by(_pending.c.message_id).limit(PENDING_AT_ONCE))
    return [PendingTokens(*row) for row in rows]


def forget_pending(connection: Connection, user_id: int, state: int, ids: Sequence[int]) -> None:
    """Remove what a segment has, but for what was read anew since."""
    connection.execute(
        delete(_pending).where(
            _pending.c.user_id == user_id, _pending.c.message_id.in_(ids), _pending.c.state == state
        )
    )


def there(connection: Connection, ids: Sequence[int]) -> set[int]:
    """Which of these messages there are."""
    return {*connection.execute(select(_message.c.id).where(_message.c.id.in_(ids))).scalars()}


def begin(connection: Connection, new: NewSegment) -> int:
    """Begin a segment, which does not count yet; its id."""
    made = connection.execute(insert(_segment).values(**new._asdict(), checked_at=utc_now()))
    return int(made.inserted_primary_key[0])  # type: ignore[index]


def add(
    connection: Connection, user_id: int, segment_id: int, blocks: Sequence[tuple[int, bytes]]
) -> None:
    """Write some of its blocks."""
    rows = [
        {"user_id": user_id, "block": block, "segment_id": segment_id, "data": data}
        for block, data in blocks
    ]
    connection.execute(insert(_block), rows)


def replace(connection: Connection, segment_id: int | None, old: Sequence[int]) -> None:
    """Have a segment count, and those not that it is made of."""
    if segment_id is not None:
        connection.execute(update(_segment).where(_segment.c.id == segment_id).values(is_whole=1))
    if old:
        connection.execute(update(_segment).where(_segment.c.id.in_(old)).values(is_whole=0))


def checked(connection: Connection, segment_id: int, at: datetime) -> None:
    """All its messages were there at that time."""
    connection.execute(update(_segment).where(_segment.c.id == segment_id).values(checked_at=at))


def remove_blocks(
    connection: Connection, user_id: int, segment_id: int, numbers: Sequence[int]
) -> None:
    """Remove some blocks of a segment."""
    connection.execute(
        delete(_block).where(
            _block.c.user_id == user_id,
            _block.c.block.in_(numbers),
            _block.c.segment_id == segment_id,
        )
    )


def remove(connection: Connection, segment_id: int) -> None:
    """Remove a segment, whose blocks are gone."""
    connection.execute(delete(_segment).where(_segment.c.id == segment_id))


def purged(connection: Connection, user_id: int, ids: Sequence[int]) -> None:
    """Have those segments looked at that may hold messages which are gone now."""
    may_hold = (
        _segment.c.user_id == user_id,
        _segment.c.lowest_id <= max(ids),
        _segment.c.highest_id >= min(ids),
    )
    changed = connection.execute(update(_segment).where(*may_hold).values(checked_at=None))
    if changed.rowcount:
        wish(connection, SEAL, user_id)


def forget_some(connection: Connection, user_id: int) -> bool:
    """Remove some of a user's index; False once all of it is gone."""
    connection.execute(delete(_job).where(_job.c.kind == SEAL, _job.c.user_id == user_id))
    numbers = select(_block.c.block).where(_block.c.user_id == user_id).order_by(_block.c.block)
    some = connection.execute(numbers.limit(ROWS_PER_COMMIT)).scalars().all()
    if some:
        its = (_block.c.user_id == user_id, _block.c.block <= some[-1])
        connection.execute(delete(_block).where(*its))
        return True
    ids = select(_pending.c.message_id).where(_pending.c.user_id == user_id)
    few = connection.execute(ids.limit(ROWS_PER_COMMIT)).scalars().all()
    for table, which in (
        (_pending, _pending.c.message_id.in_(few)),
        (_segment, _segment.c.user_id == user_id),
    ):
        connection.execute(delete(table).where(table.c.user_id == user_id, which))
    return len(few) == ROWS_PER_COMMIT


def users(connection: Connection) -> list[int]:
    """Everybody of whom there is an index."""
    both = union(select(_segment.c.user_id), select(_pending.c.user_id))
    return [*connection.execute(both).scalars()]


def users_to_check(connection: Connection, before: datetime) -> list[int]:
    """Users with segments that were last looked at before a time."""
    due = or_(_segment.c.checked_at.is_(None), _segment.c.checked_at < before)
    return [*connection.execute(select(_segment.c.user_id).where(due).distinct()).scalars()]
