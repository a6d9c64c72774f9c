"""The requests of a running reply, in the ledger.

The row of a running reply stands for its current request. Before another one leaves, the one before
is written down by itself, and the row stands for the new one; so there is a row for each request
that left, whatever dies when.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from typing import Any

from sqlalchemy import Connection, bindparam, update

from app.database import Database, table_of
from app.engines.prepared import Prepared
from app.errors import Interrupted
from app.models import Generation, utc_now
from app.schemas.cap import CapWarning
from app.schemas.message import UsageRead
from app.services.generation.live_reply import Ending
from app.services.generation.running_reply import RunningReply
from app.services.messages.estimate import estimate_tokens
from app.services.upstream.requests import Requests, RequestTrace
from app.services.usage.pricing import Pricing
from app.services.usage.rows import Asked, insert_settled
from app.services.usage.settlement import COLUMNS, Settlement, settled

_generation = table_of(Generation)
_RENEW = Prepared(
    update(_generation)
    .where(
        _generation.c.id == bindparam("id_of"),
        _generation.c.owner == bindparam("by_owner"),
        _generation.c.finished_at.is_(None),
        _generation.c.settled == bindparam("known"),
    )
    .values(
        settled=_generation.c.settled + 1,
        asked_at=None,
        prompt_tokens=bindparam("estimate"),
    )
)


@dataclass(frozen=True, slots=True)
class Renewal:
    """A request of a generation that is over, and about how many tokens the next one has."""

    generation_id: int
    owner: str
    known: int
    asked: Asked
    settlement: Settlement
    prompt_tokens: int


class ReplyLedger:
    """Writes down what running replies use; `ended` is called when one has ended."""

    def __init__(self, database: Database, pricing: Pricing, ended: Callable[[], None]) -> None:
        self._database = database
        self._pricing = pricing
        self.ended = ended

    def open(self, running: RunningReply) -> Requests:
        """The requests that are made for a reply; to be called once."""
        self._pricing.prepare(running.endpoint.base_url)
        running.requests = Requests(
            partial(self._another, running), running.outgoing.tokens, announced=True
        )
        return running.requests

    async def settle(self, running: RunningReply, ending: Ending) -> Ending:
        """Account for the last request of a reply that has ended, if it left: what it used, and
        what all of them cost. The ending, with that."""
        trace = running.requests.last if running.requests else None
        if trace is None:
            cost = None if running.settled else running.spent_nano
        else:
            code = ending.error.code if ending.error else None
            last = settled(trace, ending.status, _said_tokens(running), code)
            running.last = await self._priced(running, last)
            cost = await self._cost(running, running.last)
        usage = _usage(running)
        usage = usage and usage.model_copy(update={"cost_nano_usd": cost})
        return replace(ending, usage=usage, cost_nano=cost)

    def free(self, running: RunningReply) -> CapWarning | None:
        """Give back what a reply that has ended held back of caps beyond what it used, to be called
        once that is written down; the warning that is due."""
        last = running.last
        requests = [*running.settled, *([last] if last else [])]
        tokens = sum(each.prompt_tokens + each.completion_tokens for each in requests)
        return running.held.settle(tokens, (last.cost_nano if last else None) or 0)

    async def _another(self, running: RunningReply, trace: RequestTrace | None) -> None:
        """Write down a request before another one leaves; Interrupted where the reply is no longer
        ours to write."""
        if trace is None:
            return
        settlement = replace(settled(trace, "failed", 0), price=running.endpoint.price)
        renewal = Renewal(
            running.generation_id,
            running.owner,
            len(running.settled),
            _asked(running, trace.left_at or utc_now()),
            settlement,
            running.requests.prompt_tokens if running.requests else 0,
        )
        if not await self._database.write(_renew, renewal):
            raise Interrupted
        running.settled.append(settlement)

    async def _priced(self, running: RunningReply, settlement: Settlement) -> Settlement:
        return await self._pricing.priced(settlement, running.endpoint.priced, utc_now())

    async def _cost(self, running: RunningReply, last: Settlement) -> int | None:
        """What all requests for a message cost; None where that of one is not known."""
        before = [await self._priced(running, each) for each in running.settled]
        used = [each.cost_nano for each in (*before, last) if each.has_tokens]
        costs = [running.spent_nano, *used]
        return sum(cost for cost in costs if cost is not None) if None not in costs else None


def entry_for(running: RunningReply) -> dict[str, Any]:
    """What the row of a reply that has ended says of its last request; nothing where none left."""
    values: dict[str, Any] = running.last.values() if running.last else dict.fromkeys(COLUMNS)
    left_at = None
    if running.last and running.requests:
        left_at = running.requests.current.left_at
    return {
        **values,
        "left_at": left_at,
        "known": len(running.settled),
        "nothing_left": int(running.last is None),
    }


def _usage(running: RunningReply) -> UsageRead | None:
    """What all runs of a reply used: the last one as its server counted, else about so much."""
    usage, last = running.counted, running.last
    if last is not None and last.counted_by == "estimate" and last.has_tokens:
        usage = UsageRead.estimate(last.prompt_tokens, last.completion_tokens)
    return usage if running.spent is None else running.spent.plus(usage)


def _said_tokens(running: RunningReply) -> int:
    """About how many tokens this run brought."""
    content, reasoning = running.opened_with
    said = str(running.live.content)[content:] + str(running.live.reasoning)[reasoning:]
    return estimate_tokens(said) if said else 0


def _asked(running: RunningReply, at: datetime) -> Asked:
    return Asked(
        running.user_id,
        running.endpoint.target,
        "reply",
        at,
        running.conversation_id,
        running.message_id,
    )


def _renew(connection: Connection, renewal: Renewal) -> bool:
    """False where the generation has ended, is another's, or stands for another request already:
    then the answer to an earlier COMMIT was lost."""
    values = {
        "id_of": renewal.generation_id,
        "by_owner": renewal.owner,
        "known": renewal.known,
        "estimate": renewal.prompt_tokens,
    }
    if _RENEW.run(connection, values) == 0:
        return False
    insert_settled(connection, renewal.asked, renewal.settlement, utc_now())
    return True
