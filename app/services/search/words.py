"""The tokens by which a text is found.

Scripts without blanks between words give every two characters that follow each other, and the last
one alone; so whatever begins with a token of what is looked for is found, one character too. A word
gives what begins at each part of it (`camelCase`); any other visible character is one by itself.
"""

import re
import unicodedata
from collections.abc import Callable, Iterator
from functools import cache, lru_cache

from app.services.search.fold import PLANE, fold

LONGEST = 32
"""What follows in a longer word is not looked for by itself."""
PIECE = 1_000
"""Characters that are worked through without a rest."""

UNSPACED = (
    "\u0e00-\u0eff\u1000-\u109f\u1100-\u11ff\u1780-\u17ff\u2e80-\u2fdf\u3005-\u3007\u3021-\u3029"
    "\u3031-\u3035\u3041-\u309a\u309d-\u309f\u30a1-\u30fa\u30fc-\u30ff\u3105-\u318e\u31a0-\u31bf"
    "\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff\ua960-\ua97f\uac00-\ud7ff\uf900-\ufaff\uff66-\uff9f"
    "\U00020000-\U0003ffff"
)
"""Han, kana, bopomofo, Hangul, Thai, Lao, Burmese and Khmer."""
INVISIBLE = (
    "\x00-\x20\x7f-\xa0\xad\u061c\u180b-\u180f\u200b-\u200f\u2028-\u202f\u2060-\u206f\ufe00-\ufe0f"
    "\ufeff\ufff0-\ufffb\U000e0000-\U000e0fff"
)

type Run = tuple[str, int, int]
"""Its kind (`unspaced`, `word`, `other`), where it begins and where it ends."""


def runs(folded: str) -> Iterator[Run]:
    """The pieces of a folded text that tokens are made of."""
    for found in _pattern().finditer(folded):
        yield found.lastgroup or "", found.start(), found.end()


def tokens(text: str, rest: Callable[[], None] = lambda: None) -> set[str]:
    """All by which a text is found. `rest` is called after each piece of work."""
    found: set[str] = set()
    pieces = []
    for start in range(0, len(text), PIECE):
        pieces.append(fold(text[start : start + PIECE]))
        rest()
    folded = "".join(pieces)
    for kind, start, end in runs(folded):
        if kind == "unspaced":
            for first in range(start, end, PIECE):
                last = min(first + PIECE, end - 1)
                found.update([folded[at : at + 2] for at in range(first, last)])
                rest()
            found.add(folded[end - 1])
        else:
            found.add(folded[start : min(end, start + LONGEST)])
            if kind == "word":
                for first in range(start + 1, end, PIECE):
                    last = min(first + PIECE, end)
                    if text[first:last] != folded[first:last]:
                        humps = [at for at in range(first, last) if _is_hump(text, at)]
                        found.update([folded[at : min(end, at + LONGEST)] for at in humps])
                    rest()
        rest()
    return found


def packed(text: str, rest: Callable[[], None] = lambda: None) -> bytes:
    """The tokens of a text as they are kept: in the order of their bytes, a NUL before each."""
    by_first: dict[str, list[str]] = {}
    for token in tokens(text, rest):
        by_first.setdefault(token[0], []).append(token)
    rest()
    parts = []
    for first in sorted(by_first):
        parts += ["\0" + token for token in sorted(by_first[first])]
        rest()
    return "".join(parts).encode()


def wanted(folded: str) -> list[str]:
    """What tokens of any text begin with that holds this folded one, from where a part of a word
    begins on. What ends before the end of it ends there in the text, too: a whole token, with the
    NUL behind it."""
    found: dict[str, None] = {}
    for kind, start, end in runs(folded):
        is_whole = end < len(folded)
        last = start
        if kind == "unspaced" and end - start > 1:
            found |= dict.fromkeys(folded[at : at + 2] for at in range(start, end - 1))
            last = end - 1
        if last == start or is_whole:
            found[folded[last : min(end, last + LONGEST)] + "\0" * is_whole] = None
    return [*found]


def begins(text: str, folded: str, at: int) -> bool:
    """Whether a word, or a part of one, begins here, or no word goes on."""
    inside = at > 0 and is_of_word(folded[at - 1]) and is_of_word(folded[at])
    return not inside or _is_hump(text, at)


def ends(text: str, folded: str, at: int) -> bool:
    """Whether a word, or a part of one, ends before this place."""
    return at == len(text) or begins(text, folded, at)


@lru_cache(4096)
def is_of_word(character: str) -> bool:
    """Whether it is a letter or digit of a script with blanks, or a mark on one."""
    found = _pattern().match(character)
    return found is not None and found.lastgroup == "word"


def _is_hump(text: str, at: int) -> bool:
    """Whether a part of a word begins with this capital, as in `camelCase` and `HTTPServer`."""
    if not text[at].isupper():
        return False
    return not text[at - 1].isupper() or text[at + 1 : at + 2].islower()


@cache
def _pattern() -> re.Pattern[str]:
    marks = "".join(
        character
        for character in map(chr, range(0x300, PLANE))
        if unicodedata.category(character)[0] == "M"
        and not re.match(f"[{UNSPACED}{INVISIBLE}]", character)
    )
    letters = rf"[^\W_{UNSPACED}]+|[{marks}]+"
    other = rf"[^\s\w{UNSPACED}{INVISIBLE}{marks}]|_"
    return re.compile(rf"(?P<unspaced>[{UNSPACED}]+)|(?P<word>(?:{letters})+)|(?P<other>{other})")
