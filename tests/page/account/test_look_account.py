"""The ways to an account, mailed links, profile and banner, drawn as in test_look.py."""

from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import FilePayload, Page, expect

from tests.files.made import picture
from tests.page.account.mailed import mailed_site
from tests.page.admin.made import made
from tests.page.conftest import OpenPage
from tests.page.looks import HAND, WIDE, ZOOMED, looks, name_of
from tests.page.test_look_models import look_whole
from tests.support.server import PASSWORD

pytestmark = pytest.mark.anyio
LOOKS = looks(("en-US", "light", WIDE), ("zh-CN", "dark", HAND), ("en-US", "dark", ZOOMED))
BANNER = {
    "banner_en": "On Sunday from 22:00 to 23:00 this server is upgraded, see "
    "https://status.example.com. Replies that run then can be continued afterwards.",
    "banner_zh": "周日 22:00–23:00 服务器升级，详见 https://status.example.com。"
    "届时中断的回复之后可以继续。",
}


@pytest.mark.parametrize(("locale", "scheme", "options"), LOOKS)
async def test_accounts(
    tmp_path: Path, open_page: OpenPage, locale: str, scheme: str, options: dict[str, Any]
) -> None:
    name = name_of(locale, scheme, options)
    options = options | {"locale": locale, "color_scheme": scheme}
    async with mailed_site(tmp_path) as mailed:
        at = mailed.site.url
        invite = await made(mailed.admin, "invites", uses=2, expires_in_days=7)
        await mailed.set(registration="invite", **BANNER)
        page = await open_page(None, "/login", at=at, **options)

        async def look(what: str) -> None:
            await look_whole(page, f"account-{what}-{name}", options)

        await expect(page.locator(".banner")).to_be_visible()
        await look("login")
        await page.locator(".banner .icon-button").click()
        await page.locator(".auth-more a").first.click()
        await expect(page.locator("form input")).to_be_focused()
        await look("needs-invite")
        await page.locator("form input").fill(invite["url"])
        await page.locator(".primary").click()
        await expect(page.locator("form input")).to_have_count(3)
        await look("invited")
        await page.goto("/register#invite=0123456789abcdef0123456789abcdef")
        await page.reload()
        await register(page, "nobody")
        await expect(page.locator(".problem")).to_be_visible()
        await look("invite-gone")

        await mailed.set(registration="approve", require_verified_email=True)
        await page.goto("/register")
        await page.reload()
        await register(page, "grace")
        await expect(page.locator(".auth-state h1")).to_be_focused()
        await page.locator(".primary").click()
        await expect(page.locator(".verdict")).not_to_be_empty()
        await look("pending")
        await mailed.set(registration="open")
        await page.goto("/register")
        await page.reload()
        await register(page, "emmy")
        await expect(page.locator(".auth-state h1")).to_be_focused()
        await page.locator(".auth-state .button").nth(1).click()
        await expect(page.locator(".verdict")).not_to_be_empty()
        await look("unverified")
        await page.goto(await mailed.links_to("emmy@example.com", 2))
        await expect(page.locator(".primary")).to_be_focused()
        await look("verify")
        await page.locator(".primary").click()
        await expect(page.locator(".verdict")).not_to_be_empty()
        await look("verified")
        await page.goto("/email#0123456789abcdef0123456789abcdef")
        await page.locator(".primary").click()
        await expect(page.locator(".problem")).to_be_visible()
        await look("email-gone")
        await mailed.set(registration="closed")
        await page.goto("/register")
        await page.reload()
        await expect(page.locator(".auth-card h1")).to_be_visible()
        await look("closed")
        await page.context.close()

        await mailed.set(registration="open", require_verified_email=False)
        person = await mailed.site.person(name="ada")
        page = await open_page(person, "/", at=at, **options)
        await expect(page.locator(".banner")).to_be_visible()
        await look("banner")
        await page.goto("/settings/account")
        await expect(page.locator(".person-picture")).to_be_visible()
        await look("profile")
        file = FilePayload(name="a.png", mimeType="image/png", buffer=picture((600, 400)))
        await page.locator(".person-picture input").set_input_files(file)
        await expect(page.locator(".person-picture img")).to_be_visible()
        field = page.locator(".section").first.locator("form input")
        await field.fill("Ada, Countess of Lovelace, née Byron")
        await look("profile-typed")
        await page.locator(".section").first.locator(".primary").click()
        email = page.locator(".section").nth(1)
        await email.locator("> .button").click()
        await email.locator("form .field input").first.fill("countess@analytical-engine.example")
        await email.locator("form .field input").last.fill("nothing of the kind")
        await email.locator("form .primary").click()
        await expect(email.locator("[aria-invalid]")).to_be_visible()
        await look("email-wrong")
        await email.locator("form .field input").last.fill(PASSWORD)
        await email.locator("form .primary").click()
        await expect(email.locator("li")).to_have_count(2)
        await email.evaluate("it => it.scrollIntoView({ block: 'start' })")
        await look("email-pending")


async def register(page: Page, name: str) -> None:
    fields = page.locator("form input")
    await expect(fields).to_have_count(3)
    await fields.nth(0).fill(name)
    await fields.nth(1).fill(f"{name}@example.com")
    await fields.nth(2).fill(PASSWORD)
    await page.locator("form .primary").click()
