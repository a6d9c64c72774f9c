"""Markdown as plain text, for places that show none, such as titles."""

import re

PLACE = 0x10F000
"""Private characters from here on stand for code and for escaped marks meanwhile."""

_INLINE = [
    (re.compile(r"<!--.{0,400}?-->", re.S), ""),
    (
        re.compile(
            r"!?\[([^\[\]\n]{0,300})\]\((?:[^()\s]|\([^()\s]*\)){0,600}(?:\s+\"[^\"\n]*\")?\)"
        ),
        r"\1",
    ),
    (re.compile(r"!?\[([^\[\]\n]{1,300})\]\[[^\[\]\n]{0,60}\]"), r"\1"),
    (re.compile(r"!?\[([^\[\]\n]{1,300})\]\([^()\s]*$"), r"\1"),
    (re.compile(r"<(https?://[^<>\s]{1,300}|[\w.+-]+@[\w.-]+)>"), r"\1"),
    (re.compile(r"</?(?:br|hr|img|wbr)\b[^<>\n]{0,300}/?>", re.I), " "),
    (re.compile(r"<([A-Za-z][\w-]{0,20})(?:\s[^<>\n]{0,300})?>([^<>\n]{0,400})</\1\s*>"), r"\2"),
    (
        re.compile(
            r"(?<![A-Za-z0-9*])\*{2,3}(?=[^\s*])([^\n]{1,300}?)(?<=[^\s*])\*{2,3}(?![A-Za-z0-9*])"
        ),
        r"\1",
    ),
    (re.compile(r"(?<![\w*/])\*(?![\s*])([^*\n]{1,300}?)(?<![\s*])\*(?![\w*/])"), r"\1"),
    (
        re.compile(
            r"(?<!\w)_{2,3}(?![\s_])(?![a-z_]{1,40}__(?:\W|$))([^\n]{1,300}?)(?<![\s_])_{2,3}(?!\w)"
        ),
        r"\1",
    ),
    (re.compile(r"(?<![\w/])_(?![\s_])([^_\n]{1,300}?)(?<![\s_])_(?![\w/])"), r"\1"),
    (re.compile(r"~~(?=\S)([^~\n]{1,300}?)(?<=\S)~~"), r"\1"),
]
"""Inline Markdown (CommonMark 0.31, section 6) and the tags that go with it: the text stays."""
_ESCAPED = re.compile(r"()\\([*_`~\[\]#<>|])")
_CODE = re.compile(r"(?<!`)(`{1,3})(?!`)\s?([^\n]{1,300}?)\s?(?<!`)\1(?!`)")


def plain(text: str) -> str:
    """Markdown without its inline marks; code is left as it is written."""
    codes: dict[int, str] = {}

    def hold(found: re.Match[str]) -> str:
        codes[PLACE + len(codes)] = found[2]
        return chr(PLACE + len(codes) - 1)

    text = _ESCAPED.sub(hold, _CODE.sub(hold, text))
    for _ in range(2):  # marks in marks
        for mark, kept in _INLINE:
            text = mark.sub(kept, text)
    return text.translate(codes) if codes else text
