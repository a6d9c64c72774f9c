"""Files in every state are drawn in both themes, languages, widths; axe finds nothing."""

from typing import Any

import pytest
from playwright.async_api import expect

from tests.endpoints.connecting import patch
from tests.files.made import picture
from tests.page.attaching import add_files, gated, give
from tests.page.conftest import OpenPage, Site
from tests.page.looks import HAND, WIDE, ZOOMED, looks, name_of, screenshot
from tests.page.test_look import look

pytestmark = pytest.mark.anyio
LOOKS = looks(("en-US", "light", WIDE), ("zh-CN", "dark", HAND), ("en-US", "dark", ZOOMED))


@pytest.mark.parametrize(("locale", "scheme", "options"), LOOKS)
async def test_files(
    site: Site, open_page: OpenPage, locale: str, scheme: str, options: dict[str, Any]
) -> None:
    name = name_of(locale, scheme, options)
    person = await site.person("recite_at_once")
    [model] = (await person.get("/models")).json()["models"]
    await patch(person, f"/models/{model['id']}", vision=False)
    page = await open_page(person, locale=locale, color_scheme=scheme, **options)
    gate = await gated(page)
    await page.locator(".add-button").click()
    await expect(page.get_by_role("menu")).to_be_visible()
    await look(page, f"files-menu-{name}")
    await page.keyboard.press("Escape")
    await add_files(
        page,
        ("harbour.jpg", "image/jpeg", picture((600, 400), "JPEG")),
        ("tides-1998.txt", "text/plain", b"The tides of 1998.\n" * 400),
    )
    await page.locator("textarea").fill("?")
    await page.locator(".send").click()
    await expect(page.locator(".file progress")).to_have_count(2)
    await look(page, f"files-awaited-{name}")
    await page.locator(".send").click()
    gate.opened.set()
    await expect(page.locator("button.file-card")).to_have_count(2)
    await add_files(page, ("setup.exe", "application/x-msdownload", b"MZ\x90\x00\x03\x00" * 9))
    await expect(page.locator(".file.failed")).to_be_visible()
    await look(page, f"files-cards-{name}")
    await page.locator(".file.failed .file-remove").click()
    await page.locator(".send").click()
    await expect(page.locator(".said .picture img")).to_be_visible()
    await expect(page.locator(".reply.last .about")).to_be_attached()
    await page.locator(".picture").click()
    await expect(page.locator(".viewer img[aria-busy=false]")).to_be_visible()
    await look(page, f"files-viewer-{name}")
    await page.keyboard.press("Escape")
    await look(page, f"files-thread-{name}")
    await page.locator(".said .file-card").click()
    await expect(page.locator(".viewer-text")).to_be_visible()
    await look(page, f"files-text-{name}")
    await page.keyboard.press("Escape")
    await page.locator(".said").hover()
    await page.locator(".said .icon-edit").click()
    await expect(page.locator(".edit button.file-card")).to_have_count(2)
    await look(page, f"files-edit-{name}")
    await page.keyboard.press("Escape")
    await give(page, "dragover", ".thread", ("a.png", "image/png", b""))
    await expect(page.locator(".drop-here")).to_be_visible()
    await screenshot(page, f"files-drop-{name}")
    await page.goto("/settings/data")
    await expect(page.locator(".storage-used")).to_be_visible()
    await look(page, f"files-settings-{name}")
