"""Presets, parameters and instructions: kept in the settings or with a chat, and sent along."""

import pytest
from playwright.async_api import Page, expect

from tests.endpoints.connecting import add_model
from tests.page.chatting import replied, say
from tests.page.conftest import OpenPage, Site
from tests.support.upstream import ScriptedUpstream

pytestmark = pytest.mark.anyio


async def test_a_preset_fills_a_new_chat(
    site: Site, open_page: OpenPage, upstream: ScriptedUpstream
) -> None:
    person = await site.person("recite_at_once", upstream=upstream)
    [connection] = (await person.get("/connections")).json()["connections"]
    await add_model(person, connection, "echo")
    page = await open_page(person, "/settings/presets")
    await page.get_by_role("button", name="Add a preset").click()
    await page.get_by_label("Name", exact=True).fill("Proofreader")
    await page.get_by_label("Instructions").fill("Correct my text.")
    await page.get_by_role("button", name="Model: The chat's own").click()
    await page.get_by_role("option", name="echo").click()
    await page.locator(".params summary").click()
    temperature = page.get_by_label("Temperature")
    await temperature.fill("warm")
    await page.get_by_label("Top P").fill("0.5")
    await page.get_by_role("button", name="Save").click()
    await marked(page, "Temperature", "This is no number.")
    await temperature.fill("2.5")
    await page.get_by_role("button", name="Save").click()
    await marked(page, "Temperature", "This must be at most 2.")
    await temperature.fill("0,25")
    await page.get_by_role("button", name="Save").click()
    row = page.locator(".rows li", has_text="Proofreader")
    await expect(row).to_contain_text("echo · 2 parameters · Correct my text.")

    await row.get_by_role("button", name="Delete Proofreader").click()
    await expect(row).to_have_count(0)
    await page.get_by_role("button", name="Undo").click()
    await expect(row).to_contain_text("2 parameters")
    await page.keyboard.press("Escape")

    await expect(page.get_by_role("button", name="Model: recite_at_once")).to_be_visible()
    await page.keyboard.press("Control+/")
    await page.keyboard.type("proof")
    await expect(page.get_by_role("option")).to_have_text(["Proofreaderecho"])
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("button", name="Model: Proofreader · echo")).to_be_visible()
    await say(page, "hello")
    await expect(page.locator(".reply.last .about")).to_contain_text("echo")
    body = upstream.replies[-1].body
    assert (body["temperature"], body["top_p"], body["model"]) == (0.25, 0.5, "echo")
    assert "Correct my text." in str(body["messages"][0])
    await expect(page.get_by_role("button", name="Model: echo")).to_be_visible()
    await expect(page.get_by_role("button", name="Instructions", exact=True)).to_be_visible()


async def test_what_is_set_for_a_chat_is_sent(
    site: Site, open_page: OpenPage, upstream: ScriptedUpstream
) -> None:
    """Also what holds for all chats; a preset takes its place until that is undone."""
    person = await site.person("recite_at_once", upstream=upstream)
    await person.post("/presets", json={"name": "Loud", "system_prompt": "SHOUT."})
    page = await open_page(person, "/settings/general")
    await page.get_by_role("textbox", name="Instructions").fill("My name is Ada.")
    await page.get_by_role("button", name="Save").click()
    await expect(page.get_by_text("Saved")).to_be_visible()
    await page.keyboard.press("Escape")
    await say(page, "first")
    await replied(page, "first")
    assert "My name is Ada." in str(upstream.replies[-1].body["messages"][0])

    await page.locator(".title-button").click()
    await page.get_by_role("menuitem", name="Instructions and parameters…").click()
    await page.get_by_label("Instructions for this conversation").fill("Be brief.")
    await page.locator(".params summary").click()
    await page.get_by_label("Further ones, as JSON").fill('{"top_k": 40, "model": "other"}')
    await page.get_by_label("Stop at").fill("END\n\\n\\n")
    await page.get_by_role("button", name="Save").click()
    await marked(page, "Further ones, as JSON", "model")
    await page.get_by_label("Further ones, as JSON").fill('{"top_k": 40}')
    await page.get_by_role("button", name="Save").click()
    await expect(page.get_by_role("dialog")).to_have_count(0)
    await say(page, "second")
    await replied(page, "second")
    body = upstream.replies[-1].body
    assert (body["top_k"], body["stop"]) == (40, ["END", "\n\n"])
    assert "temperature" not in body
    assert "Be brief." in str(body["messages"][0])

    await page.keyboard.press("Control+/")
    await page.get_by_role("option", name="Loud").click()
    await expect(page.get_by_text("“Loud” fills this chat from now on.")).to_be_visible()
    await page.get_by_role("button", name="Undo").click()
    await say(page, "third")
    await replied(page, "third")
    assert upstream.replies[-1].body["top_k"] == 40
    assert "Be brief." in str(upstream.replies[-1].body["messages"][0])


async def test_ones_own_presets_are_offered_on_the_empty_page(
    site: Site, open_page: OpenPage, upstream: ScriptedUpstream
) -> None:
    """In place of the openings; one that is chosen begins the chat, chosen again it does not."""
    person = await site.person("recite_at_once", upstream=upstream)
    [connection] = (await person.get("/connections")).json()["connections"]
    echo = await add_model(person, connection, "echo")
    page = await open_page(person)
    offered = page.locator(".openings button")
    await expect(offered.first).to_contain_text("Explain something")
    loud = {"name": "Loud", "system_prompt": "SHOUT.", "params": {"temperature": 0.25}}
    await person.post("/presets", json=loud | {"model_id": echo})
    for name in ("Zoologist", "Calm", "Brief", "Patient"):
        await person.post("/presets", json={"name": name})
    await page.reload()
    await expect(offered.locator("strong")).to_have_text(["Brief", "Calm", "Loud", "Patient"])
    await expect(offered.nth(2)).to_contain_text("SHOUT.")
    for name, pressed in (("Loud · echo", "true"), ("echo", "false"), ("Loud · echo", "true")):
        await offered.nth(2).click()
        await expect(page.get_by_role("button", name=f"Model: {name}", exact=True)).to_be_visible()
        await expect(offered.nth(2)).to_have_attribute("aria-pressed", pressed)
        await expect(page.get_by_label("Your message")).to_be_focused()
    await say(page, "hello")
    await replied(page, "You said: hello")
    body = upstream.replies[-1].body
    assert (body["model"], body["temperature"]) == ("echo", 0.25)
    assert body["messages"][0] == {"role": "system", "content": "SHOUT."}
    chat = (await person.get(f"/conversations/{page.url.rsplit('/', 1)[1]}")).json()
    [preset] = [one for one in (await person.get("/presets")).json()["presets"] if one["model_id"]]
    assert chat["preset_id"] == preset["id"]


async def marked(page: Page, label: str, says: str) -> None:
    field = page.get_by_label(label)
    await expect(field).to_have_attribute("aria-invalid", "true")
    note = await field.get_attribute("aria-describedby")
    await expect(page.locator(f'[id="{note}"]')).to_contain_text(says)
