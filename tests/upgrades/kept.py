"""A schema as SQL: written when a version is released, and made again for the tests of later ones.

`python -m tests.upgrades.kept` writes those of this version; scripts/keep-schema calls it.
"""

import re
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from sqlalchemy import Connection, Engine, MetaData, Table, select

from app import __version__
from app.engines.versions import server_of
from app.migration import migrate, sync_engine
from tests.support import databases
from tests.support.backups import settings
from tests.upgrades.releases import SCHEMAS

END = ";\n\n"


def make_of(engine: Engine) -> str:
    """The make of a database, as in the names of the files."""
    with engine.connect() as connection:
        return server_of(connection).make.lower()


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


def main() -> None:
    """Keep the schema of this version, on each make of database."""
    if missing := databases.missing():
        sys.exit("\n".join(f"{name}: {advice}" for name, advice in missing.items()))
    SCHEMAS.mkdir(exist_ok=True)
    for backend in databases.available():
        with tempfile.TemporaryDirectory() as folder, backend.server() as server:
            with databases.fresh_database(server, Path(folder)) as url:
                migrate(settings(url))
                engine = sync_engine(settings(url))
                file = SCHEMAS / f"{__version__}.{make_of(engine)}.sql"
                file.write_text(written(engine))
                engine.dispose()
                sys.stdout.write(f"{file}\n")


if __name__ == "__main__":
    main()
