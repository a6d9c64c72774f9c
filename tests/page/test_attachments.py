"""Pictures and documents: added in every way, sent, seen again; nothing of them is lost."""

import asyncio
import re
from io import BytesIO
from typing import Any

import pytest
from PIL import Image
from playwright.async_api import FileChooser, Page, Route, expect

from tests.endpoints.connecting import patch
from tests.faults.watching import eventually
from tests.files.made import picture, send
from tests.files.made import uploaded as made
from tests.page.attaching import Given, add_files, cards, gated, give, payload, uploaded
from tests.page.chatting import replied, say
from tests.page.conftest import PHONE, OpenPage, Site
from tests.page.held import hold, refuse
from tests.page.test_taken_back import BACK, breakable
from tests.support.upstream import ScriptedUpstream

pytestmark = pytest.mark.anyio
CAT: Given = ("cat.png", "image/png", picture((400, 300)))
MAP: Given = ("map.jpg", "image/jpeg", picture((300, 400), "JPEG"))
NOTES: Given = ("notes.py", "text/x-python", b"print('tides')\n" * 40)
PROGRAM: Given = ("setup.exe", "application/x-msdownload", b"MZ\x90\x00\x03\x00\x00\x00" * 9)
AWAITED = "It will be sent once its files are uploaded"
KEPT = """() => new Promise(resolve => {
  const asked = indexedDB.open('bytes', 1);
  asked.onupgradeneeded = () => asked.result.createObjectStore('bytes');
  asked.onsuccess = () => {
    const found = asked.result.transaction('bytes').objectStore('bytes').count();
    found.onsuccess = () => { asked.result.close(); resolve(found.result); };
  };
})"""
"""How many files the browser keeps the bytes of."""


async def kept(page: Page, count: int) -> None:
    """Wait until the browser keeps so many."""

    async def is_so() -> bool:
        return bool(await page.evaluate(KEPT) == count)

    await eventually(is_so)


async def test_a_picture_is_sent_seen_and_opened(
    site: Site, open_page: OpenPage, upstream: ScriptedUpstream
) -> None:
    person = await site.person("recite_at_once", upstream=upstream)
    page = await open_page(person)
    box = page.get_by_label("Your message")
    await page.get_by_role("button", name="Add files or pictures").click()
    async with page.expect_file_chooser() as asked:
        await page.get_by_role("menuitem", name="Add pictures…").click()
    chooser = await asked.value
    assert chooser.is_multiple()
    await chooser.set_files(payload(CAT))
    await uploaded(page)
    await expect(cards(page)).to_contain_text("cat.png")
    await expect(cards(page).locator("img")).to_have_attribute("src", re.compile("^blob:"))
    await box.press("Enter")  # without a word
    await replied(page, "I see.")
    await expect(cards(page)).to_have_count(0)
    await expect(page.locator(".said-text")).to_have_count(0)
    await expect(page).to_have_title("A scripted title · Chat")
    await kept(page, 0)
    [part] = [
        part
        for part in upstream.replies[-1].body["messages"][-1]["content"]
        if part["type"] == "image_url"
    ]
    assert part["image_url"]["url"].startswith("data:image/")
    await page.reload()
    shown = page.locator(".said .picture")
    await expect(shown.locator("img")).to_have_js_property("naturalWidth", 256)
    await shown.press("Enter")
    viewer = page.get_by_role("dialog", name="cat.png")
    await expect(viewer.locator("img")).to_have_js_property("naturalWidth", 400)
    await expect(viewer.get_by_role("button", name="Close")).to_be_focused()
    async with page.expect_download() as download:
        await viewer.get_by_role("button", name="Download").click()
    saved = await asyncio.to_thread((await (await download.value).path()).read_bytes)
    assert Image.open(BytesIO(saved)).size == (400, 300)
    await page.keyboard.press("Escape")
    await expect(viewer).to_have_count(0)
    await expect(shown).to_be_focused()


async def test_what_is_pasted_and_dropped_goes_where_it_belongs(
    site: Site, open_page: OpenPage
) -> None:
    page = await open_page(await site.person())
    choosers: asyncio.Queue[FileChooser] = asyncio.Queue()
    page.on("filechooser", choosers.put_nowait)  # else a key may come before its wait
    box = page.get_by_label("Your message")
    await expect(box).to_be_focused()
    await page.keyboard.press("Control+u")
    await (await choosers.get()).set_files(payload(("image.png", "image/png", CAT[2])))
    await uploaded(page)
    # A word processor gives a picture of the words with them.
    assert not await give(page, "paste", ".composer textarea", CAT, text="a text and its picture")
    assert await give(page, "paste", ".composer textarea", NOTES, text="notes.py")
    await uploaded(page, 2)
    for place in (".sidebar", ".empty", ".composer textarea"):
        assert await give(page, "dragover", place, MAP)
        await expect(page.locator(".drop-here")).to_be_visible()
        assert await give(page, "drop", place, MAP)
        await expect(page.locator(".drop-here")).to_have_count(0)
    await uploaded(page, 5)
    assert await give(page, "drop", ".empty", text="dropped words")
    await expect(box).to_have_value("dropped words")
    assert await give(page, "drop", ".empty", *[NOTES] * 6)
    await uploaded(page, 10)
    await expect(page.get_by_text("A message can have up to 10 files.")).to_be_visible()
    # By keys alone: the focus goes on to the next, and at last to the words.
    await page.get_by_role("button", name="Remove image.png").focus()
    for _ in range(10):
        await page.keyboard.press("Enter")
    await expect(cards(page)).to_have_count(0)
    await expect(box).to_be_focused()
    await kept(page, 0)


async def test_what_cannot_be_added_is_told_and_not_sent_in_silence(
    site: Site, open_page: OpenPage
) -> None:
    page = await open_page(await site.person("recite_at_once"))
    box = page.get_by_label("Your message")
    await expect(box).to_be_focused()
    gate = await gated(page)
    gate.opened.set()
    await add_files(page, PROGRAM, ("broken.png", "image/png", CAT[2][:60]), NOTES)
    await expect(cards(page).nth(0)).to_contain_text("Files of this kind cannot be read.")
    await expect(cards(page).nth(1)).to_contain_text("This file is damaged")
    await expect(cards(page).nth(2)).to_contain_text("PY · 600 B")
    await expect(page.get_by_role("button", name="Try setup.exe again")).to_have_count(0)
    await say(page, "look at these")
    await expect(page.locator(".problem")).to_contain_text("Some files could not be added.")
    await expect(box).to_have_value("look at these")
    asked = len(gate.keys)
    await page.route("**/auth/me", lambda route: small(route))
    await page.reload()
    await add_files(page, ("huge.txt", "text/plain", b"x" * 2000))
    await expect(cards(page).nth(3)).to_contain_text("Too large. A file can have up to 1.5 kB.")
    assert len(gate.keys) == asked
    for code, status, words in (
        ("quota_reached", 409, "There is no more room for your files."),
        ("storage_full", 507, "The server's disk is full."),
    ):
        gate.answer = lambda route, code=code, status=status: route.fulfill(
            status=status, json={"code": code, "detail": ""}
        )
        await add_files(page, (f"{code}.txt", "text/plain", b"x"))
        await expect(cards(page).last).to_contain_text(words)
    gate.answer = None
    await page.get_by_role("button", name="Try storage_full.txt again").click()
    await expect(cards(page).last).to_contain_text("TXT · 1 B")
    for name in ("setup.exe", "broken.png", "huge.txt", "quota_reached.txt"):
        await page.get_by_role("button", name=f"Remove {name}").click()
    await box.press("Enter")
    await replied(page, "look at these")
    await expect(page.locator(".said .file-name")).to_have_text(["notes.py", "storage_full.txt"])


async def small(route: Route) -> None:
    answer = await route.fetch()
    body = await answer.json()
    assert body["attachments_max_bytes"] > 1_000_000
    await route.fulfill(response=answer, json=body | {"attachments_max_bytes": 1500})


async def test_a_reload_begins_an_upload_again_and_drafts_keep_theirs(
    site: Site, open_page: OpenPage
) -> None:
    person = await site.person()
    first, other = await person.conversation("first"), await person.conversation("other")
    page = await open_page(person, f"/c/{first}")
    await expect(page.get_by_label("Your message")).to_be_focused()
    gate = await gated(page)
    await add_files(page, CAT, NOTES)
    await expect(cards(page)).to_have_count(2)
    await kept(page, 2)
    await eventually(lambda: is_true(len(gate.keys) == 2))
    await page.reload()
    await eventually(lambda: is_true(len(gate.keys) == 4))
    assert sorted(gate.keys[:2]) == sorted(gate.keys[2:])
    gate.opened.set()
    await uploaded(page, 2)
    await page.goto(f"/c/{other}")
    await expect(page.get_by_label("Your message")).to_be_focused()
    await expect(cards(page)).to_have_count(0)
    await add_files(page, MAP)
    await uploaded(page)
    await page.get_by_role("link", name="first").click()
    await uploaded(page, 2)
    await page.get_by_role("link", name="New chat").click()
    await expect(page.locator(".openings button")).to_have_count(4)
    await expect(cards(page)).to_have_count(0)
    await page.goto(f"/c/{other}")
    await uploaded(page, 1)
    assert len(gate.keys) == 5
    # Somebody else at this browser finds nothing of it.
    await page.locator(".who").click()
    await page.get_by_role("menuitem", name="Log out").click()
    await page.wait_for_url("**/login")
    await kept(page, 0)


async def is_true(value: bool) -> bool:
    return value


async def test_a_message_waits_for_its_files_and_the_connection(
    site: Site, open_page: OpenPage
) -> None:
    page = await open_page(await site.person("recite_at_once"))
    box = page.get_by_label("Your message")
    await expect(box).to_be_focused()
    gate = await gated(page)
    gate.answer = lambda route: route.abort()
    await add_files(page, NOTES)
    await expect(cards(page)).to_contain_text("Waiting for the server")
    await say(page, "read this")
    await expect(page.get_by_text(AWAITED)).to_be_visible()
    await expect(box).to_have_value("read this")
    await page.get_by_role("button", name="Do not send yet").click()
    await expect(page.get_by_text(AWAITED)).to_have_count(0)
    gate.answer = None
    gate.opened.set()
    await page.evaluate("dispatchEvent(new Event('online'))")
    await uploaded(page)
    await expect(page.locator(".said")).to_have_count(0)
    gate.opened.clear()
    await add_files(page, CAT)
    await box.press("Enter")
    await expect(page.get_by_text(AWAITED)).to_be_visible()
    await box.fill("read this, please")
    gate.opened.set()
    await replied(page, "read this, please")
    await expect(page.locator(".said .file-name, .said .picture-name")).to_have_count(2)
    await expect(cards(page)).to_have_count(0)


async def test_a_message_on_its_way_keeps_its_files(site: Site, open_page: OpenPage) -> None:
    """After a reload, taken back, and sent again: there once."""
    person = await site.person("recite_at_once")
    page = await open_page(person)
    conversation = await person.conversation("away")
    cut, mend = await breakable(page)
    await page.goto(f"/c/{conversation}")
    box = page.get_by_label("Your message")
    await say(page, "before")
    await replied(page, "before")
    await add_files(page, CAT, NOTES)
    await uploaded(page, 2)
    await cut()
    await say(page, "look")
    waiting = page.locator(".said.pending")
    await expect(waiting.locator(".picture img")).to_be_visible()
    await page.unroute("**/messages?*")  # what was said is there, and nobody answers
    await page.reload()
    await expect(waiting.locator(".file-name")).to_have_text("notes.py")
    await page.get_by_role("button", name=BACK).click()
    await expect(box).to_have_value("look")
    await uploaded(page, 2)
    await expect(page.locator(".said .files-of")).to_have_count(0)
    await page.reload()
    await uploaded(page, 2)
    await box.press("Enter")
    await mend()
    await replied(page, "look")
    [_, _, message, _] = await person.messages(conversation)
    assert [file["name"] for file in message["attachments"]] == ["cat.png", "notes.py"]
    await kept(page, 0)


async def test_files_that_the_server_has_no_longer_are_sent_again(
    site: Site, open_page: OpenPage
) -> None:
    person = await site.person("recite_at_once")
    page = await open_page(person, f"/c/{await person.conversation('slept')}")
    await expect(page.get_by_label("Your message")).to_be_focused()
    await add_files(page, NOTES)
    await uploaded(page)
    await hold(page)
    await say(page, "at last")
    await refuse(page, "attachment_not_found")
    await expect(page.get_by_role("button", name="Try again")).to_have_count(0)
    async with page.expect_request(lambda asked: asked.method == "PUT"):
        await page.get_by_role("button", name=BACK).click()
    await uploaded(page)
    await expect(page.get_by_label("Your message")).to_have_value("at last")


async def test_an_edit_keeps_adds_and_removes_files(site: Site, open_page: OpenPage) -> None:
    person = await site.person("recite_at_once")
    conversation = await person.conversation("edited")
    ids = [(await made(person, content, name))["id"] for name, _, content in (CAT, NOTES)]
    await send(person, conversation, "as it was", *ids)
    page = await open_page(person, f"/c/{conversation}")
    await replied(page, "as it was")

    async def edit() -> None:
        await page.locator(".said").hover()
        await page.get_by_role("button", name="Edit", exact=True).click()

    names = page.locator(".said :is(.file-name, .picture-name)")
    await edit()
    await expect(page.locator(".edit .file")).to_have_count(2)
    await page.get_by_role("button", name="Remove cat.png").click()
    assert await give(page, "paste", ".edit textarea", MAP)
    assert await give(page, "drop", ".edit", ("more.txt", "text/plain", b"more"))
    await expect(page.locator(".edit button.file-card")).to_have_count(3)
    await expect(cards(page)).to_have_count(0)
    await page.get_by_label("Edit your message").fill("as it is")
    await page.get_by_label("Edit your message").press("Enter")
    await replied(page, "as it is")
    await expect(names).to_have_text(["map.jpg", "notes.py", "more.txt"])
    await page.get_by_role("button", name="Previous version").first.click()
    await expect(names).to_have_text(["cat.png", "notes.py"])
    await edit()
    await page.get_by_label("Edit your message").fill("kept")
    await page.get_by_label("Edit your message").press("Enter")
    await replied(page, "kept")
    await expect(names).to_have_text(["cat.png", "notes.py"])
    await edit()
    for name in ("cat.png", "notes.py"):
        await page.get_by_role("button", name=f"Remove {name}").click()
    await page.get_by_label("Edit your message").press("Enter")
    await replied(page, "kept")
    await expect(page.locator(".said .versions")).to_contain_text("4 / 4")
    await expect(names).to_have_count(0)


async def test_a_model_without_eyes_is_told_of_before_sending(
    site: Site, open_page: OpenPage
) -> None:
    person = await site.person("recite_at_once")
    [model] = (await person.get("/models")).json()["models"]
    await patch(person, f"/models/{model['id']}", vision=False)
    page = await open_page(person)
    await expect(page.get_by_label("Your message")).to_be_focused()
    await add_files(page, NOTES)
    await uploaded(page)
    note = page.locator(".file-note")
    await expect(note).to_have_count(0)
    await add_files(page, CAT)
    await expect(note).to_contain_text("recite_at_once takes no pictures.")
    await note.get_by_role("button", name="Choose another model").click()
    await expect(page.locator(".model-menu, [role=dialog], .popover").first).to_be_visible()
    await page.keyboard.press("Escape")
    await uploaded(page, 2)
    await say(page, "what is it?")  # it is theirs to decide
    await replied(page, "what is it?")
    await page.locator(".title-button").click()
    await page.get_by_role("menuitem", name="What the model was sent…").click()
    row = page.get_by_role("dialog").locator("dl > div").filter(has_text="Files")
    await expect(row).to_contain_text("cat.png: only its name, for the model takes no pictures")
    await expect(row).to_contain_text("notes.py: its text")


async def test_a_model_that_refuses_pictures_is_told_of(
    site: Site, open_page: OpenPage, upstream: ScriptedUpstream
) -> None:
    """Its reply goes on without them; the next time it is known before."""
    person = await site.person("refuses", upstream=upstream)
    upstream.refuse = refuse_pictures
    page = await open_page(person, f"/c/{await person.conversation('blind')}")
    await add_files(page, CAT)
    await uploaded(page)
    await expect(page.locator(".file-note")).to_have_count(0)
    await say(page, "what is it?")
    await expect(page.locator(".toast")).to_contain_text("refuses took no pictures.")
    await add_files(page, CAT)
    await expect(page.locator(".file-note")).to_contain_text("refuses takes no pictures.")


def refuse_pictures(body: dict[str, Any]) -> object:
    if all(isinstance(message["content"], str) for message in body["messages"]):
        return None
    return {"error": {"message": "image input is not supported by this model"}}


async def test_pictures_are_gone_through_and_texts_are_read(
    site: Site, open_page: OpenPage
) -> None:
    person = await site.person("recite_at_once")
    conversation = await person.conversation("gallery")
    first = [(await made(person, content, name))["id"] for name, _, content in (CAT, NOTES)]
    await send(person, conversation, "one", *first)
    blank = (await made(person, b" \n", "blank.txt"))["id"]
    await send(person, conversation, "two", (await made(person, MAP[2], MAP[0]))["id"], blank)
    page = await open_page(person, f"/c/{conversation}")
    await replied(page, "two")
    await page.locator(".said .picture").first.click()
    title = page.locator(".viewer h1")
    await expect(title).to_have_text("cat.png")
    await expect(page.locator(".viewer-title p")).to_contain_text("1 of 2")
    await expect(page.get_by_role("button", name="Previous picture")).to_be_disabled()
    await page.keyboard.press("ArrowRight")
    await expect(title).to_have_text("map.jpg")
    await expect(page.locator(".viewer img")).to_have_js_property("naturalHeight", 400)
    await page.keyboard.press("ArrowRight")
    await expect(title).to_have_text("map.jpg")
    await page.get_by_role("button", name="Previous picture").click()
    await expect(title).to_have_text("cat.png")
    await page.keyboard.press("Escape")
    await page.locator(".said .file-card", has_text="notes.py").click()
    await expect(page.locator(".viewer-text")).to_contain_text("print('tides')")
    await page.keyboard.press("Escape")
    await page.locator(".said .file-card", has_text="blank.txt").click()
    await expect(page.locator(".viewer")).to_contain_text("There is no text in this file.")
    await page.keyboard.press("Escape")
    await expect(page.locator(".viewer")).to_have_count(0)
    # What is copied of a message, and what of it is on paper, names its files.
    await page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    await page.locator(".said").first.get_by_role("button", name="Copy").click()
    copied = await page.evaluate("navigator.clipboard.readText()")
    assert copied == "one\n\n[cat.png]\n\n[notes.py]"
    await page.emulate_media(media="print")
    await expect(page.locator(".said .picture-name")).to_have_text(["cat.png", "map.jpg"])
    await expect(page.locator(".said .picture-name").first).to_be_visible()


async def test_files_at_a_phone(site: Site, open_page: OpenPage) -> None:
    """The camera and the sheet; names without end push nothing aside."""
    person = await site.person("recite_at_once")
    options = {"viewport": PHONE, "has_touch": True, "is_mobile": True}
    page = await open_page(person, f"/c/{await person.conversation('hand')}", **options)
    await page.get_by_role("button", name="Add files or pictures").tap()
    async with page.expect_file_chooser() as asked:
        await page.get_by_role("menuitem", name="Take a picture").tap()
    chooser = await asked.value
    assert await chooser.element.get_attribute("capture") == "environment"
    assert not chooser.is_multiple()
    await chooser.set_files(payload(MAP))
    await uploaded(page)
    long = [("x" * 140 + ".txt", "text/plain", b"x"), ("צילום" * 10 + ".txt", "text/plain", b"y")]
    await give(page, "paste", ".composer textarea", *long)
    await uploaded(page, 3)
    await page.locator(".send").tap()
    await expect(page.locator(".said .file")).to_have_count(2)
    await expect(page.locator(".composer .file")).to_have_count(0)
    assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert await page.locator(".thread").evaluate("box => box.scrollWidth <= box.clientWidth")
    await page.locator(".said .file-card").first.tap()
    box = await page.locator(".viewer").bounding_box()
    assert box is not None and box["width"] == PHONE["width"]
    await page.go_back()
    await expect(page.locator(".viewer")).to_have_count(0)
