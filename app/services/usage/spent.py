"""What was used up in a period: the sums by day, and what is not in them yet.

It is read in one statement: between two of them a request may go from the one to the other. What
is not in the sums yet counts as today's, and what still runs as much as it holds back.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Integer,
    Select,
    and_,
    bindparam,
    case,
    func,
    literal,
    or_,
    select,
    union_all,
)

from app.database import table_of
from app.engines.prepared import Prepared
from app.models import Generation, GroupMember, UsageAttempt, UsageDay, UsageGone, UsageTarget
from app.schemas.cap import CapTarget, CapUnit
from app.schemas.usage import MESSAGE_PURPOSES

UTC_ZONE = 0

_day = table_of(UsageDay)
_gone = table_of(UsageGone)
_target = table_of(UsageTarget)
_attempt = table_of(UsageAttempt)
_generation = table_of(Generation)
_member = table_of(GroupMember)

_USER = bindparam("of_user", type_=_day.c.user_id.type)
_SINCE = bindparam("since", type_=_day.c.day.type)
_TODAY = bindparam("today", type_=_day.c.day.type)


@dataclass(frozen=True, slots=True)
class Coverage:
    """What a cap is about."""

    kind: CapTarget
    connection_id: int | None = None
    model_id: int | None = None

    def has(self, connection_id: int | None, model_id: int | None, is_shared: bool) -> bool:
        """Whether a model is one of those that it is about."""
        match self.kind:
            case "all":
                return True
            case "shared":
                return is_shared
            case "connection":
                return connection_id is not None and connection_id == self.connection_id
            case "model":
                return model_id is not None and model_id == self.model_id


@dataclass(frozen=True, slots=True)
class Spent:
    """What was used of one model, on the day that runs or before it."""

    connection_id: int | None
    model_id: int | None
    is_shared: bool
    is_today: bool
    messages: int
    tokens: int
    nano_usd: int

    def of(self, unit: CapUnit) -> int:
        """How much of a unit that is."""
        return {"messages": self.messages, "tokens": self.tokens, "nano_usd": self.nano_usd}[unit]


def _sums(table: Any) -> list[ColumnElement[Any]]:
    return [
        table.c.day,
        table.c.messages.label("messages"),
        (table.c.prompt_tokens + table.c.completion_tokens).label("tokens"),
        func.coalesce(table.c.cost_nano, 0).label("nano"),
    ]


def _asked(table: Any) -> list[ColumnElement[Any]]:
    return [table.c.connection_id, table.c.model_id, table.c.is_shared]


def _not_summed(
    table: Any, is_running: ColumnElement[bool], messages: ColumnElement[int]
) -> list[Any]:
    """Requests that are in no sums yet; of one that runs what it holds back is not less than what
    it has used so far."""
    tokens = func.coalesce(table.c.prompt_tokens, 0) + func.coalesce(table.c.completion_tokens, 0)
    return [
        _TODAY.label("day"),
        messages.label("messages"),
        case((is_running, func.coalesce(table.c.reserved_tokens, 0)), else_=tokens).label("tokens"),
        case((is_running, table.c.reserved_nano), else_=table.c.cost_nano).label("nano"),
    ]


_reply_runs = _generation.c.running_conversation_id.is_not(None)
_request_runs = _attempt.c.status == "running"
_of_days = select(*_asked(_target), *_sums(_day)).join(_target, _target.c.id == _day.c.target_id)
_of_gone = select(*_asked(_target), *_sums(_gone)).join(_target, _target.c.id == _gone.c.target_id)
_one = literal(1, Integer)
# As `fold` counts them.
_is_message = and_(
    or_(*(_attempt.c.purpose == purpose for purpose in MESSAGE_PURPOSES)),
    or_(_request_runs, _attempt.c.counted_by.is_not(None)),
)
_of_replies = select(*_asked(_generation), *_not_summed(_generation, _reply_runs, _one)).where(
    _generation.c.counted == 0, _generation.c.model_name.is_not(None)
)
_of_requests = select(
    *_asked(_target),
    *_not_summed(_attempt, _request_runs, case((_is_message, _one), else_=literal(0, Integer))),
).join(_target, _target.c.id == _attempt.c.target_id)


def _added_up(*parts: Select[Any]) -> Select[Any]:
    rows = union_all(*parts).subquery("used")
    is_today = (rows.c.day >= _TODAY).label("is_today")
    sums = [func.coalesce(func.sum(rows.c[name]), 0) for name in ("messages", "tokens", "nano")]
    groups = [rows.c.connection_id, rows.c.model_id, rows.c.is_shared, is_today]
    return select(*groups, *sums).group_by(*groups)


_BY_USER = Prepared(
    _added_up(
        _of_days.where(_day.c.user_id == _USER, _day.c.zone_id == UTC_ZONE, _day.c.day >= _SINCE),
        _of_replies.where(_generation.c.user_id == _USER),
        _of_requests.where(_attempt.c.user_id == _USER, _attempt.c.fold.is_(None)),
    )
)


def spent_by(connection: Connection, user_id: int, since: int, today: int) -> list[Spent]:
    """What a user used from a day on, by model."""
    values = {"of_user": user_id, "since": since, "today": today}
    return _read(_BY_USER.all(connection, values))


_KEY = bindparam("of_key", type_=_day.c.key_id.type)
_BY_KEY = Prepared(
    _added_up(
        _of_days.where(
            _day.c.user_id == _USER,
            _day.c.zone_id == UTC_ZONE,
            _day.c.day >= _SINCE,
            _day.c.key_id == _KEY,
        ),
        _of_requests.where(
            _attempt.c.user_id == _USER, _attempt.c.fold.is_(None), _attempt.c.key_id == _KEY
        ),
    )
)


def spent_of_key(
    connection: Connection, user_id: int, key_id: int, since: int, today: int
) -> list[Spent]:
    """What one key of a user's used from a day on, by model."""
    values = {"of_user": user_id, "of_key": key_id, "since": since, "today": today}
    return _read(_BY_KEY.all(connection, values))


def spent_together(
    connection: Connection, covered: Coverage, since: int, today: int, group_id: int | None
) -> list[Spent]:
    """What all users have used of shared models from a day on, without what still runs, by model;
    accounts that were deleted since are in it. `group_id`: what those used who are in this group
    now."""

    def of(table: Any) -> ColumnElement[bool]:
        shared: ColumnElement[bool] = table.c.is_shared == 1
        match covered.kind:
            case "connection":
                return and_(shared, table.c.connection_id == covered.connection_id)
            case "model":
                return and_(shared, table.c.model_id == covered.model_id)
        return shared

    days = _of_days.where(of(_target), _day.c.zone_id == UTC_ZONE, _day.c.day >= _SINCE)
    replies = _of_replies.where(of(_generation), ~_reply_runs)
    requests = _of_requests.where(of(_target), _attempt.c.due_at.is_not(None), ~_request_runs)
    if group_id is None:
        gone = _of_gone.where(of(_target), _gone.c.day >= _SINCE)
        statement = _added_up(days, gone, replies, requests)
    else:
        statement = _added_up(
            days.where(_is_in(_day, group_id)),
            replies.where(_is_in(_generation, group_id)),
            requests.where(_is_in(_attempt, group_id)),
        )
    return _read(connection.execute(statement, {"since": since, "today": today}).all())


def _is_in(table: Any, group_id: int) -> ColumnElement[bool]:
    members = select(_member.c.user_id).where(_member.c.group_id == group_id)
    return table.c.user_id.in_(members)  # type: ignore[no-any-return]


def _read(rows: Sequence[Any]) -> list[Spent]:
    return [
        Spent(row[0], row[1], row[2] == 1, bool(row[3]), int(row[4]), int(row[5]), int(row[6]))
        for row in rows
    ]
