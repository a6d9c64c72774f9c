"""The operator's connections as rows: found, shared, granted to groups.

`admin`: who asks for it, looked at first; None on the command line.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Connection, delete, insert, select, update

from app.database import table_of
from app.errors import ConnectionNotFound, GroupNotFound, ModelNotFound, OfSettings
from app.models import ConnectionGrant, Model, ModelConnection, UserGroup, utc_now
from app.schemas.price import Price
from app.schemas.shared_connection import (
    Grant,
    GrantRead,
    GrantsUpdate,
    SharedModelRead,
    SharedRead,
)
from app.services.audit.events import AuditAction, record
from app.services.auth.account import Account
from app.services.auth.acting import acting
from app.services.endpoints import grants, lists
from app.services.endpoints import rows as endpoint_rows
from app.services.endpoints.saved import OPERATOR, ConnectionChange, NewConnection
from app.services.endpoints.slug import slug_key
from app.services.upstream.guard import host_of

type Which = int | str
"""A connection of the operator's, by its id or its slug."""

_connection = table_of(ModelConnection)
_model = table_of(Model)
_grant = table_of(ConnectionGrant)
_group = table_of(UserGroup)


def listed(connection: Connection) -> list[SharedRead]:
    """Every connection of the operator's, that of the settings too, the oldest first."""
    return _read(connection, endpoint_rows.of_owner(OPERATOR))


def read_one(connection: Connection, id: int) -> SharedRead:
    """One of them; ConnectionNotFound."""
    found = _read(connection, _connection.c.id == id)
    if not found:
        raise ConnectionNotFound(id)
    return found[0]


def id_of(connection: Connection, slug: str) -> int:
    """The connection of a slug; ConnectionNotFound."""
    its = _connection.c.slug_key == slug_key(OPERATOR, slug)
    id: int | None = connection.execute(select(_connection.c.id).where(its)).scalar()
    if id is None:
        raise ConnectionNotFound
    return id


def changeable(connection: Connection, which: Which) -> Any:
    """The row of a connection, locked. Raises ConnectionNotFound, OfSettings."""
    row = _found(connection, which)
    if row.source == "environment":
        raise OfSettings
    return row


def create(
    connection: Connection, admin: Account | None, new: NewConnection, names: Sequence[str]
) -> SharedRead:
    """A new connection, with models that are named by hand. Raises ListFull."""
    by = acting(connection, admin)
    id = endpoint_rows.create(connection, OPERATOR, new, **by)
    for name in names:
        lists.named(connection, id, name)
    return read_one(connection, id)


def change(
    connection: Connection,
    admin: Account | None,
    which: Which,
    change: ConnectionChange,
    shared: bool | None,
) -> SharedRead:
    """Change what is given. Raises ConnectionNotFound, OfSettings, ApiKeyRequired."""
    by = acting(connection, admin)
    row = changeable(connection, which)
    endpoint_rows.change(connection, OPERATOR, row.id, change, **by)
    if shared is not None:
        columns = grants.columns_of(shared, row.restricted != grants.FOR_EVERYBODY)
        same = update(_connection).where(_connection.c.id == row.id)
        connection.execute(same.values(columns))
    return read_one(connection, row.id)


def remove(connection: Connection, admin: Account | None, which: Which) -> None:
    """Forget a connection, its key and its grants. Raises ConnectionNotFound, OfSettings."""
    by = acting(connection, admin)
    row = changeable(connection, which)
    connection.execute(delete(_grant).where(_grant.c.connection_id == row.id))
    endpoint_rows.remove(connection, OPERATOR, row.id, **by)


def begin_asking(
    connection: Connection, admin: Account | None, which: Which, action: AuditAction
) -> Any:
    """The row of a connection whose server is about to be asked for something, which is written
    down. Raises ConnectionNotFound, OfSettings."""
    by = acting(connection, admin)
    row = changeable(connection, which)
    record(connection, action, host=host_of(row.base_url), **by)
    return row


def save_list(connection: Connection, id: int, base_url: str, names: Sequence[str]) -> SharedRead:
    """Keep the models that were listed at a URL, if the connection still leads there."""
    if changeable(connection, id).base_url == base_url:
        lists.save_list(connection, OPERATOR, id, names)
    return read_one(connection, id)


def set_price(connection: Connection, which: Which, model_name: str, price: Price | None) -> None:
    """Say what a model costs, that of the settings too. Raises ModelNotFound."""
    id = model_id_of(connection, _found(connection, which).id, model_name)
    text = None if price is None else price.write()
    connection.execute(update(_model).where(_model.c.id == id).values(price=text))


def model_id_of(connection: Connection, connection_id: int, name: str) -> int:
    """The model of a connection with a name; ModelNotFound."""
    its = (_model.c.connection_id == connection_id, _model.c.name_key == name.encode())
    id: int | None = connection.execute(select(_model.c.id).where(*its)).scalar()
    if id is None:
        raise ModelNotFound
    return id


def set_grants(
    connection: Connection, admin: Account | None, which: Which, wanted: GrantsUpdate
) -> SharedRead:
    """Say which groups may use a connection, or that everybody may. Raises ConnectionNotFound,
    OfSettings, GroupNotFound, ModelNotFound."""
    by = acting(connection, admin)
    row = changeable(connection, which)
    _require_all(connection, row.id, wanted.grants)
    connection.execute(delete(_grant).where(_grant.c.connection_id == row.id))
    if made := [*_rows_of(row.id, wanted.grants)]:
        connection.execute(insert(_grant), made)
    _restrict(connection, row, wanted.restricted)
    record(connection, AuditAction.GRANTS_CHANGED, host=host_of(row.base_url), **by)
    return read_one(connection, row.id)


def grant(connection: Connection, which: Which, group_id: int, names: Sequence[str]) -> None:
    """Let a group use a connection, these models of it or all, and none but such groups. Raises
    ConnectionNotFound, OfSettings, ModelNotFound."""
    row = changeable(connection, which)
    ids = [model_id_of(connection, row.id, name) for name in names]
    end = delete(_grant).where(_grant.c.connection_id == row.id, _grant.c.group_id == group_id)
    connection.execute(end)
    its = Grant(group_id=group_id, model_ids=sorted(set(ids)) or None)
    connection.execute(insert(_grant), [*_rows_of(row.id, [its])])
    _restrict(connection, row, True)
    record(connection, AuditAction.GRANTS_CHANGED, host=host_of(row.base_url))


def end_grant(connection: Connection, which: Which, group_id: int) -> bool:
    """Let a group no longer use a connection, which stays restricted; False where it could not.
    Raises ConnectionNotFound, OfSettings."""
    row = changeable(connection, which)
    its = (_grant.c.connection_id == row.id, _grant.c.group_id == group_id)
    if not connection.execute(delete(_grant).where(*its)).rowcount:
        return False
    record(connection, AuditAction.GRANTS_CHANGED, host=host_of(row.base_url))
    return True


def lift_restriction(connection: Connection, which: Which) -> None:
    """Have a connection be for everybody, where it is shared. Raises ConnectionNotFound,
    OfSettings."""
    row = changeable(connection, which)
    _restrict(connection, row, False)
    record(connection, AuditAction.GRANTS_CHANGED, host=host_of(row.base_url))


def group_names(connection: Connection, ids: Iterable[int]) -> dict[int, str]:
    """What groups are called."""
    named = select(_group.c.id, _group.c.name).where(_group.c.id.in_([*ids]))
    return {row.id: row.name for row in connection.execute(named)}


def _found(connection: Connection, which: Which) -> Any:
    """The row, locked: one at a time changes it."""
    if isinstance(which, int):
        its = _connection.c.id == which
    else:
        its = _connection.c.slug_key == slug_key(OPERATOR, which)
    locked = select(_connection).where(its, endpoint_rows.of_owner(OPERATOR)).with_for_update()
    row = connection.execute(locked).first()
    if row is None:
        raise ConnectionNotFound(which if isinstance(which, int) else None)
    return row


def _read(connection: Connection, which: ColumnElement[bool]) -> list[SharedRead]:
    its = (which, endpoint_rows.of_owner(OPERATOR))
    found = connection.execute(select(_connection).where(*its).order_by(_connection.c.id)).all()
    models: dict[int, list[SharedModelRead]] = defaultdict(list)
    columns = (_model.c.id, _model.c.connection_id, _model.c.name, _model.c.gone_at)
    of_models = select(*columns).join(_connection, _connection.c.id == _model.c.connection_id)
    for row in connection.execute(of_models.where(*its).order_by(_model.c.id)):
        gone = row.gone_at is not None
        models[row.connection_id].append(SharedModelRead(id=row.id, name=row.name, gone=gone))
    granted: dict[int, dict[int, list[int] | None]] = defaultdict(dict)
    of_grants = select(_grant).join(_connection, _connection.c.id == _grant.c.connection_id)
    for row in connection.execute(of_grants.where(*its).order_by(_grant.c.group_id, _grant.c.id)):
        ids = granted[row.connection_id].setdefault(row.group_id, [])
        if row.model_id is None or ids is None:
            granted[row.connection_id][row.group_id] = None
        else:
            ids.append(row.model_id)
    return [_as_read(row, models[row.id], granted[row.id]) for row in found]


def _as_read(
    row: Any, models: list[SharedModelRead], granted: dict[int, list[int] | None]
) -> SharedRead:
    return SharedRead(
        id=row.id,
        slug=row.slug,
        label=row.label,
        base_url=row.base_url,
        key_tail=row.key_tail,
        shared=grants.is_shared(row),
        source=row.source,
        models=models,
        restricted=row.restricted != grants.FOR_EVERYBODY,
        grants=[GrantRead(group_id=id, model_ids=ids) for id, ids in granted.items()],
    )


def _require_all(connection: Connection, connection_id: int, wanted: Sequence[Grant]) -> None:
    """Raise GroupNotFound or ModelNotFound where one of them is not there."""
    groups = set(connection.execute(select(_group.c.id)).scalars())
    if not groups.issuperset(grant.group_id for grant in wanted):
        raise GroupNotFound
    its = select(_model.c.id).where(_model.c.connection_id == connection_id)
    models = set(connection.execute(its).scalars())
    if not models.issuperset(id for grant in wanted for id in grant.model_ids or ()):
        raise ModelNotFound


def _rows_of(connection_id: int, wanted: Sequence[Grant]) -> Iterable[dict[str, int | None]]:
    for grant in wanted:
        for model_id in sorted(set(grant.model_ids)) if grant.model_ids else (None,):
            its = {"connection_id": connection_id, "group_id": grant.group_id}
            yield {**its, "model_id": model_id}


def _restrict(connection: Connection, row: Any, restricted: bool) -> None:
    columns = grants.columns_of(grants.is_shared(row), restricted)
    same = update(_connection).where(_connection.c.id == row.id)
    connection.execute(same.values(**columns, updated_at=utc_now()))
