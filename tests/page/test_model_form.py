"""The form of a model: what it tells is about what stands in it, and about what was done last."""

import asyncio

import pytest
from playwright.async_api import Route, expect

from tests.page.conftest import OpenPage, Site

pytestmark = pytest.mark.anyio


async def test_what_went_wrong_before_hides_no_newer_failure(
    site: Site, open_page: OpenPage
) -> None:
    page = await open_page(await site.server.register())
    await page.get_by_label("Address").fill(site.upstream.url)
    await page.get_by_label("Model", exact=True).fill("echo")
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
    await page.get_by_label("Address").fill(site.upstream.url)
    await page.get_by_label("Model", exact=True).fill("401")
    button = {"models": "List models", "test": "Test connection"}[asked]
    async with page.expect_response(f"**/auth/config/{asked}") as response:
        await page.get_by_role("button", name=button).click()
        await page.get_by_label("Address").fill("https://elsewhere.example/v1")
        changed.set()
    await (await response.value).finished()
    await expect(page.get_by_role("button", name=button)).to_be_enabled()
    await expect(page.get_by_text("models found")).to_have_count(0)
    await expect(page.get_by_role("alert")).to_have_text("")


async def test_no_password_manager_fills_in_the_password_of_the_account(
    site: Site, open_page: OpenPage
) -> None:
    page = await open_page(await site.server.register())
    await expect(page.get_by_label("API key")).to_have_attribute("autocomplete", "new-password")
