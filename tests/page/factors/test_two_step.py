"""Two-step login on the page: set up, asked for at the next login, given again, turned off."""

import asyncio
import re
from pathlib import Path

import pytest
from playwright.async_api import Page, expect

from tests.page.conftest import OpenPage, Site, running_site
from tests.page.keys.made import make_logins_old, show_again
from tests.support.factors import Factor, set_up
from tests.support.server import PASSWORD

pytestmark = pytest.mark.anyio


async def log_in(page: Page, name: str) -> None:
    await page.get_by_label("User name or e-mail").fill(name)
    await page.get_by_label("Password", exact=True).fill(PASSWORD)
    await page.keyboard.press("Enter")


async def test_set_up_logged_in_with_and_turned_off(site: Site, open_page: OpenPage) -> None:
    person = await site.person("recite")
    page = await open_page(person, "/settings/account")
    await page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    section = page.get_by_role("region", name="Two-step login")
    await section.get_by_role("button", name="Set up").click()
    await expect(section.get_by_role("img", name="QR code")).to_be_visible()
    secret = await section.locator(".factor-secret code").inner_text()
    factor = Factor(person, secret.replace(" ", ""), [])
    code = section.get_by_label("Code", exact=True)
    await code.fill("12")
    await code.press("Enter")
    await expect(code).to_have_accessible_description(re.compile("not right"))
    await code.fill(factor.code())
    await code.press("Enter")
    codes = section.get_by_role("region", name="Recovery codes")
    await expect(codes).to_be_focused()
    factor.recovery_codes = await codes.locator("li").all_inner_texts()
    assert len(factor.recovery_codes) == 10
    await codes.get_by_role("button", name="Copy codes").click()
    await expect(codes.get_by_role("button", name="Copied")).to_be_visible()
    copied = await page.evaluate("() => navigator.clipboard.readText()")
    assert copied.split() == factor.recovery_codes
    async with page.expect_download() as download:
        await codes.get_by_role("button", name="Download").click()
    path = await (await download.value).path()
    kept = await asyncio.to_thread(path.read_text, "utf-8")
    assert all(code in kept for code in factor.recovery_codes) and person.name in kept
    await codes.get_by_role("button", name="I have kept them").click()
    await expect(section).to_contain_text("10 recovery codes are left.")

    other = await open_page(None, "/login")
    await log_in(other, person.name)
    given = other.get_by_label("Code", exact=True)
    await expect(given).to_be_focused()
    await given.fill("000000")
    await given.press("Enter")
    await expect(given).to_have_accessible_description(re.compile("used before"))
    await given.fill(await factor.fresh())
    await given.press("Enter")
    await expect(other.get_by_label("Your message")).to_be_visible()

    by_recovery = await open_page(None, "/login")
    await log_in(by_recovery, person.name)
    await by_recovery.get_by_role("button", name="Use a recovery code").click()
    given = by_recovery.get_by_label("Recovery code")
    await expect(given).to_be_focused()
    await given.fill(factor.recovery_codes[0])
    await given.press("Enter")
    await expect(by_recovery.get_by_label("Your message")).to_be_visible()

    await make_logins_old(site, person)
    await page.reload()
    await expect(section).to_contain_text("9 recovery codes are left.")
    await section.get_by_role("button", name="Turn off…").click()
    await section.get_by_role("button", name="Turn off", exact=True).click()
    await show_again(page, PASSWORD)
    given = page.get_by_role("dialog", name="Is it you?").get_by_label("Code", exact=True)
    await expect(given).to_be_focused()
    await given.fill(await factor.fresh())
    await given.press("Enter")
    await expect(section.get_by_role("button", name="Set up")).to_be_visible()
    assert (await person.get("/auth/factors")).json()["totp"] is False


async def test_keys_and_new_codes_ask_for_the_code_too(site: Site, open_page: OpenPage) -> None:
    person = await site.person("recite")
    page = await open_page(person, "/settings/keys")
    factor = await set_up(person)
    await make_logins_old(site, person)
    await page.get_by_role("button", name="Make a key").click()
    await page.get_by_label("Name").fill("laptop")
    await page.get_by_role("button", name="Make key").click()
    await show_again(page, PASSWORD)
    await page.get_by_label("Code", exact=True).fill(await factor.fresh())
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("region", name="Your key for “laptop”")).to_be_visible()

    await page.goto("/settings/account")
    section = page.get_by_role("region", name="Two-step login")
    await section.get_by_role("button", name="New recovery codes…").click()
    await section.get_by_role("button", name="Make new codes").click()
    codes = section.get_by_role("region", name="Recovery codes")
    await expect(codes.locator("li")).to_have_count(10)
    new = await codes.locator("li").all_inner_texts()
    assert not set(new) & set(factor.recovery_codes)


async def test_a_server_that_wants_it_shows_nothing_else(
    open_page: OpenPage, tmp_path: Path
) -> None:
    async with running_site(tmp_path, mfa="required") as strict:
        person = await strict.server.register()
        page = await open_page(None, "/login", at=strict.url)
        await log_in(page, person.name)
        await expect(page.get_by_role("heading", name="Set up two-step login.")).to_be_visible()
        await page.get_by_role("button", name="Set up").click()
        secret = await page.locator(".factor-secret code").inner_text()
        factor = Factor(person, secret.replace(" ", ""), [])
        await page.get_by_label("Code", exact=True).fill(factor.code())
        await page.get_by_role("button", name="Turn on").click()
        await page.get_by_role("button", name="I have kept them").click()
        await expect(page.get_by_role("navigation").first).to_be_visible()
        await page.context.close()
