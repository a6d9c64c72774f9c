"""A conversation that was left is forgotten: nothing of it stays in the browser's memory."""

import re

import pytest
from playwright.async_api import Page, expect

from tests.page.conftest import OpenPage, Site
from tests.page.heap import measured

pytestmark = pytest.mark.anyio
CONVERSATIONS = 3
ROUNDS = 4
SETTLED = 2
"""Rounds after which all that is kept once has been seen."""
MENU, PRINT = re.compile(r"/assets/ModelMenu-.*\.js$"), re.compile(r"/assets/print-.*\.js$")
"""What loads ahead where somebody stays for a while: it would come in any of the rounds."""
MOST_BYTES = 10_000
"""Of objects, a round: looking something up anew costs a little; a conversation is far more."""


async def test_conversations_leave_nothing_behind(site: Site, open_page: OpenPage) -> None:
    person = await site.person("recite_at_once")
    for number in range(CONVERSATIONS):
        conversation = await person.conversation(f"number {number}")
        for line in range(6):
            await person.say(
                conversation, f"**Line {line}** of number {number}, with `code`.\n" * 20
            )
    page = await open_page(person)
    async with page.expect_response(MENU), page.expect_response(PRINT):
        await visit(page, "number 0")
        await page.get_by_role("button", name="recite_at_once").last.hover()
    session = await page.context.new_cdp_session(page)
    heaps = []
    for rounds in range(1, ROUNDS + 1):
        for number in range(CONVERSATIONS):
            await visit(page, f"number {number}")
        if rounds in (SETTLED, ROUNDS):
            heaps.append(await measured(session))
    settled, last = heaps
    assert (last.nodes, last.listeners) == (settled.nodes, settled.listeners), heaps
    assert last.objects - settled.objects < MOST_BYTES * (ROUNDS - SETTLED), heaps


async def visit(page: Page, title: str) -> None:
    await page.get_by_role("link", name=title).click()
    await expect(page).to_have_title(f"{title} · Chat")
    await expect(page.locator(".said")).to_have_count(6)
    await expect(page.locator(".said-text").last).to_contain_text(f"of {title}")
