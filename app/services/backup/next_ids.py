"""The ids that tables give out next: an id that was given once is never given again."""

from sqlalchemy import Connection, text

from app.services.backup.tables import TABLES


def next_ids(connection: Connection) -> dict[str, int]:
    """The next id of each table that numbers its rows."""
    if connection.dialect.name == "sqlite":
        numbered = "SELECT name, seq + 1 FROM sqlite_sequence"
    else:
        if not getattr(connection.dialect, "is_mariadb", False):
            # MySQL answers from a day-old cache otherwise.
            connection.execute(text("SET SESSION information_schema_stats_expiry = 0"))
        numbered = (
            "SELECT TABLE_NAME, AUTO_INCREMENT FROM information_schema.TABLES "
            "WHERE TABLE_SCHEMA = DATABASE() AND AUTO_INCREMENT IS NOT NULL"
        )
    rows = connection.execute(text(numbered)).all()
    return {name: int(following) for name, following in rows if name in TABLES}


def raise_next_ids(connection: Connection, wanted: dict[str, int]) -> None:
    """Make every table give out ids from the wanted one on.

    MySQL commits the transaction that this runs in (ALTER TABLE), SQLite does not.
    """
    present = next_ids(connection)
    for name, following in wanted.items():
        if following <= present.get(name, 1):
            continue
        if connection.dialect.name == "sqlite":
            _set_sequence(connection, name, following - 1)
        else:
            quoted = connection.dialect.identifier_preparer.quote(name)
            connection.execute(text(f"ALTER TABLE {quoted} AUTO_INCREMENT = {following:d}"))


def _set_sequence(connection: Connection, name: str, last: int) -> None:
    values = {"name": name, "last": last}
    connection.execute(text("DELETE FROM sqlite_sequence WHERE name = :name"), values)
    connection.execute(
        text("INSERT INTO sqlite_sequence (name, seq) VALUES (:name, :last)"), values
    )
