"""The list of conversations: titles by hand, deleting and undoing that, finding, addresses."""

import asyncio

import pytest
from playwright.async_api import Route, expect

from tests.page.chatting import choose, replied, say
from tests.page.conftest import PHONE, OpenPage, Site

pytestmark = pytest.mark.anyio


async def test_rename(site: Site, open_page: OpenPage) -> None:
    person = await site.person()
    await person.conversation("old name")
    page = await open_page(person)
    await choose(page, "old name", "Rename")
    await page.get_by_label("Title of the conversation").fill("new name")
    async with page.expect_response(lambda answer: answer.request.method == "PATCH"):
        await page.keyboard.press("Enter")
        await expect(page.locator(".conversation")).to_have_text(["new name"])
    await page.reload()
    await expect(page.locator(".conversation")).to_have_text(["new name"])


async def test_a_delete_is_taken_back(site: Site, open_page: OpenPage) -> None:
    person = await site.person()
    await person.conversation("kept")
    gone = await person.conversation("gone")
    await person.say(gone, "still here")
    page = await open_page(person, f"/c/{gone}")
    await choose(page, "gone", "Delete")
    await page.wait_for_url(site.url + "/")
    await expect(page.locator(".conversation")).to_have_text(["kept"])
    await page.get_by_role("button", name="Undo").click()
    await page.wait_for_url(f"**/c/{gone}")
    await expect(page.locator(".said-text")).to_have_text("still here")


async def test_a_delete_that_could_not_be_taken_back_is_told_and_tried_again(
    site: Site, open_page: OpenPage
) -> None:
    person = await site.person()
    conversation = await person.conversation("wanted")
    page = await open_page(person)
    await page.route("**/restore", lambda route: route.abort(), times=1)
    await choose(page, "wanted", "Delete")
    await page.get_by_role("button", name="Undo").click()
    await expect(page.locator(".toast")).to_contain_text("The server cannot be reached.")
    await page.locator(".toast").get_by_role("button", name="Try again").click()
    await expect(page.locator(".conversation")).to_have_text(["wanted"])
    await expect(page.locator(".toast")).to_have_count(0)
    assert (await person.get(f"/conversations/{conversation}")).status_code == 200


async def test_a_delete_that_fails_puts_back_that_conversation_and_changes_nothing_else(
    site: Site, open_page: OpenPage
) -> None:
    person = await site.person()
    stays = await person.conversation("stays")
    page = await open_page(person)
    fail = asyncio.Event()

    async def abort_late(route: Route) -> None:
        await fail.wait()
        await route.abort()

    await page.route(f"**/conversations/{stays}", abort_late)
    await choose(page, "stays", "Delete")
    await expect(page.locator(".conversation")).to_have_count(0)
    site.upstream.title = "begun meanwhile"
    await say(page, "hello")
    await expect(page.locator(".conversation")).to_have_text(["begun meanwhile"])
    fail.set()
    await expect(page.locator(".toast")).to_contain_text("The server cannot be reached.")
    await expect(page.locator(".conversation")).to_have_text(["begun meanwhile", "stays"])


async def test_addresses_and_the_back_button(site: Site, open_page: OpenPage) -> None:
    person = await site.person()
    one, two = await person.conversation("one"), await person.conversation("two")
    page = await open_page(person, f"/c/{one}")
    await expect(page).to_have_title("one · Chat")
    await page.get_by_role("link", name="two").click()
    await expect(page).to_have_title("two · Chat")
    await page.go_back()
    await expect(page).to_have_title("one · Chat")
    await page.go_forward()
    await expect(page).to_have_title("two · Chat")
    stranger = await open_page(await site.person(), f"/c/{two}")
    await expect(stranger.get_by_text("This conversation does not exist.")).to_be_visible()


async def test_the_list_has_no_end_button(site: Site, open_page: OpenPage) -> None:
    person = await site.person()
    for number in range(90):
        await person.conversation(f"number {number}")
    page = await open_page(person)
    await expect(page.locator(".conversation").first).to_have_text("number 89")
    for count in (40, 80):
        await expect(page.locator(".conversation")).to_have_count(count)
        await page.locator(".conversations").evaluate("box => box.scrollTop = box.scrollHeight")
    await expect(page.locator(".conversation")).to_have_count(90)


async def test_what_happened_elsewhere_shows_when_the_page_is_seen_or_online_again(
    site: Site, open_page: OpenPage
) -> None:
    person = await site.person()
    for title in ("deleted", "renamed", "kept"):
        await person.conversation(title)
    page = await open_page(person)
    listed = page.locator(".conversation")
    await expect(listed).to_have_text(["kept", "renamed", "deleted"])
    ids = [int((await listed.nth(n).locator("a").get_attribute("href") or "")[3:]) for n in (1, 2)]
    await person.conversation("made elsewhere")
    await person.request("PATCH", f"/conversations/{ids[0]}", json={"title": "new name"})
    await person.request("DELETE", f"/conversations/{ids[1]}")
    await page.evaluate("document.dispatchEvent(new Event('visibilitychange', { bubbles: true }))")
    await expect(listed.filter(has_text="made elsewhere")).to_be_visible()
    titles = ["kept", "made elsewhere", "new name"]
    assert sorted(await listed.all_inner_texts()) == titles

    await page.context.set_offline(True)
    await person.conversation("made meanwhile")
    await page.context.set_offline(False)
    await expect(listed.first).to_have_text("made meanwhile")


async def test_a_conversation_from_elsewhere_that_is_used_here_is_listed(
    site: Site, open_page: OpenPage
) -> None:
    person = await site.person()
    page = await open_page(person)
    await expect(page.get_by_text("Your conversations will appear here.")).to_be_visible()
    conversation = await person.conversation("from elsewhere")
    await page.evaluate("path => history.pushState(null, '', path)", f"/c/{conversation}")
    await page.evaluate("dispatchEvent(new PopStateEvent('popstate'))")
    await expect(page).to_have_title("from elsewhere · Chat")
    await say(page, "hello")
    await replied(page, "hello")
    await expect(page.locator(".conversation")).to_have_text(["from elsewhere"])


async def test_on_a_phone_the_sidebar_is_a_drawer(site: Site, open_page: OpenPage) -> None:
    person = await site.person()
    await person.conversation("on the phone")
    page = await open_page(person, viewport=PHONE, has_touch=True, is_mobile=True)
    await expect(page.get_by_role("navigation")).to_be_hidden()
    await page.get_by_role("button", name="Show sidebar").tap()
    await page.get_by_role("link", name="on the phone").tap()
    await expect(page.get_by_role("navigation")).to_be_hidden()
    await expect(page).to_have_title("on the phone · Chat")


@pytest.mark.parametrize("path", ["/", "/settings", "/settings/devices"])
async def test_nothing_is_wider_than_a_small_phone(
    site: Site, open_page: OpenPage, path: str
) -> None:
    page = await open_page(await site.person(), path, viewport={"width": 360, "height": 640})
    await expect(page.locator("h1").first).to_be_visible()
    assert await page.evaluate("document.documentElement.scrollWidth") == 360


@pytest.mark.parametrize(("system", "key"), [("Macintosh", "⌘ K"), ("X11; Linux x86_64", "Ctrl K")])
async def test_search_names_the_key_of_the_system(
    site: Site, open_page: OpenPage, system: str, key: str
) -> None:
    page = await open_page(await site.person(), user_agent=f"Mozilla/5.0 ({system})")
    search = page.get_by_role("navigation").get_by_role("button", name="Search", exact=True)
    await expect(search).to_contain_text(key)
