"""A browser that keeps nothing for the page, or has no room left, chats all the same."""

import pytest
from playwright.async_api import expect

from tests.page.attaching import add_files, cards, gated, uploaded
from tests.page.chatting import replied, say
from tests.page.conftest import OpenPage, Site

pytestmark = pytest.mark.anyio
REFUSES_WRITES = """Storage.prototype.setItem = () => {
    throw new DOMException("full", "QuotaExceededError");
};"""
REFUSES_BYTES = """IDBFactory.prototype.open = () => {
    throw new DOMException("blocked", "SecurityError");
};"""
REFUSES_ALL = """Object.defineProperty(window, "localStorage", {
    get() { throw new DOMException("blocked", "SecurityError"); },
});"""


@pytest.mark.parametrize("refusing", [REFUSES_WRITES, REFUSES_ALL], ids=["full", "blocked"])
async def test_chatting_without_storage(site: Site, open_page: OpenPage, refusing: str) -> None:
    person = await site.person()
    await person.conversation("elsewhere")
    page = await open_page(person)
    await page.add_init_script(refusing)
    await page.reload()
    await say(page, "hello")
    await replied(page, "hello")
    await page.get_by_label("Your message").fill("not sent yet")
    await page.get_by_role("link", name="elsewhere").click()
    await expect(page).to_have_title("elsewhere · Chat")
    await page.go_back()
    await expect(page.get_by_label("Your message")).to_have_value("not sent yet")
    await page.keyboard.press("Control+,")
    await page.get_by_text("Dark").click()
    await expect(page.locator("html")).to_have_attribute("data-theme", "dark")


@pytest.mark.parametrize("refusing", [REFUSES_WRITES, REFUSES_ALL], ids=["full", "blocked"])
async def test_files_without_storage(site: Site, open_page: OpenPage, refusing: str) -> None:
    """They last as long as the tab."""
    person = await site.person("recite_at_once")
    await person.conversation("elsewhere")
    page = await open_page(person)
    await page.add_init_script(refusing + REFUSES_BYTES)
    await page.reload()
    await expect(page.locator(".openings button")).to_have_count(4)
    gate = await gated(page)
    await add_files(page, ("notes.txt", "text/plain", b"tides"))
    await expect(cards(page)).to_have_count(1)
    await page.get_by_role("link", name="elsewhere").click()
    await expect(page).to_have_title("elsewhere · Chat")
    gate.opened.set()
    await page.go_back()
    await uploaded(page)
    await say(page, "read it")
    await replied(page, "read it")
    await expect(page.locator(".said .file-name")).to_have_text("notes.txt")
