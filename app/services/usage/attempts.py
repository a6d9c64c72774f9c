"""A user's requests, one by one."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Self

from sqlalchemy import Connection, Select, or_, select

from app.database import table_of
from app.engines.index import along
from app.models import UsageAttempt, UsageTarget
from app.schemas.usage import AttemptRead

type Span = tuple[datetime, datetime]
"""A time, its end excluded."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_PLACE = re.compile(r"([0-9]{1,17})-([0-9]{1,18})")

_attempt = table_of(UsageAttempt)
_target = table_of(UsageTarget)
TARGET = ("connection_id", "connection_label", "model_id", "model_name", "is_shared")
_ORDER = ("started_at", "id")
_OF_USER = along(select(_attempt), _attempt, "idx_usage_attempt_user")
_OF_MESSAGE = along(select(_attempt), _attempt, "idx_usage_attempt_message")


@dataclass(frozen=True, slots=True)
class AttemptPlace:
    """A request in the order of time."""

    at: datetime
    id: int

    @classmethod
    def parse(cls, cursor: str) -> Self | None:
        """What `str` of a place was; None for anything else."""
        if (found := _PLACE.fullmatch(cursor)) is None:
            return None
        return cls(_EPOCH + timedelta(microseconds=int(found[1])), int(found[2]))

    def __str__(self) -> str:
        return f"{(self.at - _EPOCH) // timedelta(microseconds=1)}-{self.id}"


def page(
    connection: Connection,
    user_id: int,
    limit: int,
    before: AttemptPlace | None,
    message_id: int | None = None,
    span: Span | None = None,
) -> list[AttemptRead]:
    """The newest requests of a user, before a place: those for one message, those that left in a
    time."""
    at, id = [_attempt.c[name] for name in _ORDER]
    query = (_OF_USER if message_id is None else _OF_MESSAGE).where(_attempt.c.user_id == user_id)
    if message_id is not None:
        query = query.where(_attempt.c.message_id == message_id)
    if span is not None:
        query = query.where(at >= span[0], at < span[1])
    if before is not None:
        query = query.where(at <= before.at, or_(at < before.at, id < before.id))
    query = query.order_by(at.desc(), id.desc()).limit(limit)
    return _as_read(connection.execute(_with_targets(query)).all())


def _with_targets(query: Select[Any]) -> Select[Any]:
    """These requests with what was asked. They are chosen first: where both are asked for at once,
    MySQL and MariaDB join all requests of a user, and sort them."""
    chosen = query.subquery()
    columns = [_target.c[name] for name in TARGET]
    joined = select(chosen, *columns).join(_target, _target.c.id == chosen.c.target_id)
    return joined.order_by(*[chosen.c[name].desc() for name in _ORDER])


def _as_read(rows: Sequence[Any]) -> list[AttemptRead]:
    return [
        AttemptRead(
            **{name: row._mapping[name] for name in NAMES},
            shared=row.is_shared == 1,
            cost_nano_usd=row.cost_nano,
        )
        for row in rows
    ]


NAMES = [name for name in AttemptRead.model_fields if name not in ("shared", "cost_nano_usd")]
