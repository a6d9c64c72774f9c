"""The models of a connection as rows: named by hand, or by the list of their server."""

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import Connection, delete, func, insert, select, update

from app.database import table_of
from app.errors import ListFull
from app.models import Conversation, Model, ModelConnection, Preset, User, utc_now
from app.services.endpoints import windows

MODELS_PER_OWNER = 20_000
"""Of all connections of one user; what a list has beyond is left out."""
CHANGED_AT_ONCE = 500

_model = table_of(Model)
_connection = table_of(ModelConnection)
_conversation = table_of(Conversation)
_preset = table_of(Preset)
_user = table_of(User)


def named(connection: Connection, connection_id: int, name: str) -> int:
    """The model of a connection with a name, made where it is new, and not gone any more."""
    key = name.encode()
    here = (_model.c.connection_id == connection_id, _model.c.name_key == key)
    id = connection.execute(select(_model.c.id).where(*here)).scalar()
    if id is not None:
        back = update(_model).where(_model.c.id == id, _model.c.gone_at.is_not(None))
        connection.execute(back.values(gone_at=None))
        return int(id)
    row = {"connection_id": connection_id, "name": name, "name_key": key}
    result = connection.execute(insert(_model).values(row))
    return int(result.inserted_primary_key[0])  # type: ignore[index]


def save_list(connection: Connection, owner: int, connection_id: int, names: Sequence[str]) -> None:
    """Take over what a server's list has: new models, models that are back, models that are gone.

    An empty list says nothing. What was named by hand and never listed is not gone. Of models that
    are gone and used nowhere only those of this list are remembered. Whoever calls holds the row
    of the owner.
    """
    if not names:
        return
    now = utc_now()
    here = _model.c.connection_id == connection_id
    rows = connection.execute(select(_model.c.id, _model.c.name, _model.c.listed_at).where(here))
    known = {row.name: row for row in rows}
    wanted = set(names)
    _change(connection, [row.id for name, row in known.items() if name in wanted], now, None)
    _forget_gone(connection, owner, connection_id)  # after that: what is back is not gone
    room = MODELS_PER_OWNER - _count(connection, owner)
    new = [name for name in names if name not in known][: max(room, 0)]
    lost = [row.id for name, row in known.items() if name not in wanted and row.listed_at]
    _change(connection, lost, None, now)
    if new:
        fixed = {"connection_id": connection_id, "listed_at": now}
        added = [{"name": name, "name_key": name.encode(), **fixed} for name in new]
        connection.execute(insert(_model), added)


def _change(
    connection: Connection, ids: list[int], listed_at: datetime | None, gone_at: datetime | None
) -> None:
    values = {"gone_at": gone_at} | ({"listed_at": listed_at} if listed_at else {})
    for start in range(0, len(ids), CHANGED_AT_ONCE):
        some = _model.c.id.in_(ids[start : start + CHANGED_AT_ONCE])
        connection.execute(update(_model).where(some).values(values))


def _count(connection: Connection, owner: int) -> int:
    """How many models the connections of an owner have that are not deleted."""
    mine = _connection.c.user_id == owner if owner else _connection.c.user_id.is_(None)
    models = _model.join(_connection, _connection.c.id == _model.c.connection_id)
    there = select(func.count()).select_from(models).where(mine, _connection.c.deleted_at.is_(None))
    return int(connection.execute(there).scalar_one())


def require_room(connection: Connection, owner: int) -> None:
    """Raise ListFull where an owner has as many models as there can be."""
    if _count(connection, owner) >= MODELS_PER_OWNER:
        raise ListFull(MODELS_PER_OWNER)


def _forget_gone(connection: Connection, owner: int, connection_id: int) -> None:
    gone = (_model.c.connection_id == connection_id, _model.c.gone_at.is_not(None))
    # A few are worth remembering; a server that has other names at each look would fill the table.
    if connection.execute(select(func.count()).where(*gone)).scalar_one() > CHANGED_AT_ONCE:
        forget_unused(connection, owner, connection_id, only_gone=True)


def forget_unused(
    connection: Connection, owner: int, connection_id: int, only_gone: bool = False
) -> bool:
    """Remove the models of a connection that its owner has not chosen, for all conversations, for
    one or in a preset; whether any is left. Shared ones may be named anywhere, and stay."""
    here = _model.c.connection_id == connection_id
    if owner:
        which = [here]
        for table in (_conversation, _preset):
            mine = (table.c.user_id == owner, table.c.model_id.is_not(None))
            which.append(_model.c.id.not_in(select(table.c.model_id).where(*mine)))
        for column in (_user.c.default_model_id, _user.c.title_model_id):
            chosen = select(column).where(_user.c.id == owner, column.is_not(None))
            which.append(_model.c.id.not_in(chosen))
        if only_gone:
            which.append(_model.c.gone_at.is_not(None))
        connection.execute(delete(_model).where(*which))
    return connection.execute(select(_model.c.id).where(here).limit(1)).first() is not None


def part_from_server(connection: Connection, connection_id: int) -> None:
    """Take the models of a connection for gone: it leads to another server now."""
    here = (_model.c.connection_id == connection_id, _model.c.gone_at.is_(None))
    connection.execute(update(_model).where(*here).values(gone_at=utc_now()))


def forget_windows(
    connection: Connection, user_id: int, connection_id: int, base_urls: Collection[str]
) -> None:
    """Forget what was learned of a connection's models: another server may be behind it."""
    here = _model.c.connection_id == connection_id
    names = connection.execute(select(_model.c.name).where(here)).scalars().all()
    keys = {windows.model_key(url, name) for url in base_urls for name in names}
    windows.forget_some(connection, user_id, keys)
