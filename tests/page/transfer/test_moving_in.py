"""Whoever begins is shown the way to bring conversations along, and nobody else."""

import pytest
from playwright.async_api import expect

from tests.page.chatting import settled
from tests.page.conftest import OpenPage, Site
from tests.page.looks import HAND, WIDE

pytestmark = pytest.mark.anyio
LINE = "Bring your chats from ChatGPT, Claude, Open WebUI… →"


@pytest.mark.parametrize("options", [WIDE, HAND], ids=["wide", "hand"])
async def test_an_empty_page_leads_there(
    site: Site, open_page: OpenPage, options: dict[str, object]
) -> None:
    page = await open_page(await site.person(), **options)
    await page.get_by_role("link", name=LINE).click()
    await expect(page).to_have_url(f"{site.url}/settings/data")
    how = page.locator(".how-to")
    await expect(how.get_by_text("Data controls › Export data")).to_be_visible()
    await how.locator("summary").click()
    await expect(how.get_by_text("Data controls › Export data")).to_be_hidden()


async def test_the_line_comes_without_moving_anything(site: Site, open_page: OpenPage) -> None:
    page = await open_page(await site.person())
    await page.add_init_script(
        "new PerformanceObserver(list => (window.shifts ??= []).push(...list.getEntries()))"
        ".observe({ type: 'layout-shift', buffered: true });"
    )
    await page.reload()
    await expect(page.get_by_role("link", name=LINE)).to_be_visible()
    await settled(page)
    moved = await page.evaluate(
        "(window.shifts ?? []).flatMap(each => each.sources.map(({ node }) => node?.className))"
    )
    assert "openings" not in moved and "empty" not in moved


async def test_who_has_conversations_is_not_asked(site: Site, open_page: OpenPage) -> None:
    person = await site.person()
    await person.conversation("a first one")
    page = await open_page(person)
    await expect(page.get_by_role("link", name="a first one")).to_be_visible()
    await settled(page)
    await expect(page.get_by_role("link", name=LINE)).to_have_count(0)
