"""A key is made after the password was given, seen once, changed and revoked; other tabs follow."""

import pytest
from playwright.async_api import Page, expect

from app.models import utc_now
from tests.page.conftest import OpenPage, Site
from tests.page.keys.made import key_of, make_key_old, make_logins_old, show_again
from tests.page.test_keyboard import focus_shows, press, tab_to
from tests.support.server import PASSWORD
from tests.usage.ledger import put, target

pytestmark = pytest.mark.anyio
NONE_YET = "You have no keys yet."


async def test_made_changed_and_revoked_in_two_tabs(site: Site, open_page: OpenPage) -> None:
    person = await site.person("recite")
    page = await open_page(person, "/settings/keys")
    await page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    await expect(page.get_by_text("is stored nowhere, only counted")).to_be_visible()
    await expect(page.get_by_text(NONE_YET)).to_be_visible()
    other = await page.context.new_page()
    await other.goto("/settings/keys")
    await expect(other.get_by_text(NONE_YET)).to_be_visible()

    await make_logins_old(site, person)
    await page.get_by_role("button", name="Make a key").click()
    await page.get_by_label("Name").fill(" my editor ")
    await page.get_by_role("radio", name="Only some").check()
    await page.get_by_role("button", name="Models: Add a model").click()
    await page.get_by_role("option", name="recite").click()
    await page.get_by_role("checkbox", name="Embeddings").uncheck()
    await page.get_by_role("radio", name="A month").check()
    await page.get_by_label("At most").fill("2.50")
    await page.get_by_role("button", name="Make key").click()
    await show_again(page, "nothing of the kind")
    await expect(page.get_by_text("That is not your password.")).to_be_visible()
    await show_again(page, PASSWORD)
    made = page.get_by_role("region", name="Your key for “my editor”")
    key = await made.get_by_role("textbox", name="Key").input_value()
    await made.get_by_role("button", name="Copy key").click()
    await expect(made.get_by_role("button", name="Copied")).to_be_visible()
    assert await clipboard(page) == key
    [known] = (await person.get("/auth/keys")).json()["keys"]
    assert key.startswith(known["prefix"])

    row = other.get_by_role("listitem").filter(has_text="my editor")
    await expect(row).to_contain_text(f"{known['prefix']}… · recite · only Chat and List models")
    await expect(row).to_contain_text("not used yet")
    await expect(row).to_contain_text("$0.00 used of $2.50 a month")
    assert key not in await other.content()

    await shown_for_programs(page, f"{site.url}/v1", key)
    await row.get_by_role("button", name="Edit my editor").click()
    await other.get_by_label("Name").fill("desk")
    await other.get_by_role("radio", name="Never").check()
    await other.get_by_role("button", name="Save").click()
    row = page.get_by_role("listitem").filter(has_text="desk")
    await expect(row).to_contain_text("never ends")

    await row.get_by_role("button", name="Revoke desk").click()
    await expect(row.get_by_role("button", name="Cancel")).to_be_focused()
    await row.get_by_role("button", name="Revoke key").click()
    await expect(page.locator(".toast")).to_contain_text("“desk” was revoked.")
    await expect(made).to_have_count(0)
    await expect(other.get_by_text(NONE_YET)).to_be_visible()
    assert key not in await page.content()


async def shown_for_programs(page: Page, address: str, key: str) -> None:
    """With the key while it can be read, and with a model that it opens."""
    example = page.get_by_role("group", name="Example: Python")
    await expect(example).to_contain_text(f'OpenAI(base_url="{address}", api_key="{key}")')
    await expect(example).to_contain_text('model="default"')
    await page.get_by_role("button", name="Model: default (recite)").click()
    await page.get_by_role("option", name="recite").last.click()
    await page.get_by_role("radio", name="curl").check()
    example = page.get_by_role("group", name="Example: curl")
    await expect(example).to_contain_text('{"model": "default/recite", ')
    await page.get_by_role("radio", name="An editor").check()
    await page.get_by_role("button", name="Copy: Base URL").click()
    assert await clipboard(page) == address


async def test_by_the_keyboard(site: Site, open_page: OpenPage) -> None:
    """The same key twice does not revoke."""
    page = await open_page(await site.person(), "/settings/keys")
    keys = page.keyboard
    add = page.get_by_role("button", name="Make a key")
    await expect(add).to_be_visible()
    await tab_to(page, add)
    await press(page, add)
    await expect(page.get_by_label("Name")).to_be_focused()
    await keys.press("Enter")
    await expect(page.get_by_text("Fill this in.")).to_be_visible()
    await keys.type("script")
    await tab_to(page, page.get_by_role("radio", name="90 days"))
    await keys.press("ArrowRight")
    await tab_to(page, page.get_by_role("checkbox", name="List models"))
    await keys.press("Space")
    await keys.press("Enter")
    await expect(page.get_by_role("button", name="Copy key")).to_be_focused()
    await focus_shows(page)
    await tab_to(page, page.get_by_role("button", name="Done"), back=True)
    await keys.press("Enter")
    await focus_shows(page)
    revoke = page.get_by_role("button", name="Revoke script")
    await tab_to(page, revoke, back=True)
    await keys.press("Enter")
    await expect(page.get_by_role("button", name="Cancel")).to_be_focused()
    await keys.press("Enter")
    await focus_shows(page)
    await tab_to(page, revoke)
    await keys.press("Enter")
    await tab_to(page, page.get_by_role("button", name="Revoke key"), back=True)
    await keys.press("Enter")
    await expect(page.get_by_text(NONE_YET)).to_be_visible()
    await focus_shows(page)


async def test_as_many_as_there_can_be_one_that_ended_and_no_server(
    site: Site, open_page: OpenPage
) -> None:
    """One that ended goes without a question; and what each has used is among what was used."""
    person = await site.person()
    made = [await key_of(person, f"key {number}") for number in range(50)]
    await make_key_old(site, made[0])
    page = await open_page(person, "/settings/keys")
    await expect(page.get_by_text("You have 50 keys, which is as many")).to_be_visible()
    await page.get_by_role("button", name="Remove key 0", exact=True).click()
    await expect(page.get_by_role("button", name="Make a key")).to_be_visible()
    await page.context.set_offline(True)
    await page.get_by_role("button", name="Make a key").click()
    await page.get_by_label("Name").fill("lost")
    await page.get_by_role("button", name="Make key").click()
    form = page.locator(".key-form")
    await expect(form.get_by_role("alert").last).to_contain_text("The server cannot be reached.")
    await page.context.set_offline(False)
    await page.get_by_role("button", name="Make key").click()
    await expect(page.get_by_role("button", name="Copy key")).to_be_visible()

    database = site.server.app.state.services.database
    model = target(person.id, "a model", "here")
    for key_id in (0, made[1]["id"], 2**40):
        await database.write(put, person.id, model, utc_now(), key_id=key_id)
    await page.goto("/settings/usage")
    by_key = page.get_by_role("table").filter(has=page.get_by_role("columnheader", name="API key"))
    await expect(by_key.get_by_role("rowheader")).to_have_text(
        ["None: chats here", f"Revoked key {2**40}", "key 1"]
    )


async def clipboard(page: Page) -> str:
    text: str = await page.evaluate("navigator.clipboard.readText()")
    return text
