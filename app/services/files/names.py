"""What people call their files. No I/O."""

import re
import unicodedata

BYTES_MAX = 150
"""File systems take 255; programs that save a file add to its name."""
SUFFIX_BYTES_MAX = 16
HIDDEN = {"Cc", "Cf", "Cn", "Co", "Cs", "Zl", "Zp"}
"""Controls, what cannot be seen, and what turns the direction of a name around."""
NOTHING = "file"
FORBIDDEN = re.compile(r'[/\\:*?"<>|%]')
"""Separators, what Windows refuses, and `%`, which some read as an escape (RFC 6266 §4.3)."""
DEVICES = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)(\..*)?", re.IGNORECASE)
"""What Windows takes for a device, with whatever suffix."""


def plain_name(given: str) -> str:
    """A name that can be shown and sent anywhere: without folders and hidden characters, in NFC, at
    most 150 bytes, of which the suffix stays; `file` where nothing is left."""
    name = unicodedata.normalize("NFC", given).replace("\\", "/").rpartition("/")[2]
    name = _visible(name)
    if len(name.encode()) > BYTES_MAX:
        stem, dot, suffix = name.rpartition(".")
        if not stem or len(suffix.encode()) > SUFFIX_BYTES_MAX:
            stem, dot, suffix = name, "", ""
        room = BYTES_MAX - len((dot + suffix).encode())
        name = stem.encode()[:room].decode(errors="ignore") + dot + suffix
    return name if name.strip(". ") else NOTHING


def file_name(title: str) -> str:
    """A title as a name for a file on any system; empty where nothing is left of it."""
    name = FORBIDDEN.sub(" ", unicodedata.normalize("NFC", title))
    name = _visible(name).lstrip("-. ")
    name = name.encode()[:BYTES_MAX].decode(errors="ignore").rstrip(". ")
    return f"_{name}" if DEVICES.fullmatch(name) else name


def _visible(name: str) -> str:
    """What can be seen of a name, with single blanks between its words."""
    name = "".join(" " if unicodedata.category(each) in HIDDEN else each for each in name)
    return " ".join(name.split())
