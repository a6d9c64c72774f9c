"""The form of a model: what it tells is about what stands in it, and about what was done last."""

import asyncio
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Locator, Page, Route, expect

from tests.page.conftest import PHONE, OpenPage, Site, running_site
from tests.support.upstream_exchange import scenario

pytestmark = pytest.mark.anyio
PRESETS = {
    "OpenAI": "https://api.openai.com/v1",
    "OpenRouter": "https://openrouter.ai/api/v1",
    "DeepSeek": "https://api.deepseek.com/v1",
    "Moonshot": "https://api.moonshot.ai/v1",
    "Zhipu": "https://api.z.ai/api/paas/v4",
    "Qwen": "https://dashscope-intl.aliyuncs.com/compatible-mode/v1",
}
PRESETS_ZH = {
    "Moonshot（Kimi）": "https://api.moonshot.cn/v1",
    "智谱": "https://open.bigmodel.cn/api/paas/v4",
    "通义千问": "https://dashscope.aliyuncs.com/compatible-mode/v1",
}
KEY = "sk-of-somebody"
MANY = [f"maker-{n % 40}/model-{n:04}" for n in range(2_000)]


async def test_what_went_wrong_before_hides_no_newer_failure(
    site: Site, open_page: OpenPage
) -> None:
    page = await open_page(await site.server.register())
    await fill(page, site.upstream.url, "echo")
    await page.route("**/auth/config/models", lambda route: route.abort())
    await page.get_by_role("button", name="List models").click()
    await expect(page.get_by_role("alert")).to_contain_text("The server cannot be reached.")
    busy = {"code": "server_busy", "detail": ""}
    await page.route("**/auth/config", lambda route: route.fulfill(status=503, json=busy))
    await page.get_by_role("button", name="Save and start").click()
    await expect(page.get_by_role("alert")).to_have_text(
        "The server is busy. Try again in a moment."
    )


@pytest.mark.parametrize("asked", ["models", "test"])
async def test_an_answer_about_what_has_changed_since_is_not_told(
    site: Site, open_page: OpenPage, asked: str
) -> None:
    page = await open_page(await site.server.register())
    changed = asyncio.Event()

    async def answer_late(route: Route) -> None:
        answer = await route.fetch()
        await changed.wait()
        await route.fulfill(response=answer)

    await page.route(f"**/auth/config/{asked}", answer_late)
    await fill(page, site.upstream.url, "401")
    button = {"models": "List models", "test": "Test connection"}[asked]
    busy = {"models": "Listing…", "test": "Testing…"}[asked]
    async with page.expect_response(f"**/auth/config/{asked}") as response:
        await page.get_by_role("button", name=button).click()
        await expect(page.get_by_role("button", name=busy)).to_be_visible()
        await page.get_by_label("Address").fill("https://elsewhere.example/v1")
        changed.set()
    await (await response.value).finished()
    await expect(page.get_by_role("button", name=button)).to_be_visible()
    await expect(page.get_by_text("models found")).to_have_count(0)
    await expect(page.get_by_role("alert")).to_have_text("")
    await expect(page.locator("[aria-invalid]")).to_have_count(0)


async def test_no_password_manager_fills_in_the_password_of_the_account(
    site: Site, open_page: OpenPage
) -> None:
    page = await open_page(await site.server.register())
    await expect(page.get_by_label("API key")).to_have_attribute("autocomplete", "new-password")


async def test_providers_are_known_by_name(site: Site, open_page: OpenPage) -> None:
    person = await site.server.register()
    page = await open_page(person)
    for name, address in PRESETS.items():
        await page.get_by_role("button", name=name, exact=True).click()
        await expect(page.get_by_label("Address")).to_have_value(address)
        await expect(page.get_by_label("API key")).to_be_focused()
        await expect(page.get_by_role("link", name="Make one at")).to_be_visible()
    await page.get_by_role("button", name="Use that address").click()
    await expect(page.get_by_label("Address")).to_have_value(PRESETS_ZH["通义千问"])
    await expect(page.get_by_role("button", name="Qwen")).to_have_attribute("aria-pressed", "true")
    page = await open_page(person, locale="zh-CN")
    for name, address in PRESETS_ZH.items():
        await page.get_by_role("button", name=name, exact=True).click()
        await expect(page.get_by_label("接口地址")).to_have_value(address)


async def test_thousands_of_models_are_filtered_by_what_is_typed(
    site: Site, open_page: OpenPage
) -> None:
    """What stands in the field beforehand hides none of them."""
    page = await open_page(await site.person("maker-7/model-0007"), "/settings/models")
    await offer(page, MANY)
    await (await connection_form(page)).get_by_role("button", name="List models").click()
    box = page.get_by_role("combobox", name="Model")
    options = page.get_by_role("option")
    await expect(page.get_by_text("2000 models found")).to_be_attached()
    await expect(box).to_be_focused()
    await expect(options.first).to_have_attribute("aria-setsize", "2000")
    await expect(page.get_by_role("option", selected=True)).to_have_text("maker-7/model-0007")
    await expect(page.get_by_role("option", selected=True)).to_be_in_viewport()
    await box.fill("13 1999")
    await expect(options).to_have_count(0)
    await box.fill("39 1999")
    await expect(options).to_have_text(["maker-39/model-1999"])
    await box.press("ArrowDown")
    await expect(box).to_have_attribute(
        "aria-activedescendant", await options.first.get_attribute("id") or ""
    )
    await box.press("Enter")
    await expect(box).to_have_value("maker-39/model-1999")
    await expect(options).to_have_count(0)
    await box.press("ArrowUp")
    await expect(options.last).to_have_text("maker-39/model-1999")
    await box.press("Escape")
    await expect(options).to_have_count(0)
    await box.fill("a name of my own")
    await box.press("Escape")
    await expect(box).to_have_value("a name of my own")


async def test_a_model_is_chosen_with_a_finger(site: Site, open_page: OpenPage) -> None:
    page = await open_page(
        await site.server.register(), viewport=PHONE, has_touch=True, is_mobile=True
    )
    await offer(page, MANY)
    await page.get_by_label("Address").fill(site.upstream.url)
    await page.get_by_role("button", name="List models").tap()
    option = page.get_by_role("option", name="maker-5/model-0005")
    await option.tap()
    await expect(page.get_by_role("combobox", name="Model")).to_have_value("maker-5/model-0005")
    await expect(page.get_by_role("combobox", name="Model")).not_to_be_focused()


async def test_a_failure_is_told_at_the_field_that_it_is_about(
    site: Site, open_page: OpenPage
) -> None:
    page = await open_page(await site.server.register())
    for model, field, says in (
        ("401", "API key", "refused this key"),
        ("404", "Model", "has no model of this name"),
        ("500", "Address", "cannot be reached, or fails"),
        ("html", "Address", "no OpenAI-compatible API is at this address."),
    ):
        await fill(page, site.upstream.url, model, KEY)
        await page.get_by_role("button", name="Test connection").click()
        await wrong(page.get_by_label(field, exact=True), says)
        await expect(page.locator(".model-form")).not_to_contain_text("settings")


async def test_what_is_missing_is_said_by_the_page_itself(site: Site, open_page: OpenPage) -> None:
    page = await open_page(await site.server.register())
    asked: list[str] = []
    for asking in ("", "/models", "/test"):
        await page.route(f"**/auth/config{asking}", lambda route: asked.append(route.request.url))
    for url, model, key, field, says in (
        ("", "echo", "", "Address", "Enter the address"),
        ("ftp://api.example.com", "echo", "", "Address", "It begins with https://"),
        ("https://api.example.com/v1", "", "", "Model", "Choose a model"),
        ("https://api.example.com/v1", "echo", "密钥", "API key", "Latin letters"),
    ):
        await fill(page, url, model, key)
        await page.get_by_role("button", name="Save and start").click()
        await wrong(page.get_by_label(field, exact=True), says)
    assert not asked


async def test_a_typed_key_goes_nowhere_else(site: Site, open_page: OpenPage) -> None:
    page = await open_page(await site.server.register())
    key = page.get_by_label("API key")
    sent: list[Any] = []

    async def listen(route: Route) -> None:
        sent.append(route.request.post_data_json)
        await route.fulfill(json={"models": [], "error": None})

    await page.route("**/auth/config/models", listen)
    await page.get_by_role("button", name="OpenAI").click()
    await key.fill(KEY)
    await page.get_by_label("Address").fill("https://api.openai.com/v1/")
    await page.get_by_role("button", name="List models").click()
    await expect(key).to_have_value(KEY)
    await page.get_by_role("button", name="DeepSeek").click()
    await expect(key).to_have_value("")
    await expect(page.get_by_text("the key that stood here was removed")).to_be_visible()
    await key.fill(KEY)
    await page.get_by_label("Address").fill("https://elsewhere.example/v1")
    await page.get_by_label("Model", exact=True).fill("echo")
    await expect(key).to_have_value("")
    await page.get_by_role("button", name="List models").click()
    await expect(page.get_by_text("The endpoint lists no models").first).to_be_visible()
    assert [body["api_key"] for body in sent] == [KEY, ""]


async def test_a_private_address_that_the_server_may_not_call(
    site: Site, open_page: OpenPage
) -> None:
    page = await open_page(await site.server.register())
    await fill(page, "http://10.0.0.1/v1", "any")
    await page.get_by_role("button", name="Save and start").click()
    await wrong(page.get_by_label("Address"), "ALLOWED_PRIVATE_MODEL_HOSTS=10.0.0.1:80")
    await expect(page.get_by_text("Not saved yet")).to_have_count(0)


async def test_a_program_on_this_machine_that_the_server_may_not_call(
    site: Site, open_page: OpenPage
) -> None:
    """The operator's setting is named, before anything is asked."""
    page = await open_page(await site.server.register())
    await page.get_by_role("button", name="Ollama").click()
    await wrong(page.get_by_label("Address"), "ALLOWED_PRIVATE_MODEL_HOSTS=localhost:11434")
    await expect(page.get_by_role("button", name="Copy the setting")).to_be_visible()


async def test_a_program_on_this_machine_that_the_server_may_call(
    open_page: OpenPage, tmp_path: Path
) -> None:
    """Its models are listed at once, or what starts it is said."""
    allowed = ["127.0.0.1", "localhost:11434"]
    async with running_site(tmp_path, allowed_private_model_hosts=allowed) as site:
        page = await open_page(await site.server.register(), at=site.url)
        await expect(page.locator(".chip.refused")).to_have_count(2)
        ollama = page.get_by_role("button", name="Ollama")
        away = {"models": [], "error": {"code": "upstream_unavailable", "message": ""}}
        await page.route("**/auth/config/models", lambda route: route.fulfill(json=away))
        await ollama.click()
        await expect(page.get_by_role("alert")).to_contain_text("Is Ollama running?")
        await expect(page.get_by_role("alert")).to_contain_text("ollama serve")
        await offer(page, ["qwen3:8b", "llama3.2"])
        await ollama.click()
        await expect(page.get_by_role("option")).to_have_text(["qwen3:8b", "llama3.2"])
        await page.keyboard.press("ArrowDown")
        await page.keyboard.press("Enter")
        await expect(page.get_by_label("Model", exact=True)).to_have_value("qwen3:8b")
        await page.context.close()


async def test_a_model_is_saved_once_it_has_answered(site: Site, open_page: OpenPage) -> None:
    person = await site.server.register()
    page = await open_page(person)
    await fill(page, site.upstream.url, "404")
    await page.get_by_role("button", name="Save and start").click()
    await expect(page.get_by_text("Not saved yet")).to_be_visible()
    assert (await person.get("/auth/config")).status_code == 404
    await page.get_by_label("Model", exact=True).fill("echo")
    await page.get_by_role("button", name="Save and start").click()
    await expect(page.get_by_label("Your message")).to_be_focused()
    assert (await person.get("/auth/config")).json()["model_name"] == "echo"


async def test_a_model_that_is_off_at_the_moment_can_be_saved_all_the_same(
    site: Site, open_page: OpenPage
) -> None:
    person = await site.server.register()
    page = await open_page(person)
    await fill(page, "http://127.0.0.1:9/v1", "echo")
    await page.get_by_role("button", name="Save and start").click()
    await wrong(page.get_by_label("Address"), "127.0.0.1:9 cannot be reached")
    await page.get_by_role("button", name="Save all the same").click()
    await expect(page.get_by_label("Your message")).to_be_visible()
    assert (await person.get("/auth/config")).json()["model_url"] == "http://127.0.0.1:9/v1"


async def test_the_address_of_a_call_keeps_the_saved_key(site: Site, open_page: OpenPage) -> None:
    person = await site.server.register()
    await person.set_model(site.upstream.url, "echo", KEY)
    form = await connection_form(await open_page(person, "/settings/models"))
    await form.get_by_label("Address").fill(f"{site.upstream.url}/chat/completions")
    await expect(form.get_by_text("Leave it empty to keep it.")).to_be_visible()
    await form.get_by_role("button", name="Save", exact=True).click()
    await expect(form).to_have_count(0)
    assert (await person.post("/auth/config/test", json={})).json()["ok"]
    assert site.upstream.requests[-1].headers["authorization"] == f"Bearer {KEY}"


async def test_what_is_wrong_is_in_view_and_the_way_out_stays_there(
    site: Site, open_page: OpenPage
) -> None:
    page = await open_page(await site.person(), "/settings/models")
    form = await connection_form(page)
    await form.get_by_label("Model", exact=True).fill("404")
    await form.get_by_label("Model", exact=True).press("Enter")
    await expect(form.locator(".note.bad")).to_be_in_viewport(ratio=1)
    await form.get_by_role("button", name="Cancel").scroll_into_view_if_needed()
    await expect(page.get_by_role("dialog").get_by_role("button", name="Close")).to_be_in_viewport()


async def test_what_was_typed_outlasts_closing_the_settings_but_for_the_key(
    site: Site, open_page: OpenPage
) -> None:
    page = await open_page(await site.person(), "/settings/models")
    form = await connection_form(page)
    await fill(page, "https://elsewhere.example/v1", "another", KEY)
    await page.keyboard.press("Escape")
    await expect(form).to_have_count(0)
    await page.keyboard.press("Control+,")
    await page.get_by_role("link", name="Models").click()
    await connection_form(page)
    await expect(form.get_by_label("Address")).to_have_value("https://elsewhere.example/v1")
    await expect(form.get_by_label("Model", exact=True)).to_have_value("another")
    await expect(form.get_by_label("API key")).to_have_value("")
    await form.get_by_role("button", name="Cancel").click()
    await connection_form(page)
    await expect(form.get_by_label("Address")).to_have_value(site.upstream.url)


async def fill(page: Page, url: str, model: str, key: str = "") -> None:
    await page.get_by_label("Address").fill(url)
    await page.get_by_label("API key").fill(key)
    await page.get_by_label("Model", exact=True).fill(model)


async def wrong(field: Locator, says: str) -> None:
    """The field is marked, has the focus, and is read with what is wrong."""
    await expect(field).to_have_attribute("aria-invalid", "true")
    await expect(field).to_be_focused()
    note = await field.get_attribute("aria-describedby")
    await expect(field.page.locator(f'[id="{note}"]')).to_contain_text(says)


async def offer(page: Page, names: list[str]) -> None:
    """The endpoint lists these models."""
    answer = {"models": names, "error": None}
    for path in ("**/auth/config/models", "**/connections/*/refresh"):
        await page.route(path, lambda route: route.fulfill(json=answer))


async def connection_form(page: Page) -> Locator:
    """The form of the saved connection, opened in the settings."""
    await page.get_by_role("button", name="Edit 127").click()
    return page.locator(".model-form")


@pytest.mark.parametrize("button", ["List models", "Test connection"])
async def test_an_address_is_completed_and_the_one_that_is_meant_is_offered(
    site: Site, open_page: OpenPage, button: str
) -> None:
    scenario("nothing here")(lambda exchange: exchange.error(404, "Not Found"))
    scenario("base")(lambda exchange: exchange.error(404, "Not Found"))
    page = await open_page(await site.server.register())
    await fill(page, f"{site.upstream.host}/base", "nothing here")
    await page.get_by_role("button", name=button).click()
    address = page.get_by_label("Address")
    await expect(address).to_have_value(f"http://{site.upstream.host}/base")
    meant = f"http://{site.upstream.host}/base/v1"
    await expect(page.get_by_text(f"but one is at {meant}.")).to_be_visible()
    await page.get_by_role("button", name="Use that address").click()
    await expect(address).to_have_value(meant)
    await expect(page.get_by_text("but one is at")).to_have_count(0)
