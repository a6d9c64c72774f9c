"""The ways to log in that are no password, and where they are kept, drawn as in test_look.py."""

from typing import Any

import pytest
from playwright.async_api import Page, Route, expect

from tests.page.conftest import OpenPage, Site
from tests.page.keys.made import make_logins_old
from tests.page.looks import HAND, WIDE, ZOOMED, looks, name_of
from tests.page.test_look_models import look_whole

pytestmark = pytest.mark.anyio
LOOKS = looks(("en-US", "light", WIDE), ("zh-CN", "dark", HAND), ("en-US", "dark", ZOOMED))
DAY = "2026-11-30T20:00:00Z"
PROVIDERS = [
    {"slug": "acme", "label": "Acme"},
    {"slug": "uni", "label": "University of Tübingen"},
]
PASSKEYS = [
    {"id": 1, "name": "Chrome · Linux", "last_used_at": None, "synced": False, "created_at": DAY},
    {"id": 2, "name": "the telephone in my pocket", "synced": True}
    | {"created_at": DAY, "last_used_at": DAY},
]
IDENTITIES = [
    {"id": 1, "provider": "acme", "label": "Acme", "issuer": "https://acme.example"}
    | {"created_at": DAY, "last_login_at": DAY},
    {"id": 2, "provider": None, "label": "Old Place", "issuer": "https://old.example"}
    | {"created_at": DAY, "last_login_at": None},
]
FACTORS = {"totp": False, "passkeys": 2, "recovery_codes_left": 10, "required": False}
SECOND = "/login?step=second&kinds=totp,passkey,recovery_code"


async def answers(page: Page, path: str, what: dict[str, Any]) -> None:
    """The server says this besides what it says."""

    async def answer(route: Route) -> None:
        told = await route.fetch()
        known = await told.json() if told.ok else {}
        await route.fulfill(status=200, json=known | what)

    await page.context.route(f"**/auth/{path}", answer)


@pytest.mark.parametrize(("locale", "scheme", "options"), LOOKS)
async def test_before_the_login(
    site: Site, open_page: OpenPage, locale: str, scheme: str, options: dict[str, Any]
) -> None:
    name = name_of(locale, scheme, options)
    page = await open_page(None, "/reset", locale=locale, color_scheme=scheme, **options)

    async def look(what: str, path: str, shown: str, **more: Any) -> None:
        offered = {"passkeys": True, "providers": PROVIDERS}
        await answers(page, "options", offered | more)
        await page.goto(path)
        await expect(page.locator(shown).first).to_be_visible()
        await look_whole(page, f"ways-{what}-{name}", options)

    await look("login", "/login?problem=identity_not_linked", ".or")
    await look("register", "/register", ".or")
    await look("second", SECOND, "form .primary")
    await look("only", "/login", ".ways .primary", ways="oidc", registration=False)
    await look("only-new", "/register", ".ways .primary", ways="oidc", registration=False)


@pytest.mark.parametrize(("locale", "scheme", "options"), LOOKS)
async def test_in_the_settings(
    site: Site, open_page: OpenPage, locale: str, scheme: str, options: dict[str, Any]
) -> None:
    name = name_of(locale, scheme, options)
    person = await site.server.register(f"ways-{name}")
    page = await open_page(person, "/reset", locale=locale, color_scheme=scheme, **options)
    await answers(page, "options", {"passkeys": True, "providers": PROVIDERS})
    await answers(page, "passkeys", {"passkeys": PASSKEYS})
    await answers(page, "identities", {"identities": IDENTITIES})
    await answers(page, "factors", FACTORS)

    async def look(what: str) -> None:
        await look_whole(page, f"ways-{what}-{name}", options)

    await page.goto("/settings/account?problem=provider_refused")
    password, passkeys, linked, two_step, delete = (
        page.locator(".section").nth(place) for place in range(2, 7)
    )
    ways = passkeys.locator(".factor-ways")
    await expect(ways).to_have_count(2)
    await ways.first.scroll_into_view_if_needed()
    await look("passkeys")
    await page.locator(".toast .icon-button").click()
    await ways.first.locator(".button").last.click()
    await ways.locator(".button").first.click()
    await look("passkeys-open")
    await passkeys.locator("> .button").click()
    await look("passkeys-new")
    await linked.locator(".rows .button").first.click()
    await look("linked")
    await two_step.scroll_into_view_if_needed()
    await look("two-step")
    await make_logins_old(site, person)
    await two_step.locator("> .button").click()
    asked = page.locator(".fresh-login")
    await expect(asked.locator(".ways .button")).to_have_count(2)
    await look("sure")
    await asked.locator("[autocomplete=current-password]").fill("nothing of the kind")
    await page.keyboard.press("Enter")
    await expect(asked.locator("[aria-invalid]")).to_be_visible()
    await look("sure-wrong")

    await answers(page, "me", {"has_password": False})
    await page.goto("/settings/account")
    await expect(ways).to_have_count(2)
    await password.scroll_into_view_if_needed()
    await look("no-password")
    await delete.locator(".danger").click()
    await delete.scroll_into_view_if_needed()
    await look("no-password-delete")
    await two_step.locator("> .button").click()
    await expect(asked.locator(".ways .primary")).to_be_focused()
    await look("no-password-sure")
