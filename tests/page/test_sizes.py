"""Letters are as large as the reader's browser says, and what is low or zoomed is not cut off."""

import pytest
from playwright.async_api import expect

from tests.page.chatting import choose, replied, say
from tests.page.conftest import OpenPage, Site

pytestmark = pytest.mark.anyio
ZOOMED = {"width": 640, "height": 400}
"""1280 × 800 at 200 %."""
UNDER_A_KEYBOARD = {"width": 390, "height": 430}
SMALLEST = """() => Math.min(...[...document.querySelectorAll('body *')]
  .filter(it => it.checkVisibility() && [...it.childNodes].some(node => node.nodeValue?.trim()))
  .map(it => parseFloat(getComputedStyle(it).fontSize)))"""
SIZE = "it => getComputedStyle(it).fontSize"


async def test_letters_are_as_large_as_the_browser_has_them(
    site: Site, open_page: OpenPage
) -> None:
    page = await open_page(await site.person())
    await say(page, "to be read")
    await replied(page, "to be read")
    for read in ("html", ".said-text", ".prose", ".composer textarea"):
        assert await page.locator(read).evaluate(SIZE) == "16px", read
    assert await page.evaluate(SMALLEST) >= 12
    await page.goto("/settings/devices")
    await expect(page.get_by_role("heading", name="Settings")).to_be_visible()
    assert await page.evaluate(SMALLEST) >= 12


@pytest.mark.parametrize("viewport", [ZOOMED, UNDER_A_KEYBOARD], ids=["zoom", "keyboard"])
async def test_a_low_page_greets_and_takes_a_message(
    site: Site, open_page: OpenPage, viewport: dict[str, int]
) -> None:
    page = await open_page(await site.person(), viewport=viewport)
    await expect(page.locator(".empty h1")).to_be_in_viewport(ratio=1)
    await expect(page.get_by_label("Your message")).to_be_in_viewport(ratio=1)
    await expect(page.locator(".openings")).to_be_hidden()


async def test_notices_stand_beside_the_list_that_lies_over_a_low_page(
    site: Site, open_page: OpenPage
) -> None:
    person = await site.person()
    for n in range(4):
        await person.conversation(f"title {n}")
    page = await open_page(person, viewport=ZOOMED)
    await page.get_by_role("button", name="sidebar").first.click()
    await choose(page, "title 3", "Delete")
    await expect(page.locator(".toast")).to_be_in_viewport(ratio=1)
    notice = await page.locator(".toast").bounding_box()
    side = await page.locator(".sidebar").bounding_box()
    assert notice and side and notice["x"] >= side["x"] + side["width"]
