"""Every main state of the page is drawn in both themes, languages, widths; axe finds nothing."""

from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Page, expect

from tests.page.browser import AXE
from tests.page.conftest import OpenPage, Site
from tests.page.looks import HAND, WIDE, looks, name_of, screenshot
from tests.page.model import SPOKEN
from tests.support.upstream import ScriptedUpstream

pytestmark = pytest.mark.anyio
AXE_SOURCE = AXE.read_text()
# What is in order is only counted: to describe all of it takes three times as long as to look.
FAULTS = """axe.run({
  runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'best-practice'],
  resultTypes: ['violations'],
}).then(({ violations }) => violations)"""
FRAMES = """async () => {
  for (let frame = 0; frame < 5; frame++) await new Promise(requestAnimationFrame)
}"""
"""What the page measures of itself is measured then: that comes a frame or two after the change."""
LOOKS = looks(("en-US", "light", WIDE), ("zh-CN", "dark", HAND))
MESSAGE = {"en-US": "Your message", "zh-CN": "消息"}
SPOKEN["How do tides work?"] = Path(__file__).with_name("reply.en.md").read_text()
SPOKEN["潮汐是怎么形成的？"] = Path(__file__).with_name("reply.zh.md").read_text()
QUESTION = {"en-US": "How do tides work?", "zh-CN": "潮汐是怎么形成的？"}
TITLES = {
    "en-US": ["How tides work", "A walk in Kyoto", "Sorting a list", "Letter to the landlord"],
    "zh-CN": ["潮汐的成因", "京都三日行程", "链表排序", "给房东的信"],
}


@pytest.mark.parametrize(("locale", "scheme", "options"), LOOKS)
async def test_states(
    site: Site,
    open_page: OpenPage,
    upstream: ScriptedUpstream,
    locale: str,
    scheme: str,
    options: dict[str, Any],
) -> None:
    name = name_of(locale, scheme, options)
    options = options | {"locale": locale, "color_scheme": scheme}
    outside = await open_page(None, "/login", **options)
    await expect(outside.locator("form input").first).to_be_visible()
    await look(outside, f"login-{name}")
    await outside.goto("/register")
    await look(outside, f"register-{name}")

    newcomer = await site.server.register()
    first = await open_page(newcomer, "/", **options)
    await expect(first.locator(".model-form")).to_be_visible()
    await look(first, f"first-run-{name}")

    person = await site.person(name=f"ada-{name}")
    await person.set_model(upstream.url, "recite_half")
    for title in reversed(TITLES[locale][1:]):
        await person.conversation(title)
    upstream.title = TITLES[locale][0]
    page = await open_page(person, "/", **options)
    await expect(page.locator(".openings button")).to_have_count(4)
    await look(page, f"empty-{name}")
    await page.get_by_label(MESSAGE[locale]).fill(QUESTION[locale])
    await page.locator(".send").click()
    await expect(page.locator(".reply.streaming h3")).to_be_visible()
    await screenshot(page, f"streaming-{name}")
    upstream.release()
    await expect(page.locator(".reply.last .about")).to_be_attached()
    await expect(page.locator("math").first).to_be_visible()
    await look(page, f"thread-{name}")
    await page.locator(".thread").evaluate("box => box.scrollTop = 0")
    await look(page, f"thread-top-{name}")
    if await page.locator(".sidebar").is_hidden():
        await page.locator(".bar .icon-button").first.click()
        await look(page, f"sidebar-{name}")
    await page.goto("/settings/devices")
    await expect(page.locator(".settings .rows li").first).to_be_visible()
    await look(page, f"settings-{name}")


async def look(page: Page, name: str) -> None:
    """A picture, and what axe says about it."""
    await screenshot(page, name)
    await page.evaluate(FRAMES)
    # Through the debugger, which the page's content policy does not hold for.
    if not await page.evaluate("'axe' in window"):
        await page.evaluate(AXE_SOURCE)
    found = await page.evaluate(FAULTS)
    told = [f"{v['id']}: {[n['html'][:200] for n in v['nodes']]}" for v in found]
    assert not told, (name, told)
