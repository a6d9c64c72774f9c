"""Parts of the page load when they are asked for: what is seen where one does not come."""

import asyncio

import pytest
from playwright.async_api import Page, Route, expect

from tests.page.chatting import late, replied, say
from tests.page.conftest import OpenPage, Site

pytestmark = pytest.mark.anyio
UPGRADED = '<script type="module" src="/assets/index-ofanother.js"></script>'


async def test_an_upgraded_server_brings_the_page_anew_with_what_was_typed(
    site: Site, open_page: OpenPage
) -> None:
    page = await open_page(await site.person())
    await page.get_by_label("Your message").fill("half a thought")
    await upgrade(page)
    async with page.expect_event("load"):
        await ask(page)
    await page.unroute("**/*")
    await expect(page.get_by_role("heading", name="Settings")).to_be_visible()
    await page.go_back()
    await expect(page.get_by_label("Your message")).to_have_value("half a thought")


async def test_it_does_so_once(site: Site, open_page: OpenPage) -> None:
    """Behind one address may stand servers of two versions."""
    page = await open_page(await site.person())
    await expect(page.get_by_label("Your message")).to_be_focused()
    await upgrade(page)
    async with page.expect_event("load"):
        await ask(page)
    await expect(page.locator(".toast")).to_contain_text("could not be loaded")
    await page.unroute("**/*")
    await page.get_by_role("button", name="Reload").click()
    await expect(page.get_by_role("heading", name="Settings")).to_be_visible()


async def test_not_where_words_would_be_lost(site: Site, open_page: OpenPage) -> None:
    person = await site.person("recite_at_once")
    page = await open_page(person, f"/c/{await person.conversation('edited')}")
    await say(page, "hello")
    await replied(page, "hello")
    await page.locator(".said").hover()
    await page.get_by_role("button", name="Edit", exact=True).click()
    await page.get_by_label("Edit your message").fill("hello again")
    await upgrade(page)
    await ask(page)
    await expect(page.locator(".toast")).to_contain_text("could not be loaded")
    await expect(page.get_by_role("button", name="Reload")).to_be_visible()


async def test_a_server_that_is_away_is_told_and_asked_again(
    site: Site, open_page: OpenPage
) -> None:
    page = await open_page(await site.person())
    await expect(page.locator(".openings button")).to_have_count(4)
    await page.context.set_offline(True)
    await ask(page)
    await expect(page.locator(".toast")).to_contain_text("cannot be reached")
    await expect(page).to_have_url(f"{site.url}/")
    await page.context.set_offline(False)
    await ask(page)
    await expect(page.get_by_role("heading", name="Settings")).to_be_visible()


async def test_the_settings_frame_is_there_before_they_are(site: Site, open_page: OpenPage) -> None:
    """What is typed until they have come is not lost, and they can be left already."""
    page = await open_page(await site.person())
    box = page.get_by_label("Your message")
    await expect(box).to_be_focused()
    arrived = asyncio.Event()
    await page.route("**/assets/Settings*.js", late(arrived))
    frame = page.locator(".frame")
    close = (
        lambda: page.keyboard.press("Escape"),
        page.go_back,
        frame.get_by_role("button", name="Close").click,
        lambda: page.mouse.click(5, 5),
    )
    for leave in close:
        await ask(page)
        await expect(frame).to_be_visible()
        await leave()
        await expect(frame).to_have_count(0)
        await expect(page).to_have_url(f"{site.url}/")
    await box.focus()
    await ask(page)
    await expect(frame).to_be_visible()
    await page.keyboard.type("half a thought")
    arrived.set()
    await expect(page.get_by_role("heading", name="Settings")).to_be_visible()
    await expect(frame).to_have_count(0)
    await page.keyboard.press("Escape")
    await expect(box).to_have_value("half a thought")
    await expect(box).to_be_focused()


async def ask(page: Page) -> None:
    """For a part that is loaded when it is asked for."""
    await page.keyboard.press("Control+,")


async def upgrade(page: Page) -> None:
    """From now on the server has the part no longer, and another page."""

    async def answer(route: Route) -> None:
        if route.request.resource_type == "fetch" and route.request.url.endswith("/"):
            await route.fulfill(body=UPGRADED, content_type="text/html")
        elif "/assets/Settings" in route.request.url:
            await route.fulfill(status=404)
        else:
            await route.continue_()

    await page.route("**/*", answer)
