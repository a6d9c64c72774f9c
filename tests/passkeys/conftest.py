from collections.abc import AsyncIterator

import pytest

from tests.support.authenticator import SITE
from tests.support.server import RunningServer, running_server


@pytest.fixture(scope="module")
async def server(
    database_url: str, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[RunningServer]:
    """A server that has an address, to which passkeys are bound."""
    folder = tmp_path_factory.mktemp("data")
    async with running_server(
        database_url=database_url, data_dir=folder, public_url=SITE
    ) as running:
        yield running
