"""A server of a cluster that refuses our tables is refused before there are any, in one line."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import inspect
from sqlalchemy.engine import URL

from app.migration import SchemaError, migrate, require_schema, sync_engine
from tests.support import cli_process, databases, private_servers
from tests.support.backups import settings
from tests.support.server import ENCRYPTION_KEY, SECRET_KEY

MYSQL = private_servers.mysql()
SERVERS = [MYSQL] if MYSQL and "mysql" in databases.wanted() else []
REFUSAL = (
    "The database is Group Replication with several primaries: "
    "run it with a single primary (with more it refuses ON DELETE CASCADE)"
)
SEVERAL_PRIMARIES = [
    "--plugin-load-add=group_replication.so",
    "--loose-group-replication-single-primary-mode=OFF",
    "--loose-group-replication-enforce-update-everywhere-checks=ON",
]


@pytest.fixture(scope="module", params=SERVERS, ids=lambda programs: programs.name)
def several_primaries(request: pytest.FixtureRequest) -> Iterator[URL]:
    """A server that is set up for such a group, and has not joined one."""
    with private_servers.running(request.param.with_options(*SEVERAL_PRIMARIES)) as url:
        yield url


def test_a_group_with_several_primaries(several_primaries: URL, tmp_path: Path) -> None:
    with databases.fresh_database(several_primaries, tmp_path) as url:
        for begin in (migrate, require_schema):
            with pytest.raises(SchemaError, match=f"^{re.escape(REFUSAL)}$"):
                begin(settings(url))
        engine = sync_engine(settings(url))
        assert inspect(engine).get_table_names() == []
        engine.dispose()
        secrets = {"SECRET_KEY": SECRET_KEY, "ENCRYPTION_KEY": ENCRYPTION_KEY}
        ended = cli_process.run(tmp_path, "doctor", DATABASE_URL=url, **secrets)
        assert ended.returncode == 1
        assert "Group Replication with several primaries" in ended.stdout
        assert "run it with a single primary" in ended.stdout
