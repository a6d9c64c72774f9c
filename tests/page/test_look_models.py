"""The places where a model is chosen and connected, drawn as in test_look.py; axe finds nothing."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
from playwright.async_api import Page, expect

from tests.endpoints.connecting import add_model
from tests.page.conftest import OpenPage, Site, running_site
from tests.page.looks import HAND, ZOOMED, looks, name_of
from tests.page.test_look import look
from tests.support.server import Person

pytestmark = pytest.mark.anyio
LOOKS = looks(("en-US", "dark", ZOOMED), ("zh-CN", "light", HAND))
NAMES = ["gpt-4o", "gpt-4o-mini", "meta-llama/llama-3.3-70b-instruct-with-a-long-name:free", "o4"]


@pytest.fixture(scope="module")
async def offering(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Site]:
    """A site whose operator offers a model."""
    operator = {"default_model_name": "SmolLM2-135M-Instruct", "default_api_key": "operator's"}
    async with running_site(tmp_path_factory.mktemp("offering"), **operator) as site:
        yield site


@pytest.mark.parametrize(("locale", "scheme", "options"), LOOKS)
async def test_the_form(
    site: Site, open_page: OpenPage, locale: str, scheme: str, options: dict[str, Any]
) -> None:
    name = name_of(locale, scheme, options)
    person = await site.server.register()
    page = await open_page(person, locale=locale, color_scheme=scheme, **options)
    await page.locator(".chip", has_text="Ollama").click()
    await expect(page.locator(".line-to-copy")).to_be_visible()
    await look_whole(page, f"form-refused-{name}", options)
    await page.locator("[name=url]").fill(site.upstream.url)
    await page.locator("[name=key]").fill("sk-something")
    await page.locator("[name=name]").fill("401")
    await page.locator(".form-buttons .button").first.click()
    await expect(page.locator("[aria-invalid]")).to_be_visible()
    await look_whole(page, f"form-wrong-key-{name}", options)
    await page.locator("[name=name]").fill("")
    await offer(page)
    await page.locator(".button.inset").click()
    await expect(page.locator(".option")).to_have_count(len(NAMES))
    await look_whole(page, f"form-list-{name}", options)


@pytest.mark.parametrize(("locale", "scheme", "options"), LOOKS)
async def test_the_menu_and_the_settings(
    offering: Site, open_page: OpenPage, locale: str, scheme: str, options: dict[str, Any]
) -> None:
    name = name_of(locale, scheme, options)
    person: Person = await offering.server.register()
    page = await open_page(person, at=offering.url, locale=locale, color_scheme=scheme, **options)
    await expect(page.locator(".who-answers a")).to_be_visible()
    await look_whole(page, f"empty-operator-{name}", options)
    await person.set_model(offering.upstream.url, NAMES[0])
    await list_all(person)
    await page.goto("/")
    await page.locator(".model-button").click()
    await expect(page.locator(".option")).to_have_count(len(NAMES) + 4)
    await look_whole(page, f"model-menu-{name}", options)
    await page.keyboard.press("Escape")
    await page.wait_for_function("() => !history.state?.layer")  # of the sheet
    await page.goto("/settings/models")
    await expect(page.locator(".tag")).to_be_visible()
    await look_whole(page, f"settings-models-{name}", options)
    await page.context.close()


async def offer(page: Page) -> None:
    answer = {"models": NAMES, "error": None}
    await page.route("**/auth/config/models", lambda route: route.fulfill(json=answer))


async def list_all(person: Person) -> None:
    """What the person's connection lists, with what there is to tell of it."""
    [connection] = (await person.get("/connections")).json()["connections"]
    facts: list[dict[str, Any]] = [{"vision": True}, {"favourite": True}, {}, {}]
    for name, more in zip(NAMES, facts, strict=True):
        model = await add_model(person, connection, name)
        await person.request("PATCH", f"/models/{model}", json={"context_tokens": 131072} | more)


async def look_whole(page: Page, name: str, options: dict[str, Any]) -> None:
    """Nothing is wider than the window, either."""
    await look(page, name)
    assert (
        await page.evaluate("document.documentElement.scrollWidth")
        == (options["viewport"]["width"])
    )
