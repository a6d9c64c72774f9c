"""Logging in by a provider on the page: there and back, linked, shown again, refused."""

import re
from collections.abc import AsyncIterator

import pytest
from playwright.async_api import Page, expect

from tests.oidc.test_logout import logout_token
from tests.page.conftest import OpenPage
from tests.page.keys.made import make_logins_old, show_again
from tests.page.looks import screenshot
from tests.page.oidc.site import ProviderSite, provider_site
from tests.page.passkeys.authenticator import with_authenticator
from tests.support.factors import set_up
from tests.support.server import PASSWORD

pytestmark = pytest.mark.anyio


@pytest.fixture(scope="module")
async def at(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[ProviderSite]:
    async with provider_site(tmp_path_factory.mktemp("providers")) as running:
        yield running


async def is_at(page: Page, path: str) -> None:
    """There, with nothing behind it in the address."""
    await expect(page).to_have_url(re.compile(rf"^http://localhost:\d+{path}$"))


async def test_there_and_back_to_where_one_was_going(at: ProviderSite, open_page: OpenPage) -> None:
    page = await open_page(None, "/settings/account", at=at.url)
    at.person = None
    await page.get_by_role("link", name="Continue with Acme").click()
    await expect(page.get_by_role("alert").first).to_contain_text("That login was cancelled")
    await is_at(page, "/login")
    at.person = {"sub": "ada", "preferred_username": "ada", "email": "ada@example.com"}
    await page.get_by_role("link", name="Continue with Acme").click()
    dialog = page.get_by_role("dialog", name="Settings")
    await expect(dialog.get_by_role("region", name="Linked accounts")).to_contain_text("Acme")
    await is_at(page, "/settings/account")

    # The only way in: it stays, and showing who one is leads there and back.
    linked = dialog.get_by_role("region", name="Linked accounts")
    await linked.get_by_role("button", name="Unlink Acme").click()
    await linked.get_by_role("button", name="Unlink", exact=True).click()
    await expect(linked).to_contain_text("the last way in which you can log in")
    await at.make_old(page)
    password = dialog.get_by_role("region", name="Password")
    await password.get_by_label("New password").fill(PASSWORD)
    await password.get_by_role("button", name="Set a password").click()
    asked = page.get_by_role("dialog", name="Is it you?")
    again = asked.get_by_role("button", name="Continue with Acme")
    await expect(again).to_be_focused()
    await expect(asked).to_contain_text("is to be typed again")
    await screenshot(page, "is-it-you-by-a-provider")
    await again.click()
    await expect(asked).to_have_count(0)
    await is_at(page, "/settings/account")
    await password.get_by_label("New password").fill(PASSWORD)
    await password.get_by_role("button", name="Set a password").click()
    await expect(password.get_by_label("Current password")).to_be_visible()
    await linked.get_by_role("button", name="Unlink Acme").click()
    await linked.get_by_role("button", name="Unlink", exact=True).click()
    await expect(linked.get_by_role("button", name="Link Acme")).to_be_visible()


async def test_linked_to_an_account_and_its_second_step(
    at: ProviderSite, open_page: OpenPage
) -> None:
    person = await at.site.person("recite")
    conversation = await person.conversation("before")
    page = await open_page(person, f"/c/{conversation}", at=at.url)
    await page.keyboard.press("Control+,")
    await page.get_by_role("link", name="Account").click()
    await make_logins_old(at.site, person)
    at.person = {"sub": person.name}
    await page.get_by_role("button", name="Link Acme").click()
    await show_again(page, PASSWORD)
    linked = page.get_by_role("region", name="Linked accounts")
    await expect(linked.get_by_role("button", name="Unlink Acme")).to_be_visible()
    await is_at(page, "/settings/account")
    await page.keyboard.press("Escape")
    await is_at(page, f"/c/{conversation}")

    assert (await person.post("/auth/reauthenticate", json={"password": PASSWORD})).is_success
    factor = await set_up(person)
    other = await open_page(None, f"/c/{conversation}", at=at.url)
    at.person = {"sub": person.name}
    await other.get_by_role("link", name="Continue with Acme").click()
    given = other.get_by_label("Code", exact=True)
    await expect(given).to_be_focused()
    await given.fill(await factor.fresh())
    await given.press("Enter")
    await is_at(other, f"/c/{conversation}")
    await expect(other).to_have_title("before · Chat")


async def test_a_passkey_is_the_second_step_of_the_provider_s_login(
    at: ProviderSite, open_page: OpenPage
) -> None:
    page = await open_page(None, "/settings/account", at=at.url)
    await with_authenticator(page)
    at.person = {"sub": "by passkey", "sid": "there"}
    await page.get_by_role("link", name="Continue with Acme").click()
    await page.get_by_role("button", name="Add a passkey").click()
    await page.get_by_role("button", name="Create").click()
    await page.get_by_role("button", name="I have kept them").click()
    await page.context.clear_cookies()
    # Past the form, where the browser offers the passkey by itself.
    await page.goto(f"{at.url}/auth/oidc/corp/start")
    await page.get_by_role("button", name="Use a passkey").click()
    await expect(page.get_by_role("navigation").first).to_be_visible()
    # It ends with the login at the provider, as one of a single step.
    ended = {"logout_token": logout_token(at.provider, sid="there")}
    told = await at.site.server.http.post("/auth/oidc/corp/logout", data=ended)
    assert told.status_code == 200, told.text
    assert (await page.context.request.post(f"{at.url}/auth/refresh")).status == 401


async def test_an_account_that_is_somebody_elses_is_told(
    at: ProviderSite, open_page: OpenPage
) -> None:
    for sub in ("first", "second"):
        person = await at.site.person("recite")
        page = await open_page(person, "/settings/account", at=at.url)
        at.person = {"sub": "taken"}
        await page.get_by_role("button", name="Link Acme").click()
        if sub == "first":
            await expect(page.get_by_role("button", name="Unlink Acme")).to_be_visible()
    await expect(page.locator(".toast")).to_contain_text("linked to somebody else's")
    await is_at(page, "/settings/account")
