"""Whoever comes back to a thread reads on where they were."""

import pytest
from playwright.async_api import Page, expect

from tests.faults.watching import eventually
from tests.page.conftest import OpenPage, Site
from tests.page.histories import fill
from tests.page.test_scrolling import FROM_BOTTOM, in_front, long_conversation

pytestmark = pytest.mark.anyio
UP = "box => { box.scrollTop = box.scrollHeight - box.clientHeight - 1500; }"
FIRST_SEEN = """() => {
  const edge = document.querySelector('.thread').getBoundingClientRect().top;
  const seen = [...document.querySelectorAll('article')]
    .find(it => it.getBoundingClientRect().bottom > edge);
  const top = seen?.getBoundingClientRect().top;
  return { text: seen?.innerText, top, below: top - edge };
}"""
KEPT = f"""() =>
  Math.abs(history.state?.place?.top - ({FIRST_SEEN})().below) < 1"""
SEEN_AGAIN = f"""before => {{
  const {{ text, top }} = ({FIRST_SEEN})();
  return text === before.text && Math.abs(top - before.top) <= 2;
}}"""


async def first_seen(page: Page) -> dict[str, object]:
    """The first message that is seen and where it begins, once the page remembers it."""
    await eventually(lambda: page.evaluate(KEPT))
    found: dict[str, object] = await page.evaluate(FIRST_SEEN)
    return found


async def test_back_and_reload_show_what_was_read(site: Site, open_page: OpenPage) -> None:
    person = await site.person()
    other = await person.conversation("another")
    page = await in_front(open_page, person, await long_conversation(person, site))
    thread = page.locator(".thread")
    await thread.evaluate(UP)
    before = await first_seen(page)
    await page.locator(f"a[href='/c/{other}']").click()
    await expect(page.locator("article")).to_have_count(0)
    await page.go_back()
    await eventually(lambda: page.evaluate(SEEN_AGAIN, before))
    await page.reload()
    await eventually(lambda: page.evaluate(SEEN_AGAIN, before))
    await page.locator(f"a[href='/c/{other}']").click()
    await expect(page.locator("article")).to_have_count(0)
    await page.get_by_role("link", name="long").click()
    await expect(page.locator(".reply").last).to_be_in_viewport()
    assert await thread.evaluate(FROM_BOTTOM) <= 24


async def test_a_place_far_up_is_loaded_again(site: Site, open_page: OpenPage) -> None:
    person = await site.person()
    id = await person.conversation("long")
    await site.server.app.state.services.database.write(fill, id, 160)
    page = await open_page(person, f"/c/{id}")
    thread = page.locator(".thread")
    await expect(page.locator(".reply").last).to_be_in_viewport()
    for _ in range(40):
        if not await page.locator(".thread .thread-skeleton").count():
            break
        await thread.evaluate("box => { box.scrollTop = 0; }")
        await page.wait_for_timeout(50)
    await thread.evaluate("box => { box.scrollTop = 300; }")
    before = await first_seen(page)
    assert "Message number" in str(before["text"])
    await page.reload()
    await eventually(lambda: page.evaluate(SEEN_AGAIN, before))
