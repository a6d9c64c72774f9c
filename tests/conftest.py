"""What every test may ask for: a database of each kind, a real server, a model's endpoint."""

from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import AsyncExitStack
from pathlib import Path

import pytest
from blockbuster import BlockBuster, blockbuster_ctx
from sqlalchemy.engine import URL

from tests import databases
from tests.server import RunningServer, running_server
from tests.upstream import ScriptedUpstream

StartServer = Callable[..., Awaitable[RunningServer]]


def pytest_configure(config: pytest.Config) -> None:
    config.pluginmanager.register(databases.Report())


@pytest.fixture(scope="session")
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(autouse=True)
def no_blocking_calls() -> Iterator[BlockBuster]:
    """A call that blocks the event loop fails the test."""
    with blockbuster_ctx() as blockbuster:
        yield blockbuster


@pytest.fixture(scope="session", params=databases.available(), ids=str)
def database_server(request: pytest.FixtureRequest) -> Iterator[URL]:
    with request.param.server() as address:
        yield address


@pytest.fixture(scope="session")
def database_url(database_server: URL, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """One database of each kind for the whole run; tests keep apart by making their own users."""
    folder = tmp_path_factory.mktemp("database")
    with databases.fresh_database(database_server, folder) as url:
        yield url


@pytest.fixture
async def start_server(database_url: str, tmp_path: Path) -> AsyncIterator[StartServer]:
    """Starts servers with settings of one's own; they end with the test."""
    async with AsyncExitStack() as stack:

        async def start(**settings: object) -> RunningServer:
            defaults = {"database_url": database_url, "data_dir": tmp_path}
            return await stack.enter_async_context(running_server(**defaults | settings))

        yield start


@pytest.fixture(scope="module")
async def server(
    database_url: str, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[RunningServer]:
    """A server as most tests need it; the tests of a file share it and make their own users."""
    folder = tmp_path_factory.mktemp("data")
    async with running_server(database_url=database_url, data_dir=folder) as running:
        yield running


@pytest.fixture
async def upstream() -> AsyncIterator[ScriptedUpstream]:
    """A model's endpoint that does what the name of the model says."""
    async with ScriptedUpstream() as scripted:
        yield scripted
