"""A model's text does nothing but stand there, and no secret stands where others could read it."""

import pytest
from playwright.async_api import expect

from tests.page.chatting import say
from tests.page.conftest import OpenPage, Site

pytestmark = pytest.mark.anyio
ELEMENTS = "script, img, iframe, svg:not(.icon), style, b, [onclick], [ontoggle], [style], [open]"
HARM = """<script>window.harm = 1</script> <img src=x onerror="window.harm = 2">

<iframe srcdoc="<script>parent.harm = 3</script>"></iframe>

[a](javascript:window.harm=4) [b](data:text/html,<script>window.harm=5</script>) ![i](https://evil.example/i.png)

<svg onload="window.harm = 6"><style>body { display: none }</style></svg>

<sub onclick="window.harm = 10">a</sub> <kbd style="position: fixed">b</kbd>
<sup><img src=x onerror="window.harm = 11"></sup> <b>c</b>

<details open ontoggle="window.harm = 12"><summary>d</summary>e</details>

<details><summary><img src=x onerror="window.harm = 13"> [f](javascript:window.harm=14)</summary>

<svg onload="window.harm = 15"></svg> [^1]

</details>

[^1]: <iframe srcdoc="<script>parent.harm = 16</script>"></iframe> [g](javascript:window.harm=17)

```html
<img src=x onerror="window.harm = 7">
```

$$\\href{javascript:window.harm=8}{x} \\text{<img src=x onerror="window.harm=9">}$$

https://safe.example/page
"""


async def test_a_models_text_stays_text(site: Site, open_page: OpenPage) -> None:
    page = await open_page(await site.person())
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    await say(page, HARM)
    await expect(page.locator(".reply.last .formula, .reply.last .code")).not_to_have_count(0)
    await expect(page.locator(".reply.last .prose")).to_contain_text("onerror")
    assert await page.evaluate("window.harm") is None
    assert await page.locator(".prose").locator(ELEMENTS).count() == 0
    links = page.locator(".prose a")
    for number in range(await links.count()):
        link = links.nth(number)
        assert (await link.get_attribute("href") or "").startswith("https://")
        assert "noopener noreferrer" in (await link.get_attribute("rel") or "")
    assert all(site.url in url or "ws://127.0.0.1" in url for url in asked), asked


async def test_an_image_elsewhere_is_a_link_that_says_so(site: Site, open_page: OpenPage) -> None:
    page = await open_page(await site.person())
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    text = """![A map of Fundy](https://maps.example/fundy.png?said=secret)

![](https://maps.example/nameless.png)

[![logo](https://maps.example/logo.png)](https://maps.example/home)"""
    await say(page, text)
    links = page.locator(".reply.last .prose a")
    await expect(links).to_have_count(3)
    named = ["A map of Fundy Image at maps.example", "Image at maps.example", "logo"]
    for number, name in enumerate(named):
        await expect(links.nth(number)).to_have_accessible_name(name)
    await expect(links.nth(2)).to_have_attribute("href", "https://maps.example/home")
    assert not any("maps.example" in url for url in asked)


async def test_no_token_in_addresses_or_storage(site: Site, open_page: OpenPage) -> None:
    page = await open_page(await site.person(), "/settings")
    addresses: list[str] = []
    headers: list[str] = []
    page.on("request", lambda request: addresses.append(request.url))
    page.on("request", lambda request: headers.append(request.headers.get("authorization", "")))
    page.on("websocket", lambda socket: addresses.append(socket.url))
    await page.goto("/")
    await say(page, "hello")
    await expect(page.locator(".reply.last")).to_be_visible()
    stored = await page.evaluate("JSON.stringify([{...localStorage}, {...sessionStorage}])")
    assert any("/ws/conversations/" in address for address in addresses)
    tokens = {header.removeprefix("Bearer ") for header in headers if header}
    assert tokens
    for token in tokens:
        assert token not in stored
        assert not [address for address in addresses if token in address]
    assert await page.evaluate("document.cookie") == ""
