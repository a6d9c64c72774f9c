"""Files to upload, made here, and the upload itself."""

import struct
import zipfile
import zlib
from hashlib import sha256
from io import BytesIO
from pathlib import Path
from typing import Any

import httpx2
from PIL import Image

from tests.support.server import Person, RunningServer

GREEN = (0, 160, 80)


def picture(
    size: tuple[int, int] = (40, 30), format: str = "PNG", mode: str = "RGB", **options: Any
) -> bytes:
    """A picture of one colour."""
    made = BytesIO()
    colour = GREEN if mode == "RGB" else (*GREEN, 90)
    Image.new(mode, size, colour).save(made, format, **options)
    return made.getvalue()


async def put(person: Person, data: bytes, name: str = "a file", **headers: str) -> httpx2.Response:
    """The answer to an upload."""
    return await person.request(
        "PUT", "/attachments", params={"name": name}, content=data, headers=headers
    )


async def uploaded(person: Person, data: bytes | None = None, name: str = "cat.png") -> Any:
    """A file that was taken in; a picture unless its bytes are given."""
    answer = await put(person, picture() if data is None else data, name)
    assert answer.status_code == 201, answer.text
    return answer.json()


async def send(person: Person, conversation_id: int, content: str, *ids: int) -> httpx2.Response:
    """The answer to a message that holds files."""
    path = f"/conversations/{conversation_id}/messages"
    return await person.post(path, json={"content": content, "attachment_ids": [*ids]})


def stored_files(server: RunningServer) -> list[Path]:
    """All files in a server's store."""
    root: Path = server.app.state.settings.data_dir / "files"
    return [path for path in root.rglob("*") if path.is_file()]


def path_of(server: RunningServer, person: Person, content: bytes) -> Path:
    """Where a server keeps these bytes of somebody's."""
    key = sha256(f"{person.id}\n".encode() + content).hexdigest()
    root: Path = server.app.state.settings.data_dir / "files"
    return root / key[:2] / key[2:4] / key


def png_of_zeros(width: int, height: int) -> bytes:
    """A black PNG of one bit a pixel: a hundred megabytes of picture in twenty kilobytes."""
    row = bytes(1 + (width + 7) // 8)
    packer = zlib.compressobj(9)
    packed = b"".join([packer.compress(row) for _ in range(height)]) + packer.flush()

    def chunk(kind: bytes, data: bytes) -> bytes:
        return (
            struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        )

    head = struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    parts = (chunk(b"IHDR", head), chunk(b"IDAT", packed), chunk(b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(parts)


def pdf(*pages: bytes, packed: bool = False) -> bytes:
    """A PDF with these content streams."""
    objects = [b"<< /Type /Catalog /Pages 2 0 R >>"]
    kids = b" ".join(b"%d 0 R" % (4 + 2 * n) for n in range(len(pages)))
    objects.append(b"<< /Type /Pages /Count %d /Kids [%s] >>" % (len(pages), kids))
    objects.append(b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>")
    for n, page in enumerate(pages):
        objects.append(
            b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 300 300] /Contents %d 0 R"
            b" /Resources << /Font << /F 3 0 R >> >> >>" % (5 + 2 * n)
        )
        kind = b" /Filter /FlateDecode" if packed else b""
        objects.append(b"<< /Length %d%s >>\nstream\n%s\nendstream" % (len(page), kind, page))
    made, places = b"%PDF-1.4\n", []
    for number, body in enumerate(objects, 1):
        places.append(len(made))
        made += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    size = len(objects) + 1
    tail = b"xref\n0 %d\n0000000000 65535 f \n%s" % (size, table)
    return (
        made
        + tail
        + b"trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF"
        % (
            size,
            len(made),
        )
    )


def said(words: str) -> bytes:
    """A content stream of a PDF that shows words."""
    return b"BT /F 12 Tf 20 200 Td (%s) Tj ET" % words.encode()


def zeros_packed(megabytes: int) -> bytes:
    """As many zeros, packed."""
    packer = zlib.compressobj(9)
    megabyte = bytes(1024 * 1024)
    return b"".join([packer.compress(megabyte) for _ in range(megabytes)]) + packer.flush()


def docx(document: bytes, name: str = "word/document.xml", times: int = 1) -> bytes:
    """A Word document with this XML, as many times over."""
    made = BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        with archive.open(name, "w") as part:
            for _ in range(times):
                part.write(document)
    return made.getvalue()


def paragraphs(*texts: str) -> bytes:
    """The XML of a Word document."""
    body = "".join(f"<w:p><w:r><w:t>{text}</w:t></w:r></w:p>" for text in texts)
    space = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
    return f'<w:document xmlns:w="{space}"><w:body>{body}</w:body></w:document>'.encode()
