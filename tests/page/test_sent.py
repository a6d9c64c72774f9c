"""What the model was sent: told in a conversation's menu, for its last reply."""

from typing import Any

import pytest
from playwright.async_api import Page, expect

from tests.endpoints.connecting import patch
from tests.page.chatting import choose, replied, say
from tests.page.conftest import OpenPage, Site
from tests.support.server import Person
from tests.support.upstream import ScriptedUpstream

pytestmark = pytest.mark.anyio
LONG = "x" * 20_000
"""About 5,000 tokens: three are more than a prompt holds."""


async def ask(person: Person, conversation: int, content: str) -> dict[str, Any]:
    answer = await person.say(conversation, content)
    assert answer.status_code == 200
    turn: dict[str, Any] = answer.json()
    return turn


async def open_dialog(page: Page, entry: str = "What the model was sent…") -> None:
    await page.locator(".title-button").click()
    await page.get_by_role("menuitem", name=entry).click()


async def test_it_is_told(site: Site, open_page: OpenPage, upstream: ScriptedUpstream) -> None:
    person = await site.person("echo", upstream=upstream)
    conversation = await person.conversation("asked")
    path = f"/conversations/{conversation}"
    prompt = "Be brief.\nAnd kind."
    await patch(person, path, system_prompt=prompt, params={"temperature": 0.5, "stop": ["END"]})
    page = await open_page(person, f"/c/{conversation}")
    await open_dialog(page)
    dialog = page.get_by_role("dialog", name="What the model was sent")
    await expect(dialog).to_contain_text("Nothing has been sent yet.")
    await page.keyboard.press("Escape")
    await expect(dialog).to_have_count(0)
    await say(page, "hello")
    await replied(page, "You said: hello")
    await choose(page, "asked", "What the model was sent…")
    rows = dialog.locator("dl > div")
    await expect(rows.filter(has_text="Model")).to_contain_text("echo · 127.0.0.1")
    await expect(rows.filter(has_text="Temperature")).to_contain_text("Temperature: 0.5")
    await expect(rows.filter(has_text="Temperature")).to_contain_text("Stop at: END")
    await expect(rows.filter(has_text="Tokens")).to_contain_text("7 sent and 5 written")
    await expect(dialog.locator("pre")).to_be_hidden()
    await dialog.locator("summary").press("Enter")
    await expect(dialog.locator("pre")).to_have_text(prompt)


async def test_the_way_to_the_first_message(
    site: Site, open_page: OpenPage, upstream: ScriptedUpstream
) -> None:
    """In the thread that is shown, and from another conversation."""
    person = await site.person("echo", upstream=upstream)
    conversation, other = [await person.conversation(name) for name in ("long", "other")]
    turns = [await ask(person, conversation, f"{number} {LONG}") for number in range(3)]
    page = await open_page(person, f"/c/{conversation}")
    first = page.locator(f"[data-message='{turns[1]['message']['id']}']")
    for start in (conversation, other):
        await page.goto(f"/c/{start}")
        await choose(page, "long", "What the model was sent…")
        dialog = page.get_by_role("dialog")
        await expect(dialog).to_contain_text("messages: no room in what the model takes")
        await dialog.get_by_role("button", name="See the first of them").click()
        await expect(dialog).to_have_count(0)
        await expect(first).to_be_in_viewport()
        await expect(page).to_have_url(f"{site.url}/c/{conversation}")
