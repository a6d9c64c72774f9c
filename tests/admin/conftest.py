"""What the tests of administration share."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from sqlalchemy.engine import URL

from tests.conftest import StartServer
from tests.support import databases
from tests.support.server import RunningServer


@pytest.fixture
async def alone(
    database_server: URL, tmp_path: Path, start_server: StartServer
) -> AsyncIterator[RunningServer]:
    """A server with a database of its own: who else is an administrator matters."""
    with databases.fresh_database(database_server, tmp_path) as url:
        server = await start_server(database_url=url)
        yield server
