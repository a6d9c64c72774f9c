"""Which model answers stands in the composer and under the greeting, and is changed there."""

from pathlib import Path

import pytest
from playwright.async_api import expect

from tests.page.chatting import replied, say
from tests.page.conftest import PHONE, OpenPage, Site, running_site
from tests.support.server import Person
from tests.support.upstream import ScriptedUpstream

pytestmark = pytest.mark.anyio


async def test_the_model_is_named_and_changed_while_a_reply_is_written(
    site: Site, open_page: OpenPage, upstream: ScriptedUpstream
) -> None:
    person = await site.person("recite_half", upstream=upstream)
    page = await open_page(person)
    host = upstream.url.split("/")[2]
    await expect(page.locator(".who-answers")).to_have_text(f"recite_half at {host} answers.")
    await say(page, "one two three four")
    await expect(page.locator(".reply .prose")).to_have_text("one two t")

    await page.keyboard.press("Control+/")
    find = page.get_by_role("combobox", name="Find a model")
    options = page.get_by_role("option")
    await expect(find).to_be_focused()
    await expect(options).to_have_text(["recite_half", "echo", "slow", "reasoning"])
    await expect(page.get_by_role("option", selected=True)).to_have_text("recite_half")
    await expect(page.get_by_text("Applies to all your chats")).to_be_visible()
    await find.fill("ech")
    await expect(options).to_have_text(["echo"])
    await find.press("Enter")
    await expect(find).to_have_count(0)
    await expect(page.get_by_label("Your message")).to_be_focused()
    await expect(page.get_by_text("echo answers in all your chats from now on.")).to_be_visible()
    await expect(page.get_by_role("button", name="Model: echo")).to_be_visible()
    assert await saved(person) == "echo"
    upstream.release()
    await replied(page, "one two three four")

    await page.get_by_role("button", name="Undo").click()
    await expect(page.get_by_role("button", name="Model: recite_half")).to_be_visible()
    assert await saved(person) == "recite_half"


async def test_back_to_the_models_of_the_server(
    open_page: OpenPage, upstream: ScriptedUpstream, tmp_path: Path
) -> None:
    """From the menu and from the settings; the key that goes is named before."""
    operator = {"default_model_url": upstream.url, "default_api_key": "operator's"}
    async with running_site(tmp_path, default_model_name="house", **operator) as site:
        person = await site.person()
        page = await open_page(person, at=site.url)
        await page.get_by_role("button", name="Model: recite").click()
        await page.get_by_role("option", name="house").click()
        await expect(page.get_by_text("This removes your connection")).to_be_visible()
        await page.get_by_role("button", name="Cancel").click()
        assert await saved(person) == "recite"
        await page.get_by_role("option", name="house").click()
        await page.get_by_role("button", name="Remove and switch").click()
        await expect(page.get_by_role("button", name="Model: house")).to_be_visible()
        await expect(page.locator(".who-answers")).to_contain_text("house, this server's model")
        assert (await person.get("/auth/config")).status_code == 404

        await person.set_model(site.upstream.url, "recite")
        await page.goto("/settings/models")
        await page.get_by_role("button", name="Use this one").click()
        await page.get_by_role("button", name="Remove and switch").click()
        await expect(page.get_by_role("button", name="Connect your own model")).to_be_visible()
        assert (await person.get("/auth/config")).status_code == 404
        await page.context.close()


async def test_a_model_that_was_changed_elsewhere_is_named(site: Site, open_page: OpenPage) -> None:
    """In another tab of this browser at once; on another device when a reply begins."""
    person = await site.person("recite_at_once")
    page = await open_page(person)
    other = await page.context.new_page()
    await other.goto("/")
    await other.get_by_role("button", name="Model: recite_at_once").click()
    await other.get_by_role("option", name="echo").click()
    await expect(page.get_by_role("button", name="Model: echo")).to_be_visible()
    await person.set_model(site.upstream.url, "recite_at_once")
    await say(page, "hello")
    await replied(page, "hello")
    await expect(page.get_by_role("button", name="Model: recite_at_once")).to_be_visible()


async def test_the_newest_choice_is_told_and_undone(site: Site, open_page: OpenPage) -> None:
    """And so is what was undone."""
    person = await site.person("recite")
    page = await open_page(person)
    notice = page.locator(".toast")
    for before, name in (("recite", "echo"), ("echo", "slow")):
        await page.get_by_role("button", name=f"Model: {before}").click()
        await page.get_by_role("option", name=name).click()
        await expect(notice).to_contain_text([f"{name} answers in all your chats"])
    for name in ("echo", "slow"):
        await notice.get_by_role("button", name="Undo").click()
        await expect(notice).to_contain_text([f"{name} answers in all your chats"])
        await expect(page.get_by_role("button", name=f"Model: {name}")).to_be_visible()
        assert await saved(person) == name


async def test_a_list_that_cannot_be_had_is_told_and_asked_for_again(
    site: Site, open_page: OpenPage
) -> None:
    page = await open_page(await site.person())
    await page.route("**/auth/config/models", lambda route: route.abort(), times=1)
    await page.get_by_role("button", name="Model: recite").click()
    await expect(page.get_by_role("alert").last).to_contain_text("cannot be reached")
    await page.keyboard.press("Escape")
    await expect(page.get_by_role("dialog")).to_have_count(0)
    await page.get_by_role("button", name="Model: recite").click()
    await expect(page.get_by_role("option")).to_have_count(4)
    await page.get_by_role("button", name="Change the connection…").click()
    await expect(page.get_by_label("Address")).to_be_visible()


async def test_a_sheet_on_the_phone(site: Site, open_page: OpenPage) -> None:
    page = await open_page(await site.person(), viewport=PHONE, has_touch=True, is_mobile=True)
    await page.get_by_role("button", name="Model: recite").tap()
    sheet = page.get_by_role("dialog")
    await expect(page.get_by_role("option")).to_have_count(4)
    await expect(page.get_by_role("combobox")).not_to_be_focused()
    box = await sheet.bounding_box()
    assert box and box["x"] == 0 and box["width"] == PHONE["width"]
    assert box["y"] + box["height"] == PHONE["height"]
    for option in await page.get_by_role("option").all():
        assert (await option.bounding_box() or {"height": 0})["height"] >= 43
    await page.touchscreen.tap(200, 100)
    await expect(sheet).to_have_count(0)


async def saved(person: Person) -> str:
    return str((await person.get("/auth/config")).json()["model_name"])
