"""What programs call models: `default`, `slug/name` (of the operator's `@slug/name`), or the bare
name where one connection alone has it. What a name leads to is looked at anew at every use."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, bindparam, or_, select

from app.database import table_of
from app.engines.prepared import Prepared
from app.errors import (
    ModelAmbiguous,
    ModelGone,
    ModelNotConfigured,
    ModelNotFound,
    ModelUnknown,
)
from app.models import Model, ModelConnection
from app.services.endpoints import rows
from app.services.endpoints.choice import find_default, require_usable
from app.services.endpoints.saved import OPERATOR, SavedEndpoint
from app.services.endpoints.slug import SHARED_MARK, program_slug, slug_key
from app.services.keys.holder import KeyHolder

DEFAULT_NAME = "default"
IDS_TOLD = 5

_model = table_of(Model)
_connection = table_of(ModelConnection)
_of_user = bindparam("of_user", type_=_connection.c.user_id.type)
_known = (
    select(
        _model.c.id,
        _model.c.name,
        _model.c.gone_at,
        _connection.c.slug,
        _connection.c.user_id,
        _connection.c.source,
        _connection.c.created_at,
    )
    .select_from(_connection.join(_model, _model.c.connection_id == _connection.c.id))
    .where(rows.usable(_of_user))
)
_bare = _model.c.name_key == bindparam("name", type_=_model.c.name_key.type)
_placed = (
    _connection.c.slug_key == bindparam("slug", type_=_connection.c.slug_key.type),
    _model.c.name_key == bindparam("rest", type_=_model.c.name_key.type),
)
_NAMED = Prepared(_known.where(or_(_bare, _placed[0] & _placed[1])).order_by(_model.c.id))
_ALL = Prepared(_known.where(_model.c.gone_at.is_(None)).order_by(_connection.c.id, _model.c.id))


def resolve(
    connection: Connection,
    user_id: int,
    holder: KeyHolder,
    name: str,
    environment: SavedEndpoint | None,
) -> SavedEndpoint:
    """The model of a name, if the user may use it and the key is for it; else ModelUnknown."""
    if name == DEFAULT_NAME:
        endpoint = find_default(connection, user_id, environment)
        if endpoint is None or not holder.opens(endpoint.model_id):
            raise ModelUnknown(name)
        return endpoint
    found = _found(connection, user_id, holder, name, environment)
    if not found:
        raise ModelUnknown(name)
    if len(found) > 1:
        ids = ", ".join(f"`{program_id(row)}`" for row in found[:IDS_TOLD])
        raise ModelAmbiguous(name, ids)
    try:
        return require_usable(connection, user_id, found[0].id, environment)
    except (ModelNotFound, ModelGone, ModelNotConfigured) as error:
        raise ModelUnknown(name) from error


def listed(
    connection: Connection, user_id: int, holder: KeyHolder, environment: SavedEndpoint | None
) -> list[dict[str, Any]]:
    """Every model that a key is for, as OpenAI lists them; first what `default` leads to."""
    found = _ALL.all(connection, {"of_user": user_id})
    models = [_as_listed(program_id(row), row) for row in _there(found, holder, environment)]
    default = find_default(connection, user_id, environment)
    if default is not None and holder.opens(default.model_id):
        its = next((row for row in found if row.id == default.model_id), None)
        if its is not None:
            models.insert(0, _as_listed(DEFAULT_NAME, its))
    return models


def program_id(row: Any) -> str:
    """What a model is called that names its connection."""
    return f"{program_slug(row.slug, row.user_id is None)}/{row.name}"


def _found(
    connection: Connection,
    user_id: int,
    holder: KeyHolder,
    name: str,
    environment: SavedEndpoint | None,
) -> Sequence[Any]:
    """The models that a name may mean: the one that it places, else those of that bare name."""
    slug, _, rest = name.partition("/")
    is_shared = slug.startswith(SHARED_MARK)
    owner = OPERATOR if is_shared else user_id
    values = {
        "of_user": user_id,
        "name": _key(name),
        "slug": slug_key(owner, slug.removeprefix(SHARED_MARK)),
        "rest": _key(rest),
    }
    found = _there(_NAMED.all(connection, values), holder, environment)
    if placed := [row for row in found if program_id(row) == name]:
        return placed
    bare = [row for row in found if row.name == name]
    return [row for row in bare if row.gone_at is None] or bare


def _there(found: Sequence[Any], holder: KeyHolder, environment: SavedEndpoint | None) -> list[Any]:
    """Those that the key is for; of the settings' models that of this process."""
    return [
        row
        for row in found
        if holder.opens(row.id)
        and (
            row.source != "environment"
            or (environment is not None and environment.model_id == row.id)
        )
    ]


def _key(name: str) -> bytes:
    return name.encode(errors="replace")


def _as_listed(id: str, row: Any) -> dict[str, Any]:
    return {
        "id": id,
        "object": "model",
        "created": int(row.created_at.timestamp()),
        "owned_by": program_slug(row.slug, row.user_id is None),
    }
