"""From nobody to a chat: an account, a model that was tried first; and what settings hold."""

import asyncio
import secrets
from collections.abc import AsyncIterator

import pytest
from playwright.async_api import Page, expect

from tests.page.chatting import choose_profile, late, settled
from tests.page.conftest import OpenPage, Site, running_site
from tests.support.server import PASSWORD

pytestmark = pytest.mark.anyio


async def test_from_registering_to_the_first_reply(site: Site, open_page: OpenPage) -> None:
    page = await open_page()
    await page.wait_for_url("**/login")
    await page.get_by_role("link", name="Create an account").click()
    await page.get_by_label("User name").fill("grace@hopper")
    await page.get_by_label("E-mail").fill("grace@example.com")
    await page.get_by_label("Password", exact=True).fill(PASSWORD)
    await page.get_by_role("button", name="Create an account").click()
    await expect(page.get_by_label("User name")).to_have_accessible_description(
        "3 to 50 characters, without @ or double spaces."
    )
    await page.get_by_label("User name").fill("grace")
    await page.get_by_role("button", name="Create an account").click()

    await page.get_by_label("Address").fill(site.upstream.url)
    await page.get_by_role("button", name="List models").click()
    await page.get_by_role("option", name="reasoning").click()
    await page.get_by_role("button", name="Test connection").click()
    await expect(page.get_by_text("It works. The model answered after")).to_be_visible()
    await page.get_by_role("button", name="Save and start").click()

    await page.get_by_role("button", name="Explain something").click()
    await expect(page.get_by_label("Your message")).to_be_focused()
    await page.keyboard.type("tides work")
    await page.keyboard.press("Enter")
    await expect(page.locator(".reply .prose")).to_have_text("Done thinking.")
    await page.get_by_text("Thought").click()
    await expect(page.locator(".reasoning .prose")).to_have_text("Let me think.")


async def test_what_is_missing_is_said_by_the_page_where_it_is(open_page: OpenPage) -> None:
    """The browser's own bubbles speak its language, over the page, and for a moment only."""
    page = await open_page(None, "/register", locale="zh-CN")
    make = page.get_by_role("button", name="注册账号")
    name, email = page.get_by_label("用户名"), page.get_by_label("邮箱")
    password = page.get_by_label("密码", exact=True)
    await make.click()
    for field in (name, email, password):
        await expect(field).to_have_accessible_description("请填写此项。")
    await expect(name).to_be_focused()
    await name.press_sequentially("joan")
    await expect(name).to_have_accessible_description("")
    await email.fill("joan@example.com")
    await password.fill("short")
    await make.click()
    await expect(password).to_have_accessible_description("至少 8 个字符。")
    await expect(password).to_be_focused()
    await email.fill("joan")
    await password.fill(PASSWORD)
    await password.press("Enter")
    await expect(email).to_have_attribute("aria-invalid", "true")
    await expect(email).to_be_focused()


async def test_registered_and_then_only_logged_in(open_page: OpenPage) -> None:
    """The account is made, but the login that follows has to wait."""
    page = await open_page(None, "/register")
    made: list[str] = []
    page.on("request", lambda request: made.append(request.url))
    busy = {"code": "server_busy", "detail": ""}
    await page.route("**/auth/login", lambda route: route.fulfill(status=503, json=busy), times=1)
    await page.get_by_label("User name").fill("katherine")
    await page.get_by_label("E-mail").fill("katherine@example.com")
    await page.get_by_label("Password", exact=True).fill(PASSWORD)
    await page.get_by_role("button", name="Create an account").click()
    await expect(page.get_by_role("alert")).to_have_text(
        "The server is busy. Try again in a moment."
    )
    await page.get_by_role("button", name="Create an account").click()
    await expect(page.locator(".who-name")).to_have_text("katherine")
    assert sum(url.endswith("/auth/register") for url in made) == 1


async def test_what_is_wrong_in_a_new_account_is_said_at_its_field(
    site: Site, open_page: OpenPage
) -> None:
    page = await open_page(None, "/register")
    await page.get_by_label("User name").fill(f"grace {secrets.token_hex(4)}")
    await page.get_by_label("E-mail").fill("grace at home")
    await page.get_by_label("Password", exact=True).fill(PASSWORD)
    await page.get_by_role("button", name="Create an account").click()
    email = page.get_by_label("E-mail")
    await expect(email).to_have_accessible_description("This has the wrong form.")
    await expect(page.get_by_role("alert")).to_have_text("")
    await email.fill(f"grace-{secrets.token_hex(4)}@corp.local")
    await page.get_by_role("button", name="Create an account").click()
    await expect(page.locator(".who-name")).to_contain_text("grace")


async def test_a_wrong_password_is_told_in_the_form(site: Site, open_page: OpenPage) -> None:
    page = await open_page(None, "/login")
    await page.get_by_label("User name or e-mail").fill("nobody")
    await page.get_by_label("Password", exact=True).fill("wrong")
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("alert")).to_have_text("The name or the password is not right.")


@pytest.fixture(scope="module")
async def closed_site(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Site]:
    async with running_site(tmp_path_factory.mktemp("closed"), registration="closed") as running:
        yield running


async def test_closed_registration_has_no_form(closed_site: Site, open_page: OpenPage) -> None:
    page = await open_page(None, "/login", at=closed_site.url)
    await expect(page.get_by_text("The operator of this server makes")).to_be_visible()
    await expect(page.get_by_role("link", name="Create an account")).to_have_count(0)
    await page.goto("/register")
    await expect(page.get_by_text("The operator of this server makes")).to_be_visible()
    await expect(page.locator("input")).to_have_count(0)


async def test_language_and_theme_are_chosen_and_kept(site: Site, open_page: OpenPage) -> None:
    page = await open_page(await site.person(), "/settings")
    await page.get_by_text("中文").click()
    await expect(page.get_by_role("heading", name="设置")).to_be_visible()
    await page.get_by_text("深色").click()
    await page.reload()
    await expect(page.get_by_role("heading", name="设置")).to_be_visible()
    await expect(page.locator("html")).to_have_attribute("lang", "zh-CN")
    scheme = "getComputedStyle(document.documentElement).colorScheme"
    assert await page.evaluate(scheme) == "dark"
    await expect(page).to_have_title("设置 · 对话")


async def test_a_browser_chooses_the_language(open_page: OpenPage) -> None:
    page = await open_page(None, "/login", locale="zh-TW")
    await expect(page.get_by_role("button", name="登录")).to_be_visible()


async def test_more_of_the_activity_is_shown_once(site: Site, open_page: OpenPage) -> None:
    person = await site.person()
    for number in range(15):
        await person.set_model(site.upstream.url, f"model {number}")
    page = await open_page(person, "/settings/devices")
    rows = page.locator(".section", has_text="What happened to your account").locator("li")
    await expect(rows).to_have_count(10)
    asked = asyncio.Event()
    await page.route("**/auth/audit?*before_id*", late(asked))
    more = page.get_by_role("button", name="Show more")
    async with page.expect_request("**/auth/audit?*"):
        await more.click()
    await more.click()
    asked.set()
    await expect(more).to_have_count(0)
    await settled(page)
    events = (await person.get("/auth/audit?limit=50")).json()["events"]
    await expect(rows).to_have_count(len(events))


async def test_whoever_logs_in_is_where_they_were_going(site: Site, open_page: OpenPage) -> None:
    person = await site.person()
    conversation = await person.conversation("wanted")
    page = await open_page(None, f"/c/{conversation}")
    await page.wait_for_url("**/login")
    await page.reload()
    await page.get_by_label("User name or e-mail").fill(person.name)
    await page.get_by_label("Password", exact=True).fill(PASSWORD)
    await page.keyboard.press("Enter")
    await page.wait_for_url(f"**/c/{conversation}")
    await expect(page).to_have_title("wanted · Chat")


async def test_other_devices_are_signed_out(site: Site, open_page: OpenPage) -> None:
    person = await site.person()
    other = await open_page(person, "/settings/devices")
    page = await open_page(person, "/settings/devices")
    await expect(page.get_by_text("This device")).to_have_count(1)
    rows = page.locator(".section", has_text="Where you are signed in").locator("li")
    await expect(rows).to_have_count(3)  # the test's own login is the third
    await rows.nth(1).get_by_role("button").click()
    await expect(rows).to_have_count(2)
    await other.reload()
    await other.wait_for_url("**/login")


async def test_password_changed_then_account_deleted(site: Site, open_page: OpenPage) -> None:
    person = await site.person()
    page = await open_page(person, "/settings/account")
    await change_password(page, "not this one", "a new one, and long")
    await expect(page.get_by_text("That is not your password.")).to_be_visible()
    await change_password(page, PASSWORD, "a new one, and long")
    await expect(page.get_by_text("Changed. Your other devices")).to_be_visible()
    await page.get_by_role("button", name="Delete account").click()
    await page.get_by_label("Your password, to be sure").fill("a new one, and long")
    await page.get_by_role("button", name="Delete everything").click()
    await page.wait_for_url("**/login")


async def test_log_out_reaches_every_tab(site: Site, open_page: OpenPage) -> None:
    page = await open_page(await site.person())
    other = await page.context.new_page()
    await other.goto("/")
    await expect(other.get_by_label("Your message")).to_be_visible()
    await choose_profile(page, "Log out")
    await page.wait_for_url("**/login")
    await other.wait_for_url("**/login")


async def test_the_next_person_at_a_browser_finds_nothing_of_the_last(
    site: Site, open_page: OpenPage
) -> None:
    first, second = await site.person(), await site.person()
    await first.conversation("a secret")
    page = await open_page(first)
    await expect(page.locator(".conversation")).to_have_text(["a secret"])
    await page.get_by_label("Your message").fill("a secret draft")
    await choose_profile(page, "Log out")
    await page.get_by_label("User name or e-mail").fill(second.name)
    await page.get_by_label("Password", exact=True).fill(PASSWORD)
    await page.keyboard.press("Enter")
    await expect(page.get_by_text("Your conversations will appear here.")).to_be_visible()
    await expect(page.locator(".who-name")).to_have_text(second.name)
    await expect(page.get_by_label("Your message")).to_have_value("")
    assert "secret" not in await page.evaluate("JSON.stringify({...localStorage})")


async def test_an_account_that_could_not_be_read_is_asked_for_again(
    site: Site, open_page: OpenPage
) -> None:
    person = await site.person()
    page = await open_page(person)
    await expect(page.locator(".who-name")).to_have_text(person.name)
    await page.route("**/auth/me", lambda route: route.abort(), times=2)
    await page.reload()
    await expect(page.locator(".who-name")).to_have_text(person.name)


async def test_the_next_person_finds_nothing_of_one_whose_account_was_never_read(
    site: Site, open_page: OpenPage
) -> None:
    first, second = await site.person(), await site.person()
    await first.conversation("a secret")
    page = await open_page(first)
    await expect(page.locator(".who-name")).to_have_text(first.name)
    await page.route("**/auth/me", lambda route: route.abort())
    await page.reload()
    await expect(page.locator(".conversation")).to_have_text(["a secret"])
    await choose_profile(page, "Log out")
    await page.get_by_label("User name or e-mail").fill(second.name)
    await page.get_by_label("Password", exact=True).fill(PASSWORD)
    await page.keyboard.press("Enter")
    await expect(page.get_by_text("Your conversations will appear here.")).to_be_visible()
    await expect(page.locator(".conversation")).to_have_count(0)


async def test_a_log_out_that_did_not_reach_the_server_is_told(
    site: Site, open_page: OpenPage
) -> None:
    page = await open_page(await site.person())
    await expect(page.locator(".openings button")).to_have_count(4)
    await page.route("**/auth/logout", lambda route: route.abort(), times=1)
    await choose_profile(page, "Log out")
    await expect(page.get_by_text("The server cannot be reached.")).to_be_visible()
    await choose_profile(page, "Log out")
    await page.wait_for_url("**/login")


async def test_a_log_out_of_a_session_that_has_ended_is_done(
    site: Site, open_page: OpenPage
) -> None:
    person = await site.person()
    page = await open_page(person)
    other = await page.context.new_page()
    await other.goto("/")
    for tab in (page, other):
        await expect(tab.locator(".openings button")).to_have_count(4)
    assert (await person.post("/auth/logout-all")).status_code == 204
    await choose_profile(page, "Log out")
    for tab in (page, other):
        await tab.wait_for_url("**/login")


async def test_a_draft_outlasts_a_login_that_ended_by_itself(
    site: Site, open_page: OpenPage
) -> None:
    first, second = await site.person(), await site.person()
    page = await open_page(first)
    await page.get_by_label("Your message").fill("half a thought")
    for person, draft in ((first, "half a thought"), (second, ""), (first, "")):
        await page.context.clear_cookies()
        await page.reload()
        await page.get_by_label("User name or e-mail").fill(person.name)
        await page.get_by_label("Password", exact=True).fill(PASSWORD)
        await page.keyboard.press("Enter")
        await expect(page.locator(".who-name")).to_have_text(person.name)
        await expect(page.get_by_label("Your message")).to_have_value(draft)


async def test_a_draft_is_not_shown_before_it_is_known_whose_it_is(
    site: Site, open_page: OpenPage
) -> None:
    page = await open_page(await site.person())
    await page.get_by_label("Your message").fill("for my eyes")
    await page.context.clear_cookies()
    await page.reload()
    known, asked = asyncio.Event(), asyncio.Event()
    await page.route("**/auth/me", late(known, asked))
    await page.get_by_label("User name or e-mail").fill((await site.person()).name)
    await page.get_by_label("Password", exact=True).fill(PASSWORD)
    await page.keyboard.press("Enter")
    await asked.wait()
    await settled(page)
    await expect(page.locator(".app")).to_be_visible()
    await expect(page.locator("textarea")).to_have_count(0)
    known.set()
    await expect(page.get_by_label("Your message")).to_have_value("")


async def test_a_reset_link_sets_a_password(site: Site, open_page: OpenPage) -> None:
    person = await site.person()
    token = await site.server.app.state.services.passwords.make_reset(person.name)
    page = await open_page(None, f"/reset#{token}")
    await page.get_by_label("New password").fill("another good password")
    await page.get_by_role("button", name="Save").click()
    await page.wait_for_url("**/login")
    await expect(page.get_by_text("Your new password is set.")).to_be_visible()


async def change_password(page: Page, old: str, new: str) -> None:
    await page.get_by_label("Current password").fill(old)
    await page.get_by_label("New password").fill(new)
    await page.get_by_role("button", name="Change password").click()
