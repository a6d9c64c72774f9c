"""What a model's server does not take, kept for the user who was refused."""

import orjson
from sqlalchemy import Connection, select, update

from app.database import Database, table_of, upserting
from app.models import Model, ModelUse
from app.services.upstream.quirks import Quirks

_use = table_of(ModelUse)
_model = table_of(Model)


async def keep(database: Database, user_id: int, model_id: int, quirks: Quirks) -> None:
    """Keep the quirks of a model in place of those that were kept, for this user alone."""
    await database.write(_keep, user_id, model_id, orjson.dumps(quirks).decode())


def forget(connection: Connection, user_id: int, connection_id: int) -> None:
    """Forget the quirks of a connection's models: another server may be behind it."""
    its_models = select(_model.c.id).where(_model.c.connection_id == connection_id)
    mine = (_use.c.user_id == user_id, _use.c.quirks.is_not(None), _use.c.model_id.in_(its_models))
    connection.execute(update(_use).where(*mine).values(quirks=None))


def _keep(connection: Connection, user_id: int, model_id: int, quirks: str) -> None:
    row = {"user_id": user_id, "model_id": model_id, "quirks": quirks}
    connection.execute(upserting(connection.dialect, _use, {"quirks": quirks}), row)
