"""Overview, invites, usage, audit log and settings, drawn as in test_look.py."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
from playwright.async_api import Page, expect

from tests.page.admin.made import done, group_of, made
from tests.page.admin.shared_use import use_shared
from tests.page.conftest import OpenPage, Site, running_site
from tests.page.keys.made import make_logins_old
from tests.page.looks import HAND, WIDE, ZOOMED, looks, name_of
from tests.page.test_look_models import look_whole
from tests.support.server import PASSWORD

pytestmark = pytest.mark.anyio
LOOKS = looks(("en-US", "light", WIDE), ("zh-CN", "dark", HAND), ("en-US", "dark", ZOOMED))
NAMES = ("grace", "margaret-hamilton-of-the-apollo-guidance-computer", "ada")


@pytest.fixture(params=LOOKS)
async def looked(
    request: pytest.FixtureRequest, tmp_path: Any
) -> AsyncIterator[tuple[Site, tuple[str, str, dict[str, Any]]]]:
    """A site of its own, whose operator has fixed one of the settings."""
    async with running_site(tmp_path, shares="login") as site:
        yield site, request.param


async def test_the_server(
    looked: tuple[Site, tuple[str, str, dict[str, Any]]], open_page: OpenPage
) -> None:
    site, (locale, scheme, options) = looked
    name = name_of(locale, scheme, options)
    admin = await site.server.admin("root")
    people = [await site.server.register(person) for person in NAMES]
    await group_of(admin, "Research")
    options = options | {"locale": locale, "color_scheme": scheme}
    page = await open_page(admin, at=site.url, **options)

    async def look(what: str) -> None:
        await look_whole(page, f"admin-{what}-{name}", options)

    await page.route("**/admin/overview", lambda route: route.abort(), times=1)
    await page.goto("/administration/overview")
    await expect(page.locator(".admin-failed")).to_be_visible()
    await look("overview-failed")
    await use_shared(site, *people)
    await done(admin, "PATCH", "settings", registration="approve")
    newcomer = {"username": "newcomer", "email": "n@example.com", "password": PASSWORD}
    assert (await site.server.http.post("/auth/register", json=newcomer)).status_code == 201
    await page.locator(".admin-failed .button").click()
    await expect(page.locator(".day-chart")).to_be_visible()
    await expect(page.locator(".admin-notice")).to_be_visible()
    await look("overview")
    await page.locator(".day-measures label").nth(2).click()
    await page.locator(".day-table summary").click()
    await bring(page, ".day-measures")
    await look("overview-days")

    await page.goto("/administration/invites")
    add = page.locator(".section > .primary")
    await expect(add).to_be_visible()
    await look("invites-none")
    await add.click()
    await expect(page.locator(".invite-form select")).to_be_visible()
    await look("invite-new")
    fields = page.locator(".invite-form .field input")
    await fields.nth(1).fill("0")
    await page.locator(".invite-form .primary").click()
    await expect(page.locator(".invite-form [aria-invalid]")).to_be_visible()
    await look("invite-wrong")
    await fields.nth(0).fill("The new people of the research group, this autumn")
    await fields.nth(1).fill("5")
    await page.locator(".invite-form select").select_option(label="Research")
    await make_logins_old(site, admin)
    await page.locator(".invite-form .primary").click()
    await expect(page.locator(".fresh-login")).to_be_visible()
    await look("invite-password")
    await page.locator(".fresh-login input[type=password]").fill(PASSWORD)
    await page.keyboard.press("Enter")
    await expect(page.locator(".invite-made")).to_be_visible()
    await look("invite-made")
    await page.locator(".invite-made .once-buttons .button").first.click()
    await page.locator(".invite-row .button").click()
    await page.locator(".admin-confirm .danger").click()
    await expect(page.locator(".invite-row .tag")).to_be_visible()
    admin = await site.server.log_in("root", PASSWORD)
    await made(admin, "invites", uses=1, expires_in_days=7, note="Emmy")
    await made(admin, "invites", uses=1200, expires_in_days=90)
    await page.reload()
    await expect(page.locator(".invite-row")).to_have_count(3)
    await page.locator(".invite-row .button").first.click()
    await look("invites")

    await page.goto("/administration/usage")
    await expect(page.locator(".used-table")).to_be_visible()
    await look("usage")
    await page.locator(".used-by label").nth(1).click()
    await expect(page.locator(".used-table")).to_contain_text("gpt-4o")
    await bring(page, ".used-by")
    await look("usage-models")
    await page.locator(".used-head .icon-button").first.click()
    await page.locator(".used-head .icon-button").first.click()
    await expect(page.locator(".usage-empty")).to_be_visible()
    await look("usage-empty")

    await page.goto("/administration/audit")
    await expect(page.locator(".event").first).to_be_visible()
    await look("audit")
    await page.locator(".audit-filters select").nth(1).select_option("refused")
    await expect(page.locator(".event")).to_have_count(0)
    await page.locator(".audit-clear").scroll_into_view_if_needed()
    await look("audit-none")
    await page.locator(".section .button").click()
    await expect(page.locator(".finding.fine")).to_be_visible()
    await bring(page, ".section")
    await look("audit-checked")

    await page.goto("/administration/settings")
    await expect(page.locator(".setting").first).to_be_visible()
    await look("settings")
    await page.locator(".setting").first.locator(".segments label").nth(1).click()
    await page.locator(".setting").nth(1).locator(".segments label").first.click()
    await page.locator(".setting").nth(1).locator(".primary").click()
    await expect(page.locator(".setting .problem")).to_be_visible()
    await look("settings-refused")
    english = page.locator(".setting", has=page.locator("textarea")).nth(1)
    await english.locator("textarea").fill("On Sunday from 22:00 to 23:00 this server is upgraded.")
    await english.locator(".primary").click()
    await expect(page.locator(".banner")).to_be_visible()
    days = page.locator(".setting").nth(4)
    await days.locator("input").fill("0")
    await days.locator(".primary").click()
    await expect(days.locator("[aria-invalid]")).to_be_visible()
    await page.locator(".setting-fixed").scroll_into_view_if_needed()
    await look("settings-wrong")


async def bring(page: Page, selector: str) -> None:
    await page.locator(selector).first.evaluate("it => it.scrollIntoView({ block: 'start' })")
