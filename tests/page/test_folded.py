"""A message of a hundred thousand characters takes a dozen lines, and all it has if wanted."""

import pytest
from playwright.async_api import Page, expect

from tests.page.conftest import OpenPage, Site

pytestmark = pytest.mark.anyio
LINES = [f"Line {number} of what somebody pasted into the box" for number in range(2000)]
WHOLE = "\n".join(LINES)
HEIGHT = "it => it.getBoundingClientRect().height"
FOLDED_PIXELS = 14 * 26 + 60
SELECT = """() => {
  const range = document.createRange();
  range.selectNodeContents(document.querySelector('.said'));
  getSelection().removeAllRanges();
  getSelection().addRange(range);
}"""


async def long_question(site: Site, open_page: OpenPage, **options: object) -> Page:
    person = await site.person("too_long")
    conversation = await person.conversation("long")
    await person.say(conversation, WHOLE)
    page = await open_page(person, f"/c/{conversation}", **options)
    await expect(page.locator(".said-text")).to_be_visible()
    return page


async def test_it_is_folded_and_opened_by_keys(site: Site, open_page: OpenPage) -> None:
    page = await long_question(site, open_page)
    text = page.locator(".said-text")
    assert len(WHOLE) > 90_000
    assert await text.evaluate(HEIGHT) < FOLDED_PIXELS
    await page.get_by_role("button", name="Show all").focus()
    await page.keyboard.press("Enter")
    less = page.get_by_role("button", name="Show less")
    await expect(less).to_have_attribute("aria-expanded", "true")
    assert await text.evaluate(HEIGHT) > 2000 * 20
    shown = await text.evaluate("it => it.innerText")
    assert shown.replace("Show less", "").strip() == WHOLE
    await page.keyboard.press("Enter")
    await expect(less).to_have_count(0)
    assert await text.evaluate(HEIGHT) < FOLDED_PIXELS


async def test_it_is_found_in_the_page(site: Site, open_page: OpenPage) -> None:
    page = await long_question(site, open_page)
    rest = page.locator(".rest")
    await expect(rest).to_have_attribute("hidden", "until-found")
    # As a browser does that finds a word in it.
    await rest.evaluate("it => { it.dispatchEvent(new Event('beforematch')); }")
    await expect(page.get_by_role("button", name="Show less")).to_be_visible()
    await expect(rest).to_be_visible()


async def test_it_is_copied_whole(site: Site, open_page: OpenPage) -> None:
    page = await long_question(site, open_page, permissions=["clipboard-read", "clipboard-write"])
    await page.evaluate(SELECT)
    await page.keyboard.press("Control+c")
    copied: str = await page.evaluate("navigator.clipboard.readText()")
    assert LINES[0] in copied
    assert LINES[-1] in copied
    await expect(page.locator(".rest")).to_have_attribute("hidden", "until-found")
    await page.locator(".said").hover()
    await page.locator(".said").get_by_role("button", name="Copy", exact=True).click()
    await expect(page.get_by_role("button", name="Copied")).to_be_visible()
    assert await page.evaluate("navigator.clipboard.readText()") == WHOLE
