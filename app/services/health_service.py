"""Whether the server can do its work, and whether the database keeps what it is given."""

from sqlalchemy import Connection, select, text

from app.database import table_of
from app.models import SchemaInfo


def probe(connection: Connection) -> None:
    """Ask the database the smallest question there is."""
    connection.execute(select(table_of(SchemaInfo))).first()


def durability(connection: Connection) -> tuple[str, str]:
    """What the database promises of a commit, and what is at risk (empty: nothing)."""
    if connection.dialect.name == "sqlite":
        return "synchronous=FULL, set by the app", ""
    level = connection.execute(text("SELECT @@innodb_flush_log_at_trx_commit")).scalar()
    risk = "" if level == 1 else "set it to 1: a power cut may lose the last second of messages"
    return f"innodb_flush_log_at_trx_commit={level}", risk
