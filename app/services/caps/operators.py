"""The operator's caps: of everyone together, of each user, of one user."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, and_, delete, insert, select

from app.database import Database, table_of
from app.errors import ConnectionNotFound, ModelNotFound
from app.models import Cap, Model, ModelConnection, User, utc_now
from app.schemas.cap import CapPeriod, CapScope, CapUnit
from app.services.audit.events import AuditAction, record
from app.services.caps.rows import OPERATORS, SHOWN, used_of_everyones
from app.services.endpoints.saved import OPERATOR
from app.services.endpoints.slug import slug_key
from app.services.usage.caps import used_of
from app.services.usage.current_cap import current_cap_of
from app.utils.names import canonical

_cap = table_of(Cap)
_user = table_of(User)
_model = table_of(Model)
_connection = table_of(ModelConnection)


class NoSuchUser(Exception):
    """There is no account of this name."""


@dataclass(frozen=True, slots=True)
class NewCap:
    """A cap to be made. `user`: a name, None for everyone or each user; `slug` and `model`: of a
    shared connection, None for all that is shared."""

    scope: CapScope
    user: str | None
    slug: str | None
    model: str | None
    period: CapPeriod
    unit: CapUnit
    amount: int
    warn_percent: int


@dataclass(frozen=True, slots=True)
class OperatorCap:
    """A cap as its operator sees it. `used` is None for one that each user has for themselves."""

    id: int
    scope: CapScope
    user: str | None
    slug: str | None
    model: str | None
    period: CapPeriod
    unit: CapUnit
    amount: int
    warn_percent: int
    used: int | None


class OperatorCaps:
    """What an operator does with caps."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def all(self) -> list[OperatorCap]:
        """Every cap of the operator's, the oldest first."""
        return await self._database.read(_all)

    async def add(self, new: NewCap) -> int:
        """Make a cap; its id. Raises NoSuchUser, ConnectionNotFound, ModelNotFound."""
        return await self._database.write(_add, new)

    async def remove(self, cap_id: int) -> bool:
        """Remove a cap; False where there is none of the operator's."""
        return await self._database.write(_remove, cap_id)


def _all(connection: Connection) -> list[OperatorCap]:
    found = connection.execute(SHOWN.where(OPERATORS).order_by(_cap.c.id)).all()
    return [_read(connection, row) for row in found]


def _read(connection: Connection, row: Any) -> OperatorCap:
    now = utc_now()
    cap = current_cap_of(row, now)
    used = None
    if cap.is_everyones:
        used = used_of_everyones(connection, cap, now)
    elif row.user_id is not None:
        (used,) = used_of(connection, row.user_id, [cap], now)
    return OperatorCap(
        row.id,
        row.scope,
        row.username,
        row.slug,
        row.model_name,
        row.period,
        row.unit,
        row.amount,
        row.warn_percent,
        used,
    )


def _add(connection: Connection, new: NewCap) -> int:
    connection_id = model_id = None
    if new.slug is not None:
        connection_id = _shared(connection, new.slug)
        if new.model is not None:
            model_id = _model_of(connection, connection_id, new.model)
    target = "shared" if new.slug is None else "connection" if new.model is None else "model"
    user_id = None if new.user is None else _user_of(connection, new.user)
    now = utc_now()
    result = connection.execute(
        insert(_cap).values(
            scope=new.scope,
            user_id=user_id,
            target=target,
            connection_id=connection_id if target == "connection" else None,
            model_id=model_id,
            period=new.period,
            unit=new.unit,
            amount=new.amount,
            warn_percent=new.warn_percent,
            source="operator",
            created_at=now,
            updated_at=now,
        )
    )
    record(connection, AuditAction.CAPS_CHANGED, user_id)
    return int(result.inserted_primary_key[0])  # type: ignore[index]


def _shared(connection: Connection, slug: str) -> int:
    its = _connection.c.slug_key == slug_key(OPERATOR, slug)
    id = connection.execute(select(_connection.c.id).where(its)).scalar()
    if id is None:
        raise ConnectionNotFound
    return int(id)


def _model_of(connection: Connection, connection_id: int, name: str) -> int:
    its = (_model.c.connection_id == connection_id, _model.c.name_key == name.encode())
    id = connection.execute(select(_model.c.id).where(*its)).scalar()
    if id is None:
        raise ModelNotFound
    return int(id)


def _user_of(connection: Connection, name: str) -> int:
    its = select(_user.c.id).where(_user.c.username_key == canonical(name))
    id = connection.execute(its).scalar()
    if id is None:
        raise NoSuchUser(name)
    return int(id)


def _remove(connection: Connection, cap_id: int) -> bool:
    this = and_(_cap.c.id == cap_id, OPERATORS)
    row = connection.execute(select(_cap.c.user_id).where(this)).first()
    if row is None:
        return False
    connection.execute(delete(_cap).where(this))
    record(connection, AuditAction.CAPS_CHANGED, row.user_id)
    return True
