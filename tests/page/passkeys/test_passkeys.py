"""Passkeys on the page: made, logged in with alone and beside the password, renamed, removed."""

from pathlib import Path

import pytest
from playwright.async_api import Locator, Page, expect

from tests.page.chatting import choose_profile
from tests.page.conftest import OpenPage, Site, running_site
from tests.page.keys.made import make_logins_old
from tests.page.passkeys.authenticator import with_authenticator
from tests.support.server import PASSWORD, Person

pytestmark = pytest.mark.anyio
SUGGESTS_NONE = "PublicKeyCredential.isConditionalMediationAvailable = async () => false"
"""The virtual authenticator agrees at once to what others offer beside the name."""


def at(site: Site) -> str:
    """Browsers know passkeys at names, not at numbers."""
    return f"http://localhost:{site.server.port}"


def section(page: Page, name: str = "Passkeys") -> Locator:
    return page.get_by_role("region", name=name)


async def add(page: Page, name: str) -> None:
    await section(page).get_by_role("button", name="Add a passkey").click()
    field = section(page).get_by_role("textbox", name="Name")
    await expect(field).to_be_focused()
    await field.fill(name)
    await field.press("Enter")


async def passkeys_of(person: Person) -> list[str]:
    answer = await person.get("/auth/passkeys")
    return [one["name"] for one in answer.json()["passkeys"]]


async def test_made_logged_in_with_renamed_and_removed(site: Site, open_page: OpenPage) -> None:
    person = await site.person("recite")
    page = await open_page(person, "/settings/account", at=at(site))
    await page.add_init_script(SUGGESTS_NONE)
    authenticator = await with_authenticator(page)
    await section(page).get_by_role("button", name="Add a passkey").click()
    field = section(page).get_by_role("textbox", name="Name")
    await expect(field).to_have_value("Chrome · Linux")
    await section(page).get_by_role("button", name="Create").click()
    codes = section(page).get_by_role("region", name="Recovery codes")
    await expect(codes).to_be_focused()
    assert await codes.locator("li").count() == 10
    await codes.get_by_role("button", name="I have kept them").click()
    row = section(page).get_by_role("listitem")
    await expect(row).to_contain_text("Chrome · Linux")
    await expect(row).to_contain_text("not used yet")
    await expect(section(page, "Two-step login")).to_contain_text("ask for a passkey")
    assert len(await authenticator.credentials()) == 1

    await add(page, "another")
    await expect(page.get_by_text("This device has a passkey for your account")).to_be_visible()
    await section(page).get_by_role("button", name="Cancel").click()

    await page.goto("/")
    await choose_profile(page, "Log out")
    await page.get_by_role("button", name="Log in with a passkey").click()
    await expect(page.get_by_label("Your message")).to_be_visible()

    await choose_profile(page, "Log out")
    await expect(page.get_by_role("button", name="Log in with a passkey")).to_be_visible()
    await page.get_by_label("User name or e-mail").fill(person.name)
    await page.get_by_label("Password", exact=True).fill(PASSWORD)
    await page.keyboard.press("Enter")
    show = page.get_by_role("button", name="Use a passkey")
    await expect(show).to_be_focused()
    await page.keyboard.press("Enter")
    await expect(page.get_by_label("Your message")).to_be_visible()

    await page.goto("/settings/account")
    await section(page).get_by_role("button", name="Rename Chrome · Linux").click()
    await section(page).get_by_role("textbox", name="Name").fill("my laptop")
    await page.keyboard.press("Enter")
    await expect(row).to_contain_text("my laptop")
    await expect(row).to_contain_text("last used")
    await make_logins_old(site, person)
    await section(page).get_by_role("button", name="Remove my laptop").click()
    await expect(section(page).get_by_role("button", name="Cancel")).to_be_focused()
    await section(page).get_by_role("button", name="Remove", exact=True).click()
    asked = page.get_by_role("dialog", name="Is it you?")
    await asked.get_by_role("button", name="Use a passkey").click()
    await expect(row).to_have_count(0)
    await expect(
        section(page, "Two-step login").get_by_role("button", name="Set up")
    ).to_be_visible()
    assert await passkeys_of(person) == []


async def test_the_last_way_stays_and_a_first_password_is_another(
    site: Site, open_page: OpenPage
) -> None:
    person = await site.person("recite")
    page = await open_page(person, "/settings/account", at=at(site))
    authenticator = await with_authenticator(page)
    await add(page, "the only one")
    await section(page).get_by_role("button", name="I have kept them").click()
    password = section(page, "Password")
    await password.get_by_role("button", name="Remove the password…").click()
    await password.get_by_role("button", name="Remove the password", exact=True).click()
    await expect(password).to_contain_text("You have none.")
    await section(page).get_by_role("button", name="Remove the only one").click()
    await section(page).get_by_role("button", name="Remove", exact=True).click()
    await expect(section(page)).to_contain_text("the last way in which you can log in")
    await section(page).get_by_role("button", name="Cancel").click()

    await make_logins_old(site, person)
    await password.get_by_label("New password").fill("a first one, and long")
    await password.get_by_role("button", name="Set a password").click()
    asked = page.get_by_role("dialog", name="Is it you?")
    await expect(asked.get_by_role("button", name="Use a passkey")).to_be_focused()
    await authenticator.send("setUserVerified", isUserVerified=False)
    await page.keyboard.press("Enter")
    await expect(asked.get_by_role("alert")).to_contain_text("Your browser did not let the page")
    await authenticator.send("setUserVerified", isUserVerified=True)
    await asked.get_by_role("button", name="Use a passkey").click()
    await expect(page.get_by_text("Your password is set.")).to_be_visible()
    await expect(password.get_by_label("Current password")).to_be_visible()

    # Where a name is typed, the browser offers it: this one has it chosen at once.
    await page.goto("/")
    async with page.expect_response("**/auth/login/passkey"):
        await choose_profile(page, "Log out")
    await expect(page.get_by_label("Your message")).to_be_visible()
    await page.goto("/settings/account")
    await section(page).get_by_role("button", name="Remove the only one").click()
    await section(page).get_by_role("button", name="Remove", exact=True).click()
    await expect(section(page).get_by_role("listitem")).to_have_count(0)


async def test_a_server_that_wants_two_steps_takes_a_passkey(
    open_page: OpenPage, tmp_path: Path
) -> None:
    async with running_site(tmp_path, mfa="required") as strict:
        person = await strict.server.register()
        page = await open_page(person, at=at(strict))
        await with_authenticator(page)
        await page.get_by_role("button", name="Add a passkey").click()
        await page.get_by_role("button", name="Create").click()
        await page.get_by_role("button", name="I have kept them").click()
        await expect(page.get_by_role("navigation").first).to_be_visible()
        await page.context.close()


async def test_not_offered_where_browsers_do_not_allow_it(site: Site, open_page: OpenPage) -> None:
    page = await open_page(None, "/login")
    await expect(page.get_by_text("No account yet?")).to_be_visible()
    await expect(page.get_by_role("button", name="Log in with a passkey")).to_have_count(0)
