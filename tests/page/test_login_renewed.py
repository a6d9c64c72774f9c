"""A login is renewed without a word when its token grows old."""

import pytest
from playwright.async_api import expect

from app.errors import InvalidToken
from tests.page.chatting import replied, say
from tests.page.conftest import OpenPage, Site

pytestmark = pytest.mark.anyio
TWO_HOURS = 2 * 60 * 60 * 1000


async def test_an_old_token_is_renewed(site: Site, open_page: OpenPage) -> None:
    page = await open_page(await site.person())
    await expect(page.locator(".openings button")).to_have_count(4)
    renewals: list[str] = []
    page.on("request", lambda request: renewals.append(request.url))
    await page.evaluate(f"() => {{ const now = Date.now; Date.now = () => now() + {TWO_HOURS}; }}")
    await say(page, "still here")
    await replied(page, "still here")
    assert sum(url.endswith("/auth/refresh") for url in renewals) >= 1


async def test_tabs_do_not_use_a_refresh_token_twice(site: Site, open_page: OpenPage) -> None:
    page = await open_page(await site.person())
    tabs = [page, *[await page.context.new_page() for _ in range(3)]]
    for tab in tabs[1:]:
        await tab.goto("/")
    for tab in tabs:
        await tab.reload(wait_until="commit")
    for tab in tabs:
        await expect(tab.locator(".openings button")).to_have_count(4)


async def test_a_connection_that_outlived_its_token_renews_the_login_once(
    site: Site, open_page: OpenPage
) -> None:
    person = await site.person()
    page = await open_page(person, f"/c/{await person.conversation('expired')}")
    await say(page, "before")
    await replied(page, "before")
    renewals: list[str] = []
    page.on("request", lambda request: renewals.append(request.url))
    await page.evaluate(f"() => {{ const now = Date.now; Date.now = () => now() + {TWO_HOURS}; }}")
    sockets = site.server.app.state.connections.sockets
    async with page.expect_event("websocket"):
        sockets.end_sessions(sockets.sessions, InvalidToken())
    await say(page, "after")
    await replied(page, "after")
    assert sum(url.endswith("/auth/refresh") for url in renewals) == 1
