"""What the attacks share: one server process per database, a model, a canary, and the check after
each case that no harm was done."""

import socket
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack

import pytest

from tests.attacks.target import OPERATORS_KEY, Target, canary, probed, target_process, was_called
from tests.support import forks
from tests.support.upstream import ScriptedUpstream


@pytest.fixture(scope="session")
async def model(anyio_backend: str) -> AsyncIterator[ScriptedUpstream]:
    """The only private address that the server may call."""
    async with ScriptedUpstream() as scripted:
        yield scripted


@pytest.fixture(scope="session")
def listener() -> Iterator[socket.socket]:
    """The canary: an address inside the own network that nobody allowed."""
    with canary() as socket:
        yield socket


@pytest.fixture(scope="session")
async def target(
    anyio_backend: str,
    database_url: str,
    model: ScriptedUpstream,
    listener: socket.socket,
    tmp_path_factory: pytest.TempPathFactory,
) -> AsyncIterator[Target]:
    """The server that is attacked: behind a proxy, with a model of the operator's own."""
    folder = tmp_path_factory.mktemp("target")
    async with target_process(database_url, folder, **_settings(model, listener)) as running:
        yield running


@pytest.fixture(scope="session")
async def unforked(
    anyio_backend: str,
    database_url: str,
    model: ScriptedUpstream,
    listener: socket.socket,
    tmp_path_factory: pytest.TempPathFactory,
) -> AsyncIterator[Target]:
    """The same as a process that shares its memory with no other."""
    folder = tmp_path_factory.mktemp("unforked")
    async with AsyncExitStack() as stack:
        with forks.new_pythons():
            starting = target_process(database_url, folder, **_settings(model, listener))
            running = await stack.enter_async_context(starting)
        yield running


def _settings(model: ScriptedUpstream, listener: socket.socket) -> dict[str, str]:
    trap = f"http://127.0.0.1:{listener.getsockname()[1]}"
    return {
        "ALLOWED_PRIVATE_MODEL_HOSTS": model.host,
        "TRUSTED_PROXIES": "127.0.0.1",
        "MAX_REPLIES_PER_USER": "50",
        "MAX_SOCKETS_PER_USER": "20",
        "DEFAULT_API_KEY": OPERATORS_KEY,
        "DEFAULT_MODEL_URL": model.url,
        **dict.fromkeys(("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "OPENAI_BASE_URL"), trap),
    }


@pytest.fixture(scope="module")
async def strict(
    anyio_backend: str, database_url: str, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Target]:
    """A server behind a proxy with the limits that are the default."""
    settings = {
        "RATE_LIMIT_PER_MINUTE": "60",
        "LOGIN_RATE_LIMIT_PER_MINUTE": "10",
        "TRUSTED_PROXIES": "127.0.0.1",
    }
    folder = tmp_path_factory.mktemp("strict")
    async with target_process(database_url, folder, **settings) as running, probed(running):
        yield running
        running.assert_unharmed()


@pytest.fixture(scope="module", autouse=True)
async def watched(target: Target) -> AsyncIterator[None]:
    """The server is probed while a file attacks it, and not for the rest of the run."""
    async with probed(target):
        yield


@pytest.fixture(autouse=True)
def no_harm_was_done(target: Target, listener: socket.socket) -> Iterator[None]:
    """After each case: alive, no 5xx, never blocked, no secret told, no canary called."""
    yield
    target.assert_unharmed()
    assert not was_called(listener)
