"""What became of each conversation of a file is told, however many there are, and leads to it."""

import pytest
from playwright.async_api import Locator, Page, expect

from tests.page.conftest import OpenPage, Site
from tests.page.transfer.made import ENDED, make

pytestmark = pytest.mark.anyio


async def open_report(site: Site, open_page: OpenPage) -> tuple[Page, Locator]:
    """That of an import of 62 conversations, and its items."""
    person = await site.person()
    await make(site, person, *ENDED, items=62)
    page = await open_page(person, "/settings/data")
    button = page.get_by_role("button", name="Report of chatgpt-export-2026-11-29.zip")
    await button.press("Enter")
    return page, page.locator(".import-items li")


async def test_what_failed_comes_first_and_says_why(site: Site, open_page: OpenPage) -> None:
    page, items = await open_report(site, open_page)
    await expect(items).to_have_count(2)
    await expect(page.get_by_role("radio", name="2 failed")).to_be_checked()
    await expect(items.first).to_contain_text("It is not a conversation.")
    await page.get_by_role("radio", name="2 failed").press("ArrowRight")
    await expect(page.get_by_role("radio", name="2 skipped")).to_be_checked()
    await expect(items).to_have_count(2)
    await expect(items.last).to_contain_text("It was deleted here.")
    await page.get_by_role("radio", name="56 new").check()
    await expect(items.nth(1)).to_contain_text("plan.pdf: no room left for your files")


async def test_all_of_a_long_list_can_be_read(site: Site, open_page: OpenPage) -> None:
    page, items = await open_report(site, open_page)
    await page.get_by_role("radio", name="All 62").check()
    await expect(items).to_have_count(50)
    await page.get_by_role("button", name="Show more").press("Enter")
    await expect(items).to_have_count(62)
    await expect(page.get_by_role("button", name="Show more")).to_have_count(0)
    titles = await items.locator("span[dir], a").all_inner_texts()
    assert len(set(titles) - {"Without a title"}) == 60


async def test_it_leads_to_what_a_conversation_became(site: Site, open_page: OpenPage) -> None:
    page, items = await open_report(site, open_page)
    await page.get_by_role("radio", name="All 62").check()
    await items.get_by_role("link", name="Chart of sales").press("Enter")
    await expect(page).to_have_title("Chart of sales · Chat")
    await expect(page.locator("dialog")).to_have_count(0)


async def test_it_closes_and_gives_the_focus_back(site: Site, open_page: OpenPage) -> None:
    page, items = await open_report(site, open_page)
    await expect(items).to_have_count(2)
    await page.keyboard.press("Escape")
    await expect(page.locator(".import-report")).to_have_count(0)
    await expect(page.locator(".settings")).to_be_visible()
    button = page.get_by_role("button", name="Report of chatgpt-export-2026-11-29.zip")
    await expect(button).to_be_focused()
