"""Requests that are over and are not added up yet, as rows of `usage_attempt`.

There are two kinds: the last request of a reply that has ended, in the reply's row; and those that
have a row of their own, be it that their process settled them or that it died.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, LargeBinary, Row, and_, cast, or_, select, true

from app.database import table_of
from app.errors import Interrupted
from app.models import (
    Generation,
    GenerationPiece,
    Model,
    ModelConnection,
    UsageAttempt,
    UsageTarget,
    utc_now,
)
from app.services.usage.pricing import Priced
from app.services.usage.rows import COLUMNS as ROW
from app.services.usage.rows import Asked, row_of
from app.services.usage.settlement import COLUMNS
from app.services.usage.sums import zone_names
from app.services.usage.targets import Target

MOST = 200
"""Of each kind at once."""
OWN = "own"
"""What models of users' own count under."""

_generation = table_of(Generation)
_piece = table_of(GenerationPiece)
_attempt = table_of(UsageAttempt)
_target = table_of(UsageTarget)
_model = table_of(Model)
_connection = table_of(ModelConnection)

EstimateTokens = Callable[[str], int]


@dataclass(frozen=True, slots=True)
class Over:
    """A request that is over. `status`: as it was found; `values`: its row; `model`: what tells its
    price, None where it has one, or nobody knows where it went; `label`: what it counts under.
    `target` is None where the row has it already; `is_abandoned`: the process of a reply died."""

    id: int
    status: str | None
    values: dict[str, Any]
    model: Priced | None
    label: str
    target: Target | None = None
    is_abandoned: bool = False


@dataclass(frozen=True, slots=True)
class Collected:
    """Last requests of replies, by the ids of their generations, those of rows of their own, and
    the time zones of all their users."""

    replies: list[Over]
    attempts: list[Over]
    zones: set[str]

    @property
    def is_full(self) -> bool:
        """Whether there may be more."""
        return MOST in (len(self.replies), len(self.attempts))

    def __bool__(self) -> bool:
        return bool(self.replies or self.attempts)


def collect(
    connection: Connection,
    estimate: EstimateTokens,
    now: datetime,
    user_id: int | None = None,
    running: bool = False,
) -> Collected:
    """What is to be added up, of one user or of everybody; with what is `running` as it is now."""
    replies = _replies(connection, estimate, user_id, true() if running else _has_ended)
    which = _attempt.c.due_at.is_not(None) if running else is_over(now)
    attempts = _attempts(connection, user_id, which)
    users = {over.values["user_id"] for over in (*replies, *attempts)}
    return Collected(replies, attempts, zone_names(connection, users) if users else set())


_has_ended = _generation.c.finished_at.is_not(None)
_uncounted = (
    select(_generation, _model.c.price.label("model_price"), _connection.c.base_url)
    .outerjoin(_connection, _connection.c.id == _generation.c.connection_id)
    .outerjoin(_model, _model.c.id == _generation.c.model_id)
    .where(_generation.c.counted == 0, _generation.c.model_name.is_not(None))
    .order_by(_generation.c.id)
    .limit(MOST)
)
# By its bytes, of which no two models of a connection have the same: a text is compared loosely.
_of_its_connection = and_(
    _model.c.connection_id == _target.c.connection_id,
    _model.c.name_key == cast(_target.c.model_name, LargeBinary),
)


def _replies(
    connection: Connection,
    estimate: EstimateTokens,
    user_id: int | None,
    which: ColumnElement[bool],
) -> list[Over]:
    query = _uncounted.where(which)
    if user_id is not None:
        query = query.where(_generation.c.user_id == user_id)
    return [_reply(connection, row, estimate) for row in connection.execute(query)]


def _reply(connection: Connection, row: Row[Any], estimate: EstimateTokens) -> Over:
    owner = None if row.is_shared else row.user_id
    target = Target(owner, row.connection_id, row.connection_label, row.model_id, row.model_name)
    started_at = row.asked_at or row.started_at
    asked = Asked(row.user_id, target, "reply", started_at, row.conversation_id, row.message_id)
    columns = row._mapping
    settled = {name: columns[name] for name in COLUMNS}
    is_abandoned = row.completion_tokens is None
    if is_abandoned:
        settled |= _estimated(connection, row, started_at, estimate)
    values = row_of(asked, 0) | settled
    return Over(row.id, row.status, values, _priced(row), _label(row), target, is_abandoned)


def _estimated(
    connection: Connection, row: Row[Any], started_at: datetime, estimate: EstimateTokens
) -> dict[str, Any]:
    pieces = select(_piece.c.content).where(_piece.c.generation_id == row.id)
    said = "".join(connection.execute(pieces.order_by(_piece.c.kind, _piece.c.position)).scalars())
    seconds = ((row.finished_at or utc_now()) - started_at).total_seconds()
    status = row.status or ("interrupted" if said else "failed")
    return {
        "status": status if said or row.asked_at else "unconfirmed",
        "error_code": row.error_code or Interrupted.code,
        "completion_tokens": estimate(said) if said else 0,
        "counted_by": "estimate",
        "duration_ms": max(0, round(1000 * seconds)),
    }


def _priced(row: Row[Any]) -> Priced | None:
    """What tells its price: what was given when it began, where that is known, or is given now."""
    price = row.price or row.model_price
    if row.price_source is not None or not (price or row.base_url):
        return None
    return Priced(row.base_url or "", row.model_name, bool(row.is_shared), price)


def _label(row: Row[Any]) -> str:
    return row.model_name if row.is_shared else OWN


def is_over(now: datetime) -> ColumnElement[bool]:
    """Rows of their own that are to be added up: settled, or past the time that they may take."""
    return and_(
        _attempt.c.due_at.is_not(None),
        or_(_attempt.c.status != "running", _attempt.c.due_at < now),
    )


def _attempts(
    connection: Connection, user_id: int | None, which: ColumnElement[bool]
) -> list[Over]:
    source = (
        _attempt.join(_target, _target.c.id == _attempt.c.target_id)
        .outerjoin(_connection, _connection.c.id == _target.c.connection_id)
        .outerjoin(_model, _of_its_connection)
    )
    query = (
        select(
            _attempt,
            _target.c.model_name,
            _target.c.is_shared,
            _model.c.price.label("model_price"),
            _connection.c.base_url,
        )
        .select_from(source)
        .where(which)
        .order_by(_attempt.c.due_at)
        .limit(MOST)
    )
    if user_id is not None:
        # A sum, so that no database goes over all rows of a user: few have a `due_at`.
        query = query.where(_attempt.c.user_id + 0 == user_id)
    return [_own(row) for row in connection.execute(query)]


def _own(row: Row[Any]) -> Over:
    columns = row._mapping
    values = {name: columns[name] for name in ROW}
    priced = _priced(row)
    if row.status == "running":
        seconds = (row.due_at - row.started_at).total_seconds()
        values |= {
            "status": "unconfirmed",
            "error_code": Interrupted.code,
            "completion_tokens": 0,
            "counted_by": "estimate",
            "duration_ms": max(0, round(1000 * seconds)),
        }
    return Over(row.id, row.status, values, priced, _label(row))
