"""A site that logs people in by a provider, and the provider's own page."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import uvicorn
from playwright.async_api import Page
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from tests.oidc.hostile import CLIENT_ID, SECRET, HostileProvider, hostile_provider
from tests.page.conftest import Site, running_site
from tests.page.keys.made import make_logins_old
from tests.support.server import Person, Server


@dataclass
class ProviderSite:
    """`url`: where browsers find it; `person`: who comes back from the provider, nobody where they
    press Cancel there."""

    site: Site
    provider: HostileProvider
    person: dict[str, Any] | None = field(default_factory=dict)

    @property
    def url(self) -> str:
        return f"http://localhost:{self.site.server.port}"

    async def authorize(self, request: Request) -> Response:
        """The provider's page, which sends everybody back at once."""
        given = self.provider.agree(str(request.url), **self.person or {})
        if self.person is None:
            del given["code"]
            given["error"] = "access_denied"
        return RedirectResponse(f"{self.url}/auth/oidc/corp/callback?{urlencode(given)}", 302)

    async def make_old(self, page: Page) -> None:
        """As `make_logins_old`, of whoever is logged in on this page."""
        answer = await page.context.request.post("/auth/refresh")
        token = (await answer.json())["access_token"]
        person = Person(self.site.server, 0, "", token, "")
        person.id = (await person.get("/auth/me")).json()["id"]
        await make_logins_old(self.site, person)


@asynccontextmanager
async def provider_site(folder: Path, **settings: Any) -> AsyncIterator[ProviderSite]:
    async with hostile_provider() as provider:
        known = {
            "issuer": provider.issuer,
            "client_id": CLIENT_ID,
            "client_secret": SECRET,
            "label": "Acme",
        }
        async with running_site(
            folder,
            public_url="http://localhost:8000",
            allowed_private_oidc_hosts=["127.0.0.1"],
            oidc_providers={"corp": known},
            **settings,
        ) as site:
            at = ProviderSite(site, provider)
            async with _page_of(at) as address:
                provider.document = {"authorization_endpoint": address}
                yield at


@asynccontextmanager
async def _page_of(at: ProviderSite) -> AsyncIterator[str]:
    app = Starlette(routes=[Route("/authorize", at.authorize)])
    server = Server(uvicorn.Config(app, port=0, log_level="warning", timeout_graceful_shutdown=1))
    serving = asyncio.create_task(server.serve())
    try:
        while not server.started:  # noqa: ASYNC110 - it has no event for that
            await asyncio.sleep(0.005)
        yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}/authorize"
    finally:
        server.should_exit = True
        await serving
