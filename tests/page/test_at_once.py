"""What is asked for shows at once; refused, all is as it was again, with the reason."""

import pytest
from playwright.async_api import Page, expect

from tests.page.chatting import replied, say
from tests.page.conftest import OpenPage, Site
from tests.page.held import hold, let_go, refuse
from tests.support.server import Person
from tests.support.upstream import ScriptedUpstream

pytestmark = pytest.mark.anyio
NEW = "said differently"


async def two_turns(site: Site, open_page: OpenPage) -> Page:
    """A conversation that reads "first", "first", "second", "second"."""
    page = await open_page(await site.person())
    for text in ("first", "second"):
        await say(page, text)
        await replied(page, text)
    await hold(page)
    return page


async def edit(page: Page, which: int, text: str) -> None:
    await page.locator(".said").nth(which).hover()
    await page.locator(".said").nth(which).get_by_role("button", name="Edit", exact=True).click()
    await page.get_by_label("Edit your message").fill(text)
    await page.get_by_label("Edit your message").press("Enter")


async def test_an_edit(site: Site, open_page: OpenPage) -> None:
    page = await two_turns(site, open_page)
    await edit(page, 0, NEW)
    await expect(page.locator(".said-text")).to_have_text([NEW])
    await expect(page.locator(".reply")).to_have_count(1)
    await expect(page.locator(".reply .waiting")).to_be_visible()
    await expect(page.get_by_role("button", name="Send")).to_be_disabled()
    await let_go(page)
    await replied(page, NEW)
    await expect(page.locator(".said-text")).to_have_text([NEW])


async def test_an_edit_that_is_refused_is_open_again(site: Site, open_page: OpenPage) -> None:
    page = await two_turns(site, open_page)
    await edit(page, 0, NEW)
    await expect(page.locator(".said-text")).to_have_text([NEW])
    await refuse(page, "storage_full")
    box = page.get_by_label("Edit your message")
    await expect(box).to_be_focused()
    await expect(box).to_have_value(NEW)
    await expect(page.locator(".edit").get_by_role("status")).to_contain_text("disk is full")
    await expect(page.locator(".said-text")).to_have_text(["second"])
    await box.press("Escape")
    await expect(page.locator(".said-text")).to_have_text(["first", "second"])
    await edit(page, 1, NEW)
    await refuse(page, "storage_full")
    await let_go(page)
    await box.press("Enter")
    await replied(page, NEW)
    await expect(page.locator(".said-text")).to_have_text(["first", NEW])


async def test_another_reply(site: Site, open_page: OpenPage) -> None:
    page = await two_turns(site, open_page)
    again = page.get_by_role("button", name="Another reply")
    await page.locator(".reply").first.hover()
    await again.first.click()
    await expect(page.locator(".said-text")).to_have_text(["first"])
    await expect(page.locator(".reply .waiting")).to_be_visible()
    await refuse(page, "daily_limit_reached")
    await expect(page.locator(".said-text")).to_have_text(["first", "second"])
    told = page.locator(".reply").first.get_by_role("status")
    await expect(told).to_contain_text("Today's messages")
    await let_go(page)
    await told.get_by_role("button", name="Try again").click()
    await expect(page.locator(".reply .versions")).to_have_text("2 / 2")
    await expect(page.locator(".said-text")).to_have_text(["first"])


async def test_a_refused_message_waits_for_one_that_is_on_its_way(
    site: Site, open_page: OpenPage
) -> None:
    page = await two_turns(site, open_page)
    await say(page, "third")
    await refuse(page, "daily_limit_reached")
    await expect(page.get_by_role("button", name="Try again")).to_be_enabled()
    await say(page, "fourth")
    await expect(page.locator(".said-text").last).to_have_text("fourth")
    await expect(page.get_by_role("button", name="Try again")).to_be_disabled()
    await let_go(page)
    await replied(page, "fourth")
    await page.get_by_role("button", name="Try again").click()
    await replied(page, "third")
    await expect(page.locator(".said-text")).to_have_text(["first", "second", "fourth", "third"])


async def test_going_on(site: Site, open_page: OpenPage, upstream: ScriptedUpstream) -> None:
    page = await open_page(await site.person("recite_half", upstream=upstream))
    await say(page, "one two three four five six")
    await expect(page.locator(".reply .prose")).to_have_text("one two three")
    await page.get_by_role("button", name="Stop").click()
    await hold(page)
    await page.get_by_role("button", name="Continue").click()
    await expect(page.locator(".reply .waiting")).to_be_visible()
    await expect(page.locator(".ending").get_by_text("You stopped this reply.")).to_have_count(0)
    await refuse(page, "cannot_continue")
    await expect(page.locator(".ending").get_by_text("You stopped this reply.")).to_be_visible()
    told = page.locator(".reply").get_by_role("status")
    await expect(told).to_contain_text("can no longer be continued")
    await told.get_by_role("button", name="Cancel").click()
    await expect(told).to_have_count(0)
    await expect(page.locator(".reply .prose")).to_have_text("one two three")


async def test_the_reader_is_back_where_a_refused_request_was_made(
    site: Site, open_page: OpenPage
) -> None:
    person = await site.person()
    page = await open_page(person, f"/c/{await long_conversation(person)}")
    await expect(page.locator(".said")).to_have_count(6)
    thread = page.locator(".thread")
    await thread.hover()
    await page.mouse.wheel(0, -20_000)
    await expect(page.locator(".reply").first).to_be_in_viewport()
    await hold(page)
    await page.locator(".reply").nth(1).get_by_role("button", name="Another reply").focus()
    top = await thread.evaluate("box => box.scrollTop")
    await page.locator(".reply").nth(1).get_by_role("button", name="Another reply").click()
    await expect(page.locator(".said")).to_have_count(2)
    await refuse(page, "storage_full")
    await expect(page.locator(".said")).to_have_count(6)
    await expect(page.locator(".ending.bad")).to_be_in_viewport()
    assert abs(await thread.evaluate("box => box.scrollTop") - top) <= 2


async def long_conversation(person: Person) -> int:
    conversation = await person.conversation("long")
    for number in range(6):
        lines = "\n\n".join(f"Line {line} of turn {number}" for line in range(8))
        assert (await person.say(conversation, lines)).status_code == 200
    return conversation
