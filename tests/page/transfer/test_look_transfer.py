"""Imports in every state are drawn in both themes, languages, widths; axe finds nothing."""

from typing import Any

import pytest
from playwright.async_api import expect

from tests.page.attaching import give
from tests.page.conftest import OpenPage, Site
from tests.page.looks import HAND, WIDE, ZOOMED, looks, name_of
from tests.page.test_look import look
from tests.page.test_look_models import look_whole
from tests.page.transfer.made import CHATGPT, ENDED, RUNNING, make
from tests.transfer.imported import put

pytestmark = pytest.mark.anyio
LOOKS = looks(("en-US", "light", WIDE), ("zh-CN", "dark", HAND), ("en-US", "dark", ZOOMED))


@pytest.mark.parametrize(("locale", "scheme", "options"), LOOKS)
async def test_the_beginning(
    site: Site, open_page: OpenPage, locale: str, scheme: str, options: dict[str, Any]
) -> None:
    name = name_of(locale, scheme, options)
    person = await site.person()
    page = await open_page(person, locale=locale, color_scheme=scheme, **options)
    await expect(page.locator(".move-in a")).to_be_visible()
    await look(page, f"move-in-{name}")
    await page.locator(".move-in a").click()
    await expect(page.locator(".drop-box")).to_be_visible()
    await look_whole(page, f"move-in-how-{name}", options)
    await give(page, "dragover", ".drop-box", ("a.zip", "application/zip", b""))
    await expect(page.locator(".drop-box.over")).to_be_visible()
    await look(page, f"move-in-over-{name}")
    await give(page, "drop", ".drop-box", ("a.zip", "", b"PK"), ("b.zip", "", b"PK"))
    await expect(page.locator(".imports .problem")).to_be_visible()
    await look(page, f"move-in-refused-{name}")


@pytest.mark.parametrize(("locale", "scheme", "options"), LOOKS)
async def test_what_runs(
    site: Site, open_page: OpenPage, locale: str, scheme: str, options: dict[str, Any]
) -> None:
    name = name_of(locale, scheme, options)
    states = {"running": RUNNING, "counted": RUNNING | {"total": None}}
    states |= {"waiting": CHATGPT | {"status": "waiting"}}
    person = await site.person()
    page = await open_page(person, locale=locale, color_scheme=scheme, **options)
    for state, made in states.items():
        await make(site, person, made)
        await page.goto("/settings/data")
        await expect(page.locator(".import-card")).to_be_visible()
        await look(page, f"import-{state}-{name}")
    await make(site, person)
    await put(person, b" " * 3000, "years of chats.json", **{"Upload-Length": "10000"})
    await page.goto("/settings/data")
    await expect(page.locator(".import-card .primary")).to_be_visible()
    await look(page, f"import-unsent-{name}")


@pytest.mark.parametrize(("locale", "scheme", "options"), LOOKS)
async def test_what_came_of_it(
    site: Site, open_page: OpenPage, locale: str, scheme: str, options: dict[str, Any]
) -> None:
    name = name_of(locale, scheme, options)
    person = await site.person()
    await make(site, person, *ENDED, items=62)
    page = await open_page(person, "/settings/data", locale=locale, color_scheme=scheme, **options)
    await expect(page.locator(".import-row")).to_have_count(len(ENDED))
    await page.locator(".earlier").evaluate("it => it.scrollIntoView({ block: 'start' })")
    await look_whole(page, f"imports-{name}", options)
    await page.locator(".import-row .button").first.click()
    await expect(page.locator(".import-undo")).to_be_visible()
    await look(page, f"imports-undo-{name}")
    await page.locator(".import-undo .button").last.click()
    await page.locator(".import-row .button").nth(1).click()
    await expect(page.locator(".import-items li")).to_have_count(2)
    await look(page, f"report-failed-{name}")
    await page.locator(".import-report .segments label").first.click()
    await expect(page.locator(".import-items li")).to_have_count(50)
    await look(page, f"report-all-{name}")
