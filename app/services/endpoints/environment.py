"""The model of the operator's settings (DEFAULT_MODEL_*, `--local-model`) as rows.

So it can be chosen like any other. What it is asked with stays in the settings: the rows have no
key, and their URL is for the operator to read.
"""

from sqlalchemy import Connection, select, update

from app.database import table_of
from app.models import Model, ModelConnection, utc_now
from app.services.endpoints import lists, rows
from app.services.endpoints.saved import OPERATOR, NewConnection
from app.services.endpoints.slug import ENVIRONMENT, slug_key

_connection = table_of(ModelConnection)
_model = table_of(Model)


def renew(connection: Connection, base_url: str, model_name: str | None) -> int | None:
    """Have the rows say what the settings of this process do; the id of their model.

    Without a model the connection is disabled. Raises IntegrityError where another process is
    doing the same for the first time.
    """
    its = _connection.c.slug_key == slug_key(OPERATOR, ENVIRONMENT)
    row = connection.execute(select(_connection).where(its)).first()
    if model_name is None:
        if row is not None and row.enabled:
            off = update(_connection).where(its).values(enabled=0, updated_at=utc_now())
            connection.execute(off)
        return None
    if row is None:
        new = NewConnection("", base_url, None, None, "environment")
        id = rows.insert_row(connection, OPERATOR, ENVIRONMENT, new)
    else:
        id = row.id
        if (row.base_url, row.enabled) != (base_url, 1):
            values = {"base_url": base_url, "enabled": 1, "updated_at": utc_now()}
            connection.execute(update(_connection).where(its).values(values))
    return lists.named(connection, id, model_name)
