"""Spellings that a search takes for one: width, case, traditional and simplified Chinese.

One character becomes one, so that what is found is at the same place in the text as it was
written. NFKC and `casefold` change lengths.
"""

import unicodedata
from functools import cache
from pathlib import Path

PLANE = 0x10000
WIDTHS = range(0xFF00, 0xFFF0)
"""Halfwidth and Fullwidth Forms, of which Unicode says what they stand for."""


def fold(text: str) -> str:
    """The one spelling of a text, as long as it."""
    return text.translate(_table())


@cache
def _table() -> str:
    """The folded character of each below U+10000, by its number; others are left as they are."""
    traditional, simplified = (
        (Path(__file__).parent / "simplified.txt").read_text("utf-8").splitlines()[-2:]
    )
    simple = dict(zip(traditional, simplified, strict=True))
    return "".join(simple.get(one, one) for one in map(_plain, map(chr, range(PLANE))))


def _plain(character: str) -> str:
    """A character of the usual width in lower case; a blank for all kinds of blanks."""
    if character.isspace():
        return " "
    if ord(character) in WIDTHS:
        character = _one(unicodedata.normalize("NFKC", character), character)
    lower = _one(character.lower(), character)
    return "σ" if lower == "ς" else lower


def _one(changed: str, character: str) -> str:
    return changed if len(changed) == 1 and ord(changed) < PLANE else character
