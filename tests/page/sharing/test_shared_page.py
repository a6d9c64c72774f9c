"""The page behind a link goes on in the account of whoever reads it, who logs in for that."""

from pathlib import Path

import pytest
from playwright.async_api import Page, expect

from tests.files.made import picture, uploaded
from tests.page.conftest import OpenPage, Site, running_site
from tests.page.looks import HAND
from tests.page.sharing.shown import QUESTION, link_to, opened, tides
from tests.page.test_safe import ELEMENTS, HARM
from tests.support.server import PASSWORD, Person

pytestmark = pytest.mark.anyio


async def log_in_here(page: Page, person: Person) -> None:
    await page.get_by_label("User name or e-mail").fill(person.name)
    await page.get_by_label("Password", exact=True).fill(PASSWORD)
    await page.get_by_role("button", name="Log in").click()


async def test_continued_after_a_login(site: Site, open_page: OpenPage) -> None:
    owner, conversation = await tides(site)
    url = await link_to(owner, conversation)
    reader = await site.person("recite_at_once")
    page = await opened(open_page, url)
    await page.get_by_role("button", name="Continue this chat").click()
    await log_in_here(page, reader)
    await expect(page.get_by_label("Your message")).to_be_visible()
    await expect(page.locator(".said-text")).to_have_text([QUESTION])
    await expect(page.locator(".reply strong")).to_have_text("Moon")
    await expect(page.locator(".said .picture img")).to_be_visible()
    await page.get_by_label("Your message").fill("and then?")
    await page.keyboard.press("Enter")
    await expect(page.locator(".reply")).to_have_count(2)
    assert len(await owner.messages(conversation)) == 2

    # That was once: Back leads to what is shown. From there, logged in, it is one click.
    await page.go_back()
    again = page.get_by_role("button", name="Continue this chat")
    await expect(again).to_be_enabled()
    assert await copies(reader) == 1
    await again.click()
    await expect(page.get_by_label("Your message")).to_be_visible()
    assert await copies(reader) == 2


async def copies(reader: Person) -> int:
    return len((await reader.get("/conversations")).json()["conversations"])


async def test_for_members_only_and_without_room(tmp_path: Path, open_page: OpenPage) -> None:
    async with running_site(tmp_path, shares="login", attachments_quota_bytes=14_000) as site:
        owner, conversation = await tides(site)
        url = site.url + await link_to(owner, conversation)
        reader = await site.person("recite_at_once")
        await uploaded(reader, picture((800, 800)), "mine.png")
        page = await opened(open_page, url)
        await expect(page.get_by_role("heading", name="Log in to see this")).to_be_visible()
        assert "tides" not in await page.content()
        await page.get_by_role("button", name="Log in").click()
        await log_in_here(page, reader)
        await expect(page.get_by_role("heading", name="How tides work")).to_be_visible()
        shown = page.get_by_role("img", name="Picture 1")
        await expect(shown).to_have_js_property("naturalWidth", 400)
        await page.get_by_role("button", name="Continue this chat").click()
        await expect(page.get_by_text("There was no room for")).to_be_visible()
        await page.get_by_role("link", name="Open your copy").click()
        await expect(page.locator(".reply strong")).to_have_text("Moon")


async def test_inert_on_a_phone_and_without_scripts(site: Site, open_page: OpenPage) -> None:
    person = await site.person("recite_at_once")
    conversation = await person.conversation("<b>潮汐</b>")
    await person.say(conversation, HARM)
    url = await link_to(person, conversation)
    page = await opened(open_page, url, locale="zh-CN", color_scheme="dark", **HAND)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.on("dialog", lambda dialog: asked.append(dialog.message))
    await expect(page.get_by_role("heading", name="<b>潮汐</b>")).to_be_visible()
    await expect(page.locator(".reply .formula, .reply .code")).not_to_have_count(0)
    await expect(page.locator(".reply .prose")).to_contain_text("onerror")
    await expect(page.get_by_role("button", name="继续这个对话")).to_be_visible()
    assert await page.locator(".prose, .said").locator(ELEMENTS).count() == 0
    assert await page.locator(".shared a:not([href^=https])").count() == 0
    assert await page.evaluate("window.harm") is None
    assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert not [url for url in asked if not url.startswith(site.url)]
    await page.get_by_role("button", name="English").click()
    await expect(page.get_by_role("button", name="Continue this chat")).to_be_visible()

    bare = await open_page(None, url, java_script_enabled=False)
    await expect(bare.get_by_role("heading", name="<b>潮汐</b>")).to_be_visible()
    await expect(bare.get_by_text("<script>window.harm = 1</script>").first).to_be_visible()
    assert await bare.locator("#shared").locator(ELEMENTS).count() == 0


async def test_long_ones_are_set_bit_by_bit_and_printed_whole(
    site: Site, open_page: OpenPage
) -> None:
    person = await site.person("recite_at_once")
    conversation = await person.conversation("A long one")
    for number in range(16):
        await person.say(conversation, f"**number {number}**")
    page = await opened(open_page, await link_to(person, conversation))
    await expect(page.locator(".reply strong")).to_have_count(16)
    await page.emulate_media(media="print")
    await expect(page.get_by_role("button", name="Continue this chat")).to_be_hidden()
    await expect(page.locator(".shared-bar")).to_be_hidden()
    await expect(page.locator(".said-text").first).to_be_visible()
