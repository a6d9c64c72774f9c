"""Where connections and models are chosen, drawn as in test_look.py; axe finds nothing."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
from playwright.async_api import Page, expect

from tests.endpoints.connecting import add_model, connect
from tests.page.conftest import OpenPage, Site, running_site
from tests.page.looks import HAND, WIDE, looks, name_of
from tests.page.test_look_models import look_whole
from tests.support.server import Person
from tests.support.upstream import ScriptedUpstream

pytestmark = pytest.mark.anyio
LOOKS = looks(("en-US", "light", WIDE), ("zh-CN", "dark", HAND))
MODELS: dict[str, dict[str, dict[str, Any]]] = {
    "OpenAI": {"gpt-4o": {"vision": True}, "gpt-4o-mini": {"favourite": True}, "o4-mini": {}},
    "Home server": {"qwen3:32b": {"context_tokens": 32768}},
}


@pytest.fixture(scope="module")
async def offering(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Site]:
    """A site whose operator offers a model."""
    operator = {"default_model_name": "SmolLM2-135M-Instruct", "default_api_key": "operator's"}
    async with running_site(tmp_path_factory.mktemp("sharing"), **operator) as site:
        yield site


@pytest.mark.parametrize(("locale", "scheme", "options"), LOOKS)
async def test_models(
    offering: Site, open_page: OpenPage, locale: str, scheme: str, options: dict[str, Any]
) -> None:
    name = name_of(locale, scheme, options)
    person = await offering.server.register(f"lin-{name}")
    await bring(person, offering.upstream.url)
    page = await open_page(person, at=offering.url, locale=locale, color_scheme=scheme, **options)
    await refreshed(page)
    await page.locator(".model-button").click()
    await expect(page.locator(".option")).to_have_count(5)
    await look_whole(page, f"models-menu-{name}", options)
    await page.locator(".option", has_text="gpt-4o").first.click()
    await expect(page.locator(".model-popover")).to_have_count(0)
    await page.wait_for_function("() => !history.state?.layer")  # of the sheet
    await page.goto("/settings/models")
    await expect(page.locator(".tag")).to_be_visible()
    await look_whole(page, f"connections-{name}", options)
    await page.locator(".connection-row .button").first.click()
    await expect(page.locator(".option")).to_have_count(3)
    await look_whole(page, f"connection-models-{name}", options)
    await page.locator(".option", has_text="gpt-4o").first.click()
    await page.locator(".connection-edited .segments span").last.scroll_into_view_if_needed()
    await look_whole(page, f"model-facts-{name}", options)
    await page.locator(".connection-edited .form-buttons .button").last.click()
    await page.locator(".connection-row .button").nth(1).click()
    await page.locator(".connection-edited > .danger").click()
    await page.locator(".connection-leaving").scroll_into_view_if_needed()
    await look_whole(page, f"connection-edited-{name}", options)
    await page.locator(".model-pick").first.click()
    await look_whole(page, f"connection-default-{name}", options)
    await page.context.close()


@pytest.mark.parametrize(("locale", "scheme", "options"), LOOKS)
async def test_presets(
    site: Site,
    open_page: OpenPage,
    upstream: ScriptedUpstream,
    locale: str,
    scheme: str,
    options: dict[str, Any],
) -> None:
    """And what stands under a reply of another model, and over one that is refused."""
    name = name_of(locale, scheme, options)
    person = await site.person("recite_at_once", f"kim-{name}", upstream)
    [connection] = (await person.get("/connections")).json()["connections"]
    model = await add_model(person, connection, "refuses")
    preset = {"system_prompt": "Correct my text.", "params": {"temperature": 0.3}}
    for label in ("Proofreader", "翻译（中 ⇄ 英）"):
        await person.post("/presets", json={"name": label, "model_id": model} | preset)
    conversation = await person.conversation("Letter to the landlord")
    await person.request("PATCH", f"/conversations/{conversation}", json=preset)
    wrong = {"message": "Unsupported parameter: 'temperature'", "param": "temperature"}
    upstream.refuse = lambda body: {"error": wrong} if "temperature" in body else None
    path = f"/conversations/{conversation}/messages"
    reply = (await person.post(path, json={"content": "Tides come twice a day."})).json()["reply"]
    again = f"/messages/{reply['id']}/regenerate"
    assert (await person.post(again, json={"model_id": model})).status_code == 200
    page = await open_page(
        person, f"/c/{conversation}", locale=locale, color_scheme=scheme, **options
    )
    await expect(page.locator(".left-out")).to_be_visible()
    await look_whole(page, f"reply-left-out-{name}", options)
    await page.locator(".model-button").click()
    await expect(page.locator(".option", has_text="Proofreader")).to_be_visible()
    await look_whole(page, f"models-menu-presets-{name}", options)
    await page.keyboard.press("Escape")
    await page.locator(".title-button").click()
    await page.locator(".menu .icon-settings").click()
    await expect(page.locator(".params[open]")).to_be_visible()
    await page.locator("[name=top_p]").fill("3")
    await page.locator(".instructions .primary").click()
    await expect(page.locator("[aria-invalid]")).to_be_visible()
    await look_whole(page, f"parameters-{name}", options)
    await page.keyboard.press("Escape")
    await page.wait_for_function("() => !history.state?.layer")  # of the sheet
    await page.goto("/settings/presets")
    await expect(page.locator(".rows li")).to_have_count(2)
    await look_whole(page, f"presets-{name}", options)
    await page.locator(".rows .button").first.click()
    await look_whole(page, f"preset-form-{name}", options)
    await page.goto("/")
    offered = page.locator(".openings [aria-pressed]").first
    await expect(offered).to_be_attached()
    if await offered.is_visible():  # there is no room for them in a low window
        await offered.click()
        await expect(page.locator("[aria-pressed=true]")).to_be_visible()
    await look_whole(page, f"empty-presets-{name}", options)
    await page.goto("/settings/general")
    await expect(page.locator(".section textarea")).to_be_visible()
    await look_whole(page, f"general-{name}", options)
    gone = {"label": "Gone", "model_url": upstream.url, "api_key": ""}
    made = (await person.post("/connections", json=gone)).json()
    lost = await add_model(person, made, "claude-opus-9")
    await person.request("PATCH", f"/conversations/{conversation}", json={"model_id": lost})
    await person.request("DELETE", f"/connections/{made['id']}")
    await page.goto(f"/c/{conversation}")
    await page.locator(".composer textarea").fill("Are you still there?")
    await page.locator(".send").click()
    await expect(page.locator(".ending.bad .button").first).to_be_visible()
    await look_whole(page, f"model-gone-{name}", options)


async def bring(person: Person, url: str) -> None:
    """Two connections of one's own, whose models have what is to be told of them."""
    for label, names in MODELS.items():
        made = await connect(person, url, label=label)
        for name, facts in names.items():
            model = await add_model(person, made, name)
            change = {"context_tokens": 131072} | facts
            await person.request("PATCH", f"/models/{model}", json=change)


async def refreshed(page: Page) -> None:
    """No server is asked for its models."""
    answer: dict[str, Any] = {"models": [], "error": None}
    await page.route("**/connections/*/refresh", lambda route: route.fulfill(json=answer))
