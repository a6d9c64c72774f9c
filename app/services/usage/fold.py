"""Adds up what is over: some seconds after it has ended, and before it is read.

Any process does it for all of them, so that nothing is lost with the one that began it. Each
request is added up once: its row is locked and marked in the transaction that adds.
"""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from typing import Any

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    Connection,
    Select,
    Table,
    and_,
    bindparam,
    case,
    exists,
    func,
    select,
    update,
)
from sqlalchemy.exc import SQLAlchemyError

from app.database import Database, table_of
from app.engines.prepared import Prepared, PreparedIn
from app.errors import AppError, Interrupted
from app.logs import log
from app.metrics import model_cost, model_tokens
from app.models import Generation, Message, UsageAttempt, utc_now
from app.schemas.usage import MESSAGE_PURPOSES
from app.services.upstream.cost import COST_MAX
from app.services.usage.collected import Collected, EstimateTokens, Over, collect
from app.services.usage.days import load_zones
from app.services.usage.pricing import Pricing
from app.services.usage.rows import INSERT
from app.services.usage.settlement import COLUMNS, Settlement
from app.services.usage.sums import add_up, hold_zones
from app.services.usage.targets import target_ids
from app.utils.tasks import Wake

FOLD_SECONDS = 1.0
"""Endings of so long are added up together."""
KINDS = {"prompt": "prompt_tokens", "completion": "completion_tokens"}

_generation = table_of(Generation)
_attempt = table_of(UsageAttempt)
_message = table_of(Message)


def _still_over(table: Table, *condition: ColumnElement[bool]) -> tuple[PreparedIn, PreparedIn]:
    """Locks rows that are as they were found: those that are free, or, by the second, all."""

    def hold(ids: list[BindParameter[Any]]) -> Select[Any]:
        still = select(table.c.id, table.c.status).where(table.c.id.in_(ids), *condition)
        return still.order_by(table.c.id)

    return (
        PreparedIn(table.c.id.type, lambda ids: hold(ids).with_for_update(skip_locked=True)),
        PreparedIn(table.c.id.type, lambda ids: hold(ids).with_for_update()),
    )


_HOLD_REPLIES = _still_over(_generation, _generation.c.counted == 0)
_HOLD_ATTEMPTS = _still_over(_attempt, _attempt.c.due_at.is_not(None))
# By `settled` the writer of one that still runs knows that its request is written down.
_COUNTED = PreparedIn(
    _generation.c.id.type,
    lambda ids: (
        update(_generation)
        .where(_generation.c.id.in_(ids))
        .values(counted=1, settled=_generation.c.settled + 1)
    ),
)
_SETTLE = Prepared(
    update(_attempt)
    .where(_attempt.c.id == bindparam("id_of"))
    .values(
        reserved_tokens=None,
        reserved_nano=None,
        **{name: bindparam(name) for name in (*COLUMNS, "due_at", "fold")},
    )
)


class Fold:
    """Adds up what is over. `estimate`: about how many tokens a text is."""

    def __init__(
        self,
        database: Database,
        pricing: Pricing,
        estimate: EstimateTokens,
        look_seconds: float,
    ) -> None:
        self._database = database
        self._pricing = pricing
        self._estimate = estimate
        self._wake = Wake(look_seconds, FOLD_SECONDS)

    def wake(self) -> None:
        """Something has ended."""
        self._wake.set()

    async def run(self) -> None:
        """Add up at start, soon after each ending, and what others left, for ever."""
        while True:
            try:
                await self.all()
            except (AppError, SQLAlchemyError) as error:
                log.warning("fold_failed", cause=type(error).__name__)
            except Exception:
                log.exception("fold_failed")
            await self._wake.wait()

    async def all(self, user_id: int | None = None, running: bool = False) -> None:
        """Add up all that is over, of one user, or of everybody what no other process adds up;
        what is `running`, too, for a user who goes."""
        while True:
            found = await self._database.read(collect, self._estimate, utc_now(), user_id, running)
            if not found:
                return
            with suppress(KeyError, ValueError):  # one that is gone is forgotten: see sums.py
                await load_zones(found.zones)
            waits = user_id is not None
            folded = await self._database.write(_fold, await self._priced(found), waits)
            for over in folded:
                _count(over)
            # Where it waits, others may have added up what was found, and there may be more.
            if not waits and not (folded and found.is_full):
                return

    async def _priced(self, found: Collected) -> Collected:
        return Collected(
            [await self._with_price(each) for each in found.replies],
            [await self._with_price(each) for each in found.attempts],
            found.zones,
        )

    async def _with_price(self, over: Over) -> Over:
        values = over.values
        if values["price_source"] is not None:
            return over
        settlement = Settlement(**{name: values[name] for name in COLUMNS})
        priced = await self._pricing.priced(settlement, over.model, values["started_at"])
        return replace(over, values=values | priced.values())


def _count(over: Over) -> None:
    """In the metrics, under a name of the operator's: those of others may be anything."""
    values = over.values
    for kind, column in KINDS.items():
        if values[column]:
            model_tokens.add(over.label, kind, by=values[column])
    if values["cost_nano"]:
        model_cost.add(over.label, by=values["cost_nano"])


def _fold(connection: Connection, found: Collected, waits: bool) -> list[Over]:
    """Add these up, as far as nobody else has, and where it `waits` for none, does; those that
    were."""
    replies = _still_there(connection, found.replies, _HOLD_REPLIES[waits])
    attempts = _still_there(connection, found.attempts, _HOLD_ATTEMPTS[waits])
    folded = [*replies, *attempts]
    if not folded:
        return []
    held = hold_zones(connection, {over.values["user_id"] for over in folded})
    ids = target_ids(connection, [over.target for over in replies if over.target])
    rows = [
        over.values
        | {"target_id": ids[over.target] if over.target else over.values["target_id"]}
        | {"fold": held[over.values["user_id"]].fold, "due_at": None}
        for over in folded
    ]
    new, known = rows[: len(replies)], rows[len(replies) :]
    if new:
        INSERT.run_many(connection, new)
        _COUNTED.run(connection, [over.id for over in replies])
    abandoned = {over.values["message_id"] for over in replies if over.is_abandoned}
    for message_id in sorted(abandoned):
        _tell_cost(connection, message_id)
    if known:
        changed = zip(attempts, known, strict=True)
        _SETTLE.run_many(connection, [row | {"id_of": over.id} for over, row in changed])
    messages = [True] * len(new) + [_is_message(row) for row in known]
    counted = zip(rows, messages, strict=True)
    add_up(connection, held, [row | {"is_message": is_one} for row, is_one in counted])
    return folded


def _is_message(row: dict[str, Any]) -> bool:
    """Whether a request with a row of its own counts as a message: one of a key that used
    anything."""
    return row["purpose"] in MESSAGE_PURPOSES and row["counted_by"] is not None


def _tell_cost(connection: Connection, message_id: int) -> None:
    """Have a reply say what its requests cost, whose process died before it could; unless it is
    being continued already, or nobody knows the price of one."""
    its = _attempt.c.message_id == message_id
    tokens = func.coalesce(_attempt.c.prompt_tokens, 0) + _attempt.c.completion_tokens
    is_unpriced = and_(_attempt.c.cost_nano.is_(None), tokens > 0)
    sums = select(func.sum(_attempt.c.cost_nano), func.count(case((is_unpriced, 1)))).where(its)
    cost, unpriced = connection.execute(sums).one()
    if cost is None or unpriced:
        return
    is_its = and_(_generation.c.message_id == message_id, _generation.c.counted == 0)
    broken = (_message.c.id == message_id, _message.c.error_code == Interrupted.code)
    connection.execute(
        update(_message)
        .where(*broken, ~exists().where(is_its))
        .values(cost_nano=min(int(cost), COST_MAX))
    )


def _still_there(connection: Connection, found: Sequence[Over], hold: PreparedIn) -> list[Over]:
    """Those that are still as they were found, with their rows locked."""
    rows = {row.id: row.status for row in hold.all(connection, sorted(over.id for over in found))}
    return [over for over in found if over.id in rows and rows[over.id] == over.status]
