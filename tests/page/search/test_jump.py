"""What is found is shown in its place: what lies between is not loaded, and both ways lead on."""

import re

import pytest
from playwright.async_api import Page, expect

from tests.faults.watching import eventually
from tests.page.chatting import replied, say, settled
from tests.page.conftest import PHONE, OpenPage, Site
from tests.page.histories import fill
from tests.page.search.asking import end_mark, far_up, is_marked, look_for
from tests.page.test_places import SEEN_AGAIN, first_seen
from tests.support.upstream import ScriptedUpstream

pytestmark = pytest.mark.anyio
MESSAGES = 10_000
WAY_BACK = "To the newest message"
ARTICLE = """() => {
  const box = document.querySelector('.thread').getBoundingClientRect();
  const isSeen = it => it.getBoundingClientRect().bottom > box.top + box.height / 2;
  const seen = [...document.querySelectorAll('article')].find(isSeen);
  return { id: seen?.dataset.message, top: Math.round(seen?.getBoundingClientRect().top) };
}"""
"""What is in the middle of the thread, and where."""
AT_EDGE = """(box, direction) =>
  direction < 0 ? box.scrollTop < 1 : box.scrollHeight - box.clientHeight - box.scrollTop < 1"""
WORD_IS_SEEN = """word => {
  const [range] = CSS.highlights.get('found') ?? [];
  const { top, bottom } = document.querySelector('.thread').getBoundingClientRect();
  const at = range?.getBoundingClientRect();
  return range?.toString() === word && at.top >= top && at.bottom <= bottom && at.width > 0;
}"""


async def found_far_up(
    site: Site, open_page: OpenPage, count: int = 400, **options: object
) -> tuple[Page, int]:
    """A long conversation that was begun at its end and is at its first message now."""
    person = await site.person("recite_at_once")
    conversation = await far_up(person, site, "the harbour at night", count)
    page = await open_page(person, f"/c/{conversation}", **options)
    await expect(page.locator(".reply").last).to_be_in_viewport()
    await look_for(page, "harbour")
    await expect(page.locator(".found")).to_have_count(2)
    await page.keyboard.press("ArrowDown")  # the question, the older one
    await expect(page.locator("[aria-selected=true] .found-who")).to_have_text("You: ")
    await page.keyboard.press("Enter")
    await is_marked(page, "the harbour at night")
    return page, conversation


async def test_a_chat_of_ten_thousand(site: Site, open_page: OpenPage) -> None:
    person = await site.person("recite_at_once")
    conversation = await far_up(person, site, "the harbour at night", MESSAGES)
    page = await open_page(person)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    await look_for(page, "harbour")
    await expect(page.locator(".found")).to_have_count(2)
    await page.keyboard.press("Enter")
    await page.wait_for_url(f"**/c/{conversation}")
    await is_marked(page, "the harbour at night")
    await expect(page.locator("article[data-found]")).to_be_focused()
    await expect(page.get_by_text("Message number 1.")).to_be_visible()
    assert sum("around_id" in url for url in asked) == 1
    assert await page.locator("article").count() < 150
    thread = page.locator(".thread")
    for number in (60, 100, 140):
        await thread.evaluate("box => { box.scrollTop = box.scrollHeight; }")
        await expect(page.get_by_text(f"Message number {number}.")).to_be_attached()
    assert await page.locator("article").count() < 250
    assert not any("before_id" in url for url in asked)
    await page.get_by_role("button", name=WAY_BACK).click()
    await expect(page.get_by_text(f"Message number {MESSAGES}.")).to_be_in_viewport()
    await expect(page.get_by_role("button", name=WAY_BACK)).to_have_count(0)


async def test_the_mark_goes(site: Site, open_page: OpenPage) -> None:
    page, _ = await found_far_up(site, open_page)
    assert await page.evaluate("CSS.highlights.get('found').size") == 1
    await end_mark(page)
    await expect(page.locator("[data-found]")).to_have_count(0)
    assert not await page.evaluate("CSS.highlights.has('found')")
    await expect(page.get_by_text("the harbour at night").first).to_be_in_viewport()


async def test_both_ways_lead_on_without_a_jump(site: Site, open_page: OpenPage) -> None:
    person = await site.person("recite_at_once")
    conversation = await far_up(person, site, "first", 120)
    reply = await person.say(conversation, "the harbour at night")
    assert reply.status_code == 200
    last = (await person.messages(conversation))[-1]["id"]
    await site.server.app.state.services.database.write(fill, conversation, 120, last)
    page = await open_page(person, f"/c/{conversation}")
    await expect(page.locator(".reply").last).to_be_in_viewport()
    await look_for(page, "harbour")
    await expect(page.locator(".found")).to_have_count(2)
    await page.keyboard.press("Enter")
    await is_marked(page, "the harbour at night")
    thread = page.locator(".thread")
    for direction in (-1, 1):
        seen: dict[str, object] | None = None
        for _ in range(80):
            await thread.hover()
            await page.mouse.wheel(0, direction * 900)
            await settled(page)
            before = await page.evaluate(ARTICLE)
            await settled(page)
            after = await page.evaluate(ARTICLE)
            assert before["id"] != after["id"] or abs(before["top"] - after["top"]) <= 2
            at_end = await thread.evaluate(AT_EDGE, direction)
            if at_end and seen == after:
                break
            seen = after
    await expect(page.get_by_text("Message number 120.").last).to_be_in_viewport()
    await expect(page.get_by_role("button", name=WAY_BACK)).to_have_count(0)
    await say(page, "and now")
    await replied(page, "and now")


async def test_a_reload_and_back_lead_there_again(site: Site, open_page: OpenPage) -> None:
    page, _ = await found_far_up(site, open_page)
    before = await first_seen(page)
    await page.reload()
    await eventually(lambda: page.evaluate(SEEN_AGAIN, before))
    await page.get_by_role("link", name="New chat").click()
    await expect(page.locator("article")).to_have_count(0)
    await page.go_back()
    await eventually(lambda: page.evaluate(SEEN_AGAIN, before))
    await page.get_by_role("button", name=WAY_BACK).click()
    await expect(page.get_by_text("Message number 400.")).to_be_in_viewport()
    await page.reload()
    await expect(page.get_by_text("Message number 400.")).to_be_in_viewport()


async def test_what_is_said_there_is_said_at_the_end(site: Site, open_page: OpenPage) -> None:
    page, _ = await found_far_up(site, open_page)
    await say(page, "and now")
    await replied(page, "and now")
    await expect(page.locator(".reply").last).to_be_in_viewport()
    await expect(page.get_by_text("Message number 400.")).to_be_attached()
    await expect(page.get_by_role("button", name=WAY_BACK)).to_have_count(0)


async def test_a_live_reply_goes_on_at_the_end(
    site: Site, open_page: OpenPage, upstream: ScriptedUpstream
) -> None:
    person = await site.person("recite_at_once")
    conversation = await far_up(person, site, "the harbour at night", 200)
    await person.set_model(upstream.url, "recite_half")
    page = await open_page(person, f"/c/{conversation}")
    await say(page, "one two three four")
    await expect(page.locator(".reply").last.locator(".prose")).to_have_text("one two t")
    await look_for(page, "harbour")
    await expect(page.locator(".found")).to_have_count(2)
    await page.keyboard.press("Enter")
    await is_marked(page, "the harbour at night")
    place = await page.evaluate(ARTICLE)
    await expect(page.get_by_role("button", name="Stop")).to_be_visible()
    upstream.release()
    await expect(page.get_by_role("button", name="Send")).to_be_visible()
    assert await page.evaluate(ARTICLE) == place
    await page.get_by_role("button", name=WAY_BACK).click()
    await replied(page, "one two three four")
    await expect(page.locator(".reply").last).to_be_in_viewport()


async def test_an_edit_there_goes_on_from_there(site: Site, open_page: OpenPage) -> None:
    page, conversation = await found_far_up(site, open_page)
    said = page.locator(".said").first
    await said.hover()
    await said.get_by_role("button", name="Edit", exact=True).click()
    await page.get_by_label("Edit your message").fill("the lighthouse")
    await page.keyboard.press("Enter")
    await replied(page, "the lighthouse")
    await expect(page.locator("article")).to_have_count(2)
    await expect(page.get_by_role("button", name=WAY_BACK)).to_have_count(0)
    await page.reload()
    await replied(page, "the lighthouse")
    await page.locator(".said").hover()
    await page.get_by_role("button", name="Previous version").first.click()
    await expect(page.get_by_text("the harbour at night").first).to_be_in_viewport()


async def test_the_keys_of_the_end_lead_there(site: Site, open_page: OpenPage) -> None:
    page, _ = await found_far_up(site, open_page, 60)
    await page.get_by_label("Your message").focus()
    await page.keyboard.press("ArrowUp")
    edited = page.get_by_label("Edit your message")
    await expect(edited).to_be_focused()
    await expect(edited).to_have_value(re.compile("^Message number 59."))
    await expect(edited).to_be_in_viewport()


async def test_all_is_printed_from_there(site: Site, open_page: OpenPage) -> None:
    page, _ = await found_far_up(site, open_page, 120)
    await page.evaluate("window.print = () => { window.isPrinted = true; }")
    await page.get_by_label("Your message").focus()
    await page.keyboard.press("Control+p")
    await page.wait_for_function("() => window.isPrinted")
    await expect(page.locator("article")).to_have_count(122)


async def test_the_word_is_seen_in_a_long_message(site: Site, open_page: OpenPage) -> None:
    person = await site.person("recite_at_once")
    words = "\n\n".join(f"Paragraph {number} of many." for number in range(200))
    conversation = await person.conversation("long")
    await person.say(conversation, words + "\n\nAt last **the har**bour, and the end.")
    page = await open_page(person)
    await look_for(page, "bour")
    await expect(page.locator(".found")).to_have_count(0)  # no word begins so
    await page.get_by_role("combobox").fill("end")
    for who in (".reply", ".said"):  # of which the second is folded
        await expect(page.locator(".found")).to_have_count(2)
        await expect(page.get_by_role("option", selected=True)).to_have_count(1)
        await page.keyboard.press("Enter")
        await is_marked(page, "and the end.")
        await expect(page.locator(f"{who}[data-found]")).to_have_count(1)
        await eventually(lambda: page.evaluate(WORD_IS_SEEN, "end"))
        await look_for(page, "end")
        await expect(page.locator(".found")).to_have_count(2)
        await page.keyboard.press("ArrowDown")


async def test_a_message_that_is_gone_says_so(site: Site, open_page: OpenPage) -> None:
    person = await site.person("recite_at_once")
    conversation = await far_up(person, site, "the harbour at night", 200)
    page = await open_page(person)
    found = await look_for(page, "harbour")
    await expect(found).to_have_count(2)
    first = (await person.get(f"/conversations/{conversation}/messages?limit=200")).json()
    assert first["has_more"]
    hit = (await person.get("/search?q=harbour")).json()["results"][1]["message_id"]
    await person.request("DELETE", f"/messages/{hit}")
    await page.keyboard.press("Enter")
    await page.wait_for_url(f"**/c/{conversation}")
    await expect(page.locator(".toast")).to_contain_text("This message does not exist any more.")


async def test_a_place_that_cannot_be_loaded_is_asked_for_again(
    site: Site, open_page: OpenPage
) -> None:
    person = await site.person("recite_at_once")
    conversation = await far_up(person, site, "the harbour at night", 200)
    page = await open_page(person, f"/c/{conversation}")
    await expect(page.get_by_text("Message number 200.")).to_be_in_viewport()
    await page.route("**/messages?*around_id*", lambda route: route.abort(), times=1)
    await look_for(page, "harbour")
    await expect(page.locator(".found")).to_have_count(2)
    await page.keyboard.press("Enter")
    await expect(page.locator(".toast")).to_contain_text("The server cannot be reached.")
    await expect(page.get_by_text("Message number 200.")).to_be_in_viewport()
    await page.locator(".toast").get_by_role("button", name="Try again").click()
    await is_marked(page, "the harbour at night")


async def test_newer_messages_that_could_not_be_loaded_are_asked_for_by_hand(
    site: Site, open_page: OpenPage
) -> None:
    page, _ = await found_far_up(site, open_page)
    await page.route("**/messages?*after_id*", lambda route: route.abort(), times=1)
    await page.locator(".thread").evaluate("box => { box.scrollTop = box.scrollHeight; }")
    await expect(page.get_by_text("Newer messages could not be loaded.")).to_be_visible()
    await page.get_by_role("button", name="Try again").click()
    await expect(page.get_by_text("Newer messages could not be loaded.")).to_have_count(0)
    await expect(page.get_by_text("Message number 70.")).to_be_attached()


async def test_on_a_phone(site: Site, open_page: OpenPage) -> None:
    person = await site.person("recite_at_once")
    conversation = await far_up(person, site, "the harbour at night", 200)
    page = await open_page(person, viewport=PHONE, has_touch=True, is_mobile=True)
    await page.get_by_role("button", name="Show sidebar").tap()
    await page.get_by_role("button", name="Search").tap()
    await page.get_by_role("combobox").fill("harbour")
    await page.go_back()
    await expect(page.get_by_role("dialog")).to_have_count(0)
    await page.get_by_role("button", name="Show sidebar").tap()
    await page.get_by_role("button", name="Search").tap()
    await page.get_by_role("combobox").fill("harbour")
    await page.locator(".found").first.tap()
    await page.wait_for_url(f"**/c/{conversation}")
    await is_marked(page, "the harbour at night")
    await page.get_by_role("button", name=WAY_BACK).tap()
    await expect(page.get_by_text("Message number 200.")).to_be_in_viewport()
    await page.go_back()
    await page.wait_for_url(site.url + "/")
