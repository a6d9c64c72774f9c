"""A conversation: typing, stopping, going on, saying it differently, choosing versions."""

import re

import pytest
from playwright.async_api import expect

from tests.page.chatting import replied, say
from tests.page.conftest import PHONE, OpenPage, Site
from tests.page.model import SPOKEN
from tests.support.upstream import ScriptedUpstream

pytestmark = pytest.mark.anyio
LONG = "\n\n".join(f"Paragraph {n} of a long reply." for n in range(60))


async def test_enter_sends_but_never_while_composing(site: Site, open_page: OpenPage) -> None:
    page = await open_page(await site.person())
    box = page.get_by_label("Your message")
    await box.fill("你好")
    composing = "(box, code) => box.dispatchEvent(new KeyboardEvent('keydown', code))"
    await box.evaluate(composing, {"key": "Enter", "isComposing": True, "bubbles": True})
    await box.evaluate(composing, {"key": "Enter", "keyCode": 229, "bubbles": True})
    await box.press("Shift+Enter")
    await box.press("a")
    await expect(box).to_have_value("你好\na")
    assert page.url.endswith("/")
    await box.press("Enter")
    await replied(page, "你好a")
    await expect(box).to_have_value("")
    await expect(page.locator(".said-text")).to_have_text("你好\na")


async def test_on_a_phone_return_breaks_the_line_and_the_button_sends(
    site: Site, open_page: OpenPage
) -> None:
    page = await open_page(await site.person(), viewport=PHONE, has_touch=True, is_mobile=True)
    box = page.get_by_label("Your message")
    await expect(box).to_have_attribute("enterkeyhint", "enter")
    await expect(box).not_to_have_attribute("aria-describedby", re.compile("."))
    await box.tap()
    await page.keyboard.type("one")
    await page.keyboard.press("Enter")
    await page.keyboard.type("two")
    await expect(box).to_have_value("one\ntwo")
    await page.get_by_role("button", name="Send").tap()
    await replied(page, "onetwo")
    await expect(page.locator(".said-text")).to_have_text("one\ntwo")
    await box.fill("three")
    await box.press("Control+Enter")
    await replied(page, "three")


async def test_a_wide_touch_screen_is_not_told_of_enter(site: Site, open_page: OpenPage) -> None:
    page = await open_page(await site.person(), has_touch=True, is_mobile=True)
    await expect(page.get_by_label("Your message")).to_be_visible()
    await expect(page.get_by_text("Enter sends")).to_be_hidden()


async def test_the_title_appears_by_itself(site: Site, open_page: OpenPage) -> None:
    site.upstream.title = "A short title"
    page = await open_page(await site.person())
    await say(page, "Hello there")
    await expect(page).to_have_title("A short title · Chat")
    await expect(page.locator(".conversation")).to_have_text(["A short title"])


async def test_stop_keeps_the_text_and_continue_goes_on(
    site: Site, open_page: OpenPage, upstream: ScriptedUpstream
) -> None:
    page = await open_page(await site.person("recite_half", upstream=upstream))
    await say(page, "one two three four five six")
    await expect(page.locator(".reply .prose")).to_have_text("one two three")
    await page.get_by_role("button", name="Stop").click()
    await expect(page.locator(".ending").get_by_text("You stopped this reply.")).to_be_visible()
    upstream.release()
    await page.get_by_role("button", name="Continue").click()
    await expect(page.locator(".reply .prose")).to_contain_text("one two three")
    await expect(page.get_by_role("button", name="Another reply")).to_be_enabled()


async def test_versions_of_replies_and_of_questions(site: Site, open_page: OpenPage) -> None:
    page = await open_page(await site.person())
    await say(page, "first")
    await replied(page, "first")
    await page.get_by_role("button", name="Another reply").click()
    await expect(page.locator(".reply .versions")).to_have_text("2 / 2")
    await page.locator(".reply").get_by_role("button", name="Previous version").click()
    await expect(page.locator(".reply .versions")).to_have_text("1 / 2")

    await page.locator(".said").hover()
    await page.get_by_role("button", name="Edit", exact=True).click()
    await expect(page.get_by_label("Edit your message")).to_be_focused()
    await page.get_by_label("Edit your message").fill("second")
    await page.get_by_label("Edit your message").press("Enter")
    await replied(page, "second")
    await expect(page.locator(".said")).to_have_count(1)
    await page.locator(".said").get_by_role("button", name="Previous version").click()
    await expect(page.locator(".said-text")).to_have_text("first")
    await expect(page.locator(".reply .versions")).to_have_text("2 / 2")  # the newest under it


async def test_the_view_follows_only_at_the_bottom(
    site: Site, open_page: OpenPage, upstream: ScriptedUpstream
) -> None:
    person = await site.person("recite_half", upstream=upstream)
    page = await open_page(person, viewport={"width": 900, "height": 500})
    SPOKEN["Go on at length"] = LONG
    await say(page, "Go on at length")
    thread = page.locator(".thread")
    await expect(page.get_by_text("Paragraph 28 ")).to_be_in_viewport()
    await thread.hover()
    await page.mouse.wheel(0, -300)
    down = page.get_by_role("button", name="To the newest message")
    await expect(down).to_be_visible()
    top = await thread.evaluate("box => box.scrollTop")
    upstream.release()
    await expect(page.get_by_text("Paragraph 59 ")).to_be_attached()
    assert await thread.evaluate("box => box.scrollTop") == top
    await down.click()
    await expect(page.get_by_text("Paragraph 59 ")).to_be_in_viewport()


async def test_what_is_unfolded_is_read_from_its_beginning(site: Site, open_page: OpenPage) -> None:
    page = await open_page(await site.person("recite_at_once"))
    SPOKEN["Think first"] = f"<think>{LONG}</think>Done."
    await say(page, "Think first")
    await expect(page.locator(".reply.last > .prose")).to_have_text("Done.")
    await page.get_by_text("Thought").click()
    await expect(page.get_by_text("Paragraph 0 ")).to_be_in_viewport()
    down = page.get_by_role("button", name="To the newest message")
    await expect(down).to_be_visible()
    await expect(page.get_by_text("Thought")).to_be_in_viewport()
    await page.get_by_text("Thought").click()
    await expect(down).to_have_count(0)


async def test_code_is_copied(site: Site, open_page: OpenPage) -> None:
    page = await open_page(await site.person(), permissions=["clipboard-read", "clipboard-write"])
    await say(page, "```python\nprint('你好')\n```")
    await expect(page.locator(".code .hljs-string")).to_have_text("'你好'")
    await page.get_by_role("button", name="Copy code").click()
    await expect(page.get_by_role("button", name="Copied")).to_be_visible()
    assert await page.evaluate("navigator.clipboard.readText()") == "print('你好')"


async def test_a_screen_reader_hears_a_reply_once(site: Site, open_page: OpenPage) -> None:
    page = await open_page(await site.person())
    await say(page, "hear me")
    await expect(page.locator(".unseen[aria-live]")).to_have_text("Reply: hear me")


async def test_drafts_belong_to_their_conversation(site: Site, open_page: OpenPage) -> None:
    person = await site.person()
    here, there = await person.conversation("here"), await person.conversation("there")
    page = await open_page(person, f"/c/{here}")
    box = page.get_by_label("Your message")
    await box.fill("half a thought")
    await page.get_by_role("link", name="there").click()
    await page.wait_for_url(f"**/c/{there}")
    await expect(box).to_have_value("")
    await page.goto(f"/c/{here}")
    await expect(box).to_have_value("half a thought")
    await box.press("Enter")
    await replied(page, "half a thought")
    await page.reload()
    await replied(page, "half a thought")
    await expect(box).to_have_value("")


async def test_stop_on_a_phone_opens_no_keyboard(
    site: Site, open_page: OpenPage, upstream: ScriptedUpstream
) -> None:
    person = await site.person("recite_half", upstream=upstream)
    page = await open_page(person, viewport=PHONE, has_touch=True, is_mobile=True)
    await page.get_by_label("Your message").fill("one two three four")
    await page.get_by_role("button", name="Send").tap()
    await expect(page.locator(".reply .prose")).to_have_text("one two t")
    await page.get_by_label("Your message").blur()
    await page.get_by_role("button", name="Stop").tap()
    await expect(page.locator(".ending").get_by_text("You stopped this reply.")).to_be_visible()
    await expect(page.get_by_label("Your message")).not_to_be_focused()
