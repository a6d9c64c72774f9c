"""One dialog finds conversations by their titles and messages by their words."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest
from playwright.async_api import Page, expect

from tests.page.chatting import late, settled
from tests.page.conftest import OpenPage, Site
from tests.page.search.answers import Refusal, answers, message, page_of
from tests.page.search.asking import look_for, messages
from tests.support.server import PASSWORD

pytestmark = pytest.mark.anyio
PAUSE_MILLISECONDS = 200
FRAMES_MILLISECONDS = 60
"""By then a page has done what it does about a key."""


async def test_titles_are_found_by_letters(site: Site, open_page: OpenPage) -> None:
    person = await site.person()
    wanted = await person.conversation("京都三日行程")
    await person.conversation("Another one")
    page = await open_page(person)
    await expect(page.locator(".conversation")).to_have_count(2)
    await page.keyboard.press("Control+k")
    await expect(page.get_by_role("combobox")).to_be_focused()
    await page.keyboard.insert_text("三日")
    await expect(page.get_by_role("option")).to_have_text(["京都三日行程"])
    await expect(page.locator("mark")).to_have_text(["三日"])
    await page.keyboard.press("Enter")
    await page.wait_for_url(f"**/c/{wanted}")
    await page.keyboard.press("Control+Shift+O")
    await page.wait_for_url(site.url + "/")


@pytest.mark.parametrize(
    ("locale", "says", "finds_none", "by"),
    [
        (
            "en-US",
            "Search conversations and messages",
            "Nothing in titles or messages.",
            ["Reply: ", "You: "],
        ),
        ("zh-CN", "搜索对话和消息", "标题和消息中都没有找到。", ["回复：", "你："]),
    ],
)
async def test_messages_are_found_by_words(
    site: Site, open_page: OpenPage, locale: str, says: str, finds_none: str, by: list[str]
) -> None:
    person = await site.person("recite_at_once")
    tides = await person.conversation("tides")
    await person.say(tides, "👩🏽‍🚀🌊 the harbour 🌊 at low tide, 港口 and harbours")
    page = await open_page(person, locale=locale)
    await expect(page.locator(".conversation")).to_have_text(["tides"])
    await page.locator(".sidebar .icon-search").click()
    search = page.get_by_role("combobox", name=says, exact=True)
    await expect(search).to_have_attribute("placeholder", says)
    await search.fill("tid")
    await expect(page.get_by_role("option")).to_have_count(3)
    await expect(page.locator("mark")).to_have_text(["tid"] * 3)
    await search.fill("harbour")
    found = messages(page)
    await expect(found).to_have_count(2)
    await expect(page.locator("mark")).to_have_text(["harbour"] * 4)
    await expect(found.locator(".found-title")).to_have_text(["tides", "tides"])
    await expect(found.locator(".found-who")).to_have_text(by)
    await search.fill("港")
    await expect(page.locator("mark")).to_have_text(["港"] * 2)
    await search.fill("harpsichord")
    await expect(page.get_by_role("option")).to_have_count(0)
    await expect(page.locator(".search-none")).to_have_text(finds_none)


async def test_titles_that_the_list_never_loaded_are_found(site: Site, open_page: OpenPage) -> None:
    person = await site.person()
    oldest = await person.conversation("the oldest of all")
    for number in range(120):
        await person.conversation(f"number {number}")
    page = await open_page(person)
    await page.get_by_role("button", name="Hide sidebar").click()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.on("framenavigated", lambda _: asked.clear())  # what the open sidebar still asked for
    await page.reload()
    await expect(page.get_by_label("Your message")).to_be_visible()
    await page.keyboard.press("Control+k")
    await expect(page.get_by_role("option", name="number 119")).to_be_visible()
    await page.keyboard.type("oldest")
    await expect(page.get_by_role("option")).to_have_text(["the oldest of all"])
    assert sum("/conversations?" in url for url in asked) == 1
    await page.keyboard.press("Enter")
    await page.wait_for_url(f"**/c/{oldest}")


async def test_what_is_archived_says_so(site: Site, open_page: OpenPage) -> None:
    person = await site.person("recite_at_once")
    away = await person.conversation("neap tides")
    await person.say(away, "the harbour at night")
    await person.request("PATCH", f"/conversations/{away}", json={"archived": True})
    page = await open_page(person)
    await look_for(page, "neap")
    await expect(page.get_by_role("option")).to_have_text(["neap tidesArchived"])
    await page.get_by_role("combobox").fill("night")
    await expect(messages(page).locator(".found-archived")).to_have_text(["Archived"] * 2)
    await page.keyboard.press("Enter")
    await page.wait_for_url(f"**/c/{away}")
    await expect(page.locator(".bar-chip")).to_have_text("Archived")


async def test_it_waits_until_the_keys_rest(site: Site, open_page: OpenPage) -> None:
    page = await open_page(await site.person())
    server = await answers(page, lambda *_: page_of([]))
    await page.keyboard.press("Control+k")
    await expect(page.get_by_role("combobox")).to_be_focused()
    await page.clock.install()
    await page.clock.pause_at(datetime.now(UTC) + timedelta(seconds=5))
    for key in "har":
        await page.keyboard.press(key)
        await page.clock.run_for(PAUSE_MILLISECONDS - FRAMES_MILLISECONDS)
    await settled_by(page)
    assert server.asked == []
    await page.clock.run_for(2 * FRAMES_MILLISECONDS)
    await page.clock.resume()
    await expect(page.locator(".search-none")).to_be_visible()
    assert server.asked == ["har"]


async def test_letters_that_are_to_become_others_are_not_looked_for(
    site: Site, open_page: OpenPage
) -> None:
    """As of an input method: pinyin that becomes a word."""
    page = await open_page(await site.person())
    server = await answers(page, lambda *_: page_of([]))
    await page.keyboard.press("Control+k")
    await expect(page.get_by_role("combobox")).to_be_focused()
    keyboard = await page.context.new_cdp_session(page)
    for text in ("c", "chao", "chaoxi"):
        at = {"text": text, "selectionStart": len(text), "selectionEnd": len(text)}
        await keyboard.send("Input.imeSetComposition", at)
    await page.wait_for_timeout(2 * PAUSE_MILLISECONDS)
    assert server.asked == []
    await expect(page.locator(".search-none")).to_have_count(0)
    await keyboard.send("Input.insertText", {"text": "潮汐"})
    await expect(page.locator(".search-none")).to_be_visible()
    assert server.asked == ["潮汐"]


async def test_what_is_overtaken_is_given_up(site: Site, open_page: OpenPage) -> None:
    person = await site.person("recite_at_once")
    conversation = await person.conversation("ports")
    await person.say(conversation, "a harbour")
    await person.say(conversation, "a lighthouse")
    page = await open_page(person)
    release, made = asyncio.Event(), asyncio.Event()
    await page.route("**/search?q=harbour*", late(release, made))
    found = await look_for(page, "harbour")
    await made.wait()
    async with page.expect_event("requestfailed", lambda it: "q=harbour" in it.url):
        await page.get_by_role("combobox").fill("lighthouse")
    await expect(found).to_have_count(2)
    release.set()
    await settled(page)
    await expect(page.locator("mark")).to_have_text(["lighthouse"] * 2)


async def test_enter_opens_nothing_that_was_found_for_other_words(
    site: Site, open_page: OpenPage
) -> None:
    page = await open_page(await site.person())
    server = await answers(page, lambda *_: page_of([message(1, "a harbour", "harbour")]))
    found = await look_for(page, "harbour")
    await expect(found).to_have_count(1)
    await expect(found).to_have_attribute("aria-selected", "true")
    server.find = lambda *_: None
    await page.get_by_role("combobox").fill("lighthouse")
    await expect(found).to_have_attribute("aria-selected", "false")
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("dialog")).to_be_visible()
    assert page.url == site.url + "/"


async def test_more_is_loaded_by_keys_and_by_scrolling(site: Site, open_page: OpenPage) -> None:
    """Pages of twenty, of which the second is empty: there may be more behind it all the same."""
    page = await open_page(await site.person())

    def find(query: str, cursor: str | None) -> dict[str, object]:
        begin = int((cursor or "0-0").partition("-")[0])
        numbers = range(0) if begin == 20 else range(begin, min(begin + 20, 90))
        some = [message(number, f"harbour {number}", "harbour") for number in numbers]
        return page_of(some, cursor=f"{begin + 20}-1" if begin < 80 else None)

    server = await answers(page, find)
    found = await look_for(page, "harbour")
    await expect(found.nth(19)).to_be_attached()
    for _ in range(30):
        await page.keyboard.press("ArrowDown")
    chosen = page.locator("[aria-selected=true]")
    await expect(chosen).to_be_in_viewport()
    await page.locator(".search-list").hover()
    for _ in range(20):
        if await found.count() == 70:
            break
        await page.mouse.wheel(0, 4000)
        await settled(page)
    await expect(found).to_have_count(70)
    await expect(page.locator(".search-loading")).to_have_count(0)
    assert len(server.asked) == 5
    assert await page.locator(".unseen[role=status]").last.inner_text() == "70 messages"


async def test_what_was_written_stays_text(site: Site, open_page: OpenPage) -> None:
    hostile = "<img src=x onerror=alert(1)> <script>alert(2)</script> **bold** harbour"
    person = await site.person("recite_at_once")
    await person.say(await person.conversation("<b>title</b>"), hostile)
    page = await open_page(person)
    found = await look_for(page, "harbour")
    await expect(found).to_have_count(2)
    await expect(found.first.locator(".found-snippet")).to_have_text("Reply: …**bold** harbour")
    await page.get_by_role("combobox").fill("<img")
    await expect(page.locator("mark")).to_have_text(["<img"] * 2)
    await expect(found.first.locator(".found-snippet")).to_have_text(f"Reply: {hostile}")
    assert await page.locator(".search :is(img, script, b, strong)").count() == 0


async def test_nothing_that_can_be_looked_for_is_said_as_nothing_found(
    site: Site, open_page: OpenPage
) -> None:
    page = await open_page(await site.person())
    await page.keyboard.press("Control+k")
    await page.get_by_role("combobox").fill("\u200b\u200b")
    await expect(page.locator(".search-none")).to_be_visible()
    await page.get_by_role("combobox").fill("x" * 400)
    await expect(page.get_by_role("combobox")).to_have_value("x" * 200)
    await expect(page.locator(".search-none")).to_be_visible()
    await page.get_by_role("combobox").fill("   ")
    await expect(page.get_by_role("option", name="New chat")).to_be_visible()


@pytest.mark.parametrize("by", ["button", "key"])
async def test_a_failure_is_said_and_made_good(site: Site, open_page: OpenPage, by: str) -> None:
    page = await open_page(await site.person())
    server = await answers(page, lambda *_: Refusal(429, "rate_limited", {"Retry-After": "7"}))
    found = await look_for(page, "harbour")
    alert = page.get_by_role("dialog").get_by_role("alert")
    await expect(alert).to_contain_text("That was a lot at once. Try again in 7 seconds.")
    server.find = lambda *_: page_of([message(1, "a harbour", "harbour")])
    if by == "button":
        await page.keyboard.press("Tab")
        await expect(alert.get_by_role("button", name="Try again")).to_be_focused()
    await page.keyboard.press("Enter")
    await expect(found).to_have_count(1)
    await expect(alert).to_have_count(0)


async def test_it_goes_on_once_the_network_is_back(site: Site, open_page: OpenPage) -> None:
    person = await site.person("recite_at_once")
    await person.say(await person.conversation("ports"), "a harbour")
    page = await open_page(person)
    await page.keyboard.press("Control+k")
    await expect(page.get_by_role("option", name="ports")).to_be_visible()
    await page.context.set_offline(True)
    await page.get_by_role("combobox").fill("harbour")
    alert = page.get_by_role("dialog").get_by_role("alert")
    await expect(alert).to_contain_text("The server cannot be reached.")
    await page.context.set_offline(False)
    await expect(messages(page)).to_have_count(2)
    await expect(alert).to_have_count(0)


async def test_a_page_of_results_that_fails_is_asked_for_again(
    site: Site, open_page: OpenPage
) -> None:
    page = await open_page(await site.person())
    first = [message(number, f"harbour {number}", "harbour") for number in range(20)]
    busy = Refusal(503, "server_busy")
    server = await answers(
        page, lambda _, cursor: busy if cursor else page_of(first, cursor="20-1")
    )
    found = await look_for(page, "harbour")
    await expect(found).to_have_count(20)
    await page.locator(".search-list").evaluate("it => { it.scrollTop = it.scrollHeight; }")
    await expect(page.get_by_text("The server is busy. Try again in a moment.")).to_be_visible()
    await expect(found).to_have_count(20)
    rest = [message(number, f"harbour {number}", "harbour") for number in range(20, 25)]
    server.find = lambda *_: page_of(rest)
    await page.get_by_role("button", name="Try again").click()
    await expect(found).to_have_count(25)


async def test_nothing_stays_for_whoever_logs_in_next(site: Site, open_page: OpenPage) -> None:
    person = await site.person("recite_at_once")
    await person.say(await person.conversation("secret ports"), "the harbour of Ada")
    page = await open_page(person)
    found = await look_for(page, "harbour")
    await expect(found).to_have_count(2)
    release, made = asyncio.Event(), asyncio.Event()
    await page.route("**/search?q=ada*", late(release, made))
    await page.get_by_role("combobox").fill("ada")
    await made.wait()
    other = await page.context.new_page()
    await other.goto("/")
    await other.locator(".who").click()
    await other.get_by_role("menuitem", name="Log out").click()
    await page.wait_for_url("**/login")
    release.set()
    await expect(page.get_by_label("User name or e-mail")).to_be_visible()
    assert "Ada" not in await page.content()
    somebody = await site.person()
    await page.get_by_label("User name or e-mail").fill(somebody.name)
    await page.get_by_label("Password", exact=True).fill(PASSWORD)
    await page.keyboard.press("Enter")
    await expect(page.get_by_label("Your message")).to_be_visible()
    found = await look_for(page, "harbour")
    await expect(page.locator(".search-none")).to_be_visible()
    assert "Ada" not in await page.content()


async def settled_by(page: Page) -> None:
    """As `settled`, while the page's clock stands still."""
    await page.evaluate("fetch('/auth/options').then(() => undefined)")
