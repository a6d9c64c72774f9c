"""A server that knows two providers, each on a port of this machine."""

from collections.abc import AsyncIterator, Iterator
from typing import Any

import pytest

from tests.oidc.browser import Browser
from tests.oidc.hostile import CLIENT_ID, SECRET, HostileProvider, hostile_provider
from tests.support.server import RunningServer, running_server

PUBLIC_URL = "http://localhost:8000"


def settings_of(provider: HostileProvider, **more: Any) -> dict[str, Any]:
    """What the operator says of a provider."""
    return {"issuer": provider.issuer, "client_id": CLIENT_ID, "client_secret": SECRET} | more


def knowing(**providers: HostileProvider | dict[str, Any]) -> dict[str, Any]:
    """The settings of a server with these providers, by their slugs; of one that is given as
    settings, those."""
    told = {
        slug: each if isinstance(each, dict) else settings_of(each)
        for slug, each in providers.items()
    }
    return {
        "public_url": PUBLIC_URL,
        "allowed_private_oidc_hosts": ["127.0.0.1"],
        "oidc_providers": told,
    }


@pytest.fixture(scope="module")
async def providers() -> AsyncIterator[tuple[HostileProvider, HostileProvider]]:
    async with hostile_provider() as one, hostile_provider() as other:
        yield one, other


@pytest.fixture
def provider(
    providers: tuple[HostileProvider, HostileProvider],
) -> Iterator[HostileProvider]:
    """The one that a test makes do what it likes."""
    yield providers[0]
    providers[0].be_good()


@pytest.fixture(scope="module")
async def server(
    providers: tuple[HostileProvider, HostileProvider],
    database_url: str,
    tmp_path_factory: pytest.TempPathFactory,
) -> AsyncIterator[RunningServer]:
    one, other = providers
    groups = {"groups_claim": "groups", "admin_group": "chiefs", "allowed_groups": ["staff"]}
    async with running_server(
        database_url=database_url,
        data_dir=tmp_path_factory.mktemp("data"),
        **knowing(corp=one, other=settings_of(other, **groups)),
    ) as running:
        yield running


@pytest.fixture
def browser(server: RunningServer) -> Browser:
    return Browser(server)
