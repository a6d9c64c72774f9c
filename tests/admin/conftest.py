"""What the tests of administration share."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy.engine import URL

from tests.conftest import StartServer
from tests.support import databases
from tests.support.server import RunningServer


@pytest.fixture
def own_database(database_server: URL, tmp_path: Path) -> Iterator[str]:
    with databases.fresh_database(database_server, tmp_path) as url:
        yield url


@pytest.fixture
async def alone(own_database: str, start_server: StartServer) -> RunningServer:
    """A server with a database of its own: who else is an administrator matters."""
    return await start_server(database_url=own_database)
