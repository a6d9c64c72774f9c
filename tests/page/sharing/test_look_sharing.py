"""Links, and the page behind one, in both themes, languages, widths; axe finds nothing."""

from typing import Any

import pytest
from playwright.async_api import expect

from tests.page.conftest import OpenPage, Site
from tests.page.looks import HAND, WIDE, looks, name_of, screenshot
from tests.page.sharing.shown import link_to, opened, tides
from tests.page.test_look import look
from tests.page.test_look_models import look_whole

pytestmark = pytest.mark.anyio
LOOKS = looks(("en-US", "light", WIDE), ("zh-CN", "dark", HAND))


@pytest.mark.parametrize(("locale", "scheme", "options"), LOOKS)
async def test_links(
    site: Site, open_page: OpenPage, locale: str, scheme: str, options: dict[str, Any]
) -> None:
    name = name_of(locale, scheme, options)
    options = options | {"locale": locale, "color_scheme": scheme}
    person, conversation = await tides(site)
    page = await open_page(person, f"/c/{conversation}", **options)
    await page.locator(".title-button").click()
    await expect(page.locator("[role=menuitem]").first).to_be_visible()
    await look(page, f"sharing-menu-{name}")
    await page.locator("[role=menuitem]:has(.icon-share)").click()
    await expect(page.locator(".share-preview")).to_be_visible()
    await page.locator(".share-files input").last.uncheck()
    await look_whole(page, f"sharing-new-{name}", options)
    await page.locator(".share-form .primary").click()
    await expect(page.locator(".shown-once input")).to_be_visible()
    await look(page, f"sharing-made-{name}")
    await person.say(conversation, "And in the Baltic Sea?")
    await page.goto("/settings/data")
    await expect(page.locator(".link-outdated")).to_be_visible()
    await page.locator(".link-row").evaluate("it => it.scrollIntoView({ block: 'center' })")
    await look(page, f"sharing-links-{name}")
    await page.goto(f"/c/{conversation}")
    await page.locator(".title-button").click()
    await page.locator("[role=menuitem]:has(.icon-share)").click()
    await expect(page.locator(".link-outdated")).to_be_visible()
    await page.locator(".link-shows summary").click()
    await look(page, f"sharing-there-{name}")
    await page.context.close()


@pytest.mark.parametrize(("locale", "scheme", "options"), LOOKS)
async def test_the_shared_page(
    site: Site, open_page: OpenPage, locale: str, scheme: str, options: dict[str, Any]
) -> None:
    name = name_of(locale, scheme, options)
    options = options | {"locale": locale, "color_scheme": scheme}
    person, conversation = await tides(site)
    url = await link_to(person, conversation, reasoning=True)
    page = await opened(open_page, url, **options)
    await expect(page.locator(".reply table")).to_be_visible()
    await expect(page.locator(".said .picture img")).to_have_js_property("naturalWidth", 400)
    await look_whole(page, f"shared-{name}", options)
    await page.emulate_media(media="print")
    await look(page, f"shared-print-{name}")
    await page.emulate_media(media="screen")
    await page.goto("/s/nothing-of-the-kind")
    await expect(page.locator(".shared-card h1")).to_be_visible()
    await look(page, f"shared-nothing-{name}")
    bare = await open_page(None, url, java_script_enabled=False, **options)
    await expect(bare.locator("#shared h1")).to_be_visible()
    await screenshot(bare, f"shared-bare-{name}", full_page=True)
