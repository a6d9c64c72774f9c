"""A conversation on paper is all of it: nothing of the page around it, nothing folded or cut."""

import pytest
from playwright.async_api import Page, expect

from tests.faults.watching import eventually
from tests.page.conftest import OpenPage, Site
from tests.page.histories import fill
from tests.page.model import SPOKEN
from tests.support.server import Person

pytestmark = pytest.mark.anyio
PRINTED = """() => {
  window.print = () => {
    dispatchEvent(new Event('beforeprint'));
    window.printed = true;
  };
  window.printed = false;
}"""
PRINT_LOADED = """() => performance.getEntriesByType('resource')
  .some(it => it.name.includes('/print-') && it.name.endsWith('.css'))"""
SPOKEN["something to print"] = f"""<think>What was thought.</think>
See [the tides](https://tides.example/a).

<details>
<summary>More</summary>

Folded words.

</details>

|{" A heading of some length |" * 8}
|{"--|" * 8}
|{" cell |" * 8}

```python
{"x = 1 + " * 60}0
```
"""


async def filled(site: Site, person: Person, count: int) -> str:
    id = await person.conversation("To print")
    await site.server.app.state.services.database.write(fill, id, count)
    return f"/c/{id}"


async def opened(open_page: OpenPage, person: Person, path: str, **options: object) -> Page:
    page = await open_page(person, path, **options)
    await expect(page.locator("article").last).to_be_attached()
    await page.evaluate(PRINTED)
    return page


async def printed(page: Page) -> None:
    """By the keys; then the page is as it goes to the printer."""
    await page.keyboard.press("Control+p")
    await eventually(lambda: page.evaluate("window.printed"))
    await page.emulate_media(media="print")


@pytest.mark.parametrize(
    ("locale", "scheme"), [("en-US", "light"), ("zh-CN", "dark")], ids=["en", "zh"]
)
async def test_all_messages_are_on_the_paper(
    site: Site, open_page: OpenPage, locale: str, scheme: str
) -> None:
    person = await site.person()
    path = await filled(site, person, 250)
    page = await opened(open_page, person, path, locale=locale, color_scheme=scheme)
    await printed(page)
    articles = page.locator("article")
    await expect(articles).to_have_count(250)
    for article, words in ((articles.first, "number 1."), (articles.last, "number 250.")):
        await expect(article).to_contain_text(words)
        await expect(article).to_be_visible()
        await expect(article.locator("h2")).to_be_visible()
    for hidden in (".sidebar", ".dock", ".actions", ".bar", ".toast-area"):
        await expect(page.locator(hidden).first).to_be_hidden()
    head = page.locator(".paper")
    await expect(head).to_contain_text("To print")
    await expect(head.locator("p")).to_have_count(1)
    assert await page.evaluate("document.documentElement.scrollHeight") > 10_000
    ink = await page.locator(".said-text").first.evaluate("it => getComputedStyle(it).color")
    assert ink == "rgb(33, 32, 28)"
    assert (await page.pdf()).count(b"/Type /Page\n") >= 5
    await page.evaluate("dispatchEvent(new Event('afterprint'))")
    await expect(head).to_have_count(0)


async def test_the_browsers_own_print_tells_what_is_not_loaded(
    site: Site, open_page: OpenPage
) -> None:
    person = await site.person()
    page = await opened(open_page, person, await filled(site, person, 450))
    await eventually(lambda: page.evaluate(PRINT_LOADED))
    await page.evaluate("dispatchEvent(new Event('beforeprint'))")
    await expect(page.locator(".paper")).to_contain_text("Older messages are missing here.")


async def test_nothing_is_folded_cut_or_without_its_address(
    site: Site, open_page: OpenPage
) -> None:
    person = await site.person("recite_at_once")
    conversation = await person.conversation("folds")
    await person.say(conversation, "\n".join(f"Line {number}" for number in range(100)))
    await person.say(conversation, "something to print")
    page = await opened(open_page, person, f"/c/{conversation}")
    thread = page.locator(".thread")
    await page.keyboard.press("Shift+Tab")
    await thread.focus()
    await expect(thread).not_to_have_css("outline-style", "none")
    await printed(page)
    await expect(thread).to_have_css("outline-style", "none")
    await page.set_viewport_size({"width": 720, "height": 1000})  # of A4
    head = page.locator(".folded > span").first
    assert await head.evaluate("it => getComputedStyle(it).maskImage") == "none"
    said = await page.locator(".said-text").first.evaluate(
        "it => it.getBoundingClientRect().height"
    )
    assert said > 100 * 20
    for words in ("What was thought.", "Folded words."):
        await expect(page.get_by_text(words)).to_be_visible()
    link = page.get_by_role("link", name="the tides")
    after = await link.evaluate("it => getComputedStyle(it, '::after').content")
    assert "https://tides.example/a" in after
    for box in await page.locator(".sideways").all():
        assert await box.evaluate("it => it.scrollWidth - it.clientWidth") <= 1
    assert await page.evaluate("document.documentElement.scrollWidth") == 720
