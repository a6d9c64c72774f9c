"""Requests beside replies, for a title, to try a model or for a key: each has a row of its own.

It is written before the request leaves and settled once it is over. One whose process dies is over
by its `due_at`, and settled by estimate when it is added up.
"""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy import Connection, bindparam, update
from sqlalchemy.exc import IntegrityError, SQLAlchemyError

from app.database import Database, table_of
from app.engines.prepared import Prepared
from app.errors import AppError, CapReached, Interrupted, InvalidToken
from app.logs import log
from app.models import UsageAttempt, utc_now
from app.schemas.usage import AttemptStatus
from app.services.upstream.requests import Requests, RequestTrace
from app.services.usage.caps import NOTHING_HELD, Ask, Held, Reservations, hold_alone
from app.services.usage.current_cap import CurrentCap
from app.services.usage.daily import ReplyLimits
from app.services.usage.pricing import Priced, Pricing
from app.services.usage.rows import INSERT, Asked, row_of
from app.services.usage.settlement import COLUMNS, Settlement, settled
from app.services.usage.slices import Holding
from app.services.usage.targets import target_ids

ALLOWANCE = timedelta(minutes=5)
"""For clock skew between nodes, and a process that was suspended."""

_attempt = table_of(UsageAttempt)
_SETTLE = Prepared(
    update(_attempt)
    .where(_attempt.c.id == bindparam("id_of"), _attempt.c.status == "running")
    .values(
        reserved_tokens=None,
        reserved_nano=None,
        **{name: bindparam(name) for name in COLUMNS},
    )
)


@dataclass(frozen=True, slots=True)
class ByKey:
    """What is looked at, besides, where a key asks. `cap`: its own; `answer_tokens`: what its
    answer may have, where it says so; `limits`: of messages to the operator's model, where they
    are counted."""

    cap: CurrentCap | None
    answer_tokens: int | None
    limits: ReplyLimits | None


class Meter:
    """Writes them down. `estimate`: about how many tokens a text is; `ended` is called when one is
    over."""

    def __init__(
        self,
        database: Database,
        pricing: Pricing,
        reservations: Reservations,
        estimate: Callable[[str], int],
        ended: Callable[[], None],
    ) -> None:
        self._database = database
        self._pricing = pricing
        self._reservations = reservations
        self._estimate = estimate
        self._ended = ended

    @asynccontextmanager
    async def metered(
        self,
        asked: Asked,
        model: Priced | None,
        said: str | int,
        seconds: float,
        by_key: ByKey | None = None,
    ) -> AsyncIterator[Requests]:
        """The requests that are made within, which say so much (or are about so many tokens) and
        take no more than so many seconds. Without a `model` they are priced by their target, when
        they are added up.

        Raises CapReached where they may use more than is left to their user, or to their key, and
        DailyLimitReached.
        """
        most = timedelta(seconds=seconds) + ALLOWANCE
        row = _Row(self._database, self._reservations, asked, model, most, by_key)
        tokens = self._estimate(said) if isinstance(said, str) else said
        row.requests = requests = Requests(row.begin, tokens)
        if model is not None:
            self._pricing.prepare(model.base_url)
        try:
            yield requests
        except asyncio.CancelledError:
            requests.current.fail(Interrupted.code)
            raise
        except AppError:
            if row.refused is not None:  # the SDK takes it for a connection that was lost
                raise row.refused from None
            raise
        finally:
            if requests.last is not None:
                await self._settle(row, requests.last, model)

    async def _settle(self, row: "_Row", trace: RequestTrace, model: Priced | None) -> None:
        tokens = self._estimate(trace.said) if trace.said else 0
        settlement = settled(trace, _status(trace), tokens)
        if model is not None:
            settlement = await self._pricing.priced(settlement, model, utc_now())
        try:
            await self._database.write(_settle, row.id, settlement)
        except (AppError, SQLAlchemyError) as error:  # it is over by its time
            log.info("request_not_settled", cause=type(error).__name__)
        row.free(settlement)
        self._ended()


class _Row:
    """The row of the request that is under way."""

    def __init__(
        self,
        database: Database,
        reservations: Reservations,
        asked: Asked,
        model: Priced | None,
        most: timedelta,
        by_key: ByKey | None,
    ) -> None:
        self._by_key = by_key
        self._database = database
        self._reservations = reservations
        self._asked = asked
        self._model = model
        self._most = most
        self._held = NOTHING_HELD
        self.requests: Requests | None = None
        self.refused: CapReached | None = None
        self.id = 0

    async def begin(self, trace: RequestTrace | None) -> None:
        """Write down a request that is about to leave, and settle the one before."""
        before = settled(trace, "failed", 0) if trace else None
        if before and self._model:
            before = replace(before, price=self._model.price)
        tokens = self.requests.prompt_tokens if self.requests else 0
        asked = replace(self._asked, started_at=utc_now())
        due_at = asked.started_at + self._most
        by_key = self._by_key
        ask = Ask(asked.user_id, asked.target, self._model, tokens, is_message=by_key is not None)
        limits = None
        if by_key is not None:
            ask = replace(
                ask,
                answer_tokens=by_key.answer_tokens,
                key_id=asked.key_id,
                key_cap=by_key.cap,
            )
            limits = None if before else by_key.limits  # it is one message, however often it leaves

        async def write(holding: Holding) -> tuple[int, Held]:
            return await self._database.write(
                _begin, asked, ask, holding, due_at, self.id, before, limits
            )

        try:
            self.id, held = await self._reservations.begin(write)
        except CapReached as refusal:
            self.refused = refusal
            raise
        if before is not None:
            self.free(before)
        self._held = held

    def free(self, settlement: Settlement) -> None:
        """Hold nothing back any more: so much was used."""
        tokens = settlement.prompt_tokens + settlement.completion_tokens
        self._held.settle(tokens, settlement.cost_nano or 0)


def _status(trace: RequestTrace) -> AttemptStatus:
    if trace.error_code is not None:
        return "interrupted" if trace.said else "failed"
    return "complete" if trace.is_whole else "stopped"


def _begin(
    connection: Connection,
    asked: Asked,
    ask: Ask,
    holding: Holding,
    due_at: datetime,
    before_id: int,
    before: Settlement | None,
    limits: ReplyLimits | None,
) -> tuple[int, Held]:
    """The id of its row, and what it holds back. Raises InvalidToken where the account was deleted
    meanwhile, and as `hold` and `count_default`."""
    if before is not None:
        _settle(connection, before_id, before)
    held = hold_alone(connection, ask, holding, asked.started_at, limits)
    values = {
        "status": "running",
        "prompt_tokens": ask.prompt_tokens,
        "price": ask.priced and ask.priced.price,
        "reserved_tokens": held.tokens,
        "reserved_nano": held.nano,
        "due_at": due_at,
    }
    try:
        target_id = target_ids(connection, [asked.target])[asked.target]
        return INSERT.insert(connection, row_of(asked, target_id) | values), held
    except IntegrityError as error:
        raise InvalidToken from error


def _settle(connection: Connection, row_id: int, settlement: Settlement) -> None:
    """Once: where the time of a row was over, it has been settled by estimate already."""
    _SETTLE.run(connection, settlement.values() | {"id_of": row_id})
