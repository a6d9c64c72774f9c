"""What is under a message's ⋯: deleting it, with a way back, and branching."""

import pytest
from playwright.async_api import Locator, Page, expect

from tests.page.chatting import say
from tests.page.conftest import PHONE, OpenPage, Site

pytestmark = pytest.mark.anyio


async def choose_of(page: Page, message: Locator, entry: str) -> None:
    """From the menu of a message."""
    await message.hover()
    await message.get_by_role("button", name="More").click()
    await page.get_by_role("menuitem", name=entry).click()


async def test_deleted_and_taken_back_in_two_tabs(site: Site, open_page: OpenPage) -> None:
    person = await site.person()
    conversation = await person.conversation("Talk")
    for text in ("one", "two"):
        await person.say(conversation, text)
    page = await open_page(person, f"/c/{conversation}")
    there = await page.context.new_page()
    await there.goto(f"/c/{conversation}")
    await expect(there.locator(".said")).to_have_count(2)
    await expect(page.locator(".said")).to_have_count(2)
    await choose_of(page, page.locator(".said").last, "Delete with what follows")
    for tab in (page, there):
        await expect(tab.locator(".said-text")).to_have_text(["one"])
    await page.locator(".toast").get_by_role("button", name="Undo").click()
    for tab in (page, there):
        await expect(tab.locator(".said-text")).to_have_text(["one", "two"])

    # All of it: the page is as a new one, here and there.
    await choose_of(page, page.locator(".said").first, "Delete with what follows")
    for tab in (page, there):
        await expect(tab.locator(".said")).to_have_count(0)
        await expect(tab.locator(".openings")).to_be_visible()
    await say(page, "anew")
    await expect(page.locator(".said-text")).to_have_text(["anew"])


async def test_a_question_without_a_reply_gets_one(site: Site, open_page: OpenPage) -> None:
    person = await site.person()
    conversation = await person.conversation("Talk")
    await person.say(conversation, "one")
    page = await open_page(person, f"/c/{conversation}")
    await choose_of(page, page.locator(".reply"), "Delete")
    await expect(page.locator(".reply")).to_have_count(0)
    await page.locator(".said").hover()
    await page.locator(".said").get_by_role("button", name="Another reply").first.click()
    await expect(page.locator(".reply.last")).to_have_count(1)
    await expect(page.locator(".said-text")).to_have_text(["one"])


async def test_branching_leads_to_the_branch(site: Site, open_page: OpenPage) -> None:
    person = await site.person()
    conversation = await person.conversation("Talk")
    for text in ("one", "two"):
        await person.say(conversation, text)
    page = await open_page(person, f"/c/{conversation}")
    await choose_of(page, page.locator(".reply").first, "Branch from here")
    await page.wait_for_url(lambda url: not url.endswith(f"/c/{conversation}"))
    await expect(page.locator(".said-text")).to_have_text(["one"])
    await expect(page.locator(".conversation")).to_have_text(["Talk", "Talk"])
    await page.go_back()
    await expect(page.locator(".said-text")).to_have_text(["one", "two"])


async def test_on_a_phone(site: Site, open_page: OpenPage) -> None:
    person = await site.person()
    conversation = await person.conversation("Talk")
    await person.say(conversation, "one")
    page = await open_page(
        person, f"/c/{conversation}", viewport=PHONE, has_touch=True, is_mobile=True
    )
    await page.locator(".reply").get_by_role("button", name="More").click()
    await page.get_by_role("menuitem", name="Delete").click()
    await expect(page.locator(".reply")).to_have_count(0)
    await page.locator(".toast").get_by_role("button", name="Undo").click()
    await expect(page.locator(".reply.last")).to_have_count(1)
