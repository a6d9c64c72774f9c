"""Spellings, tokens and queries, without a database."""

import random

import pytest

from app.services.search.fold import fold
from app.services.search.query import LEAD, SNIPPET, Query
from app.services.search.words import LONGEST, PIECE, begins, packed, tokens, wanted

MIXED = (
    "我們今天討論如何用Python實現全文搜索；getUserName 與 snake_case_name 都應該找到。"
    "カタカナとひらがな ﾊﾝｶｸ 한국어 문장 ภาษาไทย e\u0301tude naïve ÀÉ straße İstanbul ΣΊΣΥΦΟΣ "
    'HTTPServer ＦＵＬＬ width 👨‍👩‍👧 C++ a->b %_\\ "quoted" <img onerror=x> \u00a0\u3000\n\tend'
)


def found(query: str, text: str) -> list[str] | None:
    read = Query.read(query)
    assert read is not None
    snippet = read.snippet(text)
    return snippet and [snippet.text[start:end] for start, end in snippet.ranges]


def test_folding_keeps_every_place_and_is_done_once() -> None:
    everything = "".join(map(chr, [*range(0xD800), *range(0xE000, 0x30000)]))
    folded = fold(everything)
    assert len(folded) == len(everything) and fold(folded) == folded


@pytest.mark.parametrize(
    ("text", "same"),
    [("ＡＢＣ", "abc"), ("漢語", "汉语"), ("ÀÉ", "àé"), ("ΣΑΣ", "σας"), ("ｶﾅ", "カナ")],
)
def test_what_is_one_spelling(text: str, same: str) -> None:
    assert fold(text) == fold(same)


def test_whatever_begins_where_a_word_does_is_found_by_its_tokens() -> None:
    pick = random.Random(1)
    folded = fold(MIXED)
    known = tokens(MIXED)
    for _ in range(3_000):
        at = pick.randrange(len(MIXED))
        sought = folded[at : at + pick.randint(1, 12)]
        if not begins(MIXED, folded, at) or not wanted(sought):
            continue
        for part in wanted(sought):
            assert any(f"{token}\0".startswith(part) for token in known), (sought, part)


def test_tokens_are_kept_in_the_order_of_their_bytes() -> None:
    names = sorted(token.encode() for token in tokens(MIXED))
    assert packed(MIXED) == b"".join(b"\0" + name for name in names)
    assert packed(" \n") == b""


@pytest.mark.parametrize("text", ["文字搜索", "camelCaseWord", "a word ", "中a👍", "   "])
def test_a_long_text_is_worked_through_in_pieces(text: str) -> None:
    rests = 0

    def rest() -> None:
        nonlocal rests
        rests += 1

    long = text * (50 * PIECE // len(text))
    assert packed(long, rest) == packed(long)
    assert rests >= (2 if text.strip() else 1) * 49


@pytest.mark.parametrize(
    ("query", "text", "marked"),
    [
        ("文", "中文", ["文"]),
        ("中文", "這是中文。", ["中文"]),
        ("語言", "语言和語言", ["语言", "語言"]),
        ("user", "getUserName user's", ["User", "user"]),
        ("username", "getUserName", ["UserName"]),
        ("server", "HTTPServer", ["Server"]),
        ("name", "snake_case_name", ["name"]),
        ("ame", "a name", None),
        ("pyt", "用Python写", ["Pyt"]),
        ('"pyt"', "用Python写", None),
        ('"a name"', "a name, a names", ["a name"]),
        ("b a", "a then b", ["a", "b"]),
        ("a missing", "a then b", None),
        ("👧", "👨‍👩‍👧", ["👧"]),
        ("c++", "in C++ and c", ["C++"]),
        ("%_\\", "as %_\\ is", ["%_\\"]),
        ('"', 'say "hi', ['"']),
        ("<img onerror", "an <img onerror=x>", ["<img", "onerror"]),
        ("ab bc", "abc bc", ["ab", "bc"]),
    ],
)
def test_what_is_found(query: str, text: str, marked: list[str] | None) -> None:
    assert found(query, text) == marked


@pytest.mark.parametrize("query", [" ", "\n\t", "\x00\x01", "\u200d\ufe0f", "\u3000", '" '[1:]])
def test_what_cannot_be_looked_for(query: str) -> None:
    assert Query.read(query) is None


def test_a_snippet_has_the_first_place_whole() -> None:
    term = "长" * 200
    text = "x" * 5_000 + " " + term + " " + "y" * 5_000
    read = Query.read(term)
    assert read is not None
    snippet = read.snippet(text)
    assert snippet is not None
    assert snippet.text == text[snippet.start : snippet.start + SNIPPET]
    assert snippet.ranges == [(LEAD, LEAD + 200)]


def test_a_long_word_is_found_by_its_beginning() -> None:
    word = "a" * 100 + "b"
    assert found(word, f"the {word}.") == [word]
    assert wanted(word) == [word[:LONGEST]]


def test_what_ends_within_is_looked_for_whole() -> None:
    assert wanted("搜n") == ["搜\0", "n"]
    assert wanted("搜索 engine") == ["搜索", "索\0", "engine"]
    assert wanted("get(") == ["get\0", "("]
