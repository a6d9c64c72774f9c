"""Two-step login, drawn as in test_look.py; axe finds nothing."""

import re
from typing import Any

import pytest
from playwright.async_api import expect

from tests.page.conftest import OpenPage, Site
from tests.page.keys.made import make_logins_old
from tests.page.looks import HAND, WIDE, looks, name_of
from tests.page.test_look_models import look_whole
from tests.support.factors import Factor
from tests.support.server import PASSWORD

pytestmark = pytest.mark.anyio
LOOKS = looks(("en-US", "light", WIDE), ("zh-CN", "dark", HAND))


@pytest.mark.parametrize(("locale", "scheme", "options"), LOOKS)
async def test_two_steps(
    site: Site, open_page: OpenPage, locale: str, scheme: str, options: dict[str, Any]
) -> None:
    name = name_of(locale, scheme, options)
    person = await site.server.register(f"two-{name}")
    drawn = {"locale": locale, "color_scheme": scheme, **options}
    page = await open_page(person, "/settings/account", **drawn)
    section = page.locator(".section").filter(has_text=re.compile("Two-step login|两步登录"))
    set_up = section.locator("> .button")
    await set_up.scroll_into_view_if_needed()
    await look_whole(page, f"two-off-{name}", options)
    await set_up.click()
    secret = await section.locator(".factor-secret code").inner_text()
    factor = Factor(person, secret.replace(" ", ""), [])
    code = section.locator("[name=given]")
    await code.fill("1")
    await code.press("Enter")
    await expect(section.locator("[aria-invalid]")).to_be_visible()
    await look_whole(page, f"two-wrong-{name}", options)
    await section.locator(".factor-qr").scroll_into_view_if_needed()
    await look_whole(page, f"two-set-up-{name}", options)
    await code.fill(factor.code())
    await code.press("Enter")
    await expect(section.locator(".factor-codes li")).to_have_count(10)
    await look_whole(page, f"two-codes-{name}", options)
    await section.locator(".factor-codes .primary").click()
    await expect(section.locator(".danger")).to_be_visible()
    await look_whole(page, f"two-on-{name}", options)

    await make_logins_old(site, person)
    await section.locator(".danger").click()
    await section.locator("[role=group] .danger").click()
    again = page.locator(".fresh-login")
    await again.locator("[autocomplete=current-password]").fill(PASSWORD)
    await page.keyboard.press("Enter")
    await expect(again.locator("[name=given]")).to_be_focused()
    await look_whole(page, f"two-again-{name}", options)

    other = await open_page(None, "/login", **drawn)
    await other.locator("[autocomplete=username]").fill(person.name)
    await other.locator("[autocomplete=current-password]").fill(PASSWORD)
    await other.keyboard.press("Enter")
    given = other.locator("[name=given]")
    await given.fill("1")
    await given.press("Enter")
    await expect(other.locator("[aria-invalid]")).to_be_visible()
    await look_whole(other, f"two-login-{name}", options)
    await other.locator(".link").first.click()
    await look_whole(other, f"two-recovery-{name}", options)
    for each in (page, other):
        await each.context.close()
