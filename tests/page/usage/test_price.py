"""What a model of one's own costs, said in its form."""

import pytest
from playwright.async_api import Page, expect

from tests.endpoints.connecting import models
from tests.page.conftest import OpenPage, Site
from tests.support.server import Person

pytestmark = pytest.mark.anyio


async def open_form(page: Page) -> None:
    await page.get_by_role("button", name="Models of 127.0.0.1: names").click()
    await page.get_by_role("option", name="recite").first.click()
    await expect(page.get_by_label("Name to show")).to_be_focused()


async def price(person: Person) -> dict[str, str] | None:
    [model] = [model for model in await models(person) if model["name"] == "recite"]
    found: dict[str, str] | None = model["price"]
    return found


async def test_it_is_said_and_taken_back(site: Site, open_page: OpenPage) -> None:
    person = await site.person("recite")
    page = await open_page(person, "/settings/models")
    await open_form(page)
    await page.get_by_label("Sent", exact=True).fill("2,5")
    await page.get_by_label("Written", exact=True).fill(".10")
    await page.get_by_text("Cached tokens and thoughts").press("Enter")
    await page.get_by_label("Thoughts").fill("0")
    await page.get_by_role("button", name="Save").press("Enter")
    await expect(page.get_by_label("Name to show")).to_have_count(0)
    assert await price(person) == {"prompt": "2.5", "completion": "0.1", "reasoning": "0"}
    await page.reload()
    await open_form(page)
    await expect(page.get_by_label("Sent", exact=True)).to_have_value("2.5")
    await expect(page.get_by_label("Thoughts")).to_be_visible()
    for label in ("Sent", "Written", "Thoughts"):
        await page.get_by_label(label, exact=True).fill("")
    await page.get_by_role("button", name="Save").click()
    await expect(page.get_by_label("Name to show")).to_have_count(0)
    assert await price(person) is None


async def test_what_is_no_price(site: Site, open_page: OpenPage) -> None:
    person = await site.person("recite")
    page = await open_page(person, "/settings/models")
    await open_form(page)
    sent, written = (page.get_by_label(name, exact=True) for name in ("Sent", "Written"))
    for typed in ("-1", "1e3", "0.0000000001", "20000"):
        await sent.fill(typed)
        await written.fill("1")
        await page.get_by_role("button", name="Save").click()
        await expect(sent).to_have_attribute("aria-invalid", "true")
        await expect(page.locator(".price")).to_contain_text("A number from 0 to 10000")
        await expect(sent).to_be_focused()
    await sent.fill("1")
    await written.fill("")
    await page.get_by_role("button", name="Save").click()
    await expect(page.get_by_text("Fill this in, too. 0 where it costs nothing.")).to_be_visible()
    assert await price(person) is None
