"""Files that mean harm, or are broken, are refused in plain words, and nothing of them stays."""

import asyncio
import sys
from collections.abc import AsyncIterator
from io import BytesIO

import pytest
from PIL import Image, ImageDraw

from app.services.files import decoder, uploads
from app.services.files.text import PAGES_MAX
from tests.files.made import (
    docx,
    paragraphs,
    path_of,
    pdf,
    picture,
    png_of_zeros,
    put,
    said,
    stored_files,
    uploaded,
    zeros_packed,
)
from tests.support.server import RunningServer

pytestmark = [pytest.mark.anyio, pytest.mark.databases("sqlite")]

SCRIPT = b"<script>alert(1)</script>"
GIF_AND_SCRIPT = b"GIF89a/*" + bytes(20) + b"*/=1;alert(1)"
REFUSED: dict[str, tuple[bytes, int, str]] = {
    "empty": (b"", 422, "attachment_unreadable"),
    "169 megapixels": (png_of_zeros(13_000, 13_000), 422, "attachment_unreadable"),
    "a strip": (png_of_zeros(1, 1_000_000), 422, "attachment_unreadable"),
    "half a PNG": (picture((400, 400))[:120], 422, "attachment_unreadable"),
    "half a JPEG": (picture((900, 900), "JPEG")[:900], 422, "attachment_unreadable"),
    "a GIF that is a script": (GIF_AND_SCRIPT, 422, "attachment_unreadable"),
    "half a PDF": (b"%PDF-1.4\n1 0 obj\n<<", 422, "attachment_unreadable"),
    "a PDF of 100 MB": (pdf(zeros_packed(100), packed=True), 422, "attachment_unreadable"),
    "a Word document of 70 MB": (docx(b" " * 1024**2, times=70), 422, "attachment_unreadable"),
    "a Word document of nothing": (docx(b"<w:document"), 422, "attachment_unreadable"),
    "entities": (
        docx(
            b'<!DOCTYPE d [<!ENTITY a "aaaaaaaaaa">'
            + b"".join(b'<!ENTITY %c "%s">' % (98 + n, b"&%c;" % (97 + n) * 10) for n in range(9))
            + b"]><d>&j;</d>"
        ),
        422,
        "attachment_unreadable",
    ),
    "half a ZIP": (docx(paragraphs("a"))[:60], 422, "attachment_unreadable"),
    "a ZIP": (docx(b"x", "other.xml"), 415, "attachment_not_supported"),
    "a program": (b"\x7fELF\x02\x01\x01" + bytes(200), 415, "attachment_not_supported"),
    "noise": (bytes(range(256)) * 9, 415, "attachment_not_supported"),
}


@pytest.mark.parametrize("case", REFUSED)
async def test_what_is_refused(server: RunningServer, case: str) -> None:
    person = await server.register()
    data, status, code = REFUSED[case]
    before = await asyncio.to_thread(stored_files, server)
    answer = await put(person, data, "harmless.png")
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert (await person.get("/attachments")).json()["used_bytes"] == 0
    assert await asyncio.to_thread(stored_files, server) == before


async def test_a_picture_keeps_nothing_but_what_is_seen(server: RunningServer) -> None:
    person = await server.register()
    exif = Image.Exif()
    exif[0x010F] = "a camera of mine"
    exif[0x0112] = 6  # on its side
    exif.get_ifd(0x8825)[2] = (31.0, 14.0, 0.0)  # where it was taken
    drawn = Image.new("RGB", (60, 40), "white")
    ImageDraw.Draw(drawn).rectangle((0, 0, 9, 9), "red")
    made = BytesIO()
    drawn.save(made, "JPEG", exif=exif, comment=b"a comment of mine", quality=95)
    hidden = docx(b"a secret in an archive", "hidden.txt")
    file = await uploaded(person, made.getvalue() + hidden, "cat.jpg")
    assert (file["width"], file["height"]) == (40, 60)
    content = (await person.get(f"/attachments/{file['id']}")).content
    seen = Image.open(BytesIO(content))
    assert not seen.getexif()
    red, green, _ = seen.convert("RGB").getpixel((37, 3))  # type: ignore[misc]
    assert red > 180 > 90 > green  # the corner is where it belongs
    for trace in (b"Exif", b"of mine", b"PK\x03\x04", b"hidden.txt"):
        assert trace not in content
    stored = await asyncio.to_thread(path_of(server, person, content).read_bytes)
    assert stored == content


@pytest.mark.parametrize("format", ["PNG", "GIF", "WEBP", "AVIF", "TIFF"])
async def test_formats_of_pictures(server: RunningServer, format: str) -> None:
    person = await server.register()
    answer = await put(person, picture((90, 60), format), "cat.svg")
    if format == "TIFF":
        assert answer.status_code == 415
        return
    assert (answer.json()["type"], answer.json()["width"]) == ("image/jpeg", 90)


async def test_a_picture_of_a_phone(server: RunningServer) -> None:
    import pillow_heif  # noqa: PLC0415 - large

    person = await server.register()
    made = BytesIO()
    pillow_heif.from_pillow(Image.new("RGB", (64, 48), "green")).save(made, quality=50)
    file = await uploaded(person, made.getvalue(), "IMG_1.HEIC")
    assert (file["type"], file["width"], file["height"]) == ("image/jpeg", 64, 48)


async def test_what_can_be_seen_through_stays_so(server: RunningServer) -> None:
    person = await server.register()
    file = await uploaded(person, picture(mode="RGBA"), "logo.png")
    assert file["type"] == "image/png"
    small = await person.get(f"/attachments/{file['id']}/thumbnail")
    assert small.headers["content-type"] == "image/png"


TEXTS: dict[str, tuple[bytes, str, str]] = {
    "svg": (b"<svg xmlns='http://www.w3.org/2000/svg'>" + SCRIPT + b"</svg>", "text/plain", ""),
    "html": (
        b"<!DOCTYPE html><html><head><title>t</title><style>a{}</style></head><body><p>Hello"
        b"  <b>you</b></p><div>and&amp;you</div>" + SCRIPT + b"</body></html>",
        "text/html",
        "Hello you\n\nand&you",
    ),
    "html without an end": (
        b"<html><head><title>t</title><body><object data=x><template><b>Hello</b>" + SCRIPT,
        "text/html",
        "Hello",
    ),
    "html after many words": (
        b"<!-- a comment -->" * 90 + b"<!DOCTYPE html><p>Hello",
        "text/html",
        "Hello",
    ),
    "comments and no page": (b"<!---->" * 280 + b"<!DOCTYPE", "text/plain", ""),
    "python": (b"def f():\n    return 1\n", "text/plain", "def f():\n    return 1\n"),
    "utf-16": ("\ufeffgrün".encode("utf-16-le"), "text/plain", "grün"),
    "pdf": (
        pdf(said("Hello"), said("page two")),
        "application/pdf",
        "Hello\n\npage two",
    ),
    "docx": (
        docx(paragraphs("Hello", "you &amp; me")),
        "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        "Hello\nyou & me\n",
    ),
}


@pytest.mark.parametrize("kind", TEXTS)
async def test_documents_are_read_and_never_shown(server: RunningServer, kind: str) -> None:
    person = await server.register()
    data, type, text = TEXTS[kind]
    file = await uploaded(person, data, "picture.png")
    assert file["type"] == type
    assert file.get("pages") == (2 if kind == "pdf" else None)
    read = (await person.get(f"/attachments/{file['id']}/text")).content.decode()
    assert read == (text or data.decode())
    assert file["characters"] == len(read)
    found = await person.get(f"/attachments/{file['id']}")
    assert found.content == data
    assert found.headers["content-type"] == "application/octet-stream"
    assert found.headers["content-disposition"].startswith("attachment;")
    assert "sandbox" in found.headers["content-security-policy"]


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("../../etc/passwd", "passwd"),
        ("C:\\Users\\me\\cat.png", "cat.png"),
        ("a\x00b\r\nc\u202egnp.exe", "a b c gnp.exe"),
        ("e\u0301.txt", "é.txt"),
        ("", "file"),
        ("..", "file"),
        ("a" * 4096 + ".txt", "a" * 146 + ".txt"),
        ("猫" * 1000 + ".jpeg", "猫" * 48 + ".jpeg"),
        ("a" * 4096, "a" * 150),
    ],
)
async def test_names(server: RunningServer, given: str, kept: str) -> None:
    person = await server.register()
    answer = await put(person, b"words", given)
    if "\x00" in given:
        assert (answer.status_code, answer.json()["code"]) == (422, "invalid_input")
        answer = await put(person, b"words", given.replace("\x00", "\x01"))
    assert answer.json()["name"] == kept
    found = await person.get(f"/attachments/{answer.json()['id']}")
    assert "\n" not in found.headers["content-disposition"]


async def test_files_that_are_too_large(server: RunningServer) -> None:
    person = await server.register()
    most = (await person.get("/auth/me")).json()["attachments_max_bytes"]

    async def endless() -> object:
        for _ in range(most // 65_536 + 2):
            yield b"words " * 10_922 + b"word"

    declared = await put(person, b"a" * (most + 1))
    assert (declared.status_code, declared.json()["code"]) == (413, "attachment_too_large")
    answer = await person.request("PUT", "/attachments", content=endless())
    assert (answer.status_code, answer.json()["code"]) == (413, "attachment_too_large")


async def test_a_file_of_one_user_delays_no_other(server: RunningServer) -> None:
    eve, ada = await server.register(), await server.register()
    slow = [asyncio.create_task(put(eve, pdf(*[said("x")] * 400), "a")) for _ in range(3)]
    await asyncio.sleep(0)
    first = await uploaded(ada, b"words")
    assert first["characters"] == 5
    assert sum(task.done() for task in slow) < 3
    assert {(await task).status_code for task in slow} == {201}


async def test_pages_that_are_cut_are_told_of(server: RunningServer) -> None:
    person = await server.register()
    file = await uploaded(person, pdf(*[said("x")] * (PAGES_MAX + 1)), "long.pdf")
    assert file["pages"] == PAGES_MAX + 1
    read = (await person.get(f"/attachments/{file['id']}/text")).content.decode()
    assert read.endswith("\n\nx\n\n[… cut here: 500 of 501 pages are kept]")


TAKEN_OVER = {
    "it says nothing": "",
    "no JSON": "{",
    "no object": "[1]",
    "no type": '{"width": 9, "height": 9}',
    "a type that is none": '{"type": "text/javascript", "characters": 1}',
    "a list for a type": '{"type": [], "characters": 1}',
    "a number too large": '{"type": "text/plain", "characters": 99999999999}',
    "a truth for a number": '{"type": "text/plain", "characters": true}',
    "no numbers": '{"type": "text/plain"}',
    "numbers of another": '{"type": "text/plain", "width": 1, "height": 1}',
    "a picture that is not there": '{"type": "image/png", "width": 1, "height": 1}',
    "a link": '{"type": "text/plain", "characters": 1}',
    "no end": '{"type": "text/plain", "characters": 1}',
}


@pytest.mark.parametrize("case", TAKEN_OVER)
async def test_a_child_that_was_taken_over_is_not_believed(
    server: RunningServer, monkeypatch: pytest.MonkeyPatch, case: str
) -> None:
    """What it says, where it could say anything."""
    code = (
        "import os, sys; sys.path.insert(0, sys.argv[1])\n"
        "from app.services.files.child import limit; limit()\n"
        "open('text', 'w').write('x')\n"
        f"print({TAKEN_OVER[case]!r})\n"
    )
    if case == "a link":
        code += "os.symlink('/etc/passwd', 'thumbnail')\n"
    if case == "no end":
        code += "sys.stdout.flush()\nwhile True: os.write(1, bytes(1024 ** 2))\n"
    monkeypatch.setattr(decoder, "COMMAND", (sys.executable, "-I", "-c", code, str(decoder.ROOT)))
    person = await server.register()
    before = await asyncio.to_thread(stored_files, server)
    answer = await put(person, b"words")
    assert (answer.status_code, answer.json()["code"]) == (422, "attachment_unreadable")
    assert (await person.get("/attachments")).json()["used_bytes"] == 0
    assert await asyncio.to_thread(stored_files, server) == before


async def test_what_a_child_says_beside_is_not_kept(
    server: RunningServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    says = '{"type": "text/plain", "characters": 1, "user_id": 1, "client_id": "x", "stored": 0}'
    code = f"open('text', 'w').write('x'); print({says!r})"
    monkeypatch.setattr(decoder, "COMMAND", (sys.executable, "-I", "-c", code))
    person = await server.register()
    assert (await uploaded(person, b"words"))["characters"] == 1
    assert (await person.get("/attachments")).json()["used_bytes"] == len(b"words") + 1


async def test_so_many_uploads_run_at_once(
    server: RunningServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(uploads, "UPLOADS_PER_USER", 2)
    person = await server.register()
    goes_on = asyncio.Event()

    async def slow() -> AsyncIterator[bytes]:
        yield b"wo"
        await goes_on.wait()
        yield b"rds"

    async def begin() -> int:
        return (await person.request("PUT", "/attachments", content=slow())).status_code

    running = [asyncio.create_task(begin()) for _ in range(2)]
    answer = await put(person, b"one more")
    while answer.status_code == 201:  # it had the place of one of them
        running.append(asyncio.create_task(begin()))
        answer = await put(person, b"one more")
    assert (answer.status_code, answer.json()["code"]) == (429, "too_many_uploads")
    assert (await put(await server.register(), b"of another")).status_code == 201
    goes_on.set()
    answers = await asyncio.gather(*running)
    assert {*answers} <= {201, 429}
    assert answers.count(201) == 2
    assert (await put(person, b"one more")).status_code == 201
