"""What people call themselves, and pictures of them: drawn anew, and of no file more than that."""

import struct
import zipfile
import zlib
from io import BytesIO
from typing import Any

import httpx2
import pytest
from PIL import Image

from tests.files.made import picture
from tests.support.refusals import assert_refused
from tests.support.server import Person, RunningServer

pytestmark = [pytest.mark.anyio, pytest.mark.databases("sqlite")]

PATH = "/auth/me/avatar"
LIMIT = 1024 * 1024
SVG = (
    b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
)


async def put(person: Person, data: bytes, **headers: str) -> httpx2.Response:
    return await person.request("PUT", PATH, content=data, headers=headers)


def chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png(width: int, height: int, rows: int) -> bytes:
    """A PNG that says it is so large, with so many rows of it in grey."""
    head = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    data = zlib.compress(b"\0" * (rows * (width + 1)), 9)
    parts = (chunk(b"IHDR", head), chunk(b"IDAT", data), chunk(b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(parts)


def with_zip(data: bytes) -> bytes:
    made = BytesIO()
    made.write(data)
    with zipfile.ZipFile(made, "a") as archive:
        archive.writestr("evil.html", "<script>alert(1)</script>")
    return made.getvalue()


async def test_a_picture_is_drawn_anew(server: RunningServer) -> None:
    ada, admin = await server.register(), await server.admin()
    assert_refused(await ada.get(PATH), 404, "avatar_not_found")
    place = Image.Exif()
    place[0x010E] = "at home"
    for data in (
        picture((300, 200), "JPEG", exif=place.tobytes()),
        picture((40, 30)),
        picture((40, 300), "PNG", "RGBA"),
        picture((4096, 4096), "WEBP"),
    ):
        answer = await put(ada, data)
        assert answer.status_code == 200, answer.text
        version = answer.json()["avatar"]
        assert (await ada.get("/auth/me")).json()["avatar"] == version
        shown = await ada.get(PATH)
        assert shown.headers["content-type"] == "image/webp"
        drawn = Image.open(BytesIO(shown.content))
        assert (drawn.format, drawn.size) == ("WEBP", (256, 256))
        assert not drawn.getexif() and b"at home" not in shown.content
    assert shown.headers["content-security-policy"].endswith("sandbox")
    assert shown.headers["x-content-type-options"] == "nosniff"
    assert shown.headers["cross-origin-resource-policy"] == "same-origin"
    known = {"If-None-Match": shown.headers["etag"]}
    again = await ada.get(PATH, headers=known)
    assert (again.status_code, again.content) == (304, b"")

    theirs = f"/admin/users/{ada.id}/avatar"
    assert (await admin.get(theirs)).content == shown.content
    assert (await admin.get(f"/admin/users/{ada.id}")).json()["avatar"] == version
    assert_refused(await ada.get(theirs), 403, "admin_only")
    assert_refused(
        await admin.get("/admin/users/4611686018427387904/avatar"), 404, "user_not_found"
    )
    assert_refused(await admin.get(f"/admin/users/{admin.id}/avatar"), 404, "avatar_not_found")

    for _ in range(2):
        assert (await ada.request("DELETE", PATH)).status_code == 204
    assert_refused(await ada.get(PATH, headers=known), 404, "avatar_not_found")
    assert (await put(ada, data)).json()["avatar"] > version


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(b"", id="nothing"),
        pytest.param(b"words", id="words"),
        pytest.param(SVG, id="an SVG"),
        pytest.param(b"\x89PNG\r\n\x1a\n" + SVG, id="an SVG behind the mark of a PNG"),
        pytest.param(picture((40, 30), "GIF"), id="another format"),
        pytest.param(picture((4097, 8)), id="a side too long"),
        pytest.param(png(1, 1_000_000, 1_000_000), id="a strip"),
        pytest.param(png(1_000_000, 1, 1), id="a strip across"),
        pytest.param(png(13_000, 13_000, 5_000), id="a bomb"),
        pytest.param(picture()[:-20], id="half of one"),
        pytest.param(picture() + SVG, id="a PNG and an SVG"),
        pytest.param(with_zip(picture()), id="a PNG and an archive"),
        pytest.param(with_zip(picture((40, 30), "JPEG")), id="a JPEG and an archive"),
        pytest.param(picture((40, 30), "WEBP") + b"<html>", id="a WebP and a page"),
        pytest.param(picture((40, 30), "JPEG", comment=b"%PDF-1.7"), id="a JPEG and a PDF"),
    ],
)
async def test_what_is_no_picture_of_somebody(server: RunningServer, data: bytes) -> None:
    ada = await server.register()
    assert_refused(await put(ada, data), 422, "avatar_unreadable")
    assert (await ada.get("/auth/me")).json()["avatar"] is None


async def test_how_large_a_picture_may_be(server: RunningServer) -> None:
    ada = await server.register()
    noise = picture((40, 30), "JPEG") + b"\0" * LIMIT
    assert_refused(await put(ada, noise), 413, "avatar_too_large")

    async def parts() -> Any:
        for start in range(0, len(noise), 100_000):
            yield noise[start : start + 100_000]

    endless = await ada.request("PUT", PATH, content=parts())
    assert_refused(endless, 413, "avatar_too_large")
    padded = picture((40, 30), "JPEG")
    assert (await put(ada, padded + b"\0" * (LIMIT - len(padded)))).status_code == 200


async def test_a_name_that_others_read(server: RunningServer) -> None:
    ada, admin = await server.register(), await server.admin()
    good = ["Ada Lovelace", "李白", "👩\u200d💻 Ada", "علی\u200cرضا", "x" * 64]
    good += [
        "Nguye\u0302\u0303n",
        "\u05e9\u05c1\u05bc\u05b8\u0591\u05dc\u05d5\u05bd\u05dd",
        "ที่รัก",
        "བསྒྲུབས",
    ]
    for name in good:
        answer = await ada.request("PATCH", "/auth/me", json={"display_name": f" {name} "})
        assert answer.json()["display_name"] == name
    assert (await admin.get(f"/admin/users/{ada.id}")).json()["display_name"] == name
    wrong = ["", " ", "\u200d", "\u3164", "x" * 65, "a\nb", "a\tb", "evil\u202egnp", "\ue000x", 5]
    wrong += ["Z\u0335\u0321\u030d\u0346\u0303", "a\u20dd\u20de\u20e0\u20e2\u20e3"]  # over its line
    for refused in wrong:
        answer = await ada.request("PATCH", "/auth/me", json={"display_name": refused})
        assert_refused(answer, 422, "invalid_input")
    # It is no name to log in with.
    body = {"username_or_email": name, "password": "correct horse battery"}
    assert_refused(await server.http.post("/auth/login", json=body), 401, "invalid_credentials")
    cleared = await ada.request("PATCH", "/auth/me", json={"display_name": None})
    assert cleared.json()["display_name"] is None
    kept = await ada.request("PATCH", "/auth/me", json={"custom_instructions": "Be brief."})
    assert kept.json()["display_name"] is None
