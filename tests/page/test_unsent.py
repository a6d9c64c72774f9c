"""What was typed, and what was sent but has not begun its reply, is neither lost nor sent twice."""

import asyncio

import pytest
from playwright.async_api import Route, WebSocketRoute, expect

from tests.faults.watching import eventually
from tests.page.chatting import late, replied, say, settled
from tests.page.conftest import OpenPage, Site
from tests.page.held import hold, let_go, refuse

pytestmark = pytest.mark.anyio
MAKE = "**/conversations"


async def test_a_first_message_outlasts_a_reload(site: Site, open_page: OpenPage) -> None:
    page = await open_page(await site.person())
    await hold(page)
    await say(page, "not there yet")
    await expect(page.locator(".said-text")).to_have_text("not there yet")
    await page.wait_for_url("**/c/*")
    await page.reload()
    await replied(page, "not there yet")
    await expect(page.get_by_label("Your message")).to_have_value("")


async def test_a_first_message_outlasts_a_visit_elsewhere(site: Site, open_page: OpenPage) -> None:
    person = await site.person()
    await person.conversation("elsewhere")
    page = await open_page(person)
    await hold(page)
    await say(page, "not there yet")
    await page.wait_for_url("**/c/*")
    await page.get_by_role("link", name="elsewhere").click()
    await expect(page).to_have_title("elsewhere · Chat")
    await expect(page.locator(".said-text")).to_have_count(0)
    await let_go(page)
    await page.go_back()
    await replied(page, "not there yet")
    await page.reload()
    await replied(page, "not there yet")
    await expect(page.locator(".said-text")).to_have_count(1)


async def test_a_refused_message_is_still_there_after_a_visit_elsewhere(
    site: Site, open_page: OpenPage
) -> None:
    person = await site.person()
    await person.conversation("elsewhere")
    page = await open_page(person)
    await hold(page)
    await say(page, "not today")
    await refuse(page, "daily_limit_reached")
    await page.get_by_role("link", name="elsewhere").click()
    await expect(page).to_have_title("elsewhere · Chat")
    await page.go_back()
    await expect(page.locator(".said-text")).to_have_text("not today")
    await expect(page.locator(".ending.bad")).to_contain_text("Today's messages")
    await page.reload()
    await expect(page.locator(".ending.bad")).to_contain_text("Today's messages")
    await page.get_by_role("button", name="Try again").click()
    await replied(page, "not today")
    await page.reload()
    await replied(page, "not today")
    await expect(page.locator(".ending.bad")).to_have_count(0)


async def test_an_edit_outlasts_a_visit_elsewhere(site: Site, open_page: OpenPage) -> None:
    person = await site.person()
    await person.conversation("elsewhere")
    conversation = await person.conversation("edited")
    await person.say(conversation, "as it was")
    page = await open_page(person, f"/c/{conversation}")
    await replied(page, "as it was")
    await hold(page)
    await page.get_by_role("button", name="Edit", exact=True).click()
    await page.get_by_label("Edit your message").fill("as it shall be")
    await page.get_by_label("Edit your message").press("Enter")
    await expect(page.locator(".said-text")).to_have_text("as it shall be")
    await page.get_by_role("link", name="elsewhere").click()
    await expect(page).to_have_title("elsewhere · Chat")
    await page.reload()
    await page.go_back()
    await replied(page, "as it shall be")
    await expect(page.locator(".said-text")).to_have_text("as it shall be")


async def test_an_opening_is_sent_once(site: Site, open_page: OpenPage) -> None:
    page = await open_page(await site.person())
    box = page.get_by_label("Your message")
    await page.get_by_role("button", name="Write some code").click()
    await page.keyboard.type("adds")
    await page.keyboard.press("Enter")
    await replied(page, "Write a Python function that adds")
    await expect(box).to_have_value("")
    await box.press("Enter")
    await say(page, "and more")
    await replied(page, "and more")
    await expect(page.locator(".said-text")).to_have_count(2)


async def test_a_key_right_after_an_opening_follows_it(site: Site, open_page: OpenPage) -> None:
    """It may come before the browser draws the next frame."""
    page = await open_page(await site.person())
    opening = page.get_by_role("button", name="Write some code")
    await opening.evaluate(
        "button => { button.click(); document.execCommand('insertText', false, 'a') }"
    )
    await page.evaluate("() => new Promise(drawn => requestAnimationFrame(() => drawn()))")
    await page.keyboard.type("dds")
    box = page.get_by_label("Your message")
    await expect(box).to_have_value("Write a Python function that adds")


async def test_enter_twice_makes_one_conversation(site: Site, open_page: OpenPage) -> None:
    person = await site.person()
    page = await open_page(person)
    made = asyncio.Event()
    await page.route(MAKE, late(made))
    box = page.get_by_label("Your message")
    async with page.expect_request(MAKE):
        await say(page, "once")
    await box.press("Enter")
    await expect(page.locator(".said-text")).to_have_text("once")
    await box.press_sequentially("typed meanwhile")
    await box.press("Enter")
    made.set()
    await replied(page, "once")
    await expect(box).to_have_value("typed meanwhile")
    assert len((await person.get("/conversations")).json()["conversations"]) == 1
    await box.press("Enter")
    await replied(page, "typed meanwhile")


async def test_whoever_went_elsewhere_stays_there_while_a_conversation_is_made(
    site: Site, open_page: OpenPage
) -> None:
    person = await site.person()
    elsewhere = await person.conversation("elsewhere")
    page = await open_page(person)
    made = asyncio.Event()
    await page.route(MAKE, late(made))
    async with page.expect_request(MAKE):
        await say(page, "for later")
    await page.get_by_role("link", name="elsewhere").click()
    await expect(page).to_have_title("elsewhere · Chat")
    await page.get_by_label("Your message").fill("a draft")
    made.set()
    await expect(page.locator(".conversation")).to_have_count(2)
    await settled(page)
    await expect(page).to_have_url(f"{site.url}/c/{elsewhere}")
    await expect(page.get_by_label("Your message")).to_have_value("a draft")
    await page.locator(".conversation a").first.click()
    await replied(page, "for later")


@pytest.mark.parametrize("reloaded", [False, True])
async def test_a_message_whose_conversation_could_not_be_made_is_in_the_box_again(
    site: Site, open_page: OpenPage, reloaded: bool
) -> None:
    page = await open_page(await site.person())
    box = page.get_by_label("Your message")
    fail = asyncio.Event()

    async def abort_late(route: Route) -> None:
        await fail.wait()
        await route.abort()

    await page.route(MAKE, abort_late)
    async with page.expect_request(MAKE):
        await say(page, "typed once")
    await expect(page.locator(".said-text")).to_have_text("typed once")
    await box.fill("and more")
    if reloaded:
        await page.reload()
    fail.set()
    await expect(box).to_have_value("typed once\n\nand more")
    if not reloaded:
        await expect(page.get_by_role("alert")).to_contain_text("cannot be reached")
    await page.unroute(MAKE)
    await box.press("Enter")
    await expect(page.locator(".said-text")).to_have_text("typed once\n\nand more")
    await expect(page.get_by_role("button", name="Another reply")).to_be_enabled()
    await page.get_by_role("link", name="New chat").click()
    await expect(page.locator(".openings button")).to_have_count(4)
    await expect(box).to_have_value("")


async def test_a_second_draft_beside_a_message_on_its_way(site: Site, open_page: OpenPage) -> None:
    person = await site.person()
    page = await open_page(person, f"/c/{await person.conversation('two')}")
    box = page.get_by_label("Your message")
    await expect(box).to_be_visible()
    await hold(page)
    await say(page, "first")
    await expect(page.locator(".said-text")).to_have_text("first")
    await box.fill("second")
    await page.reload()
    await replied(page, "first")
    await expect(box).to_have_value("second")
    await page.reload()
    await replied(page, "first")
    await expect(box).to_have_value("second")
    await box.press("Enter")
    await replied(page, "second")
    await page.reload()
    await replied(page, "second")
    await expect(page.locator(".said-text")).to_have_text(["first", "second"])
    await expect(box).to_have_value("")


async def test_a_message_that_the_server_has_is_not_sent_again(
    site: Site, open_page: OpenPage
) -> None:
    """The reader left before the server's word reached the page, and went on elsewhere."""
    person = await site.person()
    conversation = await person.conversation("half heard")
    page = await open_page(person)

    def deaf(socket: WebSocketRoute) -> None:
        server = socket.connect_to_server()
        server.on_message(lambda frame: socket.send(frame) if "pong" in str(frame) else None)

    await page.route_web_socket("**/ws/**", deaf)
    await page.goto(f"/c/{conversation}")
    await say(page, "said once")
    await expect(page.locator(".said-text")).to_have_text("said once")

    async def is_answered() -> bool:
        messages = await person.messages(conversation)
        return bool(messages) and messages[-1]["status"] == "complete"

    await eventually(is_answered)
    assert (await person.say(conversation, "said elsewhere")).status_code == 200
    again = await page.context.new_page()
    await page.close()
    await again.goto(f"/c/{conversation}")
    for _ in range(2):
        await expect(again.locator(".said-text")).to_have_text(["said once", "said elsewhere"])
        await replied(again, "said elsewhere")
        await expect(again.get_by_label("Your message")).to_have_value("")
        await again.reload()


async def test_what_was_typed_stays_beside_what_comes_back(site: Site, open_page: OpenPage) -> None:
    person = await site.person()
    page = await open_page(person, f"/c/{await person.conversation('back')}")
    box = page.get_by_label("Your message")
    await expect(box).to_be_visible()
    await hold(page)
    await say(page, "first")
    await refuse(page, "daily_limit_reached")
    await box.fill("second")
    await page.get_by_role("button", name="Back into the message box").click()
    await expect(box).to_have_value("first\n\nsecond")
    await page.reload()
    await expect(box).to_have_value("first\n\nsecond")
    await expect(page.locator(".said-text")).to_have_count(0)


async def test_an_opening_stands_before_what_was_typed(site: Site, open_page: OpenPage) -> None:
    page = await open_page(await site.person())
    box = page.get_by_label("Your message")
    await box.fill("tides work")
    await page.get_by_role("button", name="Explain something").click()
    await expect(box).to_have_value("Explain to me, as to a curious friend, how tides work")
    await page.get_by_role("button", name="Write some code").click()
    await expect(box).to_have_value("Write a Python function that tides work")


async def test_what_is_typed_before_a_busy_page_has_drawn_itself_is_kept(
    site: Site, open_page: OpenPage
) -> None:
    person = await site.person()
    page = await open_page(person, f"/c/{await person.conversation('elsewhere')}")
    await expect(page).to_have_title("elsewhere · Chat")
    await page.evaluate("""() => {
        const timer = setTimeout;
        requestAnimationFrame = () => 0;
        setTimeout = (work, wait = 0) => timer(work, wait + 60_000);
    }""")
    await page.get_by_role("link", name="New chat").click()
    await page.get_by_label("Your message").fill("half a thought")
    await page.reload()
    await page.get_by_role("link", name="New chat").click()
    await expect(page.get_by_label("Your message")).to_have_value("half a thought")
