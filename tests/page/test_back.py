"""On a phone, Back closes what lies over the page, and leads on as if that had not been."""

from itertools import product

import pytest
from playwright.async_api import Page, expect

from tests.page.conftest import PHONE, OpenPage, Site

pytestmark = pytest.mark.anyio
ON_A_PHONE = {"viewport": PHONE, "has_touch": True, "is_mobile": True}
OPENERS = ["menu of the title", "menu of the model", "instructions", "search", "sidebar"]
GESTURES = """
const Known = window.CloseWatcher;
const all = window.closeWatchers = [];
window.CloseWatcher = class extends Known {
  constructor() {
    super();
    all.push(this);
  }
  destroy() {
    all.splice(all.indexOf(this), 1);
    super.destroy();
  }
};
"""


@pytest.fixture
async def at_second(site: Site, open_page: OpenPage) -> Page:
    """A phone that went from the start to one conversation, and from there to another."""
    person = await site.person()
    for title in ("second", "first"):
        await person.conversation(title)
    page = await open_page(person, **ON_A_PHONE)
    await page.add_init_script(GESTURES)
    await page.reload()
    for title in ("first", "second"):
        await page.get_by_role("button", name="Show sidebar").tap()
        await page.get_by_role("link", name=title).tap()
        await expect(page).to_have_title(f"{title} · Chat")
        await expect(page.get_by_role("navigation")).to_be_hidden()
    return page


async def open_(page: Page, what: str) -> None:
    """Open it by a finger, and wait until it is there."""
    if what == "menu of the title":
        await page.get_by_role("button", name="second", exact=True).tap()
        await expect(page.get_by_role("menu")).to_be_visible()
    elif what == "menu of the model":
        await page.get_by_role("button", name="Model:").tap()
        await expect(page.get_by_role("combobox")).to_be_visible()
    elif what == "instructions":
        await page.get_by_role("button", name="second", exact=True).tap()
        await page.get_by_role("menuitem", name="Instructions").tap()
        await expect(page.get_by_role("dialog")).to_be_visible()
    elif what == "search":
        await page.get_by_role("button", name="Show sidebar").tap()
        await page.get_by_role("button", name="Search").tap()
        await expect(page.get_by_role("dialog")).to_be_visible()
    else:
        await page.get_by_role("button", name="Show sidebar").tap()
        await expect(page.get_by_role("navigation")).to_be_visible()


async def is_bare(page: Page, title: str) -> None:
    """Wait until this conversation is shown and nothing lies over it."""
    await expect(page).to_have_title(f"{title} · Chat")
    await expect(page.locator("dialog, .popover, .sidebar:visible")).to_have_count(0)


async def test_back_closes_what_is_open(at_second: Page) -> None:
    page = at_second
    for what in OPENERS:
        await open_(page, what)
        await page.go_back()
        await is_bare(page, "second")
        await page.go_back()
        await is_bare(page, "first")
        await page.go_forward()
        await is_bare(page, "second")


async def test_what_was_closed_otherwise_leaves_nothing_behind(at_second: Page) -> None:
    page = at_second
    for what, how in product(OPENERS, ("Escape", "beside", "gesture")):
        await open_(page, what)
        if how == "Escape":
            await page.keyboard.press("Escape")
        elif how == "gesture":
            await page.evaluate("closeWatchers.at(-1).requestClose()")
        else:
            await page.touchscreen.tap(380, 20)
        await is_bare(page, "second")
        await page.wait_for_function("() => !history.state?.layer")
        await page.go_back()
        await is_bare(page, "first")
        await page.go_forward()
        await is_bare(page, "second")


async def test_menus_over_the_sidebar_are_closed_one_by_one(at_second: Page) -> None:
    page = at_second
    await open_(page, "sidebar")
    await page.get_by_role("button", name="Menu: first").tap()
    await expect(page.get_by_role("menu")).to_be_visible()
    await page.go_back()
    await expect(page.get_by_role("menu")).to_have_count(0)
    await expect(page.get_by_role("navigation")).to_be_visible()
    await page.wait_for_function("() => history.state?.layer")
    await page.go_back()
    await is_bare(page, "second")
    await page.go_back()
    await is_bare(page, "first")


async def test_where_a_menu_leads_back_leads_to_the_page_under_it(at_second: Page) -> None:
    page = at_second
    await page.get_by_role("button", name="Show sidebar").tap()
    await page.locator(".who").tap()
    await page.get_by_role("menuitem", name="Settings").tap()
    await expect(page.get_by_role("heading", name="Settings")).to_be_visible()
    await page.go_back()
    await is_bare(page, "second")
    await page.get_by_role("button", name="second", exact=True).tap()
    await page.get_by_role("menuitem", name="Delete").tap()
    await expect(page).to_have_title("Chat")
    await page.go_back()
    await expect(page.get_by_text("This conversation does not exist.")).to_be_visible()
    await page.go_back()
    await is_bare(page, "first")


async def test_a_reload_leaves_nothing_behind(at_second: Page) -> None:
    page = at_second
    await open_(page, "menu of the title")
    await page.reload()
    await is_bare(page, "second")
    await page.wait_for_function("() => !history.state?.layer")
    await page.go_back()
    await is_bare(page, "first")


async def test_with_room_beside_it_a_menu_has_no_entry(site: Site, open_page: OpenPage) -> None:
    person = await site.person()
    page = await open_page(person, f"/c/{await person.conversation('wide')}")
    entries = await page.evaluate("history.length")
    await page.get_by_role("button", name="wide", exact=True).click()
    await expect(page.get_by_role("menu")).to_be_visible()
    assert await page.evaluate("history.length") == entries
