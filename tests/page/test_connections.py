"""A person's connections in the settings: added, renamed, listed again, removed."""

import pytest
from playwright.async_api import Locator, Page, expect

from tests.endpoints.connecting import KEY, connect, models
from tests.page.conftest import OpenPage, Site
from tests.support.server import Person
from tests.support.upstream import ScriptedUpstream

pytestmark = pytest.mark.anyio


async def test_a_connection_from_its_first_day_to_its_last(
    site: Site, open_page: OpenPage, upstream: ScriptedUpstream
) -> None:
    """Tested before it is saved; its key is shown by its tail and goes along when it is renamed."""
    person = await site.person("recite")
    page = await open_page(person)
    await page.get_by_role("button", name="Model: recite").click()
    await page.get_by_role("button", name="Add a connection…").click()
    form = page.locator(".model-form")
    await form.get_by_label("Address").fill(upstream.url)
    await form.get_by_label("Name", exact=True).fill("Home")
    await form.get_by_label("API key").fill(KEY)
    await form.get_by_label("Model", exact=True).fill("401")
    await form.get_by_role("button", name="Save").click()
    await expect(form.get_by_label("API key")).to_have_attribute("aria-invalid", "true")
    assert len((await person.get("/connections")).json()["connections"]) == 1
    await form.get_by_label("Model", exact=True).fill("echo")
    await form.get_by_role("button", name="Save").click()
    await expect(form).to_have_count(0)
    home = row(page, "Home")
    await expect(home).to_contain_text("default")
    await expect(home).to_contain_text(f"{upstream.url.split('/')[2]} · key …tail · 3 models")
    assert upstream.requests[-1].headers["authorization"] == f"Bearer {KEY}"

    await home.get_by_role("button", name="Edit Home").click()
    await form.get_by_label("Name", exact=True).fill("Attic")
    await form.get_by_role("button", name="Save").click()
    attic = row(page, "Attic")
    asked = len(upstream.requests)
    await attic.get_by_role("button", name="List the models of Attic again").click()
    await expect(page.get_by_text("Attic offers 3 models.")).to_be_visible()
    assert upstream.requests[asked].headers["authorization"] == f"Bearer {KEY}"

    await attic.get_by_role("button", name="Edit Attic").click()
    await page.get_by_role("button", name="Remove this connection…").click()
    await expect(page.get_by_text("This removes Attic with its key.")).to_be_visible()
    await page.get_by_role("button", name="Remove", exact=True).click()
    await expect(attic).to_have_count(0)
    assert {model["connection"]["label"] for model in await models(person)} == {"127.0.0.1"}


async def test_the_defaults_are_chosen(site: Site, open_page: OpenPage) -> None:
    person = await site.person("recite")
    await connect(person, site.upstream.url, label="Other")
    page = await open_page(person, "/settings/models")
    await page.get_by_role("button", name="New chats begin with: recite").click()
    await page.get_by_role("option", name="slow").first.click()
    await expect(page.get_by_role("button", name="New chats begin with: slow")).to_be_visible()
    await page.get_by_role("button", name="Titles are written by: The model that replied").click()
    await page.get_by_role("option", name="echo").first.click()
    await expect(page.get_by_role("button", name="Titles are written by: echo")).to_be_visible()
    me = (await person.get("/auth/me")).json()
    by_id = {model["id"]: model["name"] for model in await models(person)}
    assert [by_id[me[name]] for name in ("default_model_id", "title_model_id")] == ["slow", "echo"]
    await page.get_by_role("button", name="Titles are written by: echo").click()
    await page.get_by_role("option", name="The model that replied").click()
    await expect(page.get_by_role("button", name="The model that replied")).to_be_visible()
    assert (await person.get("/auth/me")).json()["title_model_id"] is None
    await page.keyboard.press("Escape")
    await expect(page.get_by_role("button", name="Model: slow")).to_be_visible()


async def test_a_model_is_given_a_name_and_what_is_known_of_it(
    site: Site, open_page: OpenPage
) -> None:
    person = await site.person("recite")
    page = await open_page(person, "/settings/models")
    name, tokens = page.get_by_label("Name to show"), page.get_by_label("Context window, in tokens")

    async def describe(known_as: str) -> None:
        await page.get_by_role("button", name="Models of 127.0.0.1: names and facts").click()
        await page.get_by_role("option", name=known_as).click()
        await expect(name).to_be_focused()

    await describe("recite")
    await name.fill("Reciter")
    for typed, wrong in (("lots", "This is no number."), ("12", "This must be at least 64.")):
        await tokens.fill(typed)
        await page.get_by_role("button", name="Save").click()
        await expect(tokens).to_have_attribute("aria-invalid", "true")
        await expect(page.get_by_text(wrong)).to_be_visible()
    await tokens.fill("128,000")
    await page.get_by_text("Yes", exact=True).click()
    await page.get_by_role("button", name="Save").click()
    await expect(name).to_have_count(0)
    await expect(page.get_by_role("button", name="New chats begin with: Reciter")).to_be_visible()
    assert await known(person) == ("Reciter", 128_000, True)
    await page.keyboard.press("Escape")
    await page.get_by_role("button", name="Model: Reciter").click()
    await expect(page.get_by_role("option", name="Reciter")).to_have_text("Reciter128k · images")
    await page.keyboard.press("Escape")

    await page.goto("/settings/models")
    await describe("Reciter")
    await expect(tokens).to_have_value("128000")
    await name.fill("")
    await tokens.fill("")
    await page.get_by_text("Not known", exact=True).click()
    await page.get_by_role("button", name="Save").click()
    again = page.get_by_role("button", name="New chats begin with: recite", exact=True)
    await expect(again).to_be_visible()
    assert await known(person) == (None, None, None)


async def known(person: Person) -> tuple[str | None, int | None, bool | None]:
    """What the person said of the model `recite`."""
    [found] = [model for model in await models(person) if model["name"] == "recite"]
    return found["label"], found["context_tokens"], found["vision"]


def row(page: Page, label: str) -> Locator:
    return page.locator(".connection-row", has_text=label)
