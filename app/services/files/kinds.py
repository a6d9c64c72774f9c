"""What a file is, by its first bytes; its name says nothing. No I/O."""

from typing import Literal

Kind = Literal["picture", "drawn", "avatar", "pdf", "zip", "text"]
"""`drawn`: a picture that was drawn here before. `avatar`: one that is to be somebody's."""

HEAD_BYTES = 1024
PDF_MARK = b"%PDF-"
ZIP_MARK = b"PK\x03\x04"
BRANDS = {b"avif", b"avis", b"heic", b"heix", b"hevc", b"heim", b"heis", b"hevx", b"mif1", b"msf1"}

JPEG, PNG, WEBP = "image/jpeg", "image/png", "image/webp"
PDF, TEXT, HTML = "application/pdf", "text/plain", "text/html"
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
SUFFIXES = {JPEG: ".jpg", PNG: ".png", PDF: ".pdf", DOCX: ".docx", HTML: ".html", TEXT: ".txt"}
PICTURES = (JPEG, PNG)
"""What every picture becomes, whatever it was."""
TYPES = (*PICTURES, PDF, DOCX, HTML, TEXT)
"""What a stored file can be."""

PICTURE_FORMATS = {
    b"\xff\xd8\xff": "JPEG",
    b"\x89PNG\r\n\x1a\n": "PNG",
    b"GIF87a": "GIF",
    b"GIF89a": "GIF",
}


def picture_format(head: bytes) -> str | None:
    """The format of a picture in Pillow's words; None where these are not the bytes of one."""
    for mark, name in PICTURE_FORMATS.items():
        if head.startswith(mark):
            return name
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return "WEBP"
    if head[4:8] == b"ftyp" and head[8:12] in BRANDS:
        is_avif = b"avif" in head[8:64] or b"avis" in head[8:64]
        return "AVIF" if is_avif else "HEIF"
    return None


def kind_of(head: bytes) -> Kind:
    """What these first bytes say; what has no mark may be text."""
    if picture_format(head):
        return "picture"
    if PDF_MARK in head[:HEAD_BYTES]:
        return "pdf"
    return "zip" if head.startswith(ZIP_MARK) else "text"


def is_picture(type: str) -> bool:
    """Whether a stored file is a picture."""
    return type in PICTURES
