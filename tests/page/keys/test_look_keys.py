"""Keys, drawn as in test_look.py; axe finds nothing."""

from typing import Any

import pytest
from playwright.async_api import Page, expect

from app.models import utc_now
from tests.page.conftest import OpenPage, Site
from tests.page.keys.made import key_of, make_key_old, make_logins_old
from tests.page.looks import HAND, WIDE, looks, name_of
from tests.page.test_look_connections import bring, refreshed
from tests.page.test_look_models import look_whole
from tests.support.server import PASSWORD

pytestmark = pytest.mark.anyio
LOOKS = looks(("en-US", "light", WIDE), ("zh-CN", "dark", HAND))
LONG = "Zed on the desktop in the study, and since last week on the other one"


@pytest.mark.parametrize(("locale", "scheme", "options"), LOOKS)
async def test_keys(
    site: Site, open_page: OpenPage, locale: str, scheme: str, options: dict[str, Any]
) -> None:
    name = name_of(locale, scheme, options)
    person = await site.server.register(f"key-{name}")
    await bring(person, site.upstream.url)
    page = await open_page(person, locale=locale, color_scheme=scheme, **options)
    await refreshed(page)
    await page.route("**/auth/keys", lambda route: route.abort(), times=1)
    await page.goto("/settings/keys")
    await expect(page.locator(".key-failed")).to_be_visible()
    await look_whole(page, f"keys-failed-{name}", options)
    await page.locator(".key-failed .button").click()
    add = page.locator(".section > .primary")
    await expect(add).to_be_visible()
    await look_whole(page, f"keys-none-{name}", options)

    await add.click()
    await make_key_old(site, await key_of(person, "old script", scopes=["chat"]))
    await make_key_old(site, await key_of(person, LONG), last_used_at=utc_now())
    await make_logins_old(site, person)
    form = page.locator(".key-form")
    await look_whole(page, f"keys-new-{name}", options)
    await form.locator("input").first.fill("laptop")
    await form.locator(".key-choice").nth(1).locator("label").last.click()
    await form.locator(".model-pick").click()
    await page.locator(".option", has_text="gpt-4o").first.click()
    await page.wait_for_function("() => !history.state?.layer")  # of the sheet
    await form.locator(".key-choice").last.locator(".segments label").last.click()
    await form.locator(".primary").click()
    await expect(form.locator(".note.bad")).to_be_visible()
    await look_whole(page, f"keys-wrong-{name}", options)
    await form.locator(".cap-amount input").fill("5")
    await form.locator(".primary").click()
    password = page.locator(".fresh-login [autocomplete=current-password]")
    await password.fill("nothing of the kind")
    await page.keyboard.press("Enter")
    await expect(page.locator(".fresh-login [aria-invalid]")).to_be_visible()
    await look_whole(page, f"keys-password-{name}", options)
    await password.fill(PASSWORD)
    await page.keyboard.press("Enter")
    await expect(page.locator(".key-made")).to_be_visible()
    await look_whole(page, f"keys-made-{name}", options)
    examples = page.locator(".section").last
    await to(page, ".key-code")
    await look_whole(page, f"keys-python-{name}", options)
    await examples.locator(".segments label").nth(1).click()
    await look_whole(page, f"keys-curl-{name}", options)
    await examples.locator(".segments label").last.click()
    await to(page, ".key-fields")
    await look_whole(page, f"keys-editor-{name}", options)

    await page.reload()
    await expect(page.locator(".key-row")).to_have_count(3)
    await look_whole(page, f"keys-{name}", options)
    await page.locator(".key-ways").first.locator(".button").last.click()
    await expect(page.locator(".key-revoking")).to_be_visible()
    await look_whole(page, f"keys-revoke-{name}", options)
    await page.locator(".key-ways").last.locator(".button").first.click()
    await to(page, ".key-form .primary")
    await look_whole(page, f"keys-edit-{name}", options)
    await page.context.close()


async def to(page: Page, selector: str) -> None:
    await page.locator(selector).scroll_into_view_if_needed()
