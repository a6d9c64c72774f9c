"""Whether the server can do its work, and whether the database keeps what it is given."""

from sqlalchemy import Connection, select, text

from app.database import table_of
from app.models import SchemaInfo

SQLITE_FULL = 2


def probe(connection: Connection) -> None:
    """Ask the database the smallest question there is."""
    connection.execute(select(table_of(SchemaInfo))).first()


def durability(connection: Connection) -> tuple[str, str]:
    """What the database promises of a commit, and what is at risk (empty: nothing)."""
    if connection.dialect.name == "sqlite":
        return _durability_of_sqlite(connection)
    level = connection.execute(text("SELECT @@innodb_flush_log_at_trx_commit")).scalar()
    risk = "" if level == 1 else "set it to 1: a power cut may lose the last second of messages"
    return f"innodb_flush_log_at_trx_commit={level}", risk


def _durability_of_sqlite(connection: Connection) -> tuple[str, str]:
    """As the app's own connections have it: https://www.sqlite.org/pragma.html#pragma_synchronous"""
    journal = connection.execute(text("PRAGMA journal_mode")).scalar()
    level = connection.execute(text("PRAGMA synchronous")).scalar()
    advice = "move DATA_DIR to a local disk: only there SQLite keeps what it acknowledged"
    risk = "" if (journal, level) == ("wal", SQLITE_FULL) else advice
    return f"journal_mode={journal}, synchronous={level}", risk
