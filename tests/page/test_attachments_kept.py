"""Pictures and files are kept no longer than they are needed, and for nobody else."""

import asyncio
import re

import pytest
from playwright.async_api import Page, Route, expect

from tests.files.made import picture, send
from tests.files.made import uploaded as made
from tests.page.attaching import add_files, cards, uploaded
from tests.page.chatting import choose_profile, settled
from tests.page.conftest import OpenPage, Site
from tests.support.server import PASSWORD

pytestmark = pytest.mark.anyio
PICTURES = 10
KEPT_LARGE = 6
WHOLE = re.compile(r"/attachments/\d+$")
COUNT = """(() => {
  const open = new Set();
  const { createObjectURL: create, revokeObjectURL: revoke } = URL;
  URL.createObjectURL = (blob) => {
    const address = create.call(URL, blob);
    open.add(address);
    return address;
  };
  URL.revokeObjectURL = (address) => {
    open.delete(address);
    revoke.call(URL, address);
  };
  window.openAddresses = () => open.size;
})()"""
KEPT = """async () => {
  const names = (await indexedDB.databases()).map(({ name }) => name);
  return [...Object.keys(localStorage).filter((key) => key.startsWith("files:")), ...names];
}"""


async def gallery(site: Site, open_page: OpenPage) -> Page:
    """A conversation with many pictures, after another one."""
    person = await site.person("recite_at_once")
    other = await person.conversation("other")
    conversation = await person.conversation("gallery")
    files = [
        (await made(person, picture((40 + number, 30)), f"{number}.png"))["id"]
        for number in range(PICTURES)
    ]
    await send(person, conversation, "many", *files)
    page = await open_page(person, f"/c/{other}")
    await page.add_init_script(COUNT)
    await page.reload()
    await page.get_by_role("link", name="gallery").click()
    await expect(page.locator(".said .picture img")).to_have_count(PICTURES)
    return page


async def test_pictures_that_come_too_late_keep_no_address(site: Site, open_page: OpenPage) -> None:
    page = await gallery(site, open_page)
    let_go = asyncio.Event()
    asked = 0

    async def hold(route: Route) -> None:
        nonlocal asked
        asked += 1
        await let_go.wait()
        await route.continue_()

    await page.route(WHOLE, hold)
    await page.locator(".said .picture").first.click()
    title = page.locator(".viewer h1")
    for number in range(PICTURES):
        await expect(title).to_have_text(f"{number}.png")
        await page.keyboard.press("ArrowRight")
    let_go.set()
    await expect(page.locator(".viewer img[aria-busy=false]")).to_be_visible()
    await page.keyboard.press("Escape")
    await expect(page.locator(".viewer")).to_have_count(0)
    await settled(page)
    assert asked
    assert await page.evaluate("openAddresses()") <= PICTURES + KEPT_LARGE


async def test_back_leaves_no_picture_over_another_conversation(
    site: Site, open_page: OpenPage
) -> None:
    page = await gallery(site, open_page)
    await page.locator(".said .picture").first.click()
    await expect(page.locator(".viewer")).to_be_visible()
    await page.go_back()
    await expect(page).to_have_title("other · Chat")
    await expect(page.locator(".viewer")).to_have_count(0)


@pytest.mark.parametrize("ends", ["by hand", "by itself"])
async def test_files_of_a_draft_are_nobody_elses(
    site: Site, open_page: OpenPage, ends: str
) -> None:
    page = await open_page(await site.person())
    await add_files(page, ("secret.txt", "text/plain", b"of Ada"))
    await uploaded(page)
    assert await page.evaluate(KEPT) == ["files:new", "bytes"]
    if ends == "by hand":
        await choose_profile(page, "Log out")
    else:
        await page.context.clear_cookies()
        await page.reload()
    await page.wait_for_url("**/login")
    somebody = await site.person()
    await page.get_by_label("User name or e-mail").fill(somebody.name)
    await page.get_by_label("Password", exact=True).fill(PASSWORD)
    await page.keyboard.press("Enter")
    await expect(page.get_by_label("Your message")).to_be_visible()
    await expect(cards(page)).to_have_count(0)
    assert await page.evaluate(KEPT) == []
