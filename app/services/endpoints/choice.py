"""Which model answers: that of the request, of the conversation, the user's default one, or the
operator's. Whether the user may use it is looked at anew at every use, on the row that is found."""

from dataclasses import replace
from typing import Any

from sqlalchemy import Connection, FromClause, and_, bindparam, func, select

from app.database import table_of
from app.engines.prepared import Prepared
from app.errors import ModelGone, ModelNotConfigured, ModelNotFound
from app.models import Model, ModelConnection, ModelUse, User
from app.services.endpoints.grants import FOR_EVERYBODY, is_granted, is_shared
from app.services.endpoints.saved import SavedEndpoint

_user = table_of(User)
_model = table_of(Model)
_connection = table_of(ModelConnection)
_use = table_of(ModelUse)

_id = _model.c.id.type
COLUMNS = (
    _user.c.default_model_id,
    _model.c.id.label("model_id"),
    _model.c.name.label("model_name"),
    _model.c.context_tokens,
    _model.c.vision,
    _model.c.price,
    _connection.c.id.label("connection_id"),
    _connection.c.user_id.label("owner_id"),
    _connection.c.label.label("connection_label"),
    _connection.c.source,
    _connection.c.enabled,
    _connection.c.restricted,
    _connection.c.deleted_at,
    _connection.c.base_url,
    _connection.c.encrypted_api_key,
    _use.c.quirks,
)
"""What `chosen_endpoint` looks at."""


def with_model(users: FromClause) -> FromClause:
    """Users, each with the model that answers them: the `wanted` one, else their default one, else
    the `fallback`."""
    wanted = bindparam("wanted", type_=_id)
    fallback = bindparam("fallback", type_=_id)
    chosen = func.coalesce(wanted, _user.c.default_model_id, fallback)
    its_use = and_(_use.c.user_id == _user.c.id, _use.c.model_id == _model.c.id)
    return (
        users.outerjoin(_model, _model.c.id == chosen)
        .outerjoin(_connection, _connection.c.id == _model.c.connection_id)
        .outerjoin(_use, its_use)
    )


def values_of(wanted: int | None, environment: SavedEndpoint | None) -> dict[str, int | None]:
    """The values that a statement over `with_model` wants besides its own."""
    return {"wanted": wanted, "fallback": environment.model_id if environment else None}


def chosen_endpoint(
    connection: Connection,
    row: Any,
    user_id: int,
    wanted: int | None,
    environment: SavedEndpoint | None,
    is_request: bool = False,
) -> SavedEndpoint:
    """The endpoint of a row of `COLUMNS`, if its user may use it.

    `environment`: the model of the operator's settings, for this user. Raises ModelNotFound where
    a request names what is not there for its user, ModelGone for a model of an earlier choice,
    ModelNotConfigured where there is none at all.
    """
    if row.model_id is None:
        if wanted is not None and is_request:
            raise ModelNotFound(wanted)
        if wanted is not None or row.default_model_id is not None:
            raise ModelGone
        if environment is None:
            raise ModelNotConfigured
        return environment
    is_own = row.owner_id == user_id
    if row.source == "environment":
        # Of the settings of this process: those of another one may have named another model.
        if environment is not None and environment.model_id == row.model_id:
            its = {"connection_id": row.connection_id, "price": row.price or environment.price}
            return replace(environment, quirks=row.quirks, vision=row.vision, **its)
    elif _is_open(connection, row, user_id):
        return SavedEndpoint(
            user_id,
            row.base_url,
            row.model_name,
            row.encrypted_api_key,
            row.model_id,
            row.connection_label,
            row.source,
            row.context_tokens,
            row.quirks,
            row.connection_id,
            row.price,
            vision=row.vision,
        )
    if not is_own and (is_request or row.owner_id is not None):
        raise ModelNotFound(wanted)
    raise ModelGone(row.model_name)


def _is_open(connection: Connection, row: Any, user_id: int) -> bool:
    """Whether a user may use a model; only of what is restricted another statement tells it."""
    if row.deleted_at is not None or row.owner_id not in (None, user_id):
        return False
    if row.owner_id is not None or row.restricted == FOR_EVERYBODY:
        return bool(row.enabled == 1)
    return is_shared(row) and is_granted(connection, user_id, row.connection_id, row.model_id)


_CHOSEN = Prepared(
    select(*COLUMNS).select_from(with_model(_user)).where(_user.c.id == bindparam("of_user"))
)


def require_usable(
    connection: Connection, user_id: int, model_id: int, environment: SavedEndpoint | None
) -> SavedEndpoint:
    """The model that a request names, if its user may use it; ModelNotFound, ModelGone."""
    values = {"of_user": user_id, **values_of(model_id, environment)}
    row = _CHOSEN.first(connection, values)
    if row is None:  # the account was deleted meanwhile
        raise ModelNotFound(model_id)
    return chosen_endpoint(connection, row, user_id, model_id, environment, is_request=True)


def find_default(
    connection: Connection, user_id: int, environment: SavedEndpoint | None
) -> SavedEndpoint | None:
    """What answers in a new conversation; None where nothing does."""
    row = _CHOSEN.first(connection, {"of_user": user_id, **values_of(None, environment)})
    try:
        if row is not None:
            return chosen_endpoint(connection, row, user_id, None, environment)
    except (ModelNotFound, ModelGone, ModelNotConfigured):
        pass
    return None
