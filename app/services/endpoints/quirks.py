"""What a model's server does not take, kept for the user who was refused."""

import time

import orjson
from sqlalchemy import Connection, select, update

from app.database import Database, table_of, upserting
from app.models import Model, ModelUse
from app.services.upstream.quirks import Quirks, known, refuses_pictures

_use = table_of(ModelUse)
_model = table_of(Model)


async def keep(database: Database, user_id: int, model_id: int, quirks: Quirks) -> None:
    """Keep the quirks of a model in place of those that were kept, for this user alone."""
    await database.write(_keep, user_id, model_id, orjson.dumps(quirks).decode())


def takes_pictures(vision: int | None, kept: str | None) -> bool:
    """Whether pictures go to a model: unless its owner says that it takes none, or its server has
    refused them lately. `kept`: its quirks."""
    return vision != 0 and not (kept and refuses_pictures(orjson.loads(kept), time.time()))


def forget_pictures(connection: Connection, user_id: int, model_id: int) -> None:
    """Forget that a model's server has refused pictures."""
    mine = (_use.c.user_id == user_id, _use.c.model_id == model_id, _use.c.quirks.is_not(None))
    kept = connection.execute(select(_use.c.quirks).where(*mine)).scalar()
    if kept and (quirks := known(orjson.loads(kept), time.time())).pop("pictures", None):
        values = {"quirks": orjson.dumps(quirks).decode()}
        connection.execute(update(_use).where(*mine).values(values))


def forget(connection: Connection, user_id: int, connection_id: int) -> None:
    """Forget the quirks of a connection's models: another server may be behind it."""
    its_models = select(_model.c.id).where(_model.c.connection_id == connection_id)
    mine = (_use.c.user_id == user_id, _use.c.quirks.is_not(None), _use.c.model_id.in_(its_models))
    connection.execute(update(_use).where(*mine).values(quirks=None))


def _keep(connection: Connection, user_id: int, model_id: int, quirks: str) -> None:
    row = {"user_id": user_id, "model_id": model_id, "quirks": quirks}
    connection.execute(upserting(connection.dialect, _use, {"quirks": quirks}), row)
