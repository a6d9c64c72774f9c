"""All models that a user may use, and what they set of them."""

from typing import Any

import orjson
from sqlalchemy import Connection, Row, and_, bindparam, select, update

from app.database import Database, table_of, upserting
from app.engines.prepared import Prepared
from app.errors import ModelNotFound, SharedModel
from app.models import Model, ModelConnection, ModelUse, User
from app.schemas.model import ModelUpdate
from app.services.endpoints import quirks, rows
from app.services.endpoints.carried import hold_up_to_date, read_carried
from app.services.endpoints.quirks import takes_pictures
from app.services.endpoints.saved import SavedEndpoint
from app.services.endpoints.service import ConfigService
from app.services.endpoints.slug import program_slug

_user = table_of(User)
_model = table_of(Model)
_connection = table_of(ModelConnection)
_use = table_of(ModelUse)

_of_user = bindparam("of_user", type_=_user.c.id.type)
_its_use = and_(_use.c.user_id == _of_user, _use.c.model_id == _model.c.id)
_models = select(
    _model.c.id,
    _model.c.name,
    _model.c.label,
    _model.c.context_tokens,
    _model.c.vision,
    _model.c.price,
    _model.c.gone_at.is_not(None).label("gone"),
    _connection.c.id.label("connection_id"),
    _connection.c.slug,
    _connection.c.label.label("connection_label"),
    _connection.c.user_id,
    _connection.c.source,
    _use.c.favourite,
    _use.c.quirks,
    select(_user.c.default_model_id)
    .where(_user.c.id == _of_user)
    .scalar_subquery()
    .label("default_id"),
).select_from(
    _connection.join(_model, _model.c.connection_id == _connection.c.id).outerjoin(_use, _its_use)
)
_ALL = Prepared(_models.where(rows.usable(_of_user)).order_by(_connection.c.id, _model.c.id))
_id_of = bindparam("id_of", type_=_model.c.id.type)
_ONE = Prepared(_models.where(rows.seen(_of_user), _model.c.id == _id_of))


class ModelService:
    """What there is to choose from."""

    def __init__(self, database: Database, configs: ConfigService) -> None:
        self._database = database
        self._configs = configs

    async def all(self, user_id: int) -> bytes:
        """Every model that the user may use, as JSON of a `ModelList`."""
        environment = self._configs.default_endpoint(user_id)
        return await read_carried(self._database, usable, user_id, environment)

    async def change(self, user_id: int, model_id: int, change: ModelUpdate) -> bytes:
        """Change what is given of a model; the model, as JSON of a `ModelRead`.

        Raises ModelNotFound, and SharedModel for what only the operator may change.
        """
        environment = self._configs.default_endpoint(user_id)
        return await self._database.write(_change, user_id, model_id, change, environment)


def usable(connection: Connection, user_id: int, environment: SavedEndpoint | None) -> bytes:
    """Every model that the user may use, as JSON of a `ModelList`; `environment`: the operator's of
    the settings."""
    # Made here, in the thread of the transaction, and not by Pydantic: there may be thousands.
    found = _ALL.all(connection, {"of_user": user_id})
    there = [_read(row, environment) for row in found if _is_there(row, environment)]
    return orjson.dumps({"models": there})


def _is_there(row: Row[Any], environment: SavedEndpoint | None) -> bool:
    """Whether a model is of the settings of this process, if it is of settings."""
    if row.source != "environment":
        return True
    return environment is not None and environment.model_id == row.id


def _read(row: Row[Any], environment: SavedEndpoint | None) -> dict[str, Any]:
    is_shared = row.user_id is None
    default_id = row.default_id
    if default_id is None and environment is not None:
        default_id = environment.model_id
    return {
        "id": row.id,
        "name": row.name,
        "label": row.label,
        "connection": {
            "id": None if is_shared else row.connection_id,
            "slug": program_slug(row.slug, is_shared),
            "label": row.connection_label,
            "shared": is_shared,
        },
        "favourite": row.favourite == 1,
        "default": row.id == default_id,
        "context_tokens": row.context_tokens,
        "vision": None if row.vision is None else row.vision == 1,
        "images": takes_pictures(row.vision, row.quirks),
        "price": None if row.price is None else orjson.Fragment(row.price),
        "gone": bool(row.gone),
    }


def find_seen(
    connection: Connection, user_id: int, model_id: int, environment: SavedEndpoint | None
) -> Row[Any]:
    """The row of a model that the user knows of; else ModelNotFound."""
    row: Row[Any] | None = _ONE.first(connection, {"of_user": user_id, "id_of": model_id})
    if row is None or not _is_there(row, environment):
        raise ModelNotFound(model_id)
    return row


def read_one(
    connection: Connection, user_id: int, model_id: int, environment: SavedEndpoint | None
) -> bytes:
    """A model that the user knows of, as JSON of a `ModelRead`; ModelNotFound."""
    row = find_seen(connection, user_id, model_id, environment)
    return orjson.dumps(_read(row, environment))


def _change(
    connection: Connection,
    user_id: int,
    model_id: int,
    change: ModelUpdate,
    environment: SavedEndpoint | None,
) -> bytes:
    hold_up_to_date(connection, user_id)
    row = find_seen(connection, user_id, model_id, environment)
    given = change.model_dump(exclude_unset=True)
    favourite = given.pop("favourite", None)
    if given and row.user_id is None:
        raise SharedModel
    if favourite is not None:
        use = {"user_id": user_id, "model_id": model_id, "favourite": int(favourite)}
        kept = upserting(connection.dialect, _use, {"favourite": int(favourite)})
        connection.execute(kept, use)
    if given:
        if "vision" in given:  # to be tried again, whatever was learned
            quirks.forget_pictures(connection, user_id, model_id)
        if given.get("vision") is not None:
            given["vision"] = int(given["vision"])
        if change.price is not None:
            given["price"] = change.price.write()
        connection.execute(update(_model).where(_model.c.id == model_id).values(**given))
    return read_one(connection, user_id, model_id, environment)
