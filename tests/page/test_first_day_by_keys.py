"""A first day without a mouse: register, connect a model, chat, rename, delete, undo, export."""

import asyncio

import pytest
from playwright.async_api import Page, expect

from tests.page.chatting import replied
from tests.page.conftest import OpenPage
from tests.page.test_keyboard import focus_shows, press, tab_to
from tests.support.server import PASSWORD
from tests.support.upstream import ScriptedUpstream

pytestmark = pytest.mark.anyio


async def test_a_first_day(open_page: OpenPage, upstream: ScriptedUpstream) -> None:
    page = await open_page(None, "/login")
    await _register(page)
    await _connect(page, upstream.url)
    box = page.get_by_label("Your message")
    await expect(box).to_be_focused()
    await page.keyboard.type("one two")
    await page.keyboard.press("Enter")
    await replied(page, "one two")
    await page.keyboard.press("F2")
    await page.keyboard.type("counting")
    await page.keyboard.press("Enter")
    await expect(page).to_have_title("counting · Chat")
    await expect(box).to_be_focused()

    row = page.get_by_role("link", name="counting")
    await tab_to(page, row, back=True)
    await page.keyboard.press("Shift+F10")
    await page.keyboard.press("e")
    await expect(page.get_by_role("menuitem", name="Export")).to_be_focused()
    await page.keyboard.press("Enter")
    await page.keyboard.press("ArrowDown")
    await expect(page.get_by_role("menuitem", name="Markdown")).to_be_focused()
    async with page.expect_download() as started:
        await page.keyboard.press("Enter")
    exported = await asyncio.to_thread((await (await started.value).path()).read_text, "utf-8")
    assert exported.startswith("# counting")
    await expect(row).to_be_focused()
    await focus_shows(page)

    await page.keyboard.press("Delete")
    await expect(row).to_have_count(0)
    await expect(page.get_by_role("link", name="New chat")).to_be_focused()
    await page.keyboard.press("Control+z")
    await expect(row).to_be_visible()
    await expect(page.locator(".reply .prose")).to_have_text("one two")
    await focus_shows(page)

    await page.keyboard.press("Control+,")
    await tab_to(page, page.get_by_role("link", name="Models"))
    await press(page, page.get_by_role("link", name="Models"))
    await tab_to(page, page.get_by_role("button", name="Add a connection"))
    await page.keyboard.press("Escape")
    await focus_shows(page)


async def _register(page: Page) -> None:
    await tab_to(page, page.get_by_role("link", name="Create an account"))
    await page.keyboard.press("Enter")
    await expect(page.get_by_label("User name")).to_be_focused()
    for text in ("by-keys", "by-keys@corp.local", PASSWORD):
        await page.keyboard.type(text)
        await page.keyboard.press("Tab")
    await tab_to(page, page.get_by_role("button", name="Create an account"))
    await page.keyboard.press("Enter")


async def _connect(page: Page, url: str) -> None:
    await expect(page.get_by_label("Address")).to_be_focused()
    await page.keyboard.type(url)
    await tab_to(page, page.get_by_label("Model", exact=True))
    await page.keyboard.press("ArrowDown")
    await expect(page.get_by_role("option").first).to_be_visible()
    await page.keyboard.type("recite_at_once")
    await page.keyboard.press("Escape")
    await tab_to(page, page.get_by_role("button", name="Save and start"))
    await page.keyboard.press("Enter")
