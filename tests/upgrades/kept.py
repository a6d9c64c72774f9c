"""A schema as SQL: written when a version is released, and made again for the tests of later ones.

`python -m tests.upgrades.kept` writes those of this version; scripts/keep-schema calls it.
"""

import sys
import tempfile
from pathlib import Path

from sqlalchemy import Engine

from app import __version__
from app.engines.versions import server_of
from app.migration import migrate, sync_engine
from tests.support import databases
from tests.support.backups import settings
from tests.support.schema_sql import written
from tests.upgrades.releases import SCHEMAS


def make_of(engine: Engine) -> str:
    """The make of a database, as in the names of the files."""
    with engine.connect() as connection:
        return server_of(connection).make.lower()


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
