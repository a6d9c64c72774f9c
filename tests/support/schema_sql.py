"""The schema of a database as SQL, and made again from it."""

import re
from collections.abc import Iterator

from sqlalchemy import Connection, Engine, MetaData, Table, select

END = ";\n\n"


def written(engine: Engine) -> str:
    """The SQL that makes the schema of a database again, with the rows of the migrations."""
    tables = MetaData()
    tables.reflect(engine)
    with engine.connect() as connection:
        statements = [*_definitions(connection, tables)]
        for table in tables.sorted_tables:
            statements += _rows(connection, table)
    return "".join(statement + END for statement in statements)


def _definitions(connection: Connection, tables: MetaData) -> Iterator[str]:
    if connection.dialect.name == "sqlite":
        found = "SELECT sql FROM sqlite_master WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite_%'"
        yield from connection.exec_driver_sql(f"{found} ORDER BY rowid").scalars()
        return
    for table in tables.sorted_tables:
        row = connection.exec_driver_sql(f"SHOW CREATE TABLE `{table.name}`").one()
        yield re.sub(r" AUTO_INCREMENT=\d+", "", row[1])


def _rows(connection: Connection, table: Table) -> Iterator[str]:
    for row in connection.execute(select(table)):
        name = connection.dialect.identifier_preparer.quote(table.name)
        yield f"INSERT INTO {name} VALUES ({', '.join(map(_literal, row))})"


def _literal(value: object) -> str:
    if value is None:
        return "NULL"
    return f"X'{value.hex()}'" if isinstance(value, bytes) else repr(value)


def made(engine: Engine, sql: str) -> None:
    """Make a schema in an empty database."""
    with engine.begin() as connection:
        for statement in sql.split(END)[:-1]:
            connection.exec_driver_sql(statement)
