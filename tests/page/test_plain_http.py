"""The page works where it came by plain http from another machine, and browsers give it less."""

import pytest
from playwright.async_api import expect

from tests.page.chatting import replied, say
from tests.page.conftest import HOST, OpenPage, Site
from tests.support.server import PASSWORD

pytestmark = pytest.mark.anyio


async def test_chatting_without_https(site: Site, open_page: OpenPage) -> None:
    person = await site.person()
    page = await open_page(path="/login", at=f"http://{HOST}:{site.server.port}")
    await page.get_by_label("User name or e-mail").fill(person.name)
    await page.get_by_label("Password", exact=True).fill(PASSWORD)
    await page.get_by_role("button", name="Log in").click()
    assert not await page.evaluate("isSecureContext")
    await say(page, "Hello over plain http")
    await replied(page, "Hello over plain http")
    await page.get_by_role("button", name="Copy", exact=True).last.click()
    await expect(page.get_by_role("button", name="Copied")).to_be_visible()
    await page.reload()
    await replied(page, "Hello over plain http")
