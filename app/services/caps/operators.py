"""The operator's caps: of everyone together, of a group, of each user, of one user."""

from typing import Any

from sqlalchemy import Connection, Table, and_, delete, func, insert, select

from app.database import Database, table_of
from app.errors import (
    AppError,
    CapNotFound,
    ConnectionNotFound,
    GroupNotFound,
    ListFull,
    ModelNotFound,
    UserNotFound,
)
from app.models import Cap, Model, ModelConnection, User, UserGroup, utc_now
from app.schemas.admin import GroupNamed
from app.schemas.admin_cap import AdminCap, CapCreate, ConnectionNamed, ModelNamed, UserNamed
from app.services.audit.events import AuditAction, record
from app.services.auth.account import Account
from app.services.auth.acting import acting
from app.services.caps.rows import OPERATORS, SHOWN
from app.services.endpoints.rows import of_owner
from app.services.endpoints.saved import OPERATOR
from app.services.groups import rows as group_rows
from app.services.shared_connections import rows as shared_rows
from app.services.usage.caps import used_of
from app.services.usage.current_cap import current_cap_of
from app.services.usage.together import used_together

OPERATORS_MOST = 500
"""They are looked through before each message."""

_cap = table_of(Cap)
_user = table_of(User)
_group = table_of(UserGroup)
_model = table_of(Model)
_connection = table_of(ModelConnection)


class OperatorCaps:
    """What administrators do with caps, and the command line. `admin`: who asks, None on the
    command line; LoginTooOld and AdminOnly where they may not."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def all(self) -> list[AdminCap]:
        """Every cap of the operator's, the oldest first."""
        return await self._database.read(_all)

    async def ids_of(
        self, user: str | None, group: str | None, slug: str | None, model: str | None
    ) -> dict[str, int | None]:
        """What a cap is about, of names. Raises as `add`."""
        return await self._database.read(_ids_of, user, group, slug, model)

    async def add(self, admin: Account | None, new: CapCreate) -> AdminCap:
        """Make a cap. Raises UserNotFound, GroupNotFound, ConnectionNotFound, ModelNotFound,
        ListFull."""
        return await self._database.write(_add, admin, new)

    async def remove(self, admin: Account | None, cap_id: int) -> None:
        """Remove a cap of the operator's; CapNotFound."""
        await self._database.write(_remove, admin, cap_id)


def _all(connection: Connection) -> list[AdminCap]:
    found = connection.execute(SHOWN.where(OPERATORS).order_by(_cap.c.id)).all()
    return [_read(connection, row) for row in found]


def _read(connection: Connection, row: Any) -> AdminCap:
    now = utc_now()
    cap = current_cap_of(row, now)
    used = None
    if cap.is_of_many:
        used = used_together(connection, cap, now)
    elif row.user_id is not None:
        (used,) = used_of(connection, row.user_id, [cap], now)
    user, group, shared, model = None, None, None, None
    if row.username is not None:
        user = UserNamed(id=row.user_id, username=row.username)
    if row.group_name is not None:
        group = GroupNamed(id=row.group_id, name=row.group_name)
    if row.slug is not None:
        its = {"slug": row.slug, "label": row.connection_label}
        shared = ConnectionNamed(id=row.its_connection_id, **its)
    if row.model_name is not None:
        model = ModelNamed(id=row.model_id, name=row.model_name)
    return AdminCap(
        id=row.id,
        scope=row.scope,
        user=user,
        group=group,
        connection=shared,
        model=model,
        period=row.period,
        unit=row.unit,
        amount=row.amount,
        warn_percent=row.warn_percent,
        used=used,
        resets_at=cap.resets_at,
    )


def _add(connection: Connection, admin: Account | None, new: CapCreate) -> AdminCap:
    by = acting(connection, admin)
    how_many = select(func.count()).select_from(_cap).where(OPERATORS)
    if connection.execute(how_many).scalar_one() >= OPERATORS_MOST:
        raise ListFull(OPERATORS_MOST)
    _require(connection, _user, new.user_id, UserNotFound())
    _require(connection, _group, new.group_id, GroupNotFound())
    its_connection = of_owner(OPERATOR)
    missing = ConnectionNotFound(new.connection_id)
    _require(connection, _connection, new.connection_id, missing, its_connection)
    its_model = _model.c.connection_id == new.connection_id
    _require(connection, _model, new.model_id, ModelNotFound(new.model_id), its_model)
    target = "shared" if new.connection_id is None else "connection"
    if new.model_id is not None:
        target = "model"
    now = utc_now()
    made = connection.execute(
        insert(_cap).values(
            scope=new.scope,
            user_id=new.user_id,
            group_id=new.group_id,
            target=target,
            connection_id=new.connection_id if target == "connection" else None,
            model_id=new.model_id,
            period=new.period,
            unit=new.unit,
            amount=new.amount,
            warn_percent=new.warn_percent,
            source="operator",
            created_at=now,
            updated_at=now,
        )
    )
    record(connection, AuditAction.CAPS_CHANGED, new.user_id, **by)
    id = int(made.inserted_primary_key[0])  # type: ignore[index]
    return _read(connection, connection.execute(SHOWN.where(_cap.c.id == id)).one())


def _ids_of(
    connection: Connection,
    user: str | None,
    group: str | None,
    slug: str | None,
    model: str | None,
) -> dict[str, int | None]:
    connection_id = None if slug is None else shared_rows.id_of(connection, slug)
    model_id = None
    if connection_id is not None and model is not None:
        model_id = shared_rows.model_id_of(connection, connection_id, model)
    return {
        "user_id": None if user is None else group_rows.user_id_of(connection, user),
        "group_id": None if group is None else group_rows.id_of(connection, group),
        "connection_id": connection_id,
        "model_id": model_id,
    }


def _require(
    connection: Connection, table: Table, id: int | None, missing: AppError, *more: Any
) -> None:
    """Raise where a row is named that is not there; it stays until the commit."""
    if id is not None:
        there = select(table.c.id).where(table.c.id == id, *more).with_for_update(read=True)
        if connection.execute(there).first() is None:
            raise missing


def _remove(connection: Connection, admin: Account | None, cap_id: int) -> None:
    by = acting(connection, admin)
    this = and_(_cap.c.id == cap_id, OPERATORS)
    row = connection.execute(select(_cap.c.user_id).where(this).with_for_update()).first()
    if row is None:
        raise CapNotFound
    connection.execute(delete(_cap).where(this))
    record(connection, AuditAction.CAPS_CHANGED, row.user_id, **by)
