"""Search in all its states, drawn as in test_look.py; axe finds nothing."""

from typing import Any

import pytest
from playwright.async_api import Page, expect

from tests.page.conftest import OpenPage, Site
from tests.page.looks import HAND, WIDE, ZOOMED, looks, name_of, screenshot
from tests.page.search.answers import Refusal, answers, message, page_of, places
from tests.page.search.asking import far_up, is_marked, look_for
from tests.page.test_look import TITLES, look

pytestmark = pytest.mark.anyio
LOOKS = looks(
    ("en-US", "light", WIDE),
    ("zh-CN", "dark", HAND),
    ("en-US", "dark", ZOOMED),
)
DRAWN = """() => Promise.all(document.getAnimations().map(it =>
  it.effect.getTiming().iterations === Infinity || it.finished))"""
OFFLINE = {"en-US": "The server cannot be reached.", "zh-CN": "无法连接服务器"}
WORD = {"en-US": "tide", "zh-CN": "潮汐"}
SNIPPETS = {
    "en-US": [
        "The Moon pulls at the near side of the Earth more than at the far one, and so there are "
        "two bulges: the tide comes in twice a day, and a spring tide when the Sun stands in line.",
        "tide",
        "When is low tide at St Malo on the 3rd? <img src=x onerror=alert(1)> **bold** `code`",
        "👩🏽‍🚀🌊 The tide 🌊 turns, and with it the tide of tourists 👨‍👩‍👧‍👦 on the causeway.",
        "def tide(hours: float) -> float:\n    return A * cos(2 * pi * hours / 12.42)  # tide",
        "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschafttide",
        "مدّ وجزر: the tide في سان مالو",
    ],
    "zh-CN": [
        "月球对地球近侧的引力比对远侧的更强，于是出现两个隆起，潮汐每天两次，朔望时太阳与月球成一线，"
        "潮汐尤其大，称为大潮；上下弦时则为小潮。潮汐的高度还取决于海岸的形状。",
        "潮汐",
        "圣马洛三号什么时候退潮？潮汐表在哪里？<img src=x onerror=alert(1)> **粗体** `代码`",
        "👩🏽‍🚀🌊 潮汐 🌊 转向了，游客的潮汐 👨‍👩‍👧‍👦 也散了。",
        "def 潮汐(hours: float) -> float:\n    return A * cos(2 * pi * hours / 12.42)  # 潮汐",
        "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft潮汐",
        "مدّ وجزر: 潮汐 في سان مالو",
    ],
}


def found(locale: str) -> dict[str, Any]:
    """A page of all that is hard to set."""
    word = WORD[locale]
    results = [
        message(
            number,
            snippet,
            word,
            title=TITLES[locale][number % 4] * (5 if number == 4 else 1),
            archived=number in (2, 4),
            snippet_start=90 if number in (0, 3) else 0,
        )
        for number, snippet in enumerate(SNIPPETS[locale] * 2)
    ]
    title = {"en-US": "Neap tides, and how they are told", "zh-CN": "小潮与潮汐表"}[locale]
    titles = [
        {"conversation_id": 7, "title": title, "archived": True, "ranges": places(title, word)}
    ]
    return page_of(results, titles, cursor="1-1")


@pytest.mark.parametrize(("locale", "scheme", "options"), LOOKS)
async def test_states(
    site: Site, open_page: OpenPage, locale: str, scheme: str, options: dict[str, Any]
) -> None:
    name = name_of(locale, scheme, options)
    person = await site.person()
    for title in reversed(TITLES[locale]):
        await person.conversation(title)
    page = await open_page(person, locale=locale, color_scheme=scheme, **options)
    await page.keyboard.press("Control+k")
    box = page.get_by_role("combobox")
    await expect(page.get_by_role("option")).to_have_count(7)
    await look(page, f"search-begin-{name}")

    server = await answers(page, lambda _, cursor: None if cursor else found(locale))
    await box.fill(WORD[locale])
    await expect(page.locator("mark").first).to_be_visible()
    await expect(page.locator(".found").first).to_be_visible()
    await page.keyboard.press("ArrowDown")
    await page.keyboard.press("ArrowDown")
    await look(page, f"search-found-{name}")
    assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert await page.locator(".search-list").evaluate("it => it.scrollWidth <= it.clientWidth")
    await page.locator(".search-list").evaluate("it => { it.scrollTop = it.scrollHeight; }")
    await expect(page.locator(".search-loading")).to_be_in_viewport()
    await drawn(page)
    await look(page, f"search-more-{name}")

    server.find = lambda *_: None
    await box.fill("zzz")
    await drawn(page)
    await look(page, f"search-overtaken-{name}")
    await box.fill("")
    await box.fill("zzz")
    await drawn(page)
    await look(page, f"search-slow-{name}")
    server.find = lambda *_: page_of([])
    await box.fill("zzzz")
    await expect(page.locator(".search-none")).to_be_visible()
    await look(page, f"search-none-{name}")
    server.find = lambda *_: Refusal(429, "rate_limited", {"Retry-After": "12"})
    await box.fill("zzzzz")
    await expect(page.locator(".search-failed")).to_be_visible()
    await look(page, f"search-refused-{name}")
    await page.context.set_offline(True)
    await page.unroute_all()
    await box.fill("zzzzzz")
    await expect(page.locator(".search-failed")).to_contain_text(OFFLINE[locale])
    await screenshot(page, f"search-offline-{name}")


HARBOUR = {"en-US": "the harbour at night", "zh-CN": "夜里的港口"}
FAILED = {
    "en-US": "Newer messages could not be loaded.",
    "zh-CN": "之后的消息加载失败。",
}


@pytest.mark.parametrize(("locale", "scheme", "options"), LOOKS)
async def test_the_place(
    site: Site, open_page: OpenPage, locale: str, scheme: str, options: dict[str, Any]
) -> None:
    name = name_of(locale, scheme, options)
    person = await site.person("recite_at_once")
    words = HARBOUR[locale]
    said = f"{words}\n\n- one\n- two `code`\n\n" + f"And again {words}, as it was. " * 4
    conversation = await far_up(person, site, said, 200)
    page = await open_page(
        person, f"/c/{conversation}", locale=locale, color_scheme=scheme, **options
    )
    await expect(page.get_by_text("Message number 200.")).to_be_in_viewport()
    await page.clock.install()  # the mark stays
    await look_for(page, words)
    await page.clock.run_for(1000)
    await expect(page.locator(".found")).to_have_count(2)
    await page.keyboard.press("Enter")
    await page.clock.run_for(1000)
    await is_marked(page, words)
    await look(page, f"search-place-{name}")
    await page.route("**/messages?*after_id*", lambda route: route.abort())
    await page.locator(".thread").evaluate("box => { box.scrollTop = box.scrollHeight; }")
    await page.clock.run_for(5000)
    await expect(page.get_by_text(FAILED[locale])).to_be_visible()
    await page.locator(".thread").evaluate("box => { box.scrollTop = box.scrollHeight; }")
    await page.clock.run_for(5000)
    await look(page, f"search-newer-failed-{name}")


async def drawn(page: Page) -> None:
    """Wait until what comes a little later is wholly there."""
    await page.evaluate(DRAWN)
