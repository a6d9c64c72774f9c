"""Copying works wherever a browser lets it, and says so where it does not."""

import pytest
from playwright.async_api import Page, expect

from tests.page.chatting import replied, say
from tests.page.conftest import HOST, OpenPage, Site
from tests.page.test_keyboard import tab_to
from tests.support.server import PASSWORD

pytestmark = pytest.mark.anyio
DENIED = """() => {
  navigator.clipboard.writeText = () => Promise.reject(new DOMException('', 'NotAllowedError'));
}"""


async def test_a_denied_clipboard_leaves_the_old_way(site: Site, open_page: OpenPage) -> None:
    page = await open_page(await site.person())
    await say(page, "to be copied")
    await replied(page, "to be copied")
    await page.evaluate(DENIED)
    await copy(page)
    await expect(page.get_by_role("button", name="Copied", exact=True)).to_be_visible()


async def test_what_cannot_be_copied_is_told(site: Site, open_page: OpenPage) -> None:
    page = await open_page(await site.person(), viewport={"width": 360, "height": 640})
    await say(page, "to be copied")
    await replied(page, "to be copied")
    await page.evaluate(DENIED)
    await page.evaluate("document.execCommand = () => false")
    await copy(page)
    told = page.get_by_text("Your browser does not let the page copy.")
    await expect(told).to_be_visible()
    assert await told.evaluate(
        "it => it.scrollWidth <= it.clientWidth && it.scrollHeight <= it.clientHeight"
    )
    await expect(page.get_by_role("button", name="Copied", exact=True)).to_have_count(0)


async def test_the_focus_stays_on_the_button_without_https(site: Site, open_page: OpenPage) -> None:
    person = await site.person()
    page = await open_page(path="/login", at=f"http://{HOST}:{site.server.port}")
    await page.get_by_label("User name or e-mail").fill(person.name)
    await page.get_by_label("Password", exact=True).fill(PASSWORD)
    await page.get_by_role("button", name="Log in").click()
    await say(page, "by the keyboard")
    await replied(page, "by the keyboard")
    await tab_to(page, page.get_by_role("button", name="Copy", exact=True).last, back=True)
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("button", name="Copied", exact=True)).to_be_focused()


async def copy(page: Page) -> None:
    await page.get_by_role("button", name="Copy", exact=True).last.click()
