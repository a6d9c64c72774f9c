"""A message that waits for the connection can be taken back, and is there once at the most."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest
from playwright.async_api import Page, WebSocketRoute, expect

from tests.faults.watching import eventually
from tests.page.chatting import late, replied, say
from tests.page.conftest import OpenPage, Site
from tests.page.held import hold

pytestmark = pytest.mark.anyio
BACK = "Back into the message box"
SILENT = "The server has not answered yet."
LOST = "Connection lost. Reconnecting…"
AWAY = ("**/auth/ws-ticket", "**/messages?*")
"""What is asked before each connection."""


async def test_a_message_is_taken_back_while_the_server_is_away(
    site: Site, open_page: OpenPage
) -> None:
    person = await site.person()
    page = await open_page(person)
    cut, mend = await breakable(page)
    await page.goto(f"/c/{await person.conversation('away')}")
    box = page.get_by_label("Your message")
    await say(page, "before")
    await replied(page, "before")
    await cut()
    await expect(page.get_by_text(LOST)).to_be_visible()
    await say(page, "changed my mind")
    await box.fill("typed since")
    await page.get_by_role("button", name=BACK).click()
    await expect(box).to_have_value("changed my mind\n\ntyped since")
    await expect(page.locator(".said-text")).to_have_text(["before"])
    await mend()
    await expect(page.get_by_text(LOST)).to_have_count(0)
    await expect(box).to_have_value("changed my mind\n\ntyped since")
    await box.press("Enter")
    await expect(page.locator(".said-text")).to_have_text(
        ["before", "changed my mind\n\ntyped since"]
    )


async def test_a_message_is_taken_back_from_a_server_that_is_silent(
    site: Site, open_page: OpenPage
) -> None:
    """The connection stands, and nobody answers."""
    person = await site.person()
    page = await open_page(person)
    await page.clock.install()
    await page.goto(f"/c/{await person.conversation('silent')}")
    box = page.get_by_label("Your message")
    await say(page, "before")
    await replied(page, "before")
    await hold(page)
    await say(page, "changed my mind")
    await expect(page.locator(".said.pending")).to_contain_text("changed my mind")
    await expect(page.get_by_text(SILENT)).to_have_count(0)
    await page.clock.run_for(5_000)
    await expect(page.get_by_text(SILENT)).to_be_visible()
    await page.get_by_role("button", name=BACK).click()
    await expect(box).to_have_value("changed my mind")
    await expect(box).to_be_focused()
    await expect(page.locator(".said-text")).to_have_text(["before"])


@pytest.mark.parametrize("answer", ["late", "never"])
async def test_the_first_message_is_taken_back_from_a_server_that_hangs(
    site: Site, open_page: OpenPage, answer: str
) -> None:
    """Its conversation is being made, and is gone again where that comes about after all."""
    person = await site.person()
    page = await open_page(person)
    await page.clock.install()
    box = page.get_by_label("Your message")
    released, made = asyncio.Event(), asyncio.Event()
    await page.route("**/conversations", late(released, made), times=1)
    await say(page, "changed my mind")
    await expect(page.locator(".said.pending")).to_contain_text("changed my mind")
    await box.fill("typed since")
    await made.wait()
    await page.clock.run_for(5_000)
    await expect(page.get_by_text(SILENT)).to_be_visible()
    await page.get_by_role("button", name=BACK).click()
    await expect(box).to_have_value("changed my mind\n\ntyped since")
    await expect(box).to_be_focused()
    await expect(page.locator(".said")).to_have_count(0)
    if answer == "late":
        async with page.expect_request(lambda asked: asked.method == "DELETE"):
            released.set()
        await expect(page).to_have_url(f"{site.url}/")
        await expect(page.locator(".conversation")).to_have_count(0)
    await box.press("Enter")
    await expect(page.locator(".said-text")).to_have_text(["changed my mind\n\ntyped since"])
    await expect(page.locator(".reply.last .prose")).to_contain_text("typed since")
    await expect(page.locator(".conversation")).to_have_count(1)
    released.set()


@pytest.mark.parametrize("again", ["at once", "later"])
async def test_a_message_that_had_arrived_is_not_there_twice(
    site: Site, open_page: OpenPage, again: str
) -> None:
    """The connection broke between the message and the server's word for it."""
    person = await site.person()
    conversation = await person.conversation("half heard")
    page = await open_page(person)
    cut, mend = await breakable(page, deaf=True)
    await page.goto(f"/c/{conversation}")
    box = page.get_by_label("Your message")
    await say(page, "said once")

    async def is_answered() -> bool:
        messages = await person.messages(conversation)
        return bool(messages) and messages[-1]["status"] == "complete"

    await eventually(is_answered)
    await cut()
    await page.get_by_role("button", name=BACK).click()
    await expect(box).to_have_value("said once")
    if again == "at once":
        await box.press("Enter")
        await expect(page.locator(".said.pending")).to_be_visible()
    else:
        await page.reload()
        await expect(box).to_have_value("said once")
    await mend()
    if again == "later":
        await page.reload()
        await expect(page.get_by_text("Your message had arrived already.")).to_be_visible()
    await replied(page, "said once")
    await expect(page.locator(".said-text")).to_have_text(["said once"])
    await expect(box).to_have_value("")
    assert len(await person.messages(conversation)) == 2


async def test_nobody_waits_out_the_pauses_between_attempts(
    site: Site, open_page: OpenPage
) -> None:
    person = await site.person()
    page = await open_page(person)
    cut, mend = await breakable(page)
    await page.clock.install()
    await page.goto(f"/c/{await person.conversation('paused')}")
    await say(page, "before")
    await replied(page, "before")
    await cut()
    await expect(page.get_by_text(LOST)).to_be_visible()
    await page.clock.pause_at(await page.evaluate("Date.now() + 1000"))
    for _ in range(8):  # until the pauses are long; the clock stands in the last of them
        async with page.expect_event("requestfailed"):
            await page.clock.run_for(20_000)
    await mend()
    await page.get_by_role("button", name="Try now").click()
    await expect(page.get_by_text(LOST)).to_have_count(0)


Act = Callable[[], Awaitable[None]]


async def breakable(page: Page, deaf: bool = False) -> tuple[Act, Act]:
    """What breaks the connection and keeps it broken, and what lets it be made again.

    `deaf`: until it is broken nothing comes through from the server.
    """
    sockets: list[WebSocketRoute] = []

    def on_socket(socket: WebSocketRoute) -> None:
        server = socket.connect_to_server()
        if deaf and not sockets:
            server.on_message(lambda _: None)
        sockets.append(socket)

    await page.route_web_socket("**/ws/**", on_socket)

    async def cut() -> None:
        for path in AWAY:
            await page.route(path, lambda route: route.abort())
        await sockets[-1].close(code=1011)

    async def mend() -> None:
        for path in AWAY:
            await page.unroute(path)

    return cut, mend
