"""Which index MySQL and MariaDB read along."""

from typing import Any

from sqlalchemy import Select, Table


def along(query: Select[Any], table: Table, index: str) -> Select[Any]:
    """The query, reading this table along this index, which has its rows in the order asked for.

    Left alone, both take the primary key for `ORDER BY id LIMIT n`, past any number of rows of
    others that are newer, or read all of one's own and sort. SQLite needs no telling.
    """
    for dialect in ("mysql", "mariadb"):
        query = query.with_hint(table, f"FORCE INDEX ({index})", dialect)
    return query
