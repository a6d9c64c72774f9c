"""Only the thread scrolls, and only where the reader or the newest words want it to."""

import pytest
from playwright.async_api import Page, expect

from tests.page.chatting import say
from tests.page.conftest import DESKTOP, PHONE, OpenPage, Site
from tests.page.held import hold, let_go, refuse
from tests.page.histories import fill
from tests.support.server import Person

pytestmark = pytest.mark.anyio

OVERFLOW = """() => {
  const app = document.getElementById('app');
  return app.scrollHeight - app.clientHeight;
}"""
FROM_BOTTOM = "box => box.scrollHeight - box.clientHeight - box.scrollTop"
AN_OLDER_BROWSER = """() => {
  CSS.supports = () => false;
  addEventListener('DOMContentLoaded', () => {
    document.head.append(Object.assign(document.createElement('style'), {
      textContent: 'textarea { field-sizing: fixed !important; }',
    }));
  });
}"""


async def long_conversation(person: Person, site: Site, title: str = "long") -> str:
    """The path of a conversation that is longer than any screen."""
    id = await person.conversation(title)
    await site.server.app.state.services.database.write(fill, id, 40)
    return f"/c/{id}"


async def in_front(open_page: OpenPage, person: Person, path: str, **options: object) -> Page:
    """The page with the end of the conversation drawn."""
    page = await open_page(person, path, **options)
    await expect(page.locator(".reply").last).to_contain_text("Message number 40.")
    return page


async def test_what_is_only_heard_scrolls_with_the_thread(site: Site, open_page: OpenPage) -> None:
    person = await site.person()
    page = await in_front(open_page, person, await long_conversation(person, site))
    assert await page.evaluate(OVERFLOW) == 0
    reply = page.locator(".reply").first  # of those that are drawn
    words = await reply.locator(".prose").inner_text()
    # As a screen reader does that goes from heading to heading.
    await reply.locator("h2").evaluate("heading => heading.scrollIntoView()")
    await expect(page.locator(".reply").filter(has_text=words).first).to_be_in_viewport()
    await expect(page.get_by_label("Your message")).to_be_in_viewport()
    await page.set_viewport_size({"width": 390, "height": 400})
    await page.goto("/settings/devices")
    await expect(page.get_by_role("heading", name="Devices and activity")).to_be_visible()
    assert await page.evaluate(OVERFLOW) == 0


async def test_a_phone_does_not_zoom_into_what_is_typed(site: Site, open_page: OpenPage) -> None:
    """Safari does where the letters of a field are smaller than 16 pixels."""
    page = await open_page(await site.person(), viewport=PHONE, has_touch=True, is_mobile=True)
    for path in ("/", "/settings/account"):
        await page.goto(path)
        field = page.locator("textarea:visible, input:not([type=radio]):visible").first
        await expect(field).to_be_visible()
        size = await field.evaluate("field => parseFloat(getComputedStyle(field).fontSize)")
        assert size >= 16, path


async def test_typing_more_lines_leaves_the_thread_at_its_end(
    site: Site, open_page: OpenPage
) -> None:
    person = await site.person()
    path = await long_conversation(person, site)
    page = await in_front(open_page, person, path, bypass_csp=True)
    await page.add_init_script(f"({AN_OLDER_BROWSER})()")
    await page.reload()
    await expect(page.locator(".reply").last).to_contain_text("Message number 40.")
    box, thread = page.get_by_label("Your message"), page.locator(".thread")
    for line in "abcdef":
        await box.press_sequentially(line)
        await box.press("Shift+Enter")
    assert await box.evaluate("box => box.clientHeight") > 100
    await expect(page.locator(".to-bottom")).to_have_count(0)
    assert await thread.evaluate(FROM_BOTTOM) <= 24


async def test_whoever_went_up_while_a_message_waited_stays_there(
    site: Site, open_page: OpenPage
) -> None:
    person = await site.person()
    page = await in_front(open_page, person, await long_conversation(person, site))
    await page.clock.install()
    await hold(page)
    await say(page, "in a while")
    await expect(page.locator(".said-text").last).to_have_text("in a while")
    await refuse(page, "too_many_replies")
    await page.clock.run_for(100)
    thread = page.locator(".thread")
    await thread.hover()
    await page.mouse.wheel(0, -600)
    await expect(page.locator(".to-bottom")).to_be_visible()
    before = await page.locator("[data-group]").first.bounding_box()
    await let_go(page)
    await page.clock.run_for(6_000)
    await expect(page.locator(".reply").last).to_contain_text("in a while")
    assert await page.locator("[data-group]").first.bounding_box() == before
    await expect(page.locator(".to-bottom")).to_be_visible()


@pytest.mark.parametrize("viewport", [DESKTOP, PHONE], ids=["desktop", "phone"])
async def test_an_edit_moves_nothing(
    site: Site, open_page: OpenPage, viewport: dict[str, int]
) -> None:
    person = await site.person("recite_at_once")
    conversation = await person.conversation("short")
    for text in ("first", "second"):
        await person.say(conversation, text)
    page = await open_page(person, f"/c/{conversation}", viewport=viewport)
    replies = page.locator(".reply")
    await expect(replies).to_have_count(2)
    before = [await reply.bounding_box() for reply in await replies.all()]
    await page.locator(".said").first.hover()
    await page.get_by_role("button", name="Edit", exact=True).first.click()
    await expect(page.get_by_label("Edit your message")).to_be_focused()
    assert [await reply.bounding_box() for reply in await replies.all()] == before
    await page.keyboard.press("Escape")
    await expect(page.locator(".edit")).to_have_count(0)
    assert [await reply.bounding_box() for reply in await replies.all()] == before
