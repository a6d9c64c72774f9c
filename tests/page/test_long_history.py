"""A history of 10,000 messages opens at its end, grows upwards without a jump, and stays light."""

import pytest
from playwright.async_api import Page, expect

from tests.page.conftest import OpenPage, Site
from tests.page.histories import fill

pytestmark = pytest.mark.anyio
MESSAGES = 10_000
FIRST_MOVES = 6
WATCH_CONNECTION = """window.WebSocket = class extends WebSocket {
  constructor(...of) {
    super(...of);
    this.addEventListener("open", () => { window.isConnected = true; });
  }
}"""


async def opened(site: Site, open_page: OpenPage, title: str) -> Page:
    """A long conversation, at its end and connected."""
    person = await site.person()
    conversation = await person.conversation(title)
    await site.server.app.state.services.database.write(fill, conversation, MESSAGES)
    page = await open_page(person)
    await page.add_init_script(WATCH_CONNECTION)
    await page.goto(f"/c/{conversation}")
    await expect(page.get_by_text(f"Message number {MESSAGES}.")).to_be_in_viewport()
    await page.wait_for_function("() => window.isConnected")  # it asks anew for what failed before
    return page


async def test_ten_thousand_messages(site: Site, open_page: OpenPage) -> None:
    page = await opened(site, open_page, "a long one")
    thread = page.locator(".thread")
    place = """box => {
      const top = article => article.getBoundingClientRect().top;
      const isSeen = article => top(article) > 80 && top(article) < 600;
      const seen = [...box.querySelectorAll('article')].find(isSeen);
      return seen && [seen.textContent, Math.round(top(seen))];
    }"""
    for _ in range(FIRST_MOVES):
        before_count = await thread.evaluate("box => box.scrollHeight")
        await thread.evaluate("box => box.scrollTop = 400")
        seen = await page.wait_for_function(f"() => ({place})(document.querySelector('.thread'))")
        text, top = await seen.json_value()
        await page.wait_for_function(
            "height => document.querySelector('.thread').scrollHeight > height", arg=before_count
        )
        found = page.locator("article").filter(has_text=text).first
        box = await found.bounding_box()
        assert box is not None
        assert abs(box["y"] - top) <= 2, (text, top, box)
    assert await page.locator("article").count() < 250


async def test_older_messages_that_could_not_be_loaded_come_with_the_next_connection(
    site: Site, open_page: OpenPage
) -> None:
    page = await opened(site, open_page, "far away")
    thread = page.locator(".thread")
    height = await thread.evaluate("box => box.scrollHeight")
    async with page.expect_event("requestfailed"):
        await page.route("**/messages?*before_id*", lambda route: route.abort(), times=1)
        await thread.evaluate("box => { box.scrollTop = 0; }")
    assert await thread.evaluate("box => box.scrollHeight") == height
    await page.context.set_offline(True)
    await expect(page.get_by_text("Offline.")).to_be_visible()
    await page.context.set_offline(False)
    await page.wait_for_function(
        "height => document.querySelector('.thread').scrollHeight > height", arg=height
    )


async def test_older_messages_that_could_not_be_loaded_are_asked_for_by_hand(
    site: Site, open_page: OpenPage
) -> None:
    page = await opened(site, open_page, "further away")
    thread = page.locator(".thread")
    height = await thread.evaluate("box => box.scrollHeight")
    await page.route("**/messages?*before_id*", lambda route: route.abort(), times=1)
    await thread.evaluate("box => { box.scrollTop = 0; }")
    await expect(page.get_by_text("Older messages could not be loaded.")).to_be_in_viewport()
    await expect(page.locator(".thread-skeleton")).to_have_count(0)
    await page.get_by_role("button", name="Try again").click()
    await page.wait_for_function(
        "height => document.querySelector('.thread').scrollHeight > height", arg=height
    )
    await expect(page.get_by_text("Older messages could not be loaded.")).to_have_count(0)


async def test_an_edit_outlasts_scrolling_far_away(site: Site, open_page: OpenPage) -> None:
    person = await site.person()
    conversation = await person.conversation("edited")
    await site.server.app.state.services.database.write(fill, conversation, MESSAGES)
    page = await open_page(person, f"/c/{conversation}")
    said = page.locator(".said").last
    await said.hover()
    await said.get_by_role("button", name="Edit", exact=True).click()
    await page.get_by_label("Edit your message").fill("half a thought")
    thread = page.locator(".thread")
    await thread.evaluate("box => box.scrollTop = 400")
    blank = "() => [...document.querySelectorAll('[data-group]')].some(g => !g.children.length)"
    await page.wait_for_function(blank)
    await thread.evaluate("box => box.scrollTop = box.scrollHeight")
    await expect(page.get_by_text(f"Message number {MESSAGES}.")).to_be_in_viewport()
    await expect(page.get_by_label("Edit your message")).to_have_value("half a thought")
