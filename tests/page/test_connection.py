"""The page's connection: kept while the server answers, made again when it no longer does."""

import asyncio
from collections.abc import Callable

import pytest
from playwright.async_api import Page, Route, WebSocket, WebSocketRoute

from tests.faults.watching import eventually
from tests.page.chatting import replied, say
from tests.page.conftest import OpenPage, Site

pytestmark = pytest.mark.anyio
MINUTE = 60_000
TIMEOUTS = """() => {
  const hurry = [];
  AbortSignal.timeout = () => {
    const patience = new AbortController();
    hurry.push(() => patience.abort(new DOMException('', 'TimeoutError')));
    return patience.signal;
  };
  window.loseThePatience = () => hurry.forEach(end => end());
}"""


async def test_a_hidden_page_keeps_a_connection_that_answers(
    site: Site, open_page: OpenPage
) -> None:
    """Browsers let its timers run once a minute."""
    person = await site.person()
    page = await open_page(person)
    sockets: list[WebSocket] = []
    page.on("websocket", lambda socket: sockets.append(socket))
    await page.clock.install()
    await page.goto(f"/c/{await person.conversation('hidden')}")
    await say(page, "before")
    await replied(page, "before")
    for _ in range(3):
        async with sockets[0].expect_event("framereceived", is_pong):
            await page.clock.fast_forward(MINUTE)
    await page.clock.run_for(5_000)
    await say(page, "after")
    await replied(page, "after")
    assert len(sockets) == 1


async def test_a_connection_that_no_longer_answers_is_made_again(
    site: Site, open_page: OpenPage
) -> None:
    person = await site.person()
    page = await open_page(person)
    opened, mute = await count_and_mute_first(page)
    await page.clock.install()
    await page.goto(f"/c/{await person.conversation('silent')}")
    await say(page, "before")
    await replied(page, "before")
    mute()
    await page.clock.run_for(MINUTE)

    async def is_made_again() -> bool:
        return len(opened) == 2

    await eventually(is_made_again)
    await say(page, "after")
    await replied(page, "after")


async def test_a_request_without_an_answer_does_not_keep_the_page_from_connecting(
    site: Site, open_page: OpenPage
) -> None:
    person = await site.person()
    page = await open_page(person)
    conversation = await person.conversation("hung")
    await person.say(conversation, "already said")
    hung = asyncio.Event()
    await page.add_init_script(f"({TIMEOUTS})()")

    async def hang(route: Route) -> None:
        hung.set()

    await page.route(f"**/conversations/{conversation}/messages?*", hang, times=1)
    await page.goto(f"/c/{conversation}")
    await hung.wait()
    await page.evaluate("window.loseThePatience()")
    await replied(page, "already said")


def is_pong(frame: str | bytes) -> bool:
    return '"pong"' in str(frame)


async def count_and_mute_first(page: Page) -> tuple[list[WebSocketRoute], Callable[[], None]]:
    """The sockets as they are opened, and what makes the first of them say nothing any more."""
    opened: list[WebSocketRoute] = []
    muted: list[bool] = []

    def on_socket(route: WebSocketRoute) -> None:
        is_first = not opened
        server = route.connect_to_server()
        server.on_message(lambda text: None if is_first and muted else route.send(text))
        opened.append(route)

    await page.route_web_socket("**/ws/**", on_socket)
    return opened, lambda: muted.append(True)
