"""The menus, dialogs and notices around a conversation are drawn; axe finds nothing in them, and
nothing is wider than the window, also where it is narrow or zoomed."""

import pytest
from playwright.async_api import Page, expect

from tests.page.conftest import OpenPage, Site
from tests.page.test_look import LOOKS, TITLES, look

pytestmark = pytest.mark.anyio
TABLET = {"width": 768, "height": 1024}
ZOOMED = {"width": 640, "height": 400}
"""A window of 1280 × 800 at 200 %."""
FRAMES = [*LOOKS, ("en-US", "dark", TABLET), ("zh-CN", "light", ZOOMED)]
SECTIONS = ("general", "models", "data", "account", "devices", "keyboard")


@pytest.mark.parametrize(("locale", "scheme", "viewport"), FRAMES)
async def test_frame(
    site: Site, open_page: OpenPage, locale: str, scheme: str, viewport: dict[str, int]
) -> None:
    name = f"{locale}-{scheme}-{viewport['width']}"
    person = await site.person()
    ids = [await person.conversation(title) for title in reversed(TITLES[locale])]
    await person.request("PATCH", f"/conversations/{ids[-1]}", json={"system_prompt": "Be brief."})
    options = {"locale": locale, "color_scheme": scheme, "viewport": viewport}
    page = await open_page(person, f"/c/{ids[-1]}", **options)
    chip, menu = page.locator(".bar-chip"), page.get_by_role("menu")
    await expect(chip).to_be_visible()
    await page.locator(".title-button").click()
    await shown(page, ".menu", f"menu-{name}")
    await page.keyboard.press("Escape")
    await chip.click()
    await shown(page, ".instructions", f"instructions-{name}")
    await page.keyboard.press("Escape")
    await page.keyboard.press("Control+.")
    await shown(page, ".keys", f"keyboard-{name}")
    await page.keyboard.press("Escape")

    await open_sidebar(page)
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
