"""What `PUT /auth/config` saved, in the connections as well.

The table `model_config` is what the version before this one reads and writes, and both may run on
one database. So until the version after next it stays the truth of the connection with the slug
`default`: `User.config_seen` tells which state of the row the connections agree with, and where the
row has another `updated_at`, or is gone, it is carried over before anything is read or changed.
"""

from collections.abc import Callable
from datetime import datetime
from typing import Any, Concatenate

from sqlalchemy import Connection, bindparam, select, update

from app.database import Database, table_of
from app.engines.prepared import Prepared
from app.models import ModelConfig, ModelConnection, User
from app.services.endpoints import lists, quirks, rows
from app.services.endpoints.saved import NewConnection
from app.services.endpoints.slug import DEFAULT, slug_key

_user = table_of(User)
_config = table_of(ModelConfig)
_connection = table_of(ModelConnection)

WRITTEN = _config.c.updated_at.label("config_at")
_SEEN = Prepared(
    select(_user.c.config_seen, WRITTEN)
    .select_from(_user.outerjoin(_config, _config.c.user_id == _user.c.id))
    .where(_user.c.id == bindparam("of_user"))
)


class _Behind:
    """In place of what was to be read: the version before has written since."""


async def read_carried[**P, T](
    database: Database,
    work: Callable[Concatenate[Connection, int, P], T],
    user_id: int,
    *args: P.args,
    **kwargs: P.kwargs,
) -> T:
    """Read of a user's connections, carried over first where the version before wrote since."""

    def unless_behind(connection: Connection) -> T | _Behind:
        row = _SEEN.first(connection, {"of_user": user_id})
        if row is not None and row.config_seen != row.config_at:
            return _Behind()
        return work(connection, user_id, *args, **kwargs)

    found = await database.read(unless_behind)
    if isinstance(found, _Behind):
        await database.write(hold_up_to_date, user_id)
        return await database.read(work, user_id, *args, **kwargs)
    return found


def hold_up_to_date(connection: Connection, user_id: int) -> None:
    """Lock the user's row, and carry over what the version before wrote; InvalidToken."""
    user = rows.hold_user(connection, user_id)
    mine = select(_config.c.updated_at).where(_config.c.user_id == user_id)
    if user.config_seen != connection.execute(mine).scalar():
        carry_over(connection, user_id)


def carry_over(connection: Connection, user_id: int) -> None:
    """Have the connections agree with the row. Whoever calls holds the user's row."""
    row = connection.execute(select(_config).where(_config.c.user_id == user_id)).first()
    if row is None:
        remove_default(connection, user_id)
    else:
        sealed = row.encrypted_api_key
        put_default(connection, user_id, row.base_url, row.model_name, sealed, row.updated_at)


def put_default(
    connection: Connection,
    user_id: int,
    base_url: str,
    model_name: str,
    sealed: str,
    at: datetime,
    key_tail: str | None = None,
    is_same_key: bool = False,
) -> None:
    """Make the row that was written `at` a time the connection `default`, and its model the user's
    default one. `key_tail`: of a new key, where it is known. `is_same_key`: though rotate-keys may
    have encrypted it twice, each time to another text."""
    mine = _connection.c.slug_key == slug_key(user_id, DEFAULT)
    known = connection.execute(select(_connection).where(mine)).first()
    if known is None:
        new = NewConnection(None, base_url, sealed, key_tail)
        id = rows.insert_row(connection, user_id, DEFAULT, new)
    else:
        id = known.id
        values: dict[str, Any] = {"base_url": base_url, "enabled": 1, "updated_at": at}
        if sealed != known.encrypted_api_key:
            values["encrypted_api_key"] = sealed
            if not is_same_key:
                values["key_tail"] = key_tail
                quirks.forget(connection, user_id, id)
        if base_url != known.base_url:
            lists.part_from_server(connection, id)
            if known.label == rows.label_of(known.base_url):
                values["label"] = rows.label_of(base_url)
        connection.execute(update(_connection).where(mine).values(**values))
    model_id = lists.named(connection, id, model_name)
    me = update(_user).where(_user.c.id == user_id)
    connection.execute(me.values(default_model_id=model_id, config_seen=at))


def remove_default(connection: Connection, user_id: int) -> None:
    """Remove the connection `default`; from now on the operator's model answers."""
    mine = _connection.c.slug_key == slug_key(user_id, DEFAULT)
    known = connection.execute(select(_connection).where(mine)).first()
    if known is not None:
        rows.remove_row(connection, user_id, known)
    me = update(_user).where(_user.c.id == user_id)
    connection.execute(me.values(default_model_id=None, config_seen=None))
