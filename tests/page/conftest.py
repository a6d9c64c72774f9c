"""A real browser before a real server: one browser for all, a fresh context for each test."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from typing import Any

import pytest
from playwright.async_api import Browser, BrowserContext, Page, async_playwright, expect

from app.routers.web_page import BUILT
from tests.page import model as _scenarios  # noqa: F401  (registers them)
from tests.page.browser import CHROMIUM
from tests.support.patience import PATIENCE_SECONDS
from tests.support.server import PASSWORD, Person, RunningServer, running_server
from tests.support.upstream import ScriptedUpstream

DESKTOP = {"width": 1280, "height": 800}
PHONE = {"width": 390, "height": 844}
HOST = "chat.test"
"""The same server under a name that browsers do not trust without https."""
NO_FAULTS = (
    "Failed to load resource",
    "WebSocket connection to",
    "The Cross-Origin-Opener-Policy header has been ignored",
)
FEW_PROCESSES = (
    *("--no-sandbox", "--disable-gpu", "--in-process-gpu"),
    "--enable-features=NetworkServiceInProcess2",
)
"""What draws and what loads stay in the browser's own process: a tenth less work for each page."""
OpenPage = Callable[..., Awaitable[Page]]

expect.set_options(timeout=1000 * PATIENCE_SECONDS)


@dataclass
class Site:
    """The server with the page, and the model's endpoint that its users have."""

    server: RunningServer
    upstream: ScriptedUpstream

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server.port}"

    async def person(
        self,
        model: str = "recite",
        name: str | None = None,
        upstream: ScriptedUpstream | None = None,
    ) -> Person:
        """A new user with a model, at an endpoint of the test's own where it has one."""
        person = await self.server.register(name)
        await person.set_model((upstream or self.upstream).url, model)
        return person


@asynccontextmanager
async def running_site(folder: Any, **settings: Any) -> AsyncIterator[Site]:
    """A site on a database of its own."""
    url = f"sqlite:///{folder / 'page.db'}"
    async with (
        ScriptedUpstream() as upstream,
        running_server(page=BUILT, database_url=url, data_dir=folder, **settings) as server,
    ):
        yield Site(server, upstream)


@pytest.fixture(scope="session")
async def browser() -> AsyncIterator[Browser]:
    async with async_playwright() as playwright:
        started = await playwright.chromium.launch(
            executable_path=CHROMIUM,
            args=[*FEW_PROCESSES, f"--host-resolver-rules=MAP {HOST} 127.0.0.1"],
        )
        yield started
        await started.close()


@pytest.fixture(scope="session")
async def site(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Site]:
    """The site that tests share; each makes its own user."""
    async with running_site(tmp_path_factory.mktemp("site")) as running:
        yield running


@pytest.fixture
async def open_page(browser: Browser, site: Site) -> AsyncIterator[OpenPage]:
    """Opens the page as this person, or as nobody; an error that it reports fails the test."""
    problems: list[str] = []
    async with AsyncExitStack() as stack:

        async def open_(
            person: Person | None = None, path: str = "/", at: str = site.url, **options: Any
        ) -> Page:
            defaults = {"locale": "en-US", "viewport": DESKTOP, "reduced_motion": "reduce"}
            context = await browser.new_context(base_url=at, **defaults | options)
            stack.push_async_callback(context.close)
            context.set_default_timeout(1000 * PATIENCE_SECONDS)
            if person is not None:
                await log_in(context, person)
            page = await context.new_page()
            page.on("pageerror", lambda error: problems.append(str(error)))
            page.on("console", lambda said: _keep(said, problems))
            await page.goto(path)
            return page

        yield open_
    assert not problems


async def log_in(context: BrowserContext, person: Person, password: str = PASSWORD) -> None:
    """Gives a browser the cookie of a session."""
    body = {"username_or_email": person.name, "password": password}
    answer = await context.request.post("/auth/login", data=body)
    assert answer.ok, await answer.text()


def _keep(said: Any, problems: list[str]) -> None:
    """What breaks the content policy or throws; a 401 or a header for https only is no fault."""
    if said.type == "error" and not said.text.startswith(NO_FAULTS):
        problems.append(said.text)
