"""How somebody comes to an account: by an invite, an approval, an address that is confirmed."""

import re
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from playwright.async_api import Page, expect

from tests.page.account.mailed import MailedSite, mailed_site
from tests.page.admin.made import done, group_of, made
from tests.page.chatting import choose_profile
from tests.page.conftest import OpenPage
from tests.page.test_keyboard import focus_shows
from tests.support.server import PASSWORD

pytestmark = pytest.mark.anyio


@pytest.fixture
async def mailed(tmp_path: Path) -> AsyncIterator[MailedSite]:
    async with mailed_site(tmp_path) as site:
        yield site


async def test_invited_approved_and_confirmed(mailed: MailedSite, open_page: OpenPage) -> None:
    await mailed.set(registration="invite")
    group = await group_of(mailed.admin, "Research")
    invite = await made(mailed.admin, "invites", uses=1, expires_in_days=7, group_id=group["id"])
    page = await open_page(None, "/login", at=mailed.site.url)
    await expect(page.get_by_text("New people come by invitation.")).to_be_visible()
    await page.get_by_role("link", name="I have an invite").click()
    await expect(page.get_by_label("Invite link")).to_be_focused()
    await page.get_by_label("Invite link").fill("something-else-0123456789")
    await page.keyboard.press("Enter")
    await fill(page, "grace")
    await expect(page.get_by_role("alert")).to_contain_text("This invite is good no longer.")
    await page.get_by_label("Invite link").fill(invite["url"])
    await page.keyboard.press("Enter")
    await expect(page.get_by_text("You are invited.")).to_be_visible()
    await expect(page.get_by_label("User name")).to_have_value("grace")
    await page.get_by_role("button", name="Create an account").click()
    await expect(page.locator(".who-name")).to_have_text("grace")
    [member] = (await mailed.admin.get(f"/admin/groups/{group['id']}/members")).json()["users"]
    assert member["username"] == "grace"

    await mailed.set(registration="approve")
    await choose_profile(page, "Log out")
    await page.get_by_role("link", name="Create an account").click()
    await expect(page.get_by_text("An administrator looks at each new account")).to_be_visible()
    await fill(page, "ada")
    waiting = page.get_by_role("heading", name="Your account waits for approval")
    await expect(waiting).to_be_focused()
    await page.get_by_role("button", name="Log in").click()
    await expect(page.get_by_text("It is not approved yet.")).to_be_visible()
    await page.get_by_role("button", name="Use another account").click()
    await page.get_by_label("User name or e-mail").fill("ada")
    await page.get_by_label("Password", exact=True).fill(PASSWORD)
    await page.keyboard.press("Enter")
    await expect(waiting).to_be_focused()
    [ada] = (await mailed.admin.get("/admin/users?status=pending")).json()["users"]
    await done(mailed.admin, "POST", f"users/{ada['id']}/approve")
    await page.get_by_role("button", name="Log in").click()
    await expect(page.locator(".who-name")).to_have_text("ada")

    await mailed.set(registration="open", require_verified_email=True)
    await choose_profile(page, "Log out")
    await page.wait_for_url("**/login")
    await page.goto(re.sub(r"invite=.*", "invite=0123456789abcdef", invite["url"][24:]))
    await fill(page, "emmy")
    await expect(page.get_by_role("heading", name="Confirm your address")).to_be_focused()
    recipient = "emmy@example.com"
    await mailed.links_to(recipient, 1)
    await page.get_by_role("button", name="Log in").click()
    await expect(page.get_by_text("The address is not confirmed yet.")).to_be_visible()
    await page.get_by_role("button", name="Send the link again").click()
    await expect(page.get_by_text("A new link is on its way.")).to_be_visible()
    link = await mailed.links_to(recipient, 2)  # a login asks for one, too
    other = await page.context.new_page()
    await other.goto(link)
    confirm = other.get_by_role("button", name="Confirm")
    await expect(confirm).to_be_focused()
    await focus_shows(other)
    await other.keyboard.press("Enter")
    await expect(other.get_by_text("Your address is confirmed.")).to_be_visible()
    await page.get_by_role("button", name="Log in").click()
    await expect(page.locator(".who-name")).to_have_text("emmy")
    await other.goto("/verify")
    await expect(other.get_by_text("A part of this link is missing.")).to_be_visible()
    await other.goto(link)
    await other.reload()
    await other.get_by_role("button", name="Confirm").click()
    await expect(other.get_by_role("alert")).to_contain_text("not valid, or has expired")
    await other.get_by_role("link", name="Back to chat").click()
    await expect(other.locator(".who-name")).to_have_text("emmy")


async def test_an_address_is_changed_by_both(mailed: MailedSite, open_page: OpenPage) -> None:
    person = await mailed.site.server.register("lise")
    old = (await person.get("/auth/me")).json()["email"]
    page = await open_page(person, "/settings/account", at=mailed.site.url)
    email = page.locator(".section", has=page.get_by_role("heading", name="E-mail"))
    await begin(page, "lise@new.example.com", "not this one at all")
    await expect(email.get_by_label("Current password")).to_have_accessible_description(
        "That is not your password."
    )
    await begin(page, "lise@new.example.com", PASSWORD)
    waits = email.get_by_text("will be your address once the links in both mails were opened")
    await expect(waits).to_be_visible()
    links = dict([await mailed.link(), await mailed.link()])
    assert set(links) == {old, "lise@new.example.com"}
    await email.get_by_role("button", name="Take back").click()
    await expect(waits).to_have_count(0)
    await begin(page, "lise@new.example.com", PASSWORD)
    links = dict([await mailed.link(), await mailed.link()])
    stranger = await open_page(None, links["lise@new.example.com"], at=mailed.site.url)
    await stranger.get_by_role("button", name="Confirm the change").click()
    await expect(stranger.get_by_text("Now open the link that was sent to")).to_be_visible()
    other = await page.context.new_page()
    await other.goto(links[old])
    await other.get_by_role("button", name="Confirm the change").click()
    await expect(other.get_by_text("Your account has its new address.")).to_be_visible()
    await expect(email.get_by_text("lise@new.example.com")).to_be_visible()
    await expect(waits).to_have_count(0)

    await begin(page, "thief@example.com", PASSWORD)
    links = dict([await mailed.link(), await mailed.link()])
    await other.goto("/")
    await other.goto(links["lise@new.example.com"])
    await other.get_by_role("button", name="That was not me: cancel it").click()
    await expect(other.get_by_text("The change is cancelled.")).to_be_visible()
    await expect(waits).to_have_count(0)


async def fill(page: Page, name: str) -> None:
    await page.get_by_label("User name").fill(name)
    await page.get_by_label("E-mail").fill(f"{name}@example.com")
    await page.get_by_label("Password", exact=True).fill(PASSWORD)
    await page.get_by_role("button", name="Create an account").click()


async def begin(page: Page, email: str, password: str) -> None:
    section = page.locator(".section", has=page.get_by_role("heading", name="E-mail"))
    change = section.get_by_role("button", name="Change address…")
    await expect(change.or_(section.get_by_label("New address"))).to_be_visible()
    if await change.is_visible():
        await change.click()
    await section.get_by_label("New address").fill(email)
    await section.get_by_label("Current password").fill(password)
    await section.get_by_role("button", name="Send the links").click()
