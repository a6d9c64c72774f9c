"""The menus, dialogs and notices around a conversation are drawn; axe finds nothing in them, and
nothing is wider than the window, also where it is narrow or zoomed."""

from typing import Any

import pytest
from playwright.async_api import Page, expect

from tests.folders.listing import folder, place
from tests.page.conftest import OpenPage, Site
from tests.page.looks import HAND, WIDE, ZOOMED, looks, name_of
from tests.page.test_look import TITLES, look

pytestmark = pytest.mark.anyio
LOOKS = looks(
    ("en-US", "light", WIDE),
    ("zh-CN", "dark", HAND),
    ("en-US", "dark", ZOOMED),
)
SECTIONS = ("general", "models", "data", "account", "devices", "keyboard")


@pytest.mark.parametrize(("locale", "scheme", "options"), LOOKS)
async def test_frame(
    site: Site, open_page: OpenPage, locale: str, scheme: str, options: dict[str, Any]
) -> None:
    name = name_of(locale, scheme, options)
    person = await site.person()
    places: list[dict[str, Any]] = [
        {"folder_id": (await folder(person, TITLES[locale][1]))["id"]},
        {"pinned": True},
        {"archived": True},
    ]
    await folder(person, "Reading")
    for title, where in zip(TITLES[locale][:3], places, strict=True):
        await place(person, await person.conversation(title), **where)
    ids = [await person.conversation(title) for title in reversed(TITLES[locale])]
    await person.request("PATCH", f"/conversations/{ids[-1]}", json={"system_prompt": "Be brief."})
    page = await open_page(person, f"/c/{ids[-1]}", locale=locale, color_scheme=scheme, **options)
    chip, menu = page.locator(".bar-chip"), page.get_by_role("menu")
    await expect(chip).to_be_visible()
    await page.locator(".title-button").click()
    await shown(page, ".menu", f"menu-{name}")
    await page.keyboard.press("Escape")
    await chip.click()
    await expect(page.locator(".instructions .params")).to_be_visible()
    await shown(page, ".instructions", f"instructions-{name}")
    await page.keyboard.press("Escape")
    await page.keyboard.press("Control+.")
    await shown(page, ".keys", f"keyboard-{name}")
    await page.keyboard.press("Escape")

    await open_sidebar(page)
    await page.locator(".folder .side-row").first.click()
    await expect(page.locator(".within .conversation")).to_have_count(1)
    await page.locator(".folder").last.hover()
    await shown(page, ".folder", f"folders-{name}")
    await page.locator(".folder .row-menu").last.click()
    await shown(page, ".menu", f"folder-menu-{name}")
    await page.keyboard.press("Escape")
    await page.locator(".conversation").last.hover()
    await page.locator(".row-menu").last.click()
    await menu.locator("[aria-haspopup]").first.click()
    await shown(page, "[role=menuitemradio]", f"move-{name}")
    await menu.locator("[role=menuitem]").last.click()
    await shown(page, "dialog form", f"new-folder-{name}")
    await page.keyboard.press("Escape")
    await page.locator(".who").click()
    await shown(page, ".menu", f"profile-{name}")
    await menu.locator("[aria-haspopup]").first.click()
    await shown(page, "[role=menuitemradio]", f"appearance-{name}")
    await page.keyboard.press("Escape")
    for _ in range(2):
        await page.locator(".conversation").last.hover()
        await page.locator(".row-menu").last.click()
        await menu.locator(".danger").click()
    await expect(page.locator(".toast")).to_have_count(2)
    await shown(page, ".toast", f"undo-{name}")
    await page.locator(".conversation a").first.focus()
    await page.keyboard.press("F2")
    await shown(page, ".rename", f"rename-{name}")

    await page.goto("/settings")
    await shown(page, ".settings", f"settings-list-{name}")
    for section in SECTIONS:
        link = page.locator(f"a[href='/settings/{section}']")
        if not await link.count():  # shortcuts have no place where only fingers are
            continue
        if await link.is_hidden():  # one section fills a narrow window
            await page.go_back()
        await link.click()
        await expect(link).to_have_attribute("aria-current", "page")
        await expect(page.locator(".settings .skeleton")).to_have_count(0)
        await shown(page, ".settings-page", f"settings-{section}-{name}")


async def open_sidebar(page: Page) -> None:
    if await page.locator(".sidebar").is_hidden():
        await page.locator(".bar .icon-button").first.click()
    await expect(page.locator(".who")).to_be_visible()


async def shown(page: Page, selector: str, name: str) -> None:
    await expect(page.locator(selector).first).to_be_visible()
    assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    await look(page, name)
