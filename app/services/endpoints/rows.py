"""Connections as rows: found, made, changed, removed. Each names its owner in the SQL.

Whoever changes connections of a user holds the user's row; those of the operator are changed by
one command at a time.
"""

from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, delete, func, insert, or_, select, update

from app.database import table_of
from app.errors import ApiKeyRequired, ConnectionNotFound, InvalidToken, ListFull
from app.models import Model, ModelConfig, ModelConnection, User, utc_now
from app.schemas.connection import ConnectionRead
from app.services.audit.events import AuditAction, record
from app.services.endpoints import grants, lists, quirks
from app.services.endpoints.saved import ConnectionChange, NewConnection
from app.services.endpoints.slug import DEFAULT, free_slug, key_of_deleted, slug_key
from app.services.upstream.guard import host_of

CONNECTIONS_PER_OWNER = 50
LABEL_CHARACTERS = 100

_connection = table_of(ModelConnection)
_model = table_of(Model)
_config = table_of(ModelConfig)
_user = table_of(User)


def label_of(base_url: str) -> str:
    """What a connection is called that nobody has named: by its host."""
    return (host_of(base_url) or "?")[:LABEL_CHARACTERS]


def hold_user(connection: Connection, user_id: int) -> Any:
    """Lock a user's row, and read it; InvalidToken where the account was deleted or disabled
    meanwhile: nothing may be made then that opens it once it is let in again."""
    mine = (_user.c.id == user_id, _user.c.yn == 1)
    its = select(_user.c.id, _user.c.config_seen).where(*mine).with_for_update()
    row = connection.execute(its).first()
    if row is None:
        raise InvalidToken
    return row


def of_owner(owner: int) -> ColumnElement[bool]:
    """The connections of a user, or with 0 the operator's, that are not deleted."""
    mine = _connection.c.user_id == owner if owner else _connection.c.user_id.is_(None)
    return and_(mine, _connection.c.deleted_at.is_(None))


def find_owned(connection: Connection, owner: int, connection_id: int) -> Any:
    """The row of a connection that is the owner's; else ConnectionNotFound."""
    mine = select(_connection).where(_connection.c.id == connection_id, of_owner(owner))
    row = connection.execute(mine).first()
    if row is None:
        raise ConnectionNotFound(connection_id)
    return row


def listed(connection: Connection, owner: int) -> list[ConnectionRead]:
    """The connections of an owner, the oldest first."""
    rows = connection.execute(select(_connection).where(of_owner(owner)).order_by(_connection.c.id))
    return [read(row) for row in rows]


def read(row: Any) -> ConnectionRead:
    """A connection as its owner sees it."""
    return ConnectionRead(
        id=row.id,
        slug=row.slug,
        label=row.label,
        model_url=row.base_url,
        key_tail=row.key_tail,
        enabled=row.enabled == 1,
        created_at=row.created_at,
        updated_at=row.updated_at,
    )


def create(connection: Connection, owner: int, new: NewConnection, **by: Any) -> int:
    """A new connection; ListFull when there are too many. Its id. `by`: who makes it, where that
    is not the owner."""
    how_many = select(func.count()).select_from(_connection).where(of_owner(owner))
    if connection.execute(how_many).scalar_one() >= CONNECTIONS_PER_OWNER:
        raise ListFull(CONNECTIONS_PER_OWNER)
    host = host_of(new.base_url)
    slug = free_slug(connection, owner, new.label or "", host or "")
    id = insert_row(connection, owner, slug, new)
    about = None if owner == 0 else owner
    record(connection, AuditAction.CONNECTION_CREATED, about, host=host, key_changed=True, **by)
    return id


def insert_row(connection: Connection, owner: int, slug: str, new: NewConnection) -> int:
    """Insert a connection; its id."""
    now = utc_now()
    result = connection.execute(
        insert(_connection).values(
            user_id=owner or None,
            slug=slug,
            slug_key=slug_key(owner, slug),
            label=new.label if new.label is not None else label_of(new.base_url),
            base_url=new.base_url,
            encrypted_api_key=new.sealed_key,
            key_tail=new.key_tail,
            source=new.source,
            enabled=int(new.enabled),
            created_at=now,
            updated_at=now,
        )
    )
    return int(result.inserted_primary_key[0])  # type: ignore[index]


def change(
    connection: Connection, owner: int, connection_id: int, change: ConnectionChange, **by: Any
) -> None:
    """Change what is given. Raises ConnectionNotFound, and ApiKeyRequired where the key would
    come to another URL than its own."""
    row = find_owned(connection, owner, connection_id)
    base_url = change.base_url or row.base_url
    is_moved = base_url != row.base_url
    if is_moved and change.sealed_key is None or change.sealed_for not in (None, base_url):
        raise ApiKeyRequired
    values: dict[str, Any] = {"base_url": base_url, "updated_at": utc_now()}
    if change.label is not None:
        values["label"] = change.label
    if change.enabled is not None:
        values["enabled"] = int(change.enabled)
    if change.sealed_key is not None:
        values |= {"encrypted_api_key": change.sealed_key, "key_tail": change.key_tail}
        if owner:
            urls = {row.base_url, base_url}
            lists.forget_windows(connection, owner, connection_id, urls)
            quirks.forget(connection, owner, connection_id)
    if is_moved:
        lists.part_from_server(connection, connection_id)
    same = _connection.c.id == connection_id
    connection.execute(update(_connection).where(same).values(**values))
    if row.slug == DEFAULT and owner and change.sealed_key is not None:
        _tell_the_version_before(connection, owner, base_url, change.sealed_key)
    about, key_changed = owner or None, change.sealed_key is not None
    told = {"host": host_of(base_url), "key_changed": key_changed, **by}
    record(connection, AuditAction.CONNECTION_CHANGED, about, **told)


def _tell_the_version_before(
    connection: Connection, user_id: int, base_url: str, sealed: str
) -> None:
    now = utc_now()
    values = {"base_url": base_url, "encrypted_api_key": sealed, "updated_at": now}
    mine = update(_config).where(_config.c.user_id == user_id)
    if connection.execute(mine.values(**values)).rowcount:
        seen = update(_user).where(_user.c.id == user_id)
        connection.execute(seen.values(config_seen=now))


def remove(connection: Connection, owner: int, connection_id: int, **by: Any) -> None:
    """Remove a connection with its key; ConnectionNotFound. Models that are named somewhere stay,
    so that they can be told to be gone; nobody's default model is one of them: that is the model
    which `PUT /auth/config` saved again, where there is one."""
    row = find_owned(connection, owner, connection_id)
    if owner and row.slug == DEFAULT:
        connection.execute(delete(_config).where(_config.c.user_id == owner))
        seen = update(_user).where(_user.c.id == owner)
        connection.execute(seen.values(config_seen=None))
    remove_row(connection, owner, row)
    host = host_of(row.base_url)
    record(connection, AuditAction.CONNECTION_REMOVED, owner or None, host=host, **by)


def remove_row(connection: Connection, owner: int, row: Any) -> None:
    """Wipe the row of a connection, or remove it where none of its models is named any more."""
    if owner:
        its_models = select(_model.c.id).where(_model.c.connection_id == row.id)
        saved = None if row.slug == DEFAULT else _saved_model(connection, owner)
        for column, instead in ((_user.c.default_model_id, saved), (_user.c.title_model_id, None)):
            mine = (_user.c.id == owner, column.in_(its_models))
            connection.execute(update(_user).where(*mine).values({column: instead}))
    same = _connection.c.id == row.id
    if not lists.forget_unused(connection, owner, row.id):
        connection.execute(delete(_connection).where(same))
        return
    connection.execute(
        update(_connection)
        .where(same)
        .values(
            slug_key=key_of_deleted(row.id),
            base_url="",
            encrypted_api_key=None,
            key_tail=None,
            enabled=0,
            deleted_at=utc_now(),
        )
    )


def _saved_model(connection: Connection, user_id: int) -> int | None:
    """The model that `PUT /auth/config` saved; None where nothing is saved."""
    mine = select(_config.c.model_name).where(_config.c.user_id == user_id)
    name = connection.execute(mine).scalar()
    if name is None:
        return None
    models = _model.join(_connection, _connection.c.id == _model.c.connection_id)
    its_slug = _connection.c.slug_key == slug_key(user_id, DEFAULT)
    found = (
        select(_model.c.id).select_from(models).where(its_slug, _model.c.name_key == name.encode())
    )
    return connection.execute(found).scalar()


def usable(user_id: Any) -> ColumnElement[bool]:
    """Of a statement over connections and their models: what a user may use of their own, where
    enabled, and of the operator's, where shared with them."""
    of_user = or_(_connection.c.user_id == user_id, _connection.c.user_id.is_(None))
    return and_(of_user, grants.open_to(user_id), _connection.c.deleted_at.is_(None))


def seen(user_id: Any) -> ColumnElement[bool]:
    """As `usable`, with what a user has disabled of their own."""
    mine = and_(_connection.c.user_id == user_id, _connection.c.deleted_at.is_(None))
    return or_(mine, usable(user_id))


def is_anything_shared(connection: Connection, user_id: int) -> bool:
    """Whether the operator shares a connection with a user; that of the settings each process
    knows itself."""
    models = _connection.outerjoin(_model, _model.c.connection_id == _connection.c.id)
    shared = (
        select(_connection.c.id).select_from(models).where(of_owner(0), grants.open_to(user_id))
    )
    theirs = shared.where(_connection.c.source == "operator").limit(1)
    return connection.execute(theirs).first() is not None
