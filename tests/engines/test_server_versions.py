"""A database server that cannot do what replies depend on is refused at start, by its name."""

from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.engine import URL

from app.config import Settings
from app.engines.versions import OLDEST, Server, server_of
from app.migration import SchemaError, migrate, sync_engine
from tests.support.databases import fresh_database
from tests.support.server import ENCRYPTION_KEY, SECRET_KEY

SECRETS: dict[str, Any] = {"secret_key": SECRET_KEY, "encryption_key": ENCRYPTION_KEY}


@pytest.mark.parametrize(
    ("server", "advice"),
    [
        (Server("MySQL", (5, 7, 44)), "use MySQL 8.0 or newer"),
        (Server("MySQL", (8, 0, 36)), ""),
        (Server("MySQL", (9, 7, 0)), ""),
        (Server("MariaDB", (10, 5, 29)), "use MariaDB 10.6 or newer"),
        (Server("MariaDB", (10, 6, 0)), ""),
        (Server("MariaDB", (11, 4, 2)), ""),
        (Server("SQLite", (3, 45, 1)), ""),
    ],
    ids=str,
)
def test_what_is_too_old(server: Server, advice: str) -> None:
    assert server.advice == advice


def test_a_real_server_is_known_and_an_old_one_refused(
    database_server: URL, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with fresh_database(database_server, tmp_path) as url:
        settings = Settings(_env_file=None, database_url=url, **SECRETS)
        engine = sync_engine(settings)
        with engine.connect() as connection:
            server = server_of(connection)
        engine.dispose()
        assert server.advice == ""
        monkeypatch.setitem(OLDEST, server.make, (99, 1))
        with pytest.raises(SchemaError, match=rf"is {server}: use {server.make} 99\.1 or newer"):
            migrate(settings)
        monkeypatch.undo()
        migrate(settings)
