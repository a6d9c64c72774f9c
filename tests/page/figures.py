"""Measures the page in Chromium: `python -m tests.page.figures`. Takes about four minutes.

First paint and blocking time of a first load, and of the page behind a link to 500 messages; long
frames while a reply of 5,000 tokens streams at 200 tokens a second; memory while conversations of
500 messages are opened in turn and read from their end to their beginning; how soon a key shows
under 10,000 messages.
"""

import asyncio
import sys
import tempfile
from pathlib import Path
from statistics import linear_regression, median
from typing import Any

from playwright.async_api import Browser, Page, async_playwright, expect

from tests.page.browser import CHROMIUM
from tests.page.conftest import DESKTOP, Site, log_in, running_site
from tests.page.heap import measured
from tests.page.histories import fill
from tests.support.server import Person
from tests.support.upstream_exchange import Exchange, scenario

TOKENS = 5_000
TOKENS_PER_SECOND = 200
CONVERSATIONS = 20
PARAGRAPH = (
    "Some **bold** text with `code`, a [link](https://example.com) and 中文字符。 "
    "It goes on for a while, as replies do.\n\n- one item\n- another\n\n"
)
CODE = "```python\nfor number in range(10):\n    print(number)\n```\n\n"


@scenario("steady")
async def steady(exchange: Exchange) -> None:
    """Tokens by the clock."""
    text = (PARAGRAPH * 3 + CODE) * 100
    loop = asyncio.get_running_loop()
    began = loop.time()
    await exchange.head()
    for number in range(TOKENS):
        await exchange.delta(text[number * 4 : number * 4 + 4])
        await asyncio.sleep(max(0, began + number / TOKENS_PER_SECOND - loop.time()))
    await exchange.finish()


def say(text: str) -> None:
    sys.stdout.write(text + "\n")


async def first_load(browser: Browser, site: Site, person: Person) -> None:
    page = await opened(browser, site, person)
    await page.wait_for_timeout(1500)
    paint = await page.evaluate(
        "performance.getEntriesByName('first-contentful-paint')[0].startTime"
    )
    blocking = await page.evaluate("window.tasks.reduce((sum, ms) => sum + ms - 50, 0)")
    say(f"first contentful paint {paint:.0f} ms, blocking time {blocking:.0f} ms")
    await page.context.close()


async def shown_by_a_link(browser: Browser, site: Site, person: Person) -> None:
    id = await filled(site, person, 500, "shown to others")
    answer = await person.post(f"/conversations/{id}/shares")
    context = await browser.new_context(base_url=site.url, viewport=DESKTOP)  # type: ignore[arg-type]
    page = await context.new_page()
    await page.add_init_script(LONG_TASKS)
    await page.goto(answer.json()["url"])
    await page.wait_for_selector(".shared-foot")
    await page.wait_for_function("() => !document.querySelector('.reply .literal')")
    paint = await page.evaluate(
        "performance.getEntriesByName('first-contentful-paint')[0].startTime"
    )
    drawn = await page.evaluate("performance.now()")
    tasks: list[float] = await page.evaluate("window.tasks")
    say(f"a link to 500 messages: painted after {paint:.0f} ms, all set after {drawn:.0f} ms")
    say(f"tasks over 50 ms meanwhile: {tasks}")
    await context.close()


async def long_frames(browser: Browser, site: Site, person: Person) -> None:
    page = await opened(browser, site, person)
    box = page.locator(".composer textarea")
    await box.fill("go on")
    await page.evaluate("window.tasks.length = 0")
    await page.evaluate(FRAMES)
    await box.press("Enter")
    await page.wait_for_selector(".reply.last", timeout=60_000)
    frames: list[float] = await page.evaluate("window.frames_ms")
    tasks: list[float] = await page.evaluate("window.tasks")
    over = [round(ms) for ms in frames if ms > 50]
    say(f"{TOKENS} tokens: {len(frames)} frames, over 50 ms: {over}; tasks over 50 ms: {tasks}")
    await page.context.close()


async def memory(browser: Browser, site: Site, person: Person) -> None:
    ids = [await filled(site, person, 500, f"number {n}") for n in range(CONVERSATIONS)]
    page = await opened(browser, site, person)
    session = await page.context.new_cdp_session(page)
    heaps = []
    for id in ids:
        await page.locator(f"a[href='/c/{id}']").click()
        await read_to_the_beginning(page)
        heaps.append(await measured(session))
    for name in ("objects", "code"):
        sizes = [getattr(heap, name) for heap in heaps]
        trend = linear_regression(range(len(sizes) - 3), sizes[3:]).slope
        shown = " ".join(f"{size / 1e6:.2f}" for size in sizes)
        say(
            f"{name} in MB after each conversation: {shown}; {trend / 1e3:+.2f} kB each after three"
        )
    nodes = [(heap.nodes, heap.listeners) for heap in heaps]
    say(f"nodes and listeners: {nodes}")
    await page.context.close()


async def typing(browser: Browser, site: Site, person: Person) -> None:
    id = await filled(site, person, 10_000, "a long one")
    page = await opened(browser, site, person)
    await page.goto(f"/c/{id}")
    await page.evaluate(KEYS)
    for loaded in ("the last 50", "all"):
        if loaded == "all":
            await read_to_the_beginning(page)
        box = page.locator(".composer textarea")
        await box.fill("")
        await page.evaluate("window.keys_ms.length = 0")
        await page.keyboard.type("It is typed as people do, 每个字 counts. " * 5, delay=30)
        waits: list[float] = sorted(await page.evaluate("window.keys_ms"))
        p99 = waits[int(len(waits) * 0.99) - 1]
        p50 = median(waits)
        say(f"10,000 messages, {loaded} loaded: {len(waits)} keys, p50 {p50:.1f}, p99 {p99:.1f} ms")
    await page.context.close()


async def filled(site: Site, person: Person, messages: int, title: str) -> int:
    """A conversation of so many messages."""
    id = await person.conversation(title)
    await site.server.app.state.services.database.write(fill, id, messages)
    return id


async def read_to_the_beginning(page: Page) -> None:
    """Load all of a conversation, and go back to its end, where little is drawn."""
    await expect(page.locator(".said-text").last).to_be_visible()
    thread = page.locator(".thread")
    while await page.locator(".thread .thread-skeleton").count():
        await thread.evaluate("box => { box.scrollTop = 300; }")
        await page.wait_for_timeout(20)
    await thread.evaluate("box => { box.scrollTop = box.scrollHeight; }")
    await expect(page.locator("article").last).to_be_in_viewport()
    await page.wait_for_function("() => document.querySelectorAll('article').length < 60")


LONG_TASKS = """window.tasks = [];
new PerformanceObserver(list =>
  list.getEntries().forEach(entry => window.tasks.push(Math.round(entry.duration))))
  .observe({ type: 'longtask', buffered: true });"""
KEYS = """() => {
  // From the key to the task after the frame that shows it.
  window.keys_ms = [];
  const { port1, port2 } = new MessageChannel();
  port1.onmessage = ({ data }) => window.keys_ms.push(performance.now() - data);
  addEventListener('keydown', ({ timeStamp }) =>
    requestAnimationFrame(() => port2.postMessage(timeStamp)), { capture: true });
}"""
FRAMES = """() => {
  window.frames_ms = [];
  let last = performance.now();
  const tick = now => {
    window.frames_ms.push(now - last);
    last = now;
    requestAnimationFrame(tick);
  };
  requestAnimationFrame(tick);
}"""


async def opened(browser: Browser, site: Site, person: Person) -> Page:
    context = await browser.new_context(base_url=site.url, viewport=DESKTOP)  # type: ignore[arg-type]
    await log_in(context, person)
    page = await context.new_page()
    await page.add_init_script(LONG_TASKS)
    await page.goto("/")
    await page.wait_for_selector(".openings")
    return page


async def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        async with async_playwright() as playwright, running_site(Path(folder)) as site:
            options: dict[str, Any] = {"executable_path": CHROMIUM, "args": ["--no-sandbox"]}
            browser = await playwright.chromium.launch(**options)
            person = await site.person("steady")
            await first_load(browser, site, person)
            await shown_by_a_link(browser, site, person)
            await long_frames(browser, site, person)
            await memory(browser, site, person)
            await typing(browser, site, person)
            await browser.close()


if __name__ == "__main__":
    asyncio.run(main())
