"""The models of all connections stand in one menu; each chat has its own."""

from typing import Any

import pytest
from playwright.async_api import Page, expect

from tests.endpoints.connecting import add_model, connect, models
from tests.page.chatting import replied, say, settled
from tests.page.conftest import PHONE, OpenPage, Site
from tests.support.upstream import ScriptedUpstream

pytestmark = pytest.mark.anyio
MANY = 2_000
DRAWN_MAX = 2_000
"""Elements: a twentieth of what all models would be."""
COUNT_DRAWN = """() => {
  window.drawn = 0;
  new MutationObserver(changes => {
    for (const { addedNodes } of changes)
      for (const node of addedNodes)
        window.drawn += 1 + (node.querySelectorAll?.('*').length ?? 0);
  }).observe(document.body, { childList: true, subtree: true });
}"""


async def test_a_model_for_each_chat(
    site: Site, open_page: OpenPage, upstream: ScriptedUpstream
) -> None:
    person = await site.person("recite_at_once")
    home = await connect(person, upstream.url, label="Home")
    first = await add_model(person, home, "recite_half")
    page = await open_page(person)
    await expect(page.get_by_role("button", name="Model: recite_at_once")).to_be_visible()
    await say(page, "with the first")
    await replied(page, "with the first")
    chat = page.url

    await page.keyboard.press("Control+/")
    find = page.get_by_role("combobox", name="Find a model")
    options = page.get_by_role("option")
    await expect(find).to_be_focused()
    await expect(page.get_by_role("option", selected=True)).to_have_text("recite_at_once")
    await expect(options).to_have_count(8)  # the lists of both were asked for
    await find.fill("home half")
    await expect(options).to_have_text(["recite_half"])
    await find.press("Enter")
    await expect(page.get_by_label("Your message")).to_be_focused()
    await say(page, "one two three four")
    await expect(page.locator(".reply .prose").last).to_have_text("one two t")
    upstream.release()
    await replied(page, "one two three four")
    await expect(page.locator(".reply .about").last).to_contain_text("recite_half")
    conversation = (await person.get(f"/conversations/{chat.rsplit('/', 1)[1]}")).json()
    assert conversation["model_id"] == first

    await page.keyboard.press("Control+Shift+O")
    await choose(page, "echo")
    await expect(page.get_by_role("button", name="Model: echo")).to_be_visible()
    await say(page, "hello")
    await expect(page.locator(".reply.last .about")).to_contain_text("echo")
    await page.reload()
    await expect(page.get_by_role("button", name="Model: echo")).to_be_visible()
    await page.goto(chat)
    await expect(page.get_by_role("button", name="Model: recite_half")).to_be_visible()
    await page.keyboard.press("Control+Shift+O")
    await expect(page.get_by_role("button", name="Model: echo")).to_be_visible()


async def test_favourites_stand_first_by_keys_alone(site: Site, open_page: OpenPage) -> None:
    person = await site.person("recite")
    page = await open_page(person)
    await expect(page.get_by_role("button", name="Model: recite")).to_be_visible()
    await page.keyboard.press("Control+/")
    options = page.get_by_role("option")
    await expect(options).to_have_text(["recite", "echo", "slow", "reasoning"])
    await page.keyboard.type("slow")
    await page.keyboard.press("Tab")
    await expect(page.get_by_role("button", name="Keep slow among the favourites")).to_be_focused()
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("button", name="Take slow out of the favourites")).to_be_focused()
    await page.keyboard.press("Escape")
    await page.keyboard.press("Control+/")
    await expect(options).to_have_text(["slow", "recite", "echo", "reasoning"])
    assert [model["name"] for model in await models(person) if model["favourite"]] == ["slow"]


async def test_what_is_changed_elsewhere_is_seen_here(site: Site, open_page: OpenPage) -> None:
    """In another tab of this browser at once; on another device when a reply begins."""
    person = await site.person("recite_at_once")
    [first] = await models(person)
    conversation = await person.conversation("In two tabs")
    chat = f"/conversations/{conversation}"
    await person.request("PATCH", chat, json={"model_id": first["id"]})
    page = await open_page(person, f"/c/{conversation}")
    other = await page.context.new_page()
    await other.goto(f"/c/{conversation}")
    for tab in (page, other):
        await expect(tab.get_by_role("button", name="Model: recite_at_once")).to_be_visible()

    await choose(other, "echo")
    await expect(page.get_by_role("button", name="Model: echo")).to_be_visible()

    await other.keyboard.press("Control+/")
    await other.keyboard.type("slow")
    async with page.expect_response("**/models"):
        await other.get_by_role("button", name="Keep slow among the favourites").click()
    await settled(page)
    await page.keyboard.press("Control+/")
    await expect(page.get_by_role("option").first).to_have_text("slow")
    await page.keyboard.press("Escape")

    await person.request("PATCH", chat, json={"model_id": first["id"]})
    await say(page, "hello")
    await replied(page, "hello")
    for tab in (page, other):
        await expect(tab.get_by_role("button", name="Model: recite_at_once")).to_be_visible()


async def test_a_chat_whose_model_is_gone_offers_the_others(
    site: Site, open_page: OpenPage, upstream: ScriptedUpstream
) -> None:
    person = await site.person("recite_at_once")
    home = await connect(person, upstream.url, label="Home")
    model = await add_model(person, home, "recite_half")
    conversation = await person.conversation("With a model")
    await person.request("PATCH", f"/conversations/{conversation}", json={"model_id": model})
    page = await open_page(person, f"/c/{conversation}")
    await expect(page.get_by_role("button", name="Model: recite_half")).to_be_visible()
    assert (await person.request("DELETE", f"/connections/{home['id']}")).status_code == 204
    await say(page, "is anybody there")
    await expect(page.get_by_text("The model recite_half is gone")).to_be_visible()
    await page.get_by_role("button", name="Choose another model").click()
    await page.get_by_role("option", name="recite_at_once").click()
    await replied(page, "is anybody there")
    await expect(page.get_by_role("button", name="Model: recite_at_once")).to_be_visible()


async def test_a_model_that_is_listed_no_longer_is_grey_and_can_be_tried(
    site: Site, open_page: OpenPage, upstream: ScriptedUpstream
) -> None:
    person = await site.person("recite_at_once")
    home = await connect(person, upstream.url, label="Home")
    await add_model(person, home, "echo")
    moved = {"model_url": f"http://{upstream.host}/elsewhere/v1", "api_key": "sk-moved"}
    await person.request("PATCH", f"/connections/{home['id']}", json=moved)
    page = await open_page(person)
    await page.route("**/connections/*/refresh", lambda route: route.abort())
    await page.get_by_role("button", name="Model: recite_at_once").click()
    option = page.get_by_role("option", name="echo")
    await expect(option).to_have_class("option faded")
    await expect(option).to_have_text("echono longer listed")
    await expect(page.get_by_text("Home: The server cannot be reached.")).to_be_visible()
    await option.click()
    await say(page, "hello")
    await replied(page, "You said: hello")


async def test_of_thousands_of_models_few_are_drawn(site: Site, open_page: OpenPage) -> None:
    """So that the menu opens, and is searched, at once."""
    person = await site.person("recite")
    chosen = (await person.get("/auth/me")).json()["default_model_id"]
    page = await open_page(person)
    await page.route("**/models", lambda route: route.fulfill(json={"models": many(chosen)}))
    await page.reload()
    await expect(page.get_by_role("button", name="Model: maker-7/model-1507")).to_be_visible()
    await page.locator(".model-button").hover()  # loads the menu
    options = page.get_by_role("option")
    await page.evaluate(COUNT_DRAWN)
    await page.keyboard.press("Control+/")
    await expect(options.first).to_have_text("maker-7/model-1507128k")
    opened = await page.evaluate("window.drawn")
    await page.keyboard.type("1999")
    await expect(options).to_have_text(["maker-9/model-1999128k"])
    typed = await page.evaluate("window.drawn") - opened
    assert 0 < opened < DRAWN_MAX and typed < DRAWN_MAX, (opened, typed)


async def test_a_sheet_on_the_phone(site: Site, open_page: OpenPage) -> None:
    page = await open_page(await site.person(), viewport=PHONE, has_touch=True, is_mobile=True)
    await page.get_by_role("button", name="Model: recite").tap()
    sheet = page.get_by_role("dialog")
    options = page.get_by_role("option")
    await expect(options).to_have_count(4)
    await expect(page.get_by_role("combobox")).not_to_be_focused()
    box = await sheet.bounding_box()
    assert box and box["x"] == 0 and box["width"] == PHONE["width"]
    assert box["y"] + box["height"] == PHONE["height"]
    for option in await options.all():
        assert (await option.bounding_box() or {"height": 0})["height"] >= 43
    await options.filter(has_text="slow").locator(".model-star").tap()
    await expect(page.locator(".model-star.kept")).to_have_count(1)
    await page.touchscreen.tap(200, 100)
    await expect(sheet).to_have_count(0)


async def choose(page: Page, name: str) -> None:
    """By the keys, in the chat that is shown."""
    await page.keyboard.press("Control+/")
    await page.get_by_role("combobox", name="Find a model").fill(name)
    await page.get_by_role("option", name=name).first.click()


def many(chosen: int) -> list[dict[str, Any]]:
    return [
        {
            "id": chosen if number == 1507 else 10_000 + number,
            "name": f"maker-{number % 10}/model-{number}",
            "label": None,
            "connection": {
                "id": None,
                "slug": f"@maker-{number // 400}",
                "label": f"Maker {number // 400}",
                "shared": True,
            },
            "favourite": False,
            "default": number == 1507,
            "context_tokens": 131072,
            "vision": None,
            "gone": False,
        }
        for number in range(MANY)
    ]


async def test_another_reply_by_another_model_stands_beside_the_first(
    site: Site, open_page: OpenPage, upstream: ScriptedUpstream
) -> None:
    """For this reply alone, with what that model's server does not take told under it."""
    person = await site.person("recite_at_once", upstream=upstream)
    conversation = await person.conversation("With parameters")
    params = {"params": {"temperature": 0.5}}
    await person.request("PATCH", f"/conversations/{conversation}", json=params)
    [connection] = (await person.get("/connections")).json()["connections"]
    await add_model(person, connection, "refuses")
    wrong = {"message": "Unsupported parameter: 'temperature'", "param": "temperature"}
    upstream.refuse = lambda body: {"error": wrong} if "temperature" in body else None
    page = await open_page(person, f"/c/{conversation}")
    await expect(page.get_by_role("button", name="Model: recite_at_once")).to_be_visible()
    await say(page, "once more")
    await replied(page, "once more")
    await page.get_by_role("button", name="Another reply by another model").click()
    await expect(page.get_by_role("option", selected=True)).to_have_text("recite_at_once")
    await page.keyboard.type("refuses")
    await page.keyboard.press("Enter")
    last = page.locator(".reply.last")
    await expect(last.locator(".versions")).to_contain_text("2 / 2")
    await expect(last.locator(".about")).to_contain_text("refuses")
    await expect(last.locator(".left-out")).to_have_text(
        "without temperature, which this model does not take"
    )
    await expect(page.get_by_role("button", name="Model: recite_at_once")).to_be_visible()
    await last.get_by_role("button", name="Previous version").click()
    await expect(last.locator(".about")).to_contain_text("recite_at_once")
    await page.reload()
    await last.get_by_role("button", name="Next version").click()
    await expect(last.locator(".left-out")).to_contain_text("without temperature")
