"""What another product exported is here in a moment, is told of one by one, and goes as a whole."""

import asyncio
from pathlib import Path

import pytest
from playwright.async_api import Page, Route, expect

from tests.faults.watching import eventually
from tests.page.conftest import OpenPage, Site
from tests.page.looks import HAND, WIDE
from tests.page.transfer.moving import choose_file, imports_of, open_data, payload
from tests.support.server import Person

pytestmark = pytest.mark.anyio
EXPORT = Path(__file__).parents[2] / "transfer" / "exports" / "chatgpt" / "plain.json"
BEFORE = 45
"""More conversations than a page of the list has."""


async def bring_in(page: Page, name: str = "conversations.json") -> None:
    """An export of two conversations, and wait until it has ended."""
    content = await asyncio.to_thread(EXPORT.read_bytes)
    await choose_file(page, payload(name, content))
    await expect(page.locator(".import-row").first).to_contain_text(name)


@pytest.mark.parametrize("options", [WIDE, HAND], ids=["wide", "hand"])
async def test_conversations_are_in_the_list_at_once(
    site: Site, open_page: OpenPage, options: dict[str, object]
) -> None:
    person = await site.person()
    page = await open_page(person, **options)
    await open_data(page)
    button = page.locator(".drop-box button")
    content = await asyncio.to_thread(EXPORT.read_bytes)
    await choose_file(page, payload("conversations.json", content), button)
    row = page.locator(".import-row")
    await expect(row).to_contain_text("ChatGPT")
    await expect(row).to_contain_text("2 new")
    await row.get_by_role("button", name="Report").click()
    items = page.locator(".import-items li")
    await expect(items).to_have_count(2)
    await expect(items.first).to_contain_text("1 hidden message left out")
    await items.get_by_role("link", name="Edited and regenerated").click()
    await expect(page).to_have_title("Edited and regenerated · Chat")
    await expect(page.locator(".reply").last).to_contain_text("About 6,300 km.")
    if options is HAND:
        await page.locator(".bar .icon-button").first.click()
    await expect(page.locator(".conversation")).to_have_count(2)


async def test_again_it_adds_nothing(site: Site, open_page: OpenPage) -> None:
    person = await site.person()
    page = await open_page(person)
    await open_data(page)
    await bring_in(page)
    await bring_in(page, "again.json")
    await expect(page.locator(".import-row").first).to_contain_text("2 unchanged")
    await expect(page.locator(".conversation")).to_have_count(2)


async def test_a_whole_import_is_undone(site: Site, open_page: OpenPage) -> None:
    person = await site.person()
    page = await open_page(person)
    await open_data(page)
    await bring_in(page)
    await expect(page.locator(".conversation")).to_have_count(2)
    undo = page.get_by_role("button", name="Undo the import of conversations.json")
    await undo.press("Enter")
    await expect(page.get_by_text("The 2 conversations that came with it")).to_be_visible()
    await page.get_by_role("button", name="Cancel", exact=True).press("Enter")
    await undo.press("Enter")
    await page.get_by_role("button", name="Undo this import").press("Enter")
    await expect(page.locator(".import-row")).to_contain_text("undone")
    await expect(page.locator(".conversation")).to_have_count(0)
    deleted = page.locator(".section", has=page.get_by_role("heading", name="Recently deleted"))
    await expect(deleted.locator("li")).to_have_count(2)
    await deleted.get_by_role("button", name="Restore: Edited and regenerated").click()
    await expect(page.locator(".conversation")).to_have_count(1)


async def test_a_list_that_was_read_has_what_came(site: Site, open_page: OpenPage) -> None:
    person = await site.person()
    for number in range(BEFORE):
        await person.conversation(f"before {number}")
    page = await open_page(person)
    other = await page.context.new_page()
    await other.goto("/")
    for each in (page, other):
        await read_all(each, BEFORE)
    await open_data(page)
    await bring_in(page)
    await page.keyboard.press("Escape")
    for each in (page, other):
        await read_all(each, BEFORE + 2)


async def test_elsewhere_a_notice_tells_that_it_has_ended(site: Site, open_page: OpenPage) -> None:
    person = await site.person()
    page = await open_page(person)
    await open_data(page)
    held = asyncio.Event()

    async def hold(route: Route) -> None:
        await held.wait()
        await route.continue_()

    await page.route("**/imports?name=*", hold)
    content = await asyncio.to_thread(EXPORT.read_bytes)
    await choose_file(page, payload("conversations.json", content))
    await expect(page.locator(".import-card")).to_be_visible()
    await page.keyboard.press("Escape")
    held.set()
    notice = page.locator(".toast", has_text="“conversations.json” is imported: 2 new.")
    await notice.get_by_role("button", name="Show").click()
    await expect(page.locator(".import-row")).to_contain_text("2 new")


async def test_a_file_of_something_else_is_refused_with_a_reason(
    site: Site, open_page: OpenPage
) -> None:
    person = await site.person()
    page = await open_page(person)
    await open_data(page)
    await choose_file(page, payload("notes.json", b'{"notes": []}'))
    await expect(page.locator(".import-row")).to_contain_text("No product's conversations")
    await eventually(lambda: is_failed(person))


async def is_failed(person: Person) -> bool:
    return [one["status"] for one in await imports_of(person)] == ["failed"]


async def read_all(page: Page, count: int) -> None:
    """Scroll through the list of a tab until all of it is there."""
    await page.bring_to_front()
    rows = page.locator(".conversation")
    await expect(rows.first).to_be_visible()

    async def is_read() -> bool:
        await page.locator(".conversations").evaluate("it => { it.scrollTop = it.scrollHeight; }")
        return await rows.count() == count

    await eventually(is_read)
