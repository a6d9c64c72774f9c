"""Pins, folders and the archive, by pointer and by keys, in several tabs."""

import pytest
from playwright.async_api import Locator, Page, expect

from tests.folders.listing import folder, place
from tests.page.chatting import choose
from tests.page.conftest import PHONE, OpenPage, Site

pytestmark = pytest.mark.anyio


def section(page: Page, heading: str) -> Locator:
    """A part of the list by its heading."""
    return page.locator(".conversations > section").filter(
        has=page.get_by_role("heading", name=heading)
    )


def titles(place: Locator) -> Locator:
    """The titles of the conversations in a part of the list."""
    return place.locator("a .side-title")


async def test_pins_stand_above(site: Site, open_page: OpenPage) -> None:
    person = await site.person()
    for title in ("old", "middle", "new"):
        await person.conversation(title)
    page = await open_page(person)
    await choose(page, "old", "Pin")
    await expect(titles(section(page, "Pinned"))).to_have_text(["old"])
    await expect(titles(section(page, "Today"))).to_have_text(["new", "middle"])
    await choose(page, "new", "Pin")
    await page.reload()
    await expect(titles(section(page, "Pinned"))).to_have_text(["new", "old"])
    await page.get_by_role("button", name="Pinned").click()
    await expect(titles(section(page, "Pinned"))).to_have_count(0)
    await page.reload()
    await expect(page.get_by_role("button", name="Pinned")).to_have_text("Pinned2")
    await expect(titles(section(page, "Pinned"))).to_have_count(0)
    await page.get_by_role("button", name="Pinned").click()
    await choose(page, "new", "Unpin")
    await choose(page, "old", "Unpin")
    await expect(section(page, "Pinned")).to_have_count(0)
    await expect(titles(section(page, "Today"))).to_have_text(["new", "middle", "old"])


async def test_the_archive(site: Site, open_page: OpenPage) -> None:
    person = await site.person()
    kept, away = await person.conversation("kept"), await person.conversation("away")
    page = await open_page(person, f"/c/{away}")
    await choose(page, "away", "Archive")
    await expect(page.locator(".bar-chip")).to_have_text("Archived")
    await expect(titles(page.locator(".conversations"))).to_have_text(["kept"])
    await page.locator(".toast").get_by_role("button", name="Undo").click()
    await expect(titles(page.locator(".conversations"))).to_have_text(["away", "kept"])
    await expect(page.locator(".bar-chip")).to_have_count(0)

    await page.locator(f".conversation[data-id='{away}'] a").focus()
    async with page.expect_response(lambda answer: answer.request.method == "PATCH"):
        await page.keyboard.press("e")
    await expect(page.locator(f".conversation[data-id='{kept}'] a")).to_be_focused()
    await page.goto("/settings/data")
    archived = page.locator("section", has=page.get_by_role("heading", name="Archive", exact=True))
    await expect(archived.get_by_role("link")).to_have_text(["away"])
    await archived.get_by_role("button", name="Take out of the archive: away").click()
    await expect(archived).to_contain_text("Nothing is archived.")
    await page.goto("/")
    await expect(titles(page.locator(".conversations"))).to_have_text(["away", "kept"])


async def test_a_folder_is_made_and_filled_by_menus(site: Site, open_page: OpenPage) -> None:
    person = await site.person()
    for title in ("one", "two"):
        await person.conversation(title)
    page = await open_page(person)
    await choose(page, "one", "Move to folder")
    await page.get_by_role("menuitem", name="New folder…").click()
    await page.get_by_label("Name of the folder").fill("Work")
    await page.keyboard.press("Enter")
    await expect(titles(section(page, "Folders"))).to_have_text(["one"])
    await expect(page.locator(".folder .count")).to_have_text(["1"])
    await choose(page, "two", "Move to folder")
    await page.get_by_role("menuitemradio", name="Work").click()
    await expect(titles(section(page, "Folders"))).to_have_text(["two", "one"])
    await expect(page.locator(".folder .count")).to_have_text(["2"])
    await expect(section(page, "Today")).to_have_count(0)
    await page.locator(".toast").last.get_by_role("button", name="Undo").click()
    await expect(titles(section(page, "Today"))).to_have_text(["two"])
    await expect(page.locator(".folder .count")).to_have_text(["1"])

    # A name that is taken is said in the dialog.
    await choose(page, "two", "Move to folder")
    await page.get_by_role("menuitem", name="New folder…").click()
    await page.get_by_label("Name of the folder").fill("WORK")
    await page.keyboard.press("Enter")
    await expect(page.locator("dialog .note.bad")).to_contain_text("There is a folder of this name")
    await page.keyboard.press("Escape")

    await page.locator(".folder").hover()
    await page.get_by_role("button", name="Menu: Work").click()
    await page.get_by_role("menuitem", name="Delete").click()
    await page.get_by_role("menuitem", name="Delete folder, keep its conversations").click()
    await expect(section(page, "Folders")).to_have_count(0)
    await expect(titles(section(page, "Today"))).to_have_text(["two", "one"])


async def test_dragged_into_a_folder(site: Site, open_page: OpenPage) -> None:
    person = await site.person()
    await folder(person, "Work")
    await person.conversation("beside")
    conversation = await person.conversation("dragged")
    page = await open_page(person)
    row = page.locator(f".conversation[data-id='{conversation}'] a")
    await expect(page.locator(".folder")).to_be_visible()
    async with page.expect_response(lambda answer: answer.request.method == "PATCH"):
        await row.drag_to(page.locator(".folder"))
    await expect(page.locator(".folder .count")).to_have_text("1")
    await page.locator(".folder .side-row").click()
    inside = titles(section(page, "Folders"))
    await expect(inside).to_have_text(["dragged"])
    await inside.drag_to(section(page, "Today"))
    await expect(titles(section(page, "Today"))).to_have_text(["dragged", "beside"])


async def test_folders_by_keys(site: Site, open_page: OpenPage) -> None:
    person = await site.person()
    first = (await folder(person, "First"))["id"]
    await folder(person, "Second")
    inside, beside = await person.conversation("inside"), await person.conversation("beside")
    await place(person, inside, folder_id=first)
    page = await open_page(person)
    rows = page.locator(".folder .side-row")
    await expect(rows).to_have_count(2)
    await rows.first.focus()
    await page.keyboard.press("ArrowRight")
    await expect(page.locator(f"[data-id='{inside}']")).to_be_visible()
    await page.keyboard.press("ArrowDown")
    await expect(page.locator(f"[data-id='{inside}'] a")).to_be_focused()
    for key in ("ArrowDown", "ArrowDown"):
        await page.keyboard.press(key)
    await expect(page.locator(f"[data-id='{beside}'] a")).to_be_focused()
    await page.keyboard.press("Home")
    await page.keyboard.press("ArrowLeft")
    await expect(page.locator(f"[data-id='{inside}']")).to_have_count(0)
    await page.keyboard.press("ArrowRight")
    for key in ("ArrowDown", "ArrowDown", "ArrowRight"):
        await page.keyboard.press(key)
    await expect(page.locator(".within").last).to_have_text("Drag conversations here.")
    for key in ("ArrowRight", "Enter"):
        await page.keyboard.press(key)
    await expect(page.get_by_role("menuitem").first).to_have_text("Rename…")
    await page.get_by_role("menuitem", name="Move up").press("Enter")
    await expect(rows).to_have_text(["Second0", "First1"])
    # One stop of the Tab key, wherever it was left.
    assert await page.locator(".conversations [tabindex='0']").count() == 1


async def test_other_tabs_hear_of_it(site: Site, open_page: OpenPage) -> None:
    person = await site.person()
    await folder(person, "Work")
    for title in ("one", "two"):
        await person.conversation(title)
    here = await open_page(person)
    there = await here.context.new_page()
    await there.goto("/")
    await expect(titles(section(there, "Today"))).to_have_text(["two", "one"])
    await expect(there.locator(".folder")).to_have_count(1)
    await choose(here, "one", "Archive")
    await expect(titles(section(there, "Today"))).to_have_text(["two"])
    await choose(here, "two", "Move to folder")
    await here.get_by_role("menuitemradio", name="Work").click()
    await expect(there.locator(".folder .count")).to_have_text("1")
    await expect(section(there, "Today")).to_have_count(0)


async def test_a_refused_move_is_as_it_was(site: Site, open_page: OpenPage) -> None:
    person = await site.person()
    made = (await folder(person, "Work"))["id"]
    await person.conversation("stays")
    page = await open_page(person)
    await expect(page.locator(".folder")).to_have_count(1)
    await person.request("DELETE", f"/folders/{made}")
    await choose(page, "stays", "Move to folder")
    await page.get_by_role("menuitemradio", name="Work").click()
    await expect(page.locator(".toast")).to_contain_text("This folder is there no longer")
    await expect(titles(section(page, "Today"))).to_have_text(["stays"])


async def test_on_a_phone(site: Site, open_page: OpenPage) -> None:
    person = await site.person()
    await folder(person, "Work")
    await person.conversation("one")
    page = await open_page(person, viewport=PHONE, has_touch=True, is_mobile=True)
    await page.locator(".bar .icon-button").first.click()
    await page.get_by_role("button", name="Menu: one").click()
    await page.get_by_role("menuitem", name="Move to folder").click()
    await page.get_by_role("menuitemradio", name="Work").click()
    await expect(page.locator(".folder .count")).to_have_text("1")
