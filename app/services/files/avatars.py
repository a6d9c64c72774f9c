"""Pictures of people, drawn anew: small, square, and nothing of the file that came but what can be
seen.

Runs in the child process alone (see child.py), which bounds its memory and its time.
"""

import re
from pathlib import Path
from typing import Any

from app.services.files.images import square
from app.services.files.kinds import HEAD_BYTES, WEBP, picture_format
from app.services.files.parts import CONTENT
from app.services.files.refusals import Unreadable

FORMATS = ("PNG", "JPEG", "WEBP")
SIDE_MAX = 4096
SIDE = 256
FOREIGN = re.compile(rb"<script|<html|<!doctype|%PDF-", re.IGNORECASE)
"""No picture has these in it; a file that is a picture and something else as well has."""
BEHIND = re.compile(rb"<svg|<\?xml|PK\x03\x04|PK\x05\x06|Rar!|7z\xbc\xaf", re.IGNORECASE)
"""Nor these behind its end, where some cameras put more pictures."""
PNG_END = b"IEND\xaeB`\x82"
JPEG_END = b"\xff\xd9"


def draw(source: Path, folder: Path) -> dict[str, Any]:
    """Write the picture; Unreadable for one that cannot be drawn, or that is too large to be
    tried."""
    data = source.read_bytes()
    format = picture_format(data[:HEAD_BYTES])
    if format not in FORMATS or _is_something_else(data, format):
        raise Unreadable
    (folder / CONTENT).write_bytes(square(source, format, SIDE_MAX, SIDE))
    return {"type": WEBP}


def _is_something_else(data: bytes, format: str) -> bool:
    if FOREIGN.search(data):
        return True
    if format == "WEBP":
        length = int.from_bytes(data[4:8], "little") + 8
        return len(data) > length + length % 2
    if format == "PNG":
        return not data.endswith(PNG_END)
    return BEHIND.search(data, data.rfind(JPEG_END) + 1) is not None
