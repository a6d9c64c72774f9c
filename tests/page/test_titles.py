"""The title that is shown is the newest, whichever answer or event comes last."""

import asyncio

import pytest
from playwright.async_api import Route, expect

from tests.faults.watching import eventually
from tests.page.chatting import choose, replied, say
from tests.page.conftest import OpenPage, Site
from tests.support.server import Person
from tests.support.upstream import ScriptedUpstream

pytestmark = pytest.mark.anyio
LIST = "**/conversations?*"


async def test_a_title_written_while_the_page_connects(
    site: Site, open_page: OpenPage, upstream: ScriptedUpstream
) -> None:
    """It was read before, and its event went to nobody."""
    person = await site.person(upstream=upstream)
    conversation = await person.conversation()
    upstream.title = "Written meanwhile"
    page = await open_page(person)

    async def speak_first(route: Route) -> None:
        assert (await person.say(conversation, "first words")).status_code == 200
        await is_titled(person, conversation, upstream.title)
        await route.continue_()

    await page.route("**/auth/ws-ticket", speak_first, times=1)
    await page.goto(f"/c/{conversation}")
    await replied(page, "first words")
    await expect(page).to_have_title("Written meanwhile · Chat")
    await expect(page.locator(".conversation")).to_have_text(["Written meanwhile"])


async def test_a_title_written_after_the_chat_was_left(
    site: Site, open_page: OpenPage, upstream: ScriptedUpstream
) -> None:
    person = await site.person("hold", upstream=upstream)
    await person.conversation("elsewhere")
    upstream.title = "Written later"
    page = await open_page(person)
    await say(page, "first words")
    await expect(page.locator(".reply.streaming .prose")).not_to_be_empty()
    await page.get_by_role("link", name="elsewhere").click()
    await expect(page).to_have_title("elsewhere · Chat")
    upstream.release()
    await expect(page.locator(".conversation")).to_have_text(["Written later", "elsewhere"])


async def test_a_list_that_is_late_brings_no_old_title(
    site: Site, open_page: OpenPage, upstream: ScriptedUpstream
) -> None:
    person = await site.person(upstream=upstream)
    conversation = await person.conversation()
    upstream.title = "Newer than the list"
    page = await open_page(person, "/settings")
    titled = asyncio.Event()

    async def answer_late(route: Route) -> None:
        answer = await route.fetch()
        await titled.wait()
        await route.fulfill(response=answer)

    await page.route(LIST, answer_late, times=1)
    await page.goto(f"/c/{conversation}")
    await say(page, "first words")
    await expect(page).to_have_title("Newer than the list · Chat")
    titled.set()
    await expect(page.locator(".conversation")).to_have_text(["Newer than the list"])
    await expect(page).to_have_title("Newer than the list · Chat")


async def test_a_title_by_hand_stays_while_an_older_answer_comes(
    site: Site, open_page: OpenPage
) -> None:
    person = await site.person()
    conversation = await person.conversation("before")
    page = await open_page(person)
    renamed = asyncio.Event()

    async def answer_late(route: Route) -> None:
        answer = await route.fetch()
        await renamed.wait()
        await route.fulfill(response=answer)

    await expect(page.locator(".conversation")).to_have_text(["before"])
    async with page.expect_request(f"**/conversations/{conversation}"):
        await page.route(f"**/conversations/{conversation}", answer_late, times=1)
        await page.get_by_role("link", name="before").click()
    await choose(page, "before", "Rename")
    await page.get_by_label("Title of the conversation").fill("by hand")
    await page.keyboard.press("Enter")
    await is_titled(person, conversation, "by hand")
    async with page.expect_response(f"**/conversations/{conversation}"):
        renamed.set()
    await expect(page).to_have_title("by hand · Chat")
    await expect(page.locator(".conversation")).to_have_text(["by hand"])


async def is_titled(person: Person, conversation: int, title: str) -> None:
    """Wait until the server has it."""

    async def has_it() -> bool:
        answer = await person.get(f"/conversations/{conversation}")
        return bool(answer.json()["title"] == title)

    await eventually(has_it)
