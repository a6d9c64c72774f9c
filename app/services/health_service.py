"""Whether the server can do its work."""

from sqlalchemy import Connection, select

from app.database import table_of
from app.models import SchemaInfo


def probe(connection: Connection) -> None:
    """Ask the database the smallest question there is."""
    connection.execute(select(table_of(SchemaInfo))).first()
