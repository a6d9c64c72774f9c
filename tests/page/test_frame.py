"""Where things are: the menus of a conversation, the settings over the page, notices that undo."""

import asyncio

import pytest
from playwright.async_api import Page, expect

from tests.page.chatting import choose, choose_profile, late, replied, say
from tests.page.conftest import DESKTOP, PHONE, OpenPage, Site
from tests.page.model import SPOKEN
from tests.support.server import PASSWORD
from tests.support.upstream import ScriptedUpstream

pytestmark = pytest.mark.anyio
ON_A_PHONE = {"viewport": PHONE, "has_touch": True, "is_mobile": True}
SENT = "What the model was sent…"
ENTRIES = [
    *("Rename", "Pin", "Move to folder", "Instructions and parameters…", SENT),
    *("Share a link…", "Export", "Archive", "Delete"),
]


async def test_a_conversation_has_the_same_menu_in_every_place(
    site: Site, open_page: OpenPage
) -> None:
    person = await site.person()
    page = await open_page(person, f"/c/{await person.conversation('tides')}")
    labels = page.locator("[role=menu] .menu-label")
    link = page.get_by_role("link", name="tides")
    for way in ("title", "right button", "button of the row", "key for menus"):
        if way == "title":
            await page.get_by_role("button", name="tides", exact=True).click()
        elif way == "right button":
            await link.click(button="right")
        elif way == "button of the row":
            await page.get_by_role("button", name="Menu: tides").click()
        else:
            await link.press("Shift+F10")
        await expect(labels).to_have_text(ENTRIES)
        box = await page.locator(".popover").bounding_box()
        assert box and box["x"] >= 0 and box["x"] + box["width"] <= DESKTOP["width"]
        await page.keyboard.press("Escape")
        await expect(labels).to_have_count(0)
    await expect(link).to_be_focused()


async def test_a_menu_closes_by_a_press_beside_it(site: Site, open_page: OpenPage) -> None:
    person = await site.person()
    page = await open_page(person, f"/c/{await person.conversation('tides')}")
    title = page.get_by_role("button", name="tides", exact=True)
    await title.click()
    await expect(title).to_have_attribute("aria-expanded", "true")
    await expect(page.get_by_role("menu")).to_be_visible()
    await page.mouse.click(900, 600)
    await expect(page.get_by_role("menu")).to_have_count(0)
    await expect(title).to_have_attribute("aria-expanded", "false")


async def test_the_title_over_the_thread_is_changed_there(site: Site, open_page: OpenPage) -> None:
    person = await site.person()
    page = await open_page(person, f"/c/{await person.conversation('before')}")
    await page.get_by_role("button", name="before", exact=True).click()
    await page.get_by_role("menuitem", name="Rename").click()
    await page.keyboard.type("after")
    await page.keyboard.press("Enter")
    await expect(page).to_have_title("after · Chat")
    await page.keyboard.press("F2")
    await expect(page.get_by_label("Title of the conversation")).to_have_value("after")
    for key in ("Escape", "Enter"):
        await page.get_by_label("Your message").focus()
        await page.keyboard.press("F2")
        await page.keyboard.press(key)
        await expect(page.get_by_label("Your message")).to_be_focused()


@pytest.mark.parametrize("lines", [1, 30])
async def test_a_notice_stands_over_the_message_box(
    site: Site, open_page: OpenPage, lines: int
) -> None:
    person = await site.person()
    await person.conversation("tides")
    page = await open_page(person)
    await page.get_by_label("Your message").fill("line\n" * lines)
    await choose(page, "tides", "Delete")
    notice = await page.locator(".toast").bounding_box()
    box = await page.locator(".composer").bounding_box()
    assert notice and box
    assert notice["y"] + notice["height"] < box["y"]
    assert abs(notice["x"] + notice["width"] / 2 - box["x"] - box["width"] / 2) <= 1


@pytest.mark.parametrize("path", ["/settings", "/settings/models"])
async def test_who_touches_is_shown_no_ring(site: Site, open_page: OpenPage, path: str) -> None:
    page = await open_page(
        await site.person(), path, viewport=PHONE, has_touch=True, is_mobile=True
    )
    dialog = page.get_by_role("dialog")
    await expect(dialog).to_be_focused()
    await expect(dialog).to_have_css("outline-style", "none")


async def test_instructions_of_a_conversation(site: Site, open_page: OpenPage) -> None:
    person = await site.person()
    conversation = await person.conversation("tides")
    page = await open_page(person, f"/c/{conversation}")
    chip = page.get_by_role("button", name="Instructions", exact=True)
    box = page.get_by_label("Instructions for this conversation")
    await choose(page, "tides", "Instructions")
    await expect(box).to_be_focused()
    await expect(chip).to_have_count(0)
    await box.fill("Be brief.")
    await page.keyboard.press("Escape")  # by mistake: nothing is lost
    await choose(page, "tides", "Instructions")
    await expect(box).to_have_value("Be brief.")
    await box.press("Control+Enter")
    await expect(chip).to_be_visible()
    read = await person.get(f"/conversations/{conversation}")
    assert read.json()["system_prompt"] == "Be brief."
    await page.reload()
    await chip.click()
    await box.fill("")
    await page.get_by_role("button", name="Save").click()
    await expect(chip).to_have_count(0)
    await page.reload()
    await expect(page).to_have_title("tides · Chat")
    await expect(chip).to_have_count(0)


async def test_instructions_on_their_way_are_no_empty_box(site: Site, open_page: OpenPage) -> None:
    person = await site.person()
    conversation = await person.conversation("tides")
    page = await open_page(person, f"/c/{conversation}")
    await expect(page).to_have_title("tides · Chat")
    read = asyncio.Event()
    await page.route(f"**/conversations/{conversation}", late(read))
    await choose(page, "tides", "Instructions")
    box = page.get_by_label("Instructions for this conversation")
    await expect(box).to_have_attribute("placeholder", "Loading")
    await expect(box).not_to_be_editable()
    read.set()
    await expect(box).to_be_editable()
    await expect(box).to_have_attribute("placeholder", "Answer briefly, and in British English.")


async def test_a_conversation_is_saved_as_markdown(site: Site, open_page: OpenPage) -> None:
    person = await site.person("recite_at_once")
    conversation = await person.conversation("潮汐 and tides")
    await person.say(conversation, "one two")
    page = await open_page(person, f"/c/{conversation}")
    await choose(page, "潮汐 and tides", "Export")
    async with page.expect_download() as started:
        await page.get_by_role("menuitem", name="Markdown").click()
    download = await started.value
    assert download.suggested_filename == "潮汐 and tides.md"
    assert "one two" in await asyncio.to_thread((await download.path()).read_text, "utf-8")
    await page.route("**/export*", lambda route: route.abort())
    await choose(page, "潮汐 and tides", "Export")
    await page.get_by_role("menuitem", name="Markdown").click()
    await expect(page.get_by_role("status").last).to_contain_text("cannot be reached")


async def test_deletions_are_taken_back_one_by_one(site: Site, open_page: OpenPage) -> None:
    person = await site.person()
    for title in ("three", "two", "one"):
        await person.conversation(title)
    page = await open_page(person)
    listed = page.locator(".conversation")
    for title in ("one", "two", "three"):
        await choose(page, title, "Delete")
    await expect(page.get_by_text("Your conversations will appear here.")).to_be_visible()
    await expect(page.locator(".toast")).to_have_count(3)
    await page.locator(".toast", has_text="“one”").get_by_role("button", name="Undo").click()
    await expect(listed).to_have_text(["one"])
    await page.get_by_label("Your message").fill("words")
    await page.keyboard.press("Control+z")  # of the words
    await expect(listed).to_have_text(["one"])
    await page.get_by_label("Your message").fill("")
    await page.keyboard.press("Control+z")
    await expect(listed).to_have_text(["one", "three"])
    await page.keyboard.press("Control+z")
    await expect(listed).to_have_text(["one", "two", "three"])
    await expect(page.locator(".toast")).to_have_count(0)


async def test_what_was_deleted_before_is_restored(site: Site, open_page: OpenPage) -> None:
    person = await site.person()
    page = await open_page(person)
    await choose_profile(page, "Archive and deleted")
    await expect(page.get_by_text("Nothing has been deleted lately.")).to_be_visible()
    for number in range(21):
        gone = await person.conversation(f"number {number}")
        await person.request("DELETE", f"/conversations/{gone}")
    await page.reload()
    rows = page.locator(".settings .rows li")
    await expect(rows).to_have_count(20)
    await page.get_by_role("button", name="Show more").click()
    await expect(rows).to_have_count(21)
    await page.get_by_role("button", name="Restore: number 0").click()
    await expect(rows).to_have_count(20)
    await page.keyboard.press("Escape")
    await expect(page.locator(".conversation")).to_have_text(["number 0"])


async def test_the_settings_lie_over_the_page_and_have_addresses(
    site: Site, open_page: OpenPage
) -> None:
    person = await site.person()
    conversation = await person.conversation("below")
    page = await open_page(person, f"/c/{conversation}")
    await expect(page).to_have_title("below · Chat")
    settings = page.get_by_role("dialog", name="Settings")
    await page.keyboard.press("Control+,")
    await expect(page).to_have_url(f"{site.url}/settings")
    await expect(settings.get_by_role("group", name="General")).to_be_visible()
    await settings.get_by_role("link", name="Devices").click()
    await expect(page).to_have_url(f"{site.url}/settings/devices")
    await expect(settings.get_by_text("This device")).to_be_visible()
    await page.reload()
    await expect(settings.get_by_text("This device")).to_be_visible()
    await expect(page).to_have_title("Settings · Chat")
    await expect(page.locator(".title-button")).to_have_text("below")
    await page.go_back()
    await expect(settings).to_have_count(0)
    await expect(page).to_have_url(f"{site.url}/c/{conversation}")
    await expect(page).to_have_title("below · Chat")
    await page.go_forward()
    await expect(settings).to_be_visible()
    await settings.get_by_role("button", name="Close").click()
    await expect(page).to_have_url(f"{site.url}/c/{conversation}")
    await page.goto("/settings/nothing")  # an address of another version
    await expect(settings.get_by_role("group", name="General")).to_be_visible()
    await page.keyboard.press("Escape")
    await expect(page).to_have_url(f"{site.url}/")


async def test_on_a_phone_the_settings_are_a_list_and_then_a_page(
    site: Site, open_page: OpenPage
) -> None:
    person = await site.person()
    conversation = await person.conversation("below")
    page = await open_page(person, f"/c/{conversation}", **ON_A_PHONE)
    await page.get_by_role("button", name="Show sidebar").tap()
    await page.locator(".who").tap()
    await page.get_by_role("menuitem", name="Settings").tap()
    devices = page.get_by_role("link", name="Devices")
    await devices.tap()
    await expect(page.get_by_text("This device")).to_be_visible()
    await expect(devices).to_be_hidden()
    await page.get_by_role("button", name="Settings").tap()
    await expect(devices).to_be_visible()
    await page.get_by_role("link", name="Account").tap()
    await expect(page.get_by_label("Current password")).to_be_visible()
    await page.go_back()
    await expect(devices).to_be_visible()
    await page.get_by_role("button", name="Close").first.tap()
    await expect(page).to_have_url(f"{site.url}/c/{conversation}")


async def test_on_a_phone_every_row_has_its_menu_and_fingers_find_everything(
    site: Site, open_page: OpenPage
) -> None:
    person = await site.person()
    for title in ("second", "first"):
        await person.conversation(title)
    page = await open_page(person, **ON_A_PHONE)
    await page.get_by_role("button", name="Show sidebar").tap()
    small = """() => [...document.querySelectorAll('.bar button, .sidebar a, .sidebar button')]
        .filter(each => each.checkVisibility() && each.getBoundingClientRect().height < 43.9)
        .map(each => each.outerHTML)"""
    assert await page.evaluate(small) == []
    await hold(page, "second")
    await expect(page.get_by_role("menu")).to_be_visible()
    heights = await page.locator("[role=menuitem]").evaluate_all(
        "all => all.map(each => each.getBoundingClientRect().height)"
    )
    assert len(heights) == len(ENTRIES) and min(heights) >= 44
    await page.get_by_role("menuitem", name="Delete").tap()
    await expect(page.locator(".conversation")).to_have_text(["first"])
    await expect(page).to_have_url(f"{site.url}/")  # the press was no click
    await page.get_by_role("button", name="Menu: first").tap()
    await page.get_by_role("menuitem", name="Rename").tap()
    await page.get_by_label("Title of the conversation").fill("renamed")
    await page.keyboard.press("Enter")
    await expect(page.locator(".conversation")).to_have_text(["renamed"])


async def test_a_window_that_becomes_narrow_closes_the_sidebar(
    site: Site, open_page: OpenPage
) -> None:
    page = await open_page(await site.person())
    sidebar = page.get_by_role("navigation")
    await expect(sidebar).to_be_visible()
    await page.set_viewport_size({"width": 700, "height": 800})
    await expect(sidebar).to_be_hidden()
    await page.set_viewport_size({"width": 1280, "height": 800})
    await expect(sidebar).to_be_visible()
    await page.get_by_role("button", name="Hide sidebar").click()
    await page.set_viewport_size({"width": 700, "height": 800})
    await page.set_viewport_size({"width": 1280, "height": 800})
    await expect(page.get_by_role("button", name="Show sidebar")).to_be_visible()
    await expect(sidebar).to_be_hidden()


async def test_the_first_stop_of_the_keyboard_leads_past_the_sidebar(
    site: Site, open_page: OpenPage
) -> None:
    person = await site.person()
    for number in range(30):
        await person.conversation(f"number {number}")
    page = await open_page(person)
    await expect(page.locator(".conversation").first).to_be_visible()
    box = page.get_by_label("Your message")
    await expect(box).to_be_focused()
    stops = 0
    while not await page.locator(".skip:focus").count():
        await page.keyboard.press("Shift+Tab")
        stops += 1
        assert stops <= 14  # the list is one of them
    await expect(page.locator(".skip")).to_be_in_viewport()
    await page.keyboard.press("Enter")
    await expect(box).to_be_focused()


async def test_the_focus_after_logging_in(site: Site, open_page: OpenPage) -> None:
    """It is where one writes; on a phone nowhere, for a ring would be the first thing seen."""
    newcomer, person = await site.server.register(), await site.person()
    for who, options in ((newcomer, {}), (person, {}), (person, ON_A_PHONE)):
        page = await open_page(None, "/login", **options)
        await page.get_by_label("User name or e-mail").fill(who.name)
        await page.get_by_label("Password", exact=True).fill(PASSWORD)
        await page.keyboard.press("Enter")
        await expect(page.locator(".app main form")).to_be_visible()
        if options:
            await expect(page.locator(".openings")).to_be_attached()
            await expect(page.locator("body:focus, :root:not(:has(:focus))")).to_have_count(1)
        else:
            await expect(page.locator("main form").locator("input, textarea").first).to_be_focused()


async def test_a_running_reply_shows_in_the_list(
    site: Site, open_page: OpenPage, upstream: ScriptedUpstream
) -> None:
    person = await site.person("recite_half", upstream=upstream)
    await person.conversation("another")
    page = await open_page(person, f"/c/{await person.conversation('running')}")
    dot = page.get_by_role("img", name="A reply is being written")
    await say(page, "one two three four")
    await expect(page.locator(".reply .prose")).to_have_text("one two t")
    await expect(dot).to_have_count(1)
    await page.get_by_role("link", name="another").click()
    await expect(page).to_have_title("another · Chat")
    await expect(dot).to_have_count(1)
    upstream.release()
    await page.get_by_role("link", name="running").click()
    await replied(page, "one two three four")
    await expect(dot).to_have_count(0)


async def test_shortcuts(site: Site, open_page: OpenPage, upstream: ScriptedUpstream) -> None:
    code = "Like this:\n\n```python\nprint(1)\n```\n\nor so:\n\n```\nx = 2\n```\nDone."
    SPOKEN["some code"] = code
    person = await site.person("recite_at_once", upstream=upstream)
    page = await open_page(person, f"/c/{await person.conversation('keys')}")
    await page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    await say(page, "some code")
    await expect(page.locator(".reply.last pre")).to_have_count(2)
    await page.keyboard.press("Control+Shift+c")
    await expect(page.locator(".toast")).to_have_text("Copied")
    assert await clipboard(page) == code
    await page.keyboard.press("Control+Shift+Semicolon")
    await page.wait_for_function("navigator.clipboard.readText().then((is) => is === 'x = 2')")
    await page.keyboard.press("ArrowUp")
    await expect(page.get_by_label("Edit your message")).to_have_value("some code")
    await page.keyboard.press("Escape")
    await page.get_by_label("Your message").fill("not empty")
    await page.keyboard.press("ArrowUp")
    await expect(page.get_by_label("Edit your message")).to_have_count(0)
    await page.keyboard.press("Control+Shift+s")
    await expect(page.get_by_role("navigation")).to_be_hidden()
    await page.keyboard.press("Control+Shift+s")
    await expect(page.get_by_role("navigation")).to_be_visible()
    await page.get_by_label("Your message").press("End")
    await page.keyboard.press("?")  # a letter, where one writes
    await expect(page.get_by_label("Your message")).to_have_value("not empty?")
    await page.locator(".thread").focus()
    await page.keyboard.press("?")
    sheet = page.get_by_role("dialog", name="Keyboard")
    await expect(sheet.get_by_text("Copy the last code")).to_be_visible()
    await page.keyboard.press("Control+.")
    await expect(sheet).to_have_count(0)


async def test_escape_stops_a_reply(
    site: Site, open_page: OpenPage, upstream: ScriptedUpstream
) -> None:
    person = await site.person("recite_half", upstream=upstream)
    page = await open_page(person, f"/c/{await person.conversation('running')}")
    await say(page, "one two three four")
    await expect(page.locator(".reply .prose")).to_have_text("one two t")
    await page.keyboard.press("Control+k")
    await expect(page.get_by_role("combobox")).to_be_focused()
    await page.keyboard.press("Escape")  # of the dialog alone
    await expect(page.get_by_role("combobox")).to_have_count(0)
    await expect(page.get_by_role("button", name="Stop")).to_be_visible()
    await page.keyboard.press("Escape")
    await expect(page.get_by_text("You stopped this reply.", exact=True)).to_be_visible()


async def hold(page: Page, title: str) -> None:
    """Rest a finger on a row of the list, as long as for a menu, and lift it."""
    box = await page.get_by_role("link", name=title).bounding_box()
    assert box
    at = {"x": box["x"] + 40, "y": box["y"] + box["height"] / 2}
    session = await page.context.new_cdp_session(page)
    await session.send("Input.dispatchTouchEvent", {"type": "touchStart", "touchPoints": [at]})
    await expect(page.get_by_role("menu")).to_be_visible()
    await session.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})


async def clipboard(page: Page) -> str:
    return str(await page.evaluate("navigator.clipboard.readText()"))
