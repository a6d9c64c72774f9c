"""The states of bad days and of hard texts are drawn as well; axe finds nothing in them either."""

from typing import Any

import pytest
from playwright.async_api import Page, expect

from tests.page.conftest import OpenPage, Site
from tests.page.held import hold, refuse
from tests.page.looks import HAND, WIDE, looks, name_of, screenshot
from tests.page.model import SPOKEN
from tests.page.test_look import MESSAGE, look

pytestmark = pytest.mark.anyio
LOOKS = looks(("en-US", "light", WIDE), ("zh-CN", "dark", HAND))
EDIT = {"en-US": "Edit", "zh-CN": "编辑"}
EDIT_LABEL = {"en-US": "Edit your message", "zh-CN": "编辑消息"}
LONG_TITLE = {
    "en-US": "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft",
    "zh-CN": "关于在多语言环境下为超长标题设计省略方式以及相关排版细节的讨论记录与总结",
}
HARD = {"en-US": "Something hard to set", "zh-CN": "一段难排的文字"}
TEXT = """<think>{thought}</think>مرحبا بالعالم، هذا نص من اليمين إلى اليسار. 👩🏽‍🚀🇨🇳👨‍👩‍👧‍👦

- العنصر الأول
- An item

> اقتباس

| الاسم | العدد |
|--|--:|
| أحمد | 12 |

$5/month or 50$/year, H<sub>2</sub>O, <kbd>Esc</kbd>, <mark>marked</mark>[^1] $E=mc^2$

<details>
<summary>More</summary>

Folded.

</details>

| Name | Rank | A rather long heading | Another | And one more | The last |
|:--|--:|:--|:--|:--|:--|
| Pneumonoultramicroscopicsilicovolcanoconiosis | 1 | words that go on | 第三列 | more | end |

```python
result = [transform(item, scale=2.5, offset=(0.25, 0.75)) for item in items if item.is_relevant()]
```

https://example.com/a/very/long/address/that/has/no/place/to/break?and=a&query={query}

![A map of the bay](https://maps.example/bay.png) 和 **加粗的中文**，以及 *强调 stressed*。

[^1]: A note with a [link](https://example.com).
"""


@pytest.mark.parametrize(("locale", "scheme", "options"), LOOKS)
async def test_rare_states(
    site: Site, open_page: OpenPage, locale: str, scheme: str, options: dict[str, Any]
) -> None:
    name = name_of(locale, scheme, options)
    person = await site.person("recite_at_once")
    thought = "First one thing is looked at, then another. " * 40
    SPOKEN[HARD[locale]] = TEXT.format(thought=thought, query="x" * 90)
    conversation = await person.conversation(LONG_TITLE[locale])
    page = await open_page(
        person, f"/c/{conversation}", locale=locale, color_scheme=scheme, **options
    )
    box = page.get_by_label(MESSAGE[locale], exact=True)
    await box.fill(HARD[locale])
    await page.locator(".send").click()
    await expect(page.locator(".reply.last .image")).to_be_visible()
    await page.locator(".thread").evaluate("box => { box.scrollTop = 0; }")
    await look(page, f"hard-{name}")
    await page.locator(".reasoning summary").click()
    await look(page, f"reasoning-{name}")
    await page.locator(".reasoning summary").click()
    await page.locator(".thread").evaluate("box => { box.scrollTop = box.scrollHeight; }")
    assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    await look(page, f"hard-end-{name}")

    await hold(page)
    await edit(page, locale)
    await expect(page.locator(".said.pending")).to_be_visible()
    await look(page, f"pending-edit-{name}")
    await refuse(page, "rate_limited", retry_after=42)
    await expect(page.locator(".said .ending")).to_be_visible()
    await look(page, f"waiting-{name}")
    await page.locator(".said .ending button").click()
    await edit(page, locale)
    await refuse(page, "model_not_configured")
    await expect(page.locator(".edit .ending.bad")).to_be_visible()
    await look(page, f"refused-edit-{name}")
    await page.keyboard.press("Escape")
    await box.fill("2 + 2 = ?")
    await page.locator(".send").click()
    await refuse(page, "daily_limit_reached")
    await expect(page.locator(".said .ending.bad")).to_be_visible()
    await look(page, f"refused-{name}")

    await page.context.set_offline(True)
    await expect(page.locator(".connection span")).to_be_visible()
    await screenshot(page, f"offline-{name}")


async def edit(page: Page, locale: str) -> None:
    await page.locator(".said").first.hover()
    await page.get_by_role("button", name=EDIT[locale], exact=True).click()
    await page.get_by_label(EDIT_LABEL[locale]).fill("2 + 2 = ?")
    await page.locator(".edit .primary").click()
