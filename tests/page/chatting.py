"""What tests of a conversation do again and again."""

import asyncio
from collections.abc import Awaitable, Callable

from playwright.async_api import Page, Response, Route, expect


async def say(page: Page, text: str) -> None:
    """Type it and press Enter."""
    await page.get_by_label("Your message").fill(text)
    await page.get_by_label("Your message").press("Enter")


async def replied(page: Page, text: str) -> None:
    """Wait until the last reply is whole and reads so."""
    last = page.locator(".reply").last
    await expect(last).to_have_class("reply last")
    await expect(last.locator(".prose")).to_have_text(text)


async def follow(page: Page, title: str, conversation: int) -> None:
    """Open a conversation from the list, and wait until the page has read its history twice: before
    it is connected, and after."""
    read = 0

    def is_second(response: Response) -> bool:
        nonlocal read
        read += f"/conversations/{conversation}/messages?" in response.url
        return read == 2

    async with page.expect_response(is_second):
        await page.get_by_role("link", name=title).click()
    await settled(page)


def late(
    until: asyncio.Event, made: asyncio.Event | None = None
) -> Callable[[Route], Awaitable[None]]:
    """A route whose answer, made at once (then `made` is set), comes to the page after `until`."""

    async def answer_late(route: Route) -> None:
        answer = await route.fetch()
        if made is not None:
            made.set()
        await until.wait()
        await route.fulfill(response=answer)

    return answer_late


async def choose(page: Page, title: str, entry: str) -> None:
    """From the menu of a conversation in the list."""
    await page.locator(".conversation", has_text=title).hover()
    await page.get_by_role("button", name=f"Menu: {title}").click()
    await page.get_by_role("menuitem", name=entry).click()


async def choose_profile(page: Page, entry: str) -> None:
    """From the menu under one's own name."""
    await page.locator(".who").click()
    await page.get_by_role("menuitem", name=entry).click()


async def settled(page: Page) -> None:
    """Wait until the page has done what it does about the answers that it has."""
    await page.evaluate("fetch('/auth/options').then(() => new Promise(requestAnimationFrame))")
