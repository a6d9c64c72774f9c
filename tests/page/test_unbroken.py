"""A hundred thousand characters without a blank, as a file in base64, do not stop the page."""

import pytest
from playwright.async_api import expect

from tests.page.conftest import PHONE, OpenPage, Site

pytestmark = pytest.mark.anyio
ENDLESS = "QUJD" * 25_000


@pytest.mark.parametrize("words", ["{}", "*{}*", "`{}`", "https://example.com/{}"])
async def test_it_is_shown(site: Site, open_page: OpenPage, words: str) -> None:
    person = await site.person("recite_at_once")
    conversation = await person.conversation("endless")
    text = words.format(ENDLESS)[:100_000]
    await person.say(conversation, text)
    page = await open_page(person, f"/c/{conversation}", viewport=PHONE)
    await expect(page.locator(".reply.last .about")).to_be_attached()
    await page.get_by_role("button", name="Show all").click()
    await expect(page.get_by_role("button", name="Show less")).to_be_visible()
    assert await page.locator(".said-text > span").all_text_contents() == [text[:864], text[864:]]
    assert await page.evaluate("document.documentElement.scrollWidth") == PHONE["width"]


async def test_code_is_wrapped(site: Site, open_page: OpenPage) -> None:
    person = await site.person("recite_at_once")
    conversation = await person.conversation("endless")
    await person.say(conversation, f"```json\n{ENDLESS[:90_000]}\n```")
    page = await open_page(person, f"/c/{conversation}")
    code = page.locator(".reply code")
    tall = await code.evaluate("code => code.getBoundingClientRect().height")
    await page.get_by_role("button", name="Wrap lines").click()
    await expect(page.get_by_role("button", name="Do not wrap lines")).to_be_visible()
    assert await code.evaluate("code => code.getBoundingClientRect().height") > 100 * tall
    assert await code.inner_text() == ENDLESS[:90_000]
    await page.emulate_media(media="print")
    assert await code.evaluate("code => code.getBoundingClientRect().height") > 100 * tall


async def test_it_is_written_on(site: Site, open_page: OpenPage) -> None:
    page = await open_page(await site.person())
    box = page.get_by_label("Your message")
    await box.fill(ENDLESS[:-1])
    await box.press("Control+End")
    await page.keyboard.type("!")
    await expect(box).to_have_value(ENDLESS[:-1] + "!")
    tall = await box.evaluate("box => box.getBoundingClientRect().height")
    await box.fill("short")
    assert await box.evaluate("box => box.getBoundingClientRect().height") <= tall
