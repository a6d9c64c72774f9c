"""Which groups may use a connection of the operator's that is restricted.

The release before this one knows no groups, and lets everybody use what is `enabled`. So a
restricted connection is not: that it is shared stands in `restricted`, too.
"""

from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, bindparam, exists, or_, select

from app.database import table_of
from app.engines.prepared import Prepared
from app.models import ConnectionGrant, GroupMember, Model, ModelConnection

FOR_EVERYBODY, FOR_GROUPS, FOR_GROUPS_LATER = range(3)
"""What `restricted` says; of the last, that it is not shared yet, or not any more."""

_connection = table_of(ModelConnection)
_model = table_of(Model)
_grant = table_of(ConnectionGrant)
_member = table_of(GroupMember)


def is_shared(row: Any) -> bool:
    """Whether a connection of the operator's is shared at all, with everybody or with groups."""
    return bool(row.enabled == 1 or row.restricted == FOR_GROUPS)


def columns_of(shared: bool, restricted: bool) -> dict[str, int]:
    """What stands in the row of a connection that is shared so."""
    if not restricted:
        return {"enabled": int(shared), "restricted": FOR_EVERYBODY}
    return {"enabled": 0, "restricted": FOR_GROUPS if shared else FOR_GROUPS_LATER}


def open_to(user_id: Any) -> ColumnElement[bool]:
    """Of a statement over connections and their models: what is shared with a user. Of the
    connection of the settings each process judges by its own."""
    of_settings = _connection.c.source == "environment"
    with_everybody = or_(_connection.c.enabled == 1, of_settings)
    with_groups = or_(_connection.c.enabled == 1, _connection.c.restricted == FOR_GROUPS)
    is_for_everybody = _connection.c.restricted == FOR_EVERYBODY
    return or_(
        and_(is_for_everybody, with_everybody),
        and_(
            ~is_for_everybody, with_groups, granted(_connection.c.id, user_id, is_for(_model.c.id))
        ),
    )


def granted(connection_id: Any, user_id: Any, of_what: ColumnElement[bool]) -> ColumnElement[bool]:
    """Whether one of a user's groups has such a grant of a connection."""
    its_groups = _grant.join(_member, _member.c.group_id == _grant.c.group_id)
    theirs = (_grant.c.connection_id == connection_id, of_what, _member.c.user_id == user_id)
    return exists(select(_grant.c.id).select_from(its_groups).where(*theirs))


def is_for(model_id: Any) -> ColumnElement[bool]:
    """Of a grant, whether it is for a model: for that one, or for all of its connection."""
    return or_(_grant.c.model_id.is_(None), _grant.c.model_id == model_id)


_ID = _grant.c.id.type
_GRANTED = Prepared(
    select(
        granted(
            bindparam("of_connection", type_=_ID),
            bindparam("of_user", type_=_ID),
            is_for(bindparam("of_model", type_=_ID)),
        ).label("is_granted")
    )
)


def is_granted(connection: Connection, user_id: int, connection_id: int, model_id: int) -> bool:
    """Whether a user may use a model of a connection that is restricted."""
    its = {"of_user": user_id, "of_connection": connection_id, "of_model": model_id}
    return bool(_GRANTED.first(connection, its).is_granted)
