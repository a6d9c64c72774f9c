"""Everything by the keyboard alone: the focus is always somewhere, and it shows where."""

import pytest
from playwright.async_api import Locator, Page, expect

from tests.page.chatting import replied
from tests.page.conftest import PHONE, OpenPage, Site
from tests.support.server import PASSWORD
from tests.support.upstream import ScriptedUpstream

pytestmark = pytest.mark.anyio
MOST_TABS = 40
FOCUS = """() => {
  const at = document.activeElement;
  if (!at || at === document.body) return 'nowhere';
  const { outlineStyle, outlineWidth } = getComputedStyle(at);
  const ring = outlineStyle !== 'none' && outlineWidth !== '0px';
  const writes = at.matches('input, textarea, select'); // there a caret shows it, or the box
  return at.matches(':focus-visible') && (ring || writes) ? '' : 'unseen on ' + at.outerHTML;
}"""


async def test_the_whole_way(site: Site, open_page: OpenPage, upstream: ScriptedUpstream) -> None:
    person = await site.person("recite_half", upstream=upstream)
    await person.conversation("another")
    page = await open_page(None, "/login")
    keys = page.keyboard
    await expect(page.get_by_label("User name or e-mail")).to_be_focused()
    await keys.type(person.name)
    await tab_to(page, page.get_by_label("Password", exact=True))
    await keys.type(PASSWORD)
    await keys.press("Enter")
    box = page.get_by_label("Your message")
    await expect(box).to_be_focused()

    await keys.press("Control+Shift+O")
    await keys.type("one two three four")
    await keys.press("Enter")
    await expect(page.locator(".reply .prose")).to_have_text("one two t")
    await expect(box).to_be_focused()
    await tab_to(page, page.get_by_role("button", name="Stop"))
    await press(page, page.get_by_role("button", name="Stop"))
    await expect(page.locator(".ending").get_by_text("You stopped this reply.")).to_be_visible()
    await focus_shows(page)

    await tab_to(page, page.get_by_role("button", name="Another reply"), back=True)
    upstream.release()
    await press(page, page.get_by_role("button", name="Another reply"))
    await expect(box).to_be_focused()
    await replied(page, "one two three four")
    await focus_shows(page)

    reply = page.locator(".reply")
    await tab_to(page, reply.get_by_role("button", name="Previous version"), back=True)
    await press(page, reply.get_by_role("button", name="Previous version"))
    await expect(page.locator(".reply .versions")).to_have_text("1 / 2")
    await expect(reply.get_by_role("button", name="Next version")).to_be_focused()
    await press(page, reply.get_by_role("button", name="Next version"))
    await expect(page.locator(".reply .versions")).to_have_text("2 / 2")
    await focus_shows(page)

    edit = page.get_by_role("button", name="Edit", exact=True)
    await tab_to(page, edit, back=True)
    await press(page, edit)
    await expect(page.get_by_label("Edit your message")).to_be_focused()
    await keys.press("Escape")
    await expect(edit).to_be_focused()
    await focus_shows(page)
    await press(page, edit)
    await keys.press("Control+A")
    await keys.type("five six")
    await keys.press("Enter")
    await replied(page, "five six")
    await expect(box).to_be_focused()
    said = page.locator(".said")
    await tab_to(page, said.get_by_role("button", name="Previous version"), back=True)
    await press(page, said.get_by_role("button", name="Previous version"))
    await expect(page.locator(".said-text")).to_have_text("one two three four")
    await expect(said.get_by_role("button", name="Next version")).to_be_focused()


async def test_the_list_the_switcher_and_the_settings(site: Site, open_page: OpenPage) -> None:
    person = await site.person()
    for title in ("three", "two", "one"):
        await person.conversation(title)
    page = await open_page(person)
    keys = page.keyboard
    box = page.get_by_label("Your message")
    await expect(page.locator(".conversation")).to_have_count(3)
    await expect(box).to_be_focused()

    await tab_to(page, page.get_by_role("link", name="one"), back=True)
    await keys.press("ArrowDown")
    await expect(page.get_by_role("link", name="two")).to_be_focused()
    await focus_shows(page)
    await keys.press("F2")
    await expect(page.get_by_label("Title of the conversation")).to_be_focused()
    await keys.press("Escape")
    await expect(page.get_by_role("link", name="two")).to_be_focused()
    await keys.press("ArrowRight")
    await press(page, page.get_by_role("button", name="Menu: two"))
    await press(page, page.get_by_role("menuitem", name="Rename"))
    await keys.type("second")
    await keys.press("Enter")
    await expect(page.get_by_role("link", name="second")).to_be_focused()
    await keys.press("Delete")
    await expect(page.get_by_role("link", name="three")).to_be_focused()
    await expect(page.get_by_text("“second” was deleted")).to_be_visible()
    await focus_shows(page)
    await keys.press("Control+Z")
    await expect(page.locator(".conversation")).to_have_text(["one", "second", "three"])
    await focus_shows(page)

    await keys.press("Control+K")
    await expect(page.get_by_role("combobox")).to_be_focused()
    await keys.press("Escape")
    await expect(page.get_by_role("link", name="three")).to_be_focused()
    await keys.press("Control+K")
    await keys.type("sec")
    await keys.press("Enter")
    await expect(page).to_have_title("second · Chat")
    await expect(box).to_be_focused()

    await keys.press("Control+K")
    await keys.type("settings")
    await keys.press("Enter")
    await expect(page.get_by_role("heading", name="Settings")).to_be_visible()
    await expect(page.get_by_role("link", name="General")).to_be_focused()
    await tab_to(page, page.get_by_label("System"))
    await keys.press("ArrowRight")
    await keys.press("ArrowRight")
    await expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    await tab_to(page, page.get_by_role("link", name="Account"), back=True)
    await keys.press("Enter")
    await tab_to(page, page.get_by_role("button", name="Delete account…"))
    await keys.press("Enter")
    await focus_shows(page)
    await tab_to(page, page.get_by_role("button", name="Cancel"))
    await keys.press("Enter")
    await focus_shows(page)

    await keys.press("Escape")
    await expect(box).to_be_focused()

    await tab_to(page, page.get_by_role("button", name="Hide sidebar"), back=True)
    await keys.press("Enter")
    await expect(page.get_by_role("button", name="Show sidebar")).to_be_focused()
    await keys.press("Enter")
    await focus_shows(page)
    await tab_to(page, page.locator(".who"), back=True)
    await keys.press("Enter")
    await expect(page.get_by_role("menuitem", name="Settings")).to_be_focused()
    await keys.press("l")  # of Language; again, of the next that begins so
    await keys.press("End")
    await press(page, page.get_by_role("menuitem", name="Log out"))
    await page.wait_for_url("**/login")
    await expect(page.get_by_label("User name or e-mail")).to_be_focused()


async def test_keys_typed_ahead_of_the_page_close_and_open_the_switcher(
    site: Site, open_page: OpenPage
) -> None:
    """A browser tells a closed dialog of it a little later: the next key may have come by then."""
    page = await open_page(await site.person())
    await page.keyboard.press("Control+K")
    await expect(page.get_by_role("combobox")).to_be_focused()
    opened = """async (keys) => {
        for (const key of keys) {
            const pressed = { key, ctrlKey: key === "k", bubbles: true, cancelable: true }
            document.activeElement.dispatchEvent(new KeyboardEvent("keydown", pressed))
            await Promise.resolve()
        }
        for (let frames = 0; frames < 3; frames++) await new Promise(requestAnimationFrame)
        return document.activeElement.matches("dialog[open] input")
    }"""
    assert await page.evaluate(opened, ["Escape", "k"])
    assert await page.evaluate(opened, ["k", "k"])
    assert not await page.evaluate(opened, ["k", "k", "Escape"])


async def test_who_leaves_the_box_is_not_taken_back(
    site: Site, open_page: OpenPage, upstream: ScriptedUpstream
) -> None:
    """As the key does that hides a phone's keyboard."""
    person = await site.person("recite_half", upstream=upstream)
    page = await open_page(person, viewport=PHONE, has_touch=True, is_mobile=True)
    box = page.get_by_label("Your message")
    await box.tap()
    await page.keyboard.type("one two three four")
    await box.press("Control+Enter")
    await expect(page.locator(".reply .prose")).to_have_text("one two t")
    await expect(box).to_be_focused()
    await box.evaluate("box => box.blur()")
    upstream.release()
    await replied(page, "one two three four")
    await expect(box).not_to_be_focused()


async def test_connecting_a_model_and_changing_it(site: Site, open_page: OpenPage) -> None:
    page = await open_page(await site.server.register())
    keys = page.keyboard
    await expect(page.get_by_label("Address")).to_be_focused()
    await keys.type(site.upstream.url)
    await tab_to(page, page.get_by_role("button", name="List models"))
    await keys.press("Enter")
    await expect(page.get_by_role("option")).to_have_count(3)
    await expect(page.get_by_role("combobox", name="Model")).to_be_focused()
    await keys.press("ArrowDown")
    await keys.press("Enter")
    await expect(page.get_by_role("combobox", name="Model")).to_have_value("echo")
    await tab_to(page, page.get_by_role("button", name="Save and start"))
    await keys.press("Enter")
    box = page.get_by_label("Your message")
    await expect(box).to_be_focused()
    await tab_to(page, page.get_by_role("button", name="Model: echo"))
    await keys.press("Enter")
    await expect(page.get_by_role("combobox", name="Find a model")).to_be_focused()
    await expect(page.get_by_role("option")).to_have_count(3)
    await keys.press("Escape")
    await expect(page.get_by_role("button", name="Model: echo")).to_be_focused()
    await focus_shows(page)
    await keys.press("Control+/")
    await expect(page.get_by_role("option")).to_have_count(3)
    await keys.press("ArrowDown")
    await keys.press("Enter")
    await expect(page.get_by_role("button", name="Model: slow")).to_be_visible()
    await focus_shows(page)


async def tab_to(page: Page, wanted: Locator, back: bool = False) -> None:
    """Press Tab until it is there; on the way the focus always shows."""
    for _ in range(MOST_TABS):
        if await wanted.and_(page.locator(":focus")).count():
            return
        await page.keyboard.press("Shift+Tab" if back else "Tab")
        await focus_shows(page)
    raise AssertionError(f"not reached: {wanted}")


async def press(page: Page, button: Locator) -> None:
    """Enter, on a button that has the focus."""
    await expect(button).to_be_focused()
    await page.keyboard.press("Enter")


async def focus_shows(page: Page) -> None:
    """The focus is somewhere, and seen."""
    await page.wait_for_function(f"() => ({FOCUS})() !== 'nowhere'")
    assert await page.evaluate(FOCUS) == ""


@pytest.mark.parametrize("at", ["shown", "another"])
async def test_a_deleted_row_leaves_the_focus_to_the_next(
    site: Site, open_page: OpenPage, at: str
) -> None:
    """Also the row of the conversation that is shown, whose page goes with it."""
    person = await site.person()
    ids = {title: await person.conversation(title) for title in ("third", "second", "first")}
    page = await open_page(person, f"/c/{ids['first']}" if at == "shown" else "/")
    await expect(page.get_by_label("Your message")).to_be_focused()
    row = page.get_by_role("link", name="first")
    await row.focus()
    await page.keyboard.press("Delete")
    await expect(row).to_have_count(0)
    if at == "shown":
        await expect(page).to_have_url(f"{site.url}/")
    await expect(page.get_by_role("link", name="second")).to_be_focused()
    await page.keyboard.press("End")
    await expect(page.get_by_role("link", name="third")).to_be_focused()
    await page.keyboard.press("Delete")
    await expect(page.get_by_role("link", name="second")).to_be_focused()
    await page.keyboard.press("Delete")
    await expect(page.get_by_role("link", name="New chat")).to_be_focused()
    for title in ("second", "third", "first"):
        await page.keyboard.press("Control+z")
        await expect(page.get_by_role("link", name=title)).to_have_count(1)


@pytest.mark.parametrize("left", ["search", "a form in the settings"])
async def test_what_is_typed_after_a_dialog_goes_on_in_the_box(
    site: Site, open_page: OpenPage, left: str
) -> None:
    """Chromium gives the focus back without a caret."""
    page = await open_page(await site.person())
    box = page.get_by_label("Your message")
    await box.press_sequentially("before")
    if left == "search":
        await page.keyboard.press("Control+k")
        await expect(page.get_by_role("combobox")).to_be_focused()
        await page.keyboard.type("tides")
    else:
        await page.keyboard.press("Control+,")
        await page.get_by_role("link", name="Models").click()
        await page.get_by_role("button", name="Add a connection").click()
        await expect(page.get_by_label("Address")).to_be_focused()
    await page.keyboard.press("Escape")
    await expect(box).to_be_focused()
    await page.keyboard.type(" and after")
    await expect(box).to_have_value("before and after")
