"""Files made to run a script in whoever looks at them: none does, on the page or at its address."""

import struct
import zlib
from typing import Any

import pytest
from playwright.async_api import BrowserContext, Error, Page, expect

from tests.files.made import picture, put, send
from tests.page.conftest import OpenPage, Site
from tests.support.server import Person

pytestmark = pytest.mark.anyio
RUN = "window.ran && ran(document.URL)"
SCRIPT = f"<script>{RUN}</script><img src=x onerror='{RUN}'>"
HTML = f"<!doctype html><title>t</title><body onload='{RUN}'>{SCRIPT}"
XMLNS = 'xmlns="http://www.w3.org/2000/svg"'
SVG = (
    f"<svg {XMLNS} onload='{RUN}'><script>{RUN}</script>"
    f"<foreignObject>{SCRIPT}</foreignObject></svg>"
)
XHTML = f'<html xmlns="http://www.w3.org/1999/xhtml"><body><script>{RUN}</script></body></html>'
XSLT = (
    '<?xml version="1.0"?><?xml-stylesheet type="text/xsl" href="#s"?><r><x:stylesheet id="s" '
    'version="1.0" xmlns:x="http://www.w3.org/1999/XSL/Transform"><x:template match="/">'
    f'<html xmlns="http://www.w3.org/1999/xhtml"><script>{RUN}</script></html>'
    "</x:template></x:stylesheet></r>"
)
MHTML = (
    "MIME-Version: 1.0\r\nContent-Type: multipart/related; boundary=b\r\n\r\n"
    f"--b\r\nContent-Type: text/html\r\n\r\n{HTML}\r\n--b--"
)
PDF = (
    "%PDF-1.7\n1 0 obj<</Type/Catalog/Pages 2 0 R/OpenAction<</S/JavaScript/JS(app.alert(1))>>>>"
    "endobj\n2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n"
    "3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF"
)
PNG = picture((8, 8))
JPEG = picture((8, 8), "JPEG")
GIF_JS = b"GIF89a/*" + b"\x00" * 24 + f"*/=0;{RUN}".encode()


def commented() -> bytes:
    """A picture with a page among its texts."""
    text = b"tEXtComment\x00" + HTML.encode()
    chunk = struct.pack(">I", len(text) - 4) + text + struct.pack(">I", zlib.crc32(text))
    return PNG[:33] + chunk + PNG[33:]


def with_comment() -> bytes:
    """As that, in JPEG's way."""
    text = HTML.encode()
    return JPEG[:2] + b"\xff\xfe" + struct.pack(">H", len(text) + 2) + text + JPEG[2:]


FILES: list[tuple[str, bytes]] = [
    ("page.html", HTML.encode()),
    ("page.htm", b"\xef\xbb\xbf" + HTML.encode()),
    ("wide.html", HTML.encode("utf-16")),
    ("page.png", HTML.encode()),
    ("page.pdf", HTML.encode()),
    ("page", HTML.encode()),
    ("blank.txt", b"\n" * 2000 + HTML.encode()),
    ("seven.txt", b"+ADw-script+AD4-ran()+ADw-/script+AD4-"),
    ("page.xhtml", XHTML.encode()),
    ("page.xml", XHTML.encode()),
    ("sheet.xml", XSLT.encode()),
    ("image.svg", SVG.encode()),
    ("image.png", SVG.encode()),
    ("declared.svg", b'<?xml version="1.0"?><!DOCTYPE svg>' + SVG.encode()),
    ("packed.svgz", zlib.compress(SVG.encode(), wbits=31)),
    ("page.mhtml", MHTML.encode()),
    ("mail.eml", f"Content-Type: text/html\r\n\r\n{HTML}".encode()),
    ("app.hta", HTML.encode()),
    ("code.js", RUN.encode()),
    ("code.mjs", f"export default {RUN}".encode()),
    ("notes.md", f"[x](javascript:{RUN}) {SCRIPT}".encode()),
    ("data.json", f'{{"a": "{SCRIPT}"}}'.encode()),
    ("table.csv", f'=HYPERLINK("javascript:{RUN}"),{SCRIPT}'.encode()),
    (
        "style.css",
        f"@import 'javascript:{RUN}'; body {{ background: url(javascript:ran()) }}".encode(),
    ),
    ("app.webmanifest", f'{{"start_url": "javascript:{RUN}"}}'.encode()),
    ("words.vtt", f"WEBVTT\n\n00:00.000 --> 00:01.000\n{SCRIPT}".encode()),
    ("link.url", f"[InternetShortcut]\nURL=javascript:{RUN}".encode()),
    ("paper.pdf", PDF.encode()),
    ("paper-page.pdf", f"{PDF}\n{HTML}".encode()),
    ("picture.gif", GIF_JS),
    ("commented.png", commented()),
    ("appended.png", PNG + HTML.encode()),
    ("commented.jpg", with_comment()),
    ("picture.html", PNG),
    ("program.wasm", b"\x00asm\x01\x00\x00\x00"),
    ("film.swf", b"CWS\x0a" + b"\x00" * 40),
    (f"<img src=x onerror={RUN}>.png", PNG),
    (f'"><script>{RUN}</script>.txt', b"x"),
    (f"javascript:{RUN}", b"x"),
    ("\u202egnp.lmth", HTML.encode()),
]
REFUSED = {"attachment_not_supported", "attachment_unreadable"}
TOGETHER = 10


async def test_none_runs_a_script(site: Site, open_page: OpenPage) -> None:
    person = await site.person("recite_at_once")
    ids = [id for name, content in FILES if (id := await kept(person, name, content))]
    assert len(ids) >= 25
    conversation = await person.conversation("hostile")
    for first in range(0, len(ids), TOGETHER):
        sent = await send(person, conversation, "look", *ids[first : first + TOGETHER])
        assert sent.status_code == 200, sent.text
    page = await open_page(person)
    ran = await watched(page.context)
    await page.goto(f"/c/{conversation}")
    await look_at_all(page, len(ids))
    # At its address, as whoever has the token could open it.
    direct = await page.context.new_page()
    await direct.set_extra_http_headers({"Authorization": f"Bearer {person.token}"})
    await direct.goto("/attachments")
    for id in ids:
        for path in (
            f"/attachments/{id}",
            f"/attachments/{id}/text",
            f"/attachments/{id}/thumbnail",
        ):
            try:
                await direct.goto(path, wait_until="load")
            except Error as error:
                assert "Download is starting" in str(error) or "ERR_ABORTED" in str(error), error
    assert ran == []


async def kept(person: Person, name: str, content: bytes) -> int | None:
    """Its id, where the server takes it in."""
    answer = await put(person, content, name)
    if answer.status_code == 201:
        return int(answer.json()["id"])
    assert answer.json()["code"] in REFUSED, (name, answer.text)
    return None


async def watched(context: BrowserContext) -> list[Any]:
    """What scripts and dialogs there were, at any page of this browser."""
    ran: list[Any] = []
    await context.expose_function("ran", lambda where: ran.append(where))

    async def on_dialog(dialog: Any) -> None:
        ran.append(dialog.message)
        await dialog.dismiss()

    context.on("dialog", on_dialog)
    return ran


async def look_at_all(page: Page, count: int) -> None:
    """Open each from its message, and a picture also in a tab of its own."""
    files = page.locator(".said :is(.picture, button.file-card)")
    await expect(files).to_have_count(count)
    for number in range(count):
        await files.nth(number).click()
        viewer = page.locator(".viewer")
        await expect(viewer.locator("pre, img, .lead, .problem")).not_to_have_count(0)
        await page.keyboard.press("Escape")
        await expect(viewer).to_have_count(0)
    async with page.expect_popup() as opened:
        await page.locator(".picture img").first.evaluate("image => void window.open(image.src)")
    await (await opened.value).close()
