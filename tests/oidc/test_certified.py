"""The whole way by a certified provider, as a browser goes it."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest

from app.cli.doctor.providers import check_providers
from app.config import Settings
from tests.oidc.browser import Browser
from tests.oidc.certified import (
    CLIENT_ID,
    SECRET,
    CertifiedProvider,
    agree,
    certified_provider,
    log_out,
)
from tests.oidc.conftest import PUBLIC_URL
from tests.oidc.test_linking import sent
from tests.support.patience import PATIENCE_SECONDS
from tests.support.server import RunningServer, running_server

pytestmark = [pytest.mark.anyio, pytest.mark.databases("sqlite")]


@pytest.fixture(scope="module")
async def certified() -> AsyncIterator[CertifiedProvider]:
    async with certified_provider() as provider:
        yield provider


def settings_for(certified: CertifiedProvider, **more: Any) -> dict[str, Any]:
    its = {"issuer": certified.issuer, "client_id": CLIENT_ID, "client_secret": SECRET}
    return {
        "public_url": PUBLIC_URL,
        "allowed_private_oidc_hosts": ["127.0.0.1"],
        "oidc_providers": {"certified": its | {"groups_claim": "groups"}},
        **more,
    }


@pytest.fixture(scope="module")
async def server(
    certified: CertifiedProvider, database_url: str, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[RunningServer]:
    folder = tmp_path_factory.mktemp("data")
    settings = settings_for(certified, database_url=database_url, data_dir=folder)
    async with running_server(**settings) as running:
        await certified.reach(f"http://127.0.0.1:{running.port}")
        yield running


async def test_there_and_back(server: RunningServer, certified: CertifiedProvider) -> None:
    group = await server.app.state.services.groups.create(None, "certified people")
    told = {"email": "certain@corp.example", "email_verified": True}
    await certified.account("certain", **told, preferred_username="certain", groups=[group.name])
    browser = Browser(server, "certified")
    async with certified.visit() as there:
        assert await browser.come_back(**await agree(there, await browser.start(), "certain")) == (
            "/c/7"
        )
        person = await browser.person()
        me = (await person.get("/auth/me")).json()
        assert (me["username"], me["email"]) == ("certain", "certain@corp.example")
        assert me["email_verified"]
        [members] = [
            names async for names in server.app.state.services.groups.member_names(group.id)
        ]
        assert members == ["certain"]

        address = await sent(browser, person, "/auth/reauthenticate")
        back = await agree(there, address, "certain")
        assert await browser.come_back(**back) == "/settings/account"
        assert (await person.post("/auth/totp")).status_code == 200

        await log_out(there)
        async with asyncio.timeout(PATIENCE_SECONDS):
            while await browser.is_logged_in():  # noqa: ASYNC110 - the provider tells it
                await asyncio.sleep(0.05)
        assert (await person.get("/auth/me")).status_code == 401


async def test_cancelled(server: RunningServer, certified: CertifiedProvider) -> None:
    browser = Browser(server, "certified")
    async with certified.visit() as there:
        page = await there.get(await browser.start(), follow_redirects=True)
        abort = page.url.join(f"{page.url.path}/abort")
        answer = await there.get(abort)
        while not answer.headers["location"].startswith(PUBLIC_URL):
            answer = await there.get(answer.headers["location"])
        back = dict(answer.next_request.url.params) if answer.next_request else {}
    assert await browser.come_back(**back) == "/login?problem=provider_refused"
    assert not await browser.is_logged_in()


async def test_doctor(certified: CertifiedProvider) -> None:
    good = Settings(_env_file=None, **settings_for(certified))
    [check] = await check_providers(good)
    assert check.ok and check.found.endswith(f"{PUBLIC_URL}/auth/oidc/certified/callback")
    [check] = await check_providers(good.model_copy(update={"allowed_private_oidc_hosts": []}))
    assert not check.ok and "ALLOWED_PRIVATE_OIDC_HOSTS" in check.advice
