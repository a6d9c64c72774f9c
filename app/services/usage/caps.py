"""Caps: how much may be used, looked at before a request leaves.

What a request may use is held back: its prompt by estimate, and for its answer what its parameters
allow, or ANSWER_TOKENS. It is refused where less is left. Caps of one user are exact: whoever asks
holds the user's row. Of caps that many users share each process holds a slice (see `slices`), so
that nobody waits for another one's row.
"""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Self

from sqlalchemy import Connection, and_, bindparam, exists, func, or_, select

from app.database import Database, table_of
from app.engines.prepared import Prepared
from app.errors import InvalidToken
from app.models import Cap, GroupMember, User
from app.schemas.cap import CapUnit, CapWarning
from app.services.usage.current_cap import CurrentCap, current_cap_of
from app.services.usage.daily import ReplyLimits, count_default
from app.services.usage.key_caps import used_by_key
from app.services.usage.periods import day_of
from app.services.usage.pricing import Priced, Pricing
from app.services.usage.slices import Holding, PriceWanted, Slices, SliceWanted
from app.services.usage.spent import spent_by
from app.services.usage.targets import Target

ANSWER_TOKENS = 1_000
"""What an answer is taken to have for which no `max_tokens` is set."""

SCOPES = ("everyone", "user")
"""Of everybody; besides, there are those of groups. Others are of a later version, which may run
beside this one."""

_cap = table_of(Cap)
_user = table_of(User)
_member = table_of(GroupMember)
_USER = bindparam("of_user", type_=_cap.c.user_id.type)
_is_member = exists(
    select(_member.c.user_id).where(
        _member.c.group_id == _cap.c.group_id, _member.c.user_id == _USER
    )
)
_of_all = and_(
    _cap.c.user_id.is_(None),
    or_(
        or_(*(_cap.c.scope == name for name in SCOPES)),
        and_(_cap.c.scope == "group", _is_member),
    ),
)
APPLY = or_(_of_all, _cap.c.user_id == _USER)
"""Whether a cap applies to a user (`of_user`)."""
_APPLYING = Prepared(select(_cap).where(APPLY).order_by(_cap.c.id))

HOW_MANY = select(func.count()).select_from(_cap).where(APPLY).scalar_subquery().label("caps")
"""A column for a statement that reads a user (`of_user`): how many caps apply to them."""


_ANY = Prepared(select(HOW_MANY))
_LOCK = Prepared(select(_user.c.id).where(_user.c.id == _USER).with_for_update())


@dataclass(frozen=True, slots=True)
class Ask:
    """A request that is about to leave. `priced`: what tells its price; `answer_tokens`: what its
    answer may have, where that is set; `is_message`: it is counted as a message. `key_cap`: that of
    the key that asks."""

    user_id: int
    target: Target
    priced: Priced | None
    prompt_tokens: int
    answer_tokens: int | None = None
    is_message: bool = True
    key_id: int | None = None
    key_cap: CurrentCap | None = None

    @property
    def tokens(self) -> int:
        """How many it is taken to have."""
        answer = ANSWER_TOKENS if self.answer_tokens is None else self.answer_tokens
        return self.prompt_tokens + answer

    def is_under(self, cap: CurrentCap) -> bool:
        """Whether it is counted by a cap."""
        target = self.target
        if cap.unit == "messages" and not self.is_message:
            return False
        return cap.coverage.has(target.connection_id, target.model_id, target.is_shared)


class Reservations:
    """What the requests of this process hold back."""

    def __init__(self, database: Database, pricing: Pricing, lease_seconds: float) -> None:
        self.slices = Slices(database, lease_seconds)
        self._pricing = pricing

    def holding(self) -> Holding:
        """What one request holds back: nothing yet."""
        return Holding(self.slices, self._pricing)

    async def begin[T](self, work: Callable[[Holding], Awaitable[T]]) -> T:
        """Await what begins a request, which holds back what it may use (see `hold`); again where
        this process had to take more first, or to load prices. CapReached where there is no
        more."""
        holding = self.holding()
        try:
            while True:
                try:
                    return await work(holding)
                except SliceWanted as wanted:
                    await self.slices.refill(wanted)
                except PriceWanted as wanted:
                    holding.waits = False
                    await self._pricing.load(wanted.model)
        except BaseException:
            holding.release()
            raise


@dataclass(frozen=True, slots=True)
class Held:
    """What a request holds back, and what had been used before of each cap that it is under."""

    tokens: int | None = None
    nano: int | None = None
    before: tuple[tuple[CurrentCap, int, int], ...] = ()
    holding: Holding | None = None

    def besides(self, cap: CurrentCap, used: int) -> Self:
        """With one more cap, of messages, that is counted elsewhere."""
        return replace(self, before=(*self.before, (cap, used, 1)))

    def settle(self, tokens: int, nano: int) -> CapWarning | None:
        """Take what it has used in place of what it held back; the warning that is due, of the
        cap of which the least part is left."""
        if self.holding is not None:
            self.holding.settle({"tokens": tokens, "nano_usd": nano})
        due = []
        for cap, before, message in self.before:
            used = before + {"messages": message, "tokens": tokens, "nano_usd": nano}[cap.unit]
            if cap.warns_at(used):
                due.append((used / max(cap.amount, 1), cap.warning(used)))
        return max(due, key=lambda each: each[0])[1] if due else None


NOTHING_HELD = Held()


def applying(connection: Connection, user_id: int, now: datetime) -> list[CurrentCap]:
    """The caps that a user is under, their own and the operator's."""
    return [current_cap_of(row, now) for row in _APPLYING.all(connection, {"of_user": user_id})]


def used_of(
    connection: Connection, user_id: int, caps: Sequence[CurrentCap], now: datetime
) -> list[int]:
    """What a user has used of each of these caps, which are none that many share."""
    if not caps:
        return []
    today = day_of(now)
    spent = spent_by(connection, user_id, min(cap.first_day for cap in caps), today)
    return [cap.used_in(spent) for cap in caps]


def hold(connection: Connection, ask: Ask, holding: Holding, now: datetime) -> Held:
    """Hold back what a request may use. Whoever asks holds the user's row.

    Raises CapReached where less is left; SliceWanted where this process holds too little of what
    many users share, and PriceWanted where a price is not loaded: it is to be asked again then.
    """
    under = [cap for cap in applying(connection, ask.user_id, now) if ask.is_under(cap)]
    own = [cap for cap in under if not cap.is_of_many]
    before = list(zip(own, used_of(connection, ask.user_id, own, now), strict=True))
    if ask.key_cap is not None and ask.key_id is not None:
        under.append(ask.key_cap)
        used = used_by_key(connection, ask.user_id, ask.key_id, ask.key_cap, now)
        before.append((ask.key_cap, used))
    if not under:
        return NOTHING_HELD
    need = _need(ask, under, holding, now)
    for cap, used in before:
        if used >= cap.amount or used + (need[cap.unit] or 0) > cap.amount:
            raise cap.reached(now)
    before += [(cap, holding.take(cap, need[cap.unit] or 0)) for cap in under if cap.is_of_many]
    messages = int(ask.is_message)
    known = tuple((cap, used, messages) for cap, used in before)
    return Held(need["tokens"], need["nano_usd"], known, holding)


def hold_alone(
    connection: Connection,
    ask: Ask,
    holding: Holding,
    now: datetime,
    limits: ReplyLimits | None = None,
) -> Held:
    """As `hold`, of a request whose user's row nobody holds yet; that is locked where any cap
    applies. `limits`: it counts as a message to the operator's model. InvalidToken where the
    account was deleted meanwhile, DailyLimitReached."""
    its_user = {"of_user": ask.user_id}
    is_counted = limits is not None or ask.key_cap is not None
    if not (is_counted or _ANY.first(connection, its_user).caps):
        return NOTHING_HELD
    if _LOCK.first(connection, its_user) is None:
        raise InvalidToken
    if limits is not None:
        count_default(connection, ask.user_id, limits, now)
    return hold(connection, ask, holding, now)


def _need(
    ask: Ask, under: Sequence[CurrentCap], holding: Holding, now: datetime
) -> dict[CapUnit, int | None]:
    """What a request is taken to use; None for money where nobody knows its price."""
    nano = None
    if ask.priced is not None and any(cap.unit == "nano_usd" for cap in under):
        price = holding.price_of(ask.priced, now)
        if price is not None:
            nano = price.cost(ask.prompt_tokens, ask.tokens - ask.prompt_tokens)
    return {"messages": int(ask.is_message), "tokens": ask.tokens, "nano_usd": nano}
