"""A link is made of what was chosen, brought up to date and ended; others see just that."""

import asyncio

import pytest
from playwright.async_api import Page, expect

from tests.faults.watching import eventually
from tests.page.chatting import choose, late
from tests.page.conftest import OpenPage, Site
from tests.page.sharing.shown import NOTHING, link_to, opened, tides
from tests.page.test_keyboard import focus_shows, press, tab_to
from tests.page.test_message_menu import choose_of

pytestmark = pytest.mark.anyio


async def test_made_seen_updated_and_ended(site: Site, open_page: OpenPage) -> None:
    person, conversation = await tides(site)
    page = await open_page(person, f"/c/{conversation}")
    await page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    await page.locator(".bar").get_by_role("button", name="Share a link").click()
    dialog = page.get_by_role("dialog", name="Share a link")
    preview = dialog.get_by_role("region", name="What will be seen")
    await expect(preview).to_contain_text("How tides work")
    await expect(preview).to_contain_text("2 messages · recite_at_once")
    await expect(preview).to_contain_text("Why are there two tides a day?")
    await preview.get_by_role("checkbox", name="table.txt").uncheck()
    await dialog.get_by_role("checkbox", name="Show what the models thought").check()
    await dialog.get_by_role("radio", name="Never").check()
    await dialog.get_by_role("button", name="Create link").click()
    await dialog.get_by_role("button", name="Copy link").click()
    await expect(dialog.get_by_role("button", name="Copied")).to_be_visible()
    url = await dialog.get_by_role("textbox", name="Link").input_value()
    assert url.startswith(f"{site.url}/s/")
    assert await page.evaluate("navigator.clipboard.readText()") == url
    await page.keyboard.press("Escape")

    reader = await open_page(None, "about:blank")
    asked: list[str] = []
    reader.on("request", lambda request: asked.append(request.url.removeprefix(site.url)))
    await reader.goto(url)
    await expect(reader.get_by_role("heading", name="How tides work")).to_be_visible()
    await expect(reader).to_have_title("How tides work · Chat")
    await expect(reader.locator(".said-text")).to_have_text(["Why are there two tides a day?"])
    await expect(reader.locator(".reply strong")).to_have_text("Moon")
    await expect(reader.locator(".reply table")).to_be_visible()
    await expect(
        reader.locator(".reply .hljs-built_in, .reply .code span span").first
    ).to_be_visible()
    await reader.get_by_text("Thought", exact=True).click()
    await expect(reader.get_by_text("The Moon pulls.")).to_be_visible()
    await expect(reader.get_by_role("img", name="Picture 1")).to_have_js_property(
        "naturalWidth", 400
    )
    await expect(reader.locator(".file")).to_have_count(0)
    assert all(path.startswith(("/s/", "/assets/")) for path in asked), asked
    assert "harbour" not in await reader.content()

    async def has_views() -> bool:
        return bool((await person.get("/shares")).json()["shares"][0]["views"] == 1)

    await eventually(has_views)
    await person.say(conversation, "And in the Baltic Sea?")
    await choose(page, "How tides work", "Share a link…")
    row = dialog.get_by_role("listitem")
    await expect(row).to_contain_text("2 messages · 1 view · until you end it")
    await row.get_by_role("button", name="Update to now").click()
    await expect(row).to_contain_text("4 messages")
    await expect(row.get_by_role("button", name="Update to now")).to_have_count(0)
    await row.get_by_role("button", name="When the link ends").click()
    await page.get_by_role("menuitem", name="In 7 days").click()
    await expect(row).not_to_contain_text("until you end it")
    await row.get_by_text("What it shows").click()
    await row.get_by_role("checkbox", name="table.txt").check()
    await row.get_by_role("checkbox", name="Show what the models thought").uncheck()
    shows = row.get_by_role("group", name="What the link shows")
    await expect(shows).to_have_attribute("aria-busy", "false")
    await reader.reload()
    await expect(reader.locator(".said-text")).to_have_count(2)
    await expect(reader.locator(".file")).to_have_count(1)
    await expect(reader.get_by_text("Thought", exact=True)).to_have_count(0)

    await row.get_by_role("button", name="End link").click()
    await expect(page.locator(".toast").last).to_contain_text("Ended: the link of")
    await expect(row).to_have_count(0)
    await expect(preview).to_contain_text("4 messages")
    await reader.reload()
    await expect(reader.get_by_role("heading", name=NOTHING)).to_be_visible()


async def test_by_the_keyboard_and_from_the_settings(site: Site, open_page: OpenPage) -> None:
    person, conversation = await tides(site)
    page = await open_page(person, f"/c/{conversation}")
    keys = page.keyboard
    share = page.locator(".bar").get_by_role("button", name="Share a link")
    await expect(page.get_by_label("Your message")).to_be_focused()
    await tab_to(page, share, back=True)
    await press(page, share)
    await expect(page.get_by_role("button", name="Create link")).to_be_visible()
    await tab_to(page, page.get_by_role("checkbox", name="table.txt"))
    await keys.press("Space")
    await tab_to(page, page.get_by_role("radio", name="30 days"))
    await keys.press("ArrowRight")
    await expect(page.get_by_role("radio", name="90 days")).to_be_checked()
    await keys.press("Enter")
    await expect(page.get_by_role("button", name="Copy link")).to_be_focused()
    await focus_shows(page)
    await keys.press("Escape")
    await expect(share).to_be_focused()

    await keys.press("Control+,")
    await page.goto("/settings/data")
    links = page.get_by_role("region", name="Links")
    end = links.get_by_role("button", name="End link: How tides work")
    await expect(end).to_be_visible()
    await tab_to(page, end)
    await press(page, end)
    await expect(links.get_by_text("You show nothing by a link.")).to_be_visible()
    await focus_shows(page)
    await link_to(person, conversation)
    await page.reload()
    await links.get_by_role("link", name="How tides work").click()
    await expect(page.locator(".said-text")).to_be_visible()
    assert page.url == f"{site.url}/c/{conversation}"


async def test_two_that_are_ended_at_once_are_gone(site: Site, open_page: OpenPage) -> None:
    person, conversation = await tides(site)
    for _ in range(2):
        await link_to(person, conversation)
    page = await open_page(person, f"/c/{conversation}")
    await page.locator(".bar").get_by_role("button", name="Share a link").click()
    ends = page.get_by_role("dialog").get_by_role("button", name="End link: How tides work")
    await expect(ends).to_have_count(2)
    gone_on = asyncio.Event()
    await page.route("**/shares/*", late(gone_on))
    for row in (0, 1):
        await ends.nth(row).click()
    gone_on.set()
    await expect(ends).to_have_count(0)
    assert (await person.get("/shares")).json()["shares"] == []


async def test_a_deletion_tells_of_links_that_show_it(site: Site, open_page: OpenPage) -> None:
    person, conversation = await tides(site)
    url = await link_to(person, conversation)
    await person.say(conversation, "And in the Baltic Sea?")
    page = await open_page(person, f"/c/{conversation}")
    toast = page.locator(".toast")
    # What came after the link is not in it.
    await choose_of(page, page.locator(".said").last, "Delete with what follows")
    await expect(toast).to_contain_text("The message was deleted")
    await expect(page.locator(".said")).to_have_count(1)
    await choose_of(page, page.locator(".reply").first, "Delete")
    await expect(toast.last).to_contain_text("“How tides work” still shows it.")
    await expect(toast.first).not_to_contain_text("still shows it")
    await toast.last.get_by_role("button", name="End link").click()
    await expect(toast.last).to_contain_text("Ended: the link of")
    reader = await opened(open_page, url)
    await expect(reader.get_by_role("heading", name=NOTHING)).to_be_visible()
    await toast.last.get_by_role("button", name="Undo").click()
    await expect(page.locator(".reply")).to_have_count(1)
    await answered_nothing(reader)
    reader = await opened(open_page, await link_to(person, conversation))
    await choose(page, "How tides work", "Delete")
    await expect(toast.last).to_contain_text("was deleted. Its link has ended for good.")
    await toast.last.get_by_role("button", name="Undo").click()
    await page.wait_for_url(f"**/c/{conversation}")
    await answered_nothing(reader)


async def answered_nothing(reader: Page) -> None:
    """Taking a deletion back revives no link."""
    await reader.reload()
    await expect(reader.get_by_role("heading", name=NOTHING)).to_be_visible()
