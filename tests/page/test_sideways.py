"""What is too wide grows to the pane, then scrolls, shows that, and is reached by keys."""

import re

import pytest
from playwright.async_api import Locator, Page, expect

from tests.page.chatting import say
from tests.page.conftest import DESKTOP, PHONE, OpenPage, Site
from tests.page.model import SPOKEN

pytestmark = pytest.mark.anyio
MORE_AFTER = re.compile(r"^(?!.*more-before).*more-after")
MORE_BOTH = re.compile(r"more-before.*more-after|more-after.*more-before")
MORE_BEFORE = re.compile(r"^(?!.*more-after).*more-before")
HEADS = [
    "Method",
    "A rather longer heading",
    "Another long heading",
    "Complexity",
    "Memory",
    "The last of them",
]
ARABIC = [
    "الطريقة",
    "عنوان أطول قليلا من غيره",
    "عنوان آخر طويل جدا",
    "التعقيد",
    "العنوان الأخير في الجدول",
]


def table(heads: list[str]) -> str:
    rows = [heads, ["--"] * len(heads), heads]
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)


SPOKEN["tables to scroll"] = "\n\n".join(
    (
        *(table(HEADS), table(HEADS * 3), table(ARABIC * 3)),
        f"```\n{'x' * 300}\n```",
        f"$${'x_1 + ' * 60}y$$",
    )
)
SPOKEN["both directions"] = """مرحبا

- أول
- React مكتبة

> اقتباس

| الاسم | العدد |
|--|--|
| أحمد | 12 |

- one
- اثنان
"""


async def spoken(page: Page, what: str) -> None:
    await say(page, what)
    await expect(page.locator(".reply")).to_have_class("reply last")


async def left(it: Locator) -> float:
    box = await it.bounding_box()
    assert box
    return box["x"]


async def right(it: Locator) -> float:
    box = await it.bounding_box()
    assert box
    return box["x"] + box["width"]


@pytest.mark.parametrize("viewport", [DESKTOP, PHONE], ids=["desktop", "phone"])
async def test_what_is_too_wide_fades_at_the_edge_that_hides_it(
    site: Site, open_page: OpenPage, viewport: dict[str, int]
) -> None:
    page = await open_page(await site.person("recite_at_once"), viewport=viewport)
    await spoken(page, "tables to scroll")
    column = page.locator(".reply .prose")
    await expect(page.locator(".formula math")).to_be_attached()
    first, wide, arabic, code, formula = await page.locator(".sideways").all()
    if viewport is DESKTOP:
        assert await right(first) > await right(column)
        assert await left(first) < await left(column)
        await expect(first).not_to_have_attribute("tabindex", "0")
    for box in (wide, arabic, code, formula):
        await expect(box).to_have_class(MORE_AFTER)
        await expect(box).to_have_attribute("tabindex", "0")
        assert await left(box) >= await left(page.locator(".thread"))
        assert await right(box) <= viewport["width"]
    assert "to left" in await mask(arabic)
    assert "to right" in await mask(wide)
    await wide.focus()
    await page.keyboard.press("ArrowRight")
    await expect(wide).to_have_class(MORE_BOTH)
    for box, end in ((wide, 10_000), (arabic, -10_000)):
        await box.evaluate("(box, end) => { box.scrollLeft = end; }", end)
        await expect(box).to_have_class(MORE_BEFORE)
    assert await page.evaluate("document.documentElement.scrollWidth") == viewport["width"]


async def test_lists_quotes_and_tables_stand_on_the_side_of_their_words(
    site: Site, open_page: OpenPage
) -> None:
    page = await open_page(await site.person("recite_at_once"), viewport=PHONE)
    await spoken(page, "both directions")
    prose = page.locator(".reply .prose")
    arabic, english = await prose.locator("ul").all()
    for items, side in ((arabic, "right"), (english, "left")):
        for item in await items.locator("li").all():
            assert await item.evaluate("it => getComputedStyle(it).textAlign") == side
    assert await right(arabic.locator("li").first) < await right(prose)
    assert await left(english.locator("li").first) > await left(prose)
    quote = prose.locator("blockquote")
    assert await quote.evaluate("it => getComputedStyle(it).borderRightWidth") == "2px"
    assert await quote.evaluate("it => getComputedStyle(it).borderLeftWidth") == "0px"
    name, count = await prose.locator("th").all()
    assert await left(name) > await left(count)
    assert await right(prose.locator("table")) > await right(prose) - 4


async def test_a_box_to_tick_stands_before_its_words(site: Site, open_page: OpenPage) -> None:
    SPOKEN["boxes to tick"] = "- [ ] one\n- [x] two\n\n---\n\n- [ ] مهمة\n- [x] أخرى\n"
    page = await open_page(await site.person("recite_at_once"), viewport=PHONE)
    await spoken(page, "boxes to tick")
    english, arabic = await page.locator(".reply .prose ul").all()
    words = "li => { const all = document.createRange(); all.selectNodeContents(li); "
    words += "all.setStartAfter(li.querySelector('input')); "
    words += "const { left, right } = all.getBoundingClientRect(); return { left, right }; }"
    for item in await english.locator("li").all():
        assert await right(item.locator("input")) < (await item.evaluate(words))["left"]
    for item in await arabic.locator("li").all():
        assert await left(item.locator("input")) > (await item.evaluate(words))["right"]


async def mask(box: Locator) -> str:
    return str(await box.evaluate("box => getComputedStyle(box).maskImage"))
