"""Which characters are visible: a text without any looks empty."""

import unicodedata
from functools import lru_cache

INVISIBLE_CATEGORIES = {"Cc", "Cf", "Zl", "Zp", "Zs"}
IGNORABLE = (
    {0x034F, 0x115F, 0x1160, 0x17B4, 0x17B5, 0x2065, 0x2800, 0x3164, 0xFFA0, 0x16FE4, 0x1D159},
    range(0x180B, 0x1810),
    range(0xFE00, 0xFE10),
    range(0xFFF0, 0xFFF9),
    range(0xE0000, 0xE1000),
)
"""Default_Ignorable_Code_Point (DerivedCoreProperties.txt) outside Cf, and blanks that are called
letters, marks or symbols, such as the blank braille."""
VISIBLE_FORMATS = {0x06DD, 0x070F, 0x0890, 0x0891, 0x08E2, 0x110BD, 0x110CD} | set(
    range(0x0600, 0x0606)
)
"""Prepended_Concatenation_Mark (PropList.txt): Cf, but drawn, such as the Arabic end of a verse."""

MARKS_MOST = 4
"""On one letter: Hebrew with its accents, or Vietnamese, has no more."""

JOINING = {"\u200c", "\u200d", *map(chr, range(0xFE00, 0xFE10))}
"""Between letters of Persian or Hindi, in emoji, and behind signs that have several forms."""


def has_visible(text: str) -> bool:
    """Whether a text has a character that can be seen."""
    return any(map(is_visible, set(text)))  # 100,000 blanks are looked at once


@lru_cache(1024)
def is_visible(character: str) -> bool:
    """Whether a character is drawn, alone or on its neighbour."""
    if unicodedata.category(character) in INVISIBLE_CATEGORIES:
        return ord(character) in VISIBLE_FORMATS
    return not is_ignorable(character)


def is_shown_plainly(character: str) -> bool:
    """Whether a character shows what it is in a line of text: a visible one, a blank, or one that
    joins letters or emoji. None that turns the direction of the text, breaks its line, or means
    something in one font alone."""
    category = unicodedata.category(character)
    if character in JOINING or category == "Zs":
        return True
    return category not in ("Cn", "Co", "Cs") and is_visible(character)


def towers(text: str) -> bool:
    """Whether so many marks are on one letter that they cover the lines above and below."""
    marks = 0
    for character in unicodedata.normalize("NFD", text):
        is_mark = unicodedata.combining(character) or unicodedata.category(character) == "Me"
        marks = marks + 1 if is_mark else 0
        if marks > MARKS_MOST:
            return True
    return False


def is_ignorable(character: str) -> bool:
    """Whether a character is invisible though its category does not say so."""
    return any(ord(character) in some for some in IGNORABLE)
