"""What a model writes in Markdown is drawn as it is meant, while it comes and when it is whole."""

import pytest
from anyio import Path as AsyncPath
from playwright.async_api import expect

from tests.page.chatting import replied, say
from tests.page.conftest import PHONE, OpenPage, Site
from tests.page.model import SPOKEN
from tests.support.upstream import ScriptedUpstream

pytestmark = pytest.mark.anyio
BETWEEN = "".join(f"Paragraph {number} of what lies between.\n\n" for number in range(12))
SPOKEN["references"] = (
    "See [the tides][1].\n\n- See [the moon][2]\n\n"
    + BETWEEN
    + "[1]: https://tides.example/a\n\nBetween them.\n\n[2]: https://moon.example/b"
)

SPOKEN["tables"] = """
| 天体 | 质量（kg） | 距离（m） | 相对作用 |
|:--|--:|--:|--:|
| 月球 | 7.35 × 10²² | 3.84 × 10⁸ | 1.00 |

| 方法 | 说明 | 适用的情况 | 需要注意的地方 | 结论 |
|--|--|--|--|--|
| 快速排序 | 平均情况下非常快，但是最坏情况下是平方级 | 内存里的数组 | 枢轴 | 常用 |
"""
SPOKEN["code"] = "```python\n" + "return 1\n" * 60 + "```"
SPOKEN["little html"] = """H<sub>2</sub>O and <kbd>Esc</kbd>, *stressed 重点 words*.[^why]

<details>
<summary>More of *it*</summary>

- inside

</details>

[^why]: Because.
"""
COUNT_COLOURED = """() => {
  window.counts = [];
  const count = () => window.counts.push(document.querySelectorAll('.hljs-keyword').length);
  new MutationObserver(count).observe(document, { subtree: true, childList: true });
}"""


async def test_references_lead_somewhere_as_soon_as_it_is_said_where(
    site: Site, open_page: OpenPage
) -> None:
    page = await open_page(await site.person())
    await say(page, "references")
    prose = page.locator(".reply .prose")
    await expect(prose.get_by_role("link", name="the tides")).to_be_visible()
    await expect(page.locator(".reply")).to_have_class("reply last")
    await expect(prose.get_by_role("link")).to_have_count(2)
    await expect(prose.get_by_role("link", name="the moon")).to_be_visible()
    await expect(prose).not_to_contain_text("[")


async def test_a_table_takes_the_room_of_its_texts_on_a_phone(
    site: Site, open_page: OpenPage
) -> None:
    page = await open_page(await site.person(), viewport=PHONE)
    await say(page, "tables")
    await expect(page.locator(".reply")).to_have_class("reply last")
    short, long = await page.locator(".reply .table").all()
    assert await short.evaluate("box => box.scrollWidth === box.clientWidth")
    explained = await long.locator("td").nth(1).bounding_box()
    assert explained is not None and explained["width"] > 100


@pytest.mark.parametrize("mark", [">", "> ", "- ", "1. > "])
async def test_endless_nesting_is_text(
    site: Site, open_page: OpenPage, upstream: ScriptedUpstream, mark: str
) -> None:
    SPOKEN[f"nested {mark}".strip()] = mark * 1600 + "deep"
    page = await open_page(await site.person("recite_half", upstream=upstream))
    await say(page, f"nested {mark}")
    await expect(page.locator(".reply")).to_be_visible()
    upstream.release()
    await expect(page.locator(".reply")).to_have_class("reply last")
    await expect(page.locator(".reply .prose")).to_contain_text("deep")


async def test_a_reply_that_cannot_be_drawn_is_text(site: Site, open_page: OpenPage) -> None:
    page = await open_page(await site.person())
    await page.evaluate(
        "() => { DOMParser.prototype.parseFromString = () => { throw new Error() } }"
    )
    await say(page, "**R** &amp; D")
    await replied(page, "**R** &amp; D")
    await say(page, "**next**")
    await replied(page, "next")


async def test_blanks_before_entities_stay(site: Site, open_page: OpenPage) -> None:
    page = await open_page(await site.person())
    await say(page, "**R** &amp; D, `a` &lt; b")
    await replied(page, "R & D, a < b")


async def test_a_link_holds_no_other_link(site: Site, open_page: OpenPage) -> None:
    page = await open_page(await site.person())
    await say(page, "See [**https://a.example**](https://a.example/there)")
    await replied(page, "See https://a.example")
    links = page.locator(".prose a")
    await expect(links).to_have_count(1)
    await expect(links).to_have_attribute("href", "https://a.example/there")


async def test_growing_code_is_coloured_to_its_end_and_keeps_its_colours(
    site: Site, open_page: OpenPage
) -> None:
    page = await open_page(await site.person())
    await page.evaluate(COUNT_COLOURED)
    await say(page, "code")
    await expect(page.locator(".reply")).to_have_class("reply last")
    await expect(page.locator(".code .hljs-keyword")).to_have_count(60)
    counts: list[int] = await page.evaluate("window.counts")
    assert counts == sorted(counts)
    assert len(set(counts)) > 2


async def test_a_little_html_and_footnotes(site: Site, open_page: OpenPage) -> None:
    page = await open_page(await site.person())
    await say(page, "little html")
    await expect(page.locator(".reply")).to_have_class("reply last")
    prose = page.locator(".reply .prose")
    await expect(prose.locator("sub")).to_have_text("2")
    await expect(prose.locator("kbd")).to_have_text("Esc")
    await expect(prose).not_to_contain_text("<")
    await expect(prose.get_by_text("inside")).to_be_hidden()
    await prose.locator("summary").click()
    await expect(prose.get_by_text("inside")).to_be_visible()
    await prose.get_by_role("button", name="Note why").click()
    note = prose.get_by_role("note", name="Note why")
    await expect(note).to_be_focused()
    await expect(note).to_contain_text("Because.")
    await note.get_by_role("button", name="Back to the text").click()
    await expect(prose.get_by_role("button", name="Note why")).to_be_focused()


async def test_a_fold_that_begins_open_can_be_closed(site: Site, open_page: OpenPage) -> None:
    page = await open_page(await site.person("recite_at_once"))
    await say(page, "<details open>\n<summary>More</summary>\n\ninside\n\n</details>")
    inside = page.locator(".reply .prose").get_by_text("inside")
    await expect(inside).to_be_visible()
    await page.locator(".reply summary").click()
    await expect(inside).to_be_hidden()


async def test_chinese_is_stressed_by_dots_and_other_words_by_slanting(
    site: Site, open_page: OpenPage
) -> None:
    for locale in ("en-US", "zh-CN"):
        page = await open_page(await site.person("recite_at_once"), locale=locale)
        box = page.locator(".composer textarea")
        await box.fill("little html")
        await box.press("Enter")
        stressed = page.locator(".reply .prose em")
        await expect(stressed.first).to_have_text("stressed 重点 words")
        assert await stressed.first.evaluate("it => getComputedStyle(it).fontStyle") == "italic"
        dots = stressed.locator(".dots")
        await expect(dots).to_have_text("重点")
        style = await dots.evaluate("it => getComputedStyle(it).textEmphasisStyle")
        assert "dot" in style
        assert await dots.evaluate("it => getComputedStyle(it).fontStyle") == "normal"


async def test_code_is_wrapped_and_downloaded(site: Site, open_page: OpenPage) -> None:
    page = await open_page(await site.person("recite_at_once"))
    code = "print(" + "1 + " * 60 + "1)"
    SPOKEN["a long line"] = f"```python\n{code}\n```"
    await say(page, "a long line")
    lines = page.get_by_role("group", name="Code: python")
    await expect(lines).to_have_attribute("tabindex", "0")
    await page.get_by_role("button", name="Wrap lines").click()
    await expect(lines).not_to_have_attribute("tabindex", "0")
    assert await lines.evaluate("box => box.scrollWidth === box.clientWidth")
    async with page.expect_download() as saved:
        await page.get_by_role("button", name="Download as a file").click()
    download = await saved.value
    assert download.suggested_filename == "code.py"
    assert await AsyncPath(await download.path()).read_text() == code
    await page.get_by_role("button", name="Do not wrap lines").click()
    await expect(lines).to_have_attribute("tabindex", "0")
