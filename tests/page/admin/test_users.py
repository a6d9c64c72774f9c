"""Administrators find users, change what they may do, and take it back; nobody else sees it."""

import pytest
from playwright.async_api import Page, Route, expect

from tests.page.admin.made import done, group_of
from tests.page.conftest import OpenPage, Site
from tests.page.keys.made import make_logins_old
from tests.page.test_keyboard import focus_shows, press, tab_to
from tests.support.server import PASSWORD, Person

pytestmark = pytest.mark.anyio
ONLY = "Only administrators can open this."
LOADED = "performance.getEntriesByType('resource').map(({ name }) => name).join()"


async def test_for_administrators_alone(site: Site, open_page: OpenPage) -> None:
    """Nobody else is sent a byte of it before asking, and whoever is one no longer is out of it."""
    page = await open_page(await site.person(), "/")
    await page.locator(".who").click()
    await expect(page.get_by_role("menuitem", name="Log out")).to_be_visible()
    await expect(page.get_by_role("menuitem", name="Administration")).to_have_count(0)
    assert "AdminPage" not in await loaded(page)
    await page.goto("/administration/users")
    await expect(page.get_by_role("heading", name=ONLY)).to_be_visible()
    await page.get_by_role("main").get_by_role("link", name="Back to chat").click()
    await expect(page.get_by_label("Your message")).to_be_visible()

    admin = await site.server.admin()
    await admin.set_model(site.upstream.url, "recite")
    page = await open_page(admin, "/")
    await page.locator(".who").click()
    await page.get_by_role("menuitem", name="Administration").click()
    sections = page.get_by_role("navigation", name="Administration")
    await sections.get_by_role("link", name="Users").click()
    await page.get_by_label("Find").fill(admin.name)
    row = page.get_by_role("link", name=admin.name)
    await expect(row).to_contain_text("Administratoryou")
    await row.click()
    await expect(page.get_by_text("This is your own account.")).to_be_visible()
    await expect(page.get_by_role("button", name="Delete")).to_have_count(0)
    await page.go_back()
    await expect(page.get_by_label("Find")).to_have_value(admin.name)

    other = await site.server.admin()
    await done(other, "PATCH", f"users/{admin.id}", role="user")
    await sections.get_by_role("link", name="Groups").click()
    await expect(page.get_by_role("heading", name=ONLY)).to_be_visible()
    await page.get_by_role("main").get_by_role("link", name="Back to chat").click()
    await expect(page.get_by_label("Your message")).to_be_visible()


async def test_a_user_is_found_and_changed(site: Site, open_page: OpenPage) -> None:
    admin, person = await site.server.admin(), await site.server.register()
    group = await group_of(admin, f"Readers of {person.name}")
    page = await open_page(admin, "/administration/users")
    await page.get_by_label("Find").fill(person.name[:-1])
    await page.get_by_label("Status").select_option("Active")
    await page.get_by_role("link", name=person.name).click()
    await expect(page.get_by_role("heading", name=person.name)).to_be_visible()
    await expect(page).to_have_title(f"{person.name} · Administration · Chat")

    await make_logins_old(site, admin)
    await page.get_by_role("radio", name="Administrator").check(force=True)
    asked = page.get_by_role("dialog", name="Is it you?")
    await asked.get_by_role("button", name="Cancel").click()
    await expect(page.get_by_role("radio", name="User")).to_be_checked()
    await page.get_by_role("radio", name="Administrator").check(force=True)
    await asked.get_by_label("Your password").fill("nothing of the kind")
    await page.keyboard.press("Enter")
    await expect(asked.get_by_text("That is not your password.")).to_be_visible()
    await asked.get_by_label("Your password").fill(PASSWORD)
    await page.keyboard.press("Enter")
    await told(page, f"{person.name} is an administrator now.")
    assert await role(person) == "admin"
    await page.keyboard.press("Control+z")
    await expect(page.get_by_role("radio", name="User")).to_be_checked()
    assert await role(person) == "user"

    await page.get_by_role("button", name="Add to a group").click()
    await page.get_by_role("combobox", name="Find").fill(person.name)
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("link", name=group["name"])).to_be_visible()
    await page.get_by_role("button", name=f"Take out of {group['name']}").click()
    await told(page, f"{person.name} was taken out of {group['name']}.")
    await expect(page.get_by_text("In no group.")).to_be_visible()

    await page.get_by_role("button", name="End all").click()
    await expect(page.get_by_text("None is open.")).to_be_visible()
    assert (await person.get("/auth/me")).status_code == 401
    await page.get_by_role("button", name="Send a link").click()
    await expect(page.get_by_text("This server sends no mail.")).to_be_visible()
    await page.get_by_role("button", name="Disable").click()
    await expect(page.get_by_role("button", name="Enable")).to_be_visible()
    assert not await logs_in(site, person)
    await page.locator(".toast", has_text="was disabled").get_by_role("button", name="Undo").click()
    await expect(page.get_by_role("button", name="Disable")).to_be_visible()
    assert await logs_in(site, person)

    await page.get_by_role("button", name="Delete…").click()
    await expect(page.get_by_role("button", name="Cancel")).to_be_focused()
    await page.get_by_role("button", name="Delete account").click()
    await expect(page.get_by_text("Deleted. On ")).to_be_visible()
    assert not await logs_in(site, person)
    await page.get_by_role("main").get_by_role("link", name="Users").click()
    await page.get_by_label("Status").select_option("Deleted")
    await page.get_by_role("link", name=person.name).click()
    await page.get_by_role("button", name="Restore").click()
    await told(page, f"{person.name} is back.")
    assert await logs_in(site, person)


async def test_by_the_keyboard_and_page_by_page(site: Site, open_page: OpenPage) -> None:
    """Of more than are shown at once the others follow; focus is never lost."""
    admin = await site.server.admin()
    others = [await site.server.register(f"{admin.name}-{number}") for number in range(3)]
    page = await open_page(admin, "/administration")
    await page.route("**/admin/users?*", by_twos)
    keys = page.keyboard
    users = page.get_by_role("navigation").get_by_role("link", name="Users")
    await expect(users).to_be_visible()
    await tab_to(page, users)
    await keys.press("Enter")
    find = page.get_by_label("Find")
    await tab_to(page, find)
    async with page.expect_response(f"**/admin/users?q={admin.name}&*"):
        await keys.type(admin.name)
    await expect(page.locator(".user-row")).to_have_count(2)
    more = page.get_by_role("button", name="Show more")
    await tab_to(page, more)
    await press(page, more)
    await expect(page.locator(".user-row")).to_have_count(4)
    await expect(more).to_have_count(0)
    await expect(page.locator(".user-row").nth(2)).to_be_focused()
    await tab_to(page, page.get_by_role("link", name=others[-1].name))
    await keys.press("Enter")
    await expect(page.get_by_role("heading", name=others[-1].name)).to_be_focused()
    await focus_shows(page)
    choice = page.get_by_role("radio", name="User")
    await tab_to(page, choice)
    await keys.press("ArrowRight")
    await told(page, f"{others[-1].name} is an administrator now.")
    await focus_shows(page)
    delete = page.get_by_role("button", name="Delete…")
    await tab_to(page, delete)
    await press(page, delete)
    await expect(page.get_by_role("button", name="Cancel")).to_be_focused()
    await press(page, page.get_by_role("button", name="Cancel"))
    await focus_shows(page)


async def by_twos(route: Route) -> None:
    """The same list of the real server's, in smaller pages."""
    await route.continue_(url=route.request.url.replace("limit=50", "limit=2"))


async def loaded(page: Page) -> str:
    """Every file that the page has asked for."""
    names: str = await page.evaluate(LOADED)
    return names


async def told(page: Page, text: str) -> None:
    await expect(page.locator(".toast", has_text=text)).to_be_visible()


async def role(person: Person) -> str:
    said: str = (await person.get("/auth/me")).json()["role"]
    return said


async def logs_in(site: Site, person: Person) -> bool:
    body = {"username_or_email": person.name, "password": PASSWORD}
    return (await site.server.http.post("/auth/login", json=body)).is_success
