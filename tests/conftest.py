"""What every test may ask for: a database of each kind, a real server, a model's endpoint."""

import gc
import signal
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import AsyncExitStack, ExitStack
from pathlib import Path

import pytest
from blockbuster import BlockBuster, blockbuster_ctx
from sqlalchemy.engine import URL

from tests.faults.clusters import galera, group_replication
from tests.faults.figures import Figures
from tests.faults.scale import SOAK
from tests.keys import clients
from tests.oidc import certified
from tests.packaging import wheel
from tests.page import browser as page_browser
from tests.support import (
    databases,
    forks,
    haproxy,
    isolation,
    migrated,
    nginx,
    prometheus,
    redis,
    systemd,
    tls_contexts,
)
from tests.support.groups import Groups
from tests.support.left_out import LeftOut
from tests.support.loop import SessionLoop
from tests.support.second_tries import SecondTries
from tests.support.server import RunningServer, running_server
from tests.support.started import Started
from tests.support.upstream import ScriptedUpstream
from tests.upgrades.releases import ReleaseBefore

CLUSTERS = [
    LeftOut("Galera", "faults/clusters/test_galera.py", galera.missing),
    LeftOut(
        "Group Replication",
        "faults/clusters/test_*group*.py",
        group_replication.missing,
    ),
]
NODES = [
    LeftOut(
        "Galera behind HAProxy",
        "nodes/test_galera.py",
        lambda: galera.missing() or haproxy.missing(),
    ),
    LeftOut(
        "Group Replication behind HAProxy",
        "nodes/test_group_*.py",
        lambda: group_replication.missing() or haproxy.missing(),
    ),
]
StartServer = Callable[..., Awaitable[RunningServer]]


def pytest_configure(config: pytest.Config) -> None:
    gc.disable()  # what is collected now stays to the end, and is looked through in vain
    # A shell has what it runs in the background ignore SIGINT, and so would all that tests start.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    tls_contexts.share()
    config.pluginmanager.register(databases.Report())
    config.pluginmanager.register(migrated.Schemas())
    config.pluginmanager.register(Groups())
    config.pluginmanager.register(Figures(writes_page=SOAK))
    config.pluginmanager.register(ReleaseBefore())
    config.pluginmanager.register(SecondTries())
    for plugin in (
        LeftOut("nginx", "deploy/test_n*.py", nginx.missing),
        LeftOut("HAProxy", "deploy/test_haproxy.py", haproxy.missing),
        LeftOut("systemd", "deploy/test_systemd.py", systemd.missing),
        LeftOut("promtool", "deploy/test_prometheus.py", prometheus.missing),
        LeftOut("Redis", "feed/test_redis_*.py", redis.missing),
        LeftOut("Redis", "peers/test_redis_*.py", redis.missing),
        LeftOut("Redis", "deploy/test_redis.py", redis.missing),
        LeftOut("web page", "page/test_*.py", page_browser.missing),
        LeftOut("wheel", "packaging/test_wheel.py", wheel.missing),
        LeftOut("silent name servers", "upstream/test_slow_names.py", isolation.missing),
        LeftOut("provider of logins", "oidc/test_certified.py", certified.missing),
        LeftOut("clients of others", "keys/test_clients.py", clients.missing),
        *NODES,
        *(CLUSTERS if SOAK else []),
    ):
        config.pluginmanager.register(plugin)


def pytest_collection_finish() -> None:
    gc.freeze()
    gc.enable()


@pytest.fixture(scope="session")
def anyio_backend() -> tuple[str, dict[str, type[SessionLoop]]]:
    """The event loop that the server runs on: its transports and its TLS have ways of their own."""
    return "asyncio", {"loop_factory": SessionLoop}


@pytest.fixture(autouse=True)
def no_blocking_calls() -> Iterator[BlockBuster]:
    """A call that blocks the event loop fails the test."""
    with blockbuster_ctx() as blockbuster:
        yield blockbuster


@pytest.fixture
def new_python() -> Iterator[None]:
    """Processes of the app start as they do elsewhere, not forked from one that has loaded it."""
    with forks.new_pythons():
        yield


@pytest.fixture(scope="session")
def started(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Started]:
    with ExitStack() as stack:
        yield Started(stack, tmp_path_factory.mktemp("database"))


@pytest.fixture(scope="session", params=databases.available(), ids=str)
def database_server(request: pytest.FixtureRequest, started: Started) -> URL:
    return started.server(request.param)


@pytest.fixture(scope="session")
def database_url(database_server: URL, started: Started) -> str:
    """One database of each kind for the whole run; tests keep apart by making their own users."""
    return started.database(database_server)


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
