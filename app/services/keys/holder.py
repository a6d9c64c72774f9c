"""Who holds a key that a request came with, looked at with every request."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import orjson
from sqlalchemy import ColumnElement, Connection, and_, bindparam, or_, select, update

from app.database import table_of
from app.engines.prepared import Prepared
from app.errors import InvalidKey
from app.models import ProgramKey, User, utc_now
from app.schemas.key import KeyScope
from app.services.usage.current_cap import CurrentCap
from app.services.usage.key_caps import key_cap_of

USED_EXACT_TO = timedelta(minutes=1)

_key = table_of(ProgramKey)
_user = table_of(User)
_now = bindparam("now", type_=_key.c.expires_at.type)
_holders = _key.join(_user, _user.c.id == _key.c.user_id)


def _good(now: ColumnElement[datetime]) -> ColumnElement[bool]:
    return and_(_user.c.yn == 1, or_(_key.c.expires_at.is_(None), _key.c.expires_at > now))


_BY_HASH = Prepared(
    select(
        _key.c.id,
        _key.c.user_id,
        _key.c.scopes,
        _key.c.model_ids,
        _key.c.cap_period,
        _key.c.cap_unit,
        _key.c.cap_amount,
        _key.c.last_used_at,
        _user.c.has_factor,
    )
    .select_from(_holders)
    .where(_key.c.hash == bindparam("hash", type_=_key.c.hash.type), _good(_now))
)


@dataclass(frozen=True, slots=True)
class KeyHolder:
    """A key that is good, whose it is, and what it opens. `model_ids`: None for all that its owner
    may use; `is_stale`: its use is to be written down; `has_factor`: its owner
    has a second factor."""

    id: int
    user_id: int
    scopes: frozenset[KeyScope]
    model_ids: frozenset[int] | None
    cap: CurrentCap | None
    is_stale: bool
    has_factor: bool

    def opens(self, model_id: int | None) -> bool:
        """Whether it is for a model."""
        return self.model_ids is None or model_id in self.model_ids


def find_holder(connection: Connection, hash: bytes) -> KeyHolder:
    """The holder of a key; InvalidKey for one that is not good, whatever is wrong with it."""
    now = utc_now()
    row = _BY_HASH.first(connection, {"hash": hash, "now": now})
    if row is None:
        raise InvalidKey
    return KeyHolder(
        row.id,
        row.user_id,
        frozenset(orjson.loads(row.scopes)),
        None if row.model_ids is None else frozenset(orjson.loads(row.model_ids)),
        key_cap_of(row, now),
        row.last_used_at is None or now - row.last_used_at >= USED_EXACT_TO,
        bool(row.has_factor),
    )


def live(connection: Connection, key_ids: set[int]) -> set[int]:
    """Those of these keys that are good."""
    good = select(_key.c.id).select_from(_holders)
    rows: Any = connection.execute(
        good.where(_key.c.id.in_(key_ids), _good(_now)), {"now": utc_now()}
    )
    return set(rows.scalars())


def touch(connection: Connection, key_id: int) -> None:
    """A key was used, now."""
    this = update(_key).where(_key.c.id == key_id)
    connection.execute(this.values(last_used_at=utc_now().replace(second=0, microsecond=0)))
