"""What a title looks like: a message's first words, and the title in a model's answer.

Models answer the wish for a title in many ways. What they wrote is read by its structure, not by
their phrases: a fence or a field holds it, a line that ends in a colon announces it, a quotation
marks it. What is no title then is none: the first words stay.
"""

import json
import re
import unicodedata
from collections.abc import Iterator
from itertools import dropwhile, islice
from typing import Any

from app.services.conversations.plain_text import plain
from app.utils.visible import has_visible, is_visible

TITLE_CHARACTERS = 50
READ_CHARACTERS = 2_000
"""Text beyond this is ignored: a model may answer with megabytes."""
LINE_CHARACTERS = 300
FIRST_CHARACTERS = 600
"""The first words, with their links and marks, are among so many characters."""
MOST_WORDS, MOST_CHARACTERS = 12, 90
REPLY_WORDS, REPLY_CHARACTERS = 5, 16
"""A line of more that ends as a sentence does is one."""
JSON_DEPTH = 8
BESIDE_TITLES = {"role", "name", "type", "language", "lang", "id", "emoji", "model", "status"}
"""Fields that hold no title, whatever stands in them."""
NAMELESS = {"null", "undefined", "none", "n/a", "untitled", "title", "new chat", "new conversation"}
NAMELESS |= {"无标题", "标题", "新对话", "新聊天"}
"""What stands for a title where there is none."""
REPLY_LENGTH = 400
"""An answer of more, with nothing that points to a title in it, is a reply."""

EDGES = " *_`~,，;；、·–—:："
BEFORE, AFTER = EDGES + "#-", EDGES + ".。-"
"""What is no part of a title at its beginning and at its end: `.NET` and `C#` keep theirs."""
QUOTES = {
    '"': '"',
    "“": "”",
    "‘": "’",
    "「": "」",
    "『": "』",
    "《": "》",
    "【": "】",
    "«": "»",
    "„": "“",
    "'": "'",
}
_QUOTED = "|".join(
    rf"{re.escape(a)}[^{re.escape(a + b)}\n]{{1,200}}{re.escape(b)}"
    for a, b in QUOTES.items()
    if a != "'"
)
_TITLE_WORD = (
    "tit(?:le|re|el|ulo|olo)s?|títulos?|subject|topic|heading|headline|заголовок|название"
    "|عنوان|标题|標題|题目|主题|タイトル|題名|제목"
)

_THOUGHT = re.compile(
    r"^.*</(?:\w{0,20}think\w*|thought|reasoning|reflection|analysis|scratchpad)>", re.S | re.I
)
_THINKING = re.compile(
    r"^\s*<(?:\w{0,20}think\w*|thought|reasoning|reflection|analysis|scratchpad)>", re.I
)
_CONTROL = re.compile(r"^.*<\|message\|>|<\|[^|<>\n]{0,40}\|>|</?s>|\[/?INST\]", re.S)
_FENCE = re.compile(r"^[ \t]*(`{3,16}|~{3,16})[^\n`]*\n(.*?)(?:^[ \t]*\1|\Z)", re.S | re.M)
_TITLE_TAG = re.compile(r"<(title|h[1-6])>(.*?)(?:</\1>|\Z)", re.S | re.I)
_JSON_START = re.compile(r"^[^\S\n]*(?:[{\[]|(\"(?=\w{1,30}\"\s*:)))", re.M)
_LOOSE_JSON = re.compile(r"""^[{\[]\s*(?:["'][^"'\n]{1,40}["']\s*:\s*)?["'“]([^"'”\n]{1,200})""")
_LABEL = re.compile(
    rf"^(?:[^:：\n]{{0,60}}\b)?(?:{_TITLE_WORD})\b[^:：\n]{{0,40}}[:：]\s*(?=\S)"
    rf"|^[^:：\n]{{0,20}}(?:标题|標題|题目|主题|タイトル|題名|제목)[^:：\n]{{0,12}}[:：]\s*(?=\S)",
    re.I,
)
_LABEL_ALONE = re.compile(rf"^(?:{_TITLE_WORD})\s*(?:[-–—=]|\d{{1,2}}[.)])\s*(?=\S)", re.I)
_BEFORE_QUOTED = re.compile(rf"^[^:：\n]{{1,80}}[:：]\s*({_QUOTED})")
_BEFORE_MARKED = re.compile(r"^[^:：\n*_]{1,80}[:：]\s*(\*{1,3}|__?)([^*_\n]+)\1$")
_QUOTED_FIRST = re.compile(rf"^({_QUOTED})(?=\s*(?:[-–—:：(（,，.。!！]|$))")
_QUOTED_LAST = re.compile(
    rf"\w+\W+\w+.{{0,80}}?({_QUOTED})\s*[.。!！]$|[\u3400-\u9fff].{{0,40}}?({_QUOTED})\s*[.。!！]$"
)
_SPOKEN_OF = re.compile(rf"(?:{_TITLE_WORD}).*?({_QUOTED})", re.I)
_NUMBERED = re.compile(r"^[^\w\n]*(\w{2,12} )\d{1,2}\W{0,3}[:：]", re.M)
_ITEM = re.compile(r"^\s*(?:[-*+•·]\s+|[(（]?\d{1,2}(?:[.)）]\s+|[.)）、](?=\D))|[①-⑳]\s*)")
_HEADING = re.compile(r"^\s*(?:#{1,6}\s+|>\s?)+")
_RULE = re.compile(r"^\s*(?:[=\-*_]\s*){3,}$|^\s*(?:`{3,}|~{3,}).*$|^\s*\|(?:\s*:?-+:?\s*\|)+\s*$")
_BULLET = re.compile(r"^\s*[-*+•]\s+(?=\S)")
_CELLS = re.compile(r"^\s*\|(.*)\|\s*$")
_COUNTED = re.compile(r"\s*[(（]\d{1,2}\s*(?:words?|characters?|个?[字词])[)）]$", re.I)
_WRAPPED = re.compile(rf"^(?:(\*{{1,3}}|__)[^*_\n]+\1|{_QUOTED})$")
_INTERJECTION = re.compile(r"^(?:\S+\s*){1,3}[!！]$")
_ENDS_SENTENCE = re.compile(r"[.!。！…]\W*$")
_NEW_SENTENCE = re.compile(
    r"[a-z\d]{2}(?<!\bvs)[.!]\s+\S+\s+\S+|[。！？；]\s*\w|[a-z]{3}\?\s+\w+\s+\w+\s+\w+\s+\w+"
)
_REFUSAL = re.compile(
    r"^(?:I (?:can(?:no|['’])t|am (?:unable|sorry))|I['’]m (?:unable|sorry)"
    r"|(?:很?抱歉|对不起)[，,])\s*\w",
    re.I,
)
_SPEAKER = re.compile(r"^(?:user|assistant|system|human|ai|用户|助手|系统)\s*[:：]", re.I)


def first_words(content: str) -> str:
    """The beginning of a message as a title: one line, whole words where there are blanks."""
    seen = "".join(islice(dropwhile(lambda c: not is_visible(c), content), FIRST_CHARACTERS))
    lines = [_words_of(line) for line in seen.splitlines() if not _RULE.match(line)]
    line = _one_line(plain("\n".join(lines)))
    return _cut(line if has_visible(line) else _one_line(seen))


def _words_of(line: str) -> str:
    """A line of Markdown without what makes it a heading, an item or a row of a table."""
    if row := _CELLS.match(line):
        return row[1].replace("|", " ")
    return _BULLET.sub("", _HEADING.sub("", line))


def title_in(answer: str, question: str, instruction: str) -> str | None:
    """The title that a model's answer holds; None where it holds none.

    `instruction`: what the model was asked, which some repeat; `question`: the user's own words,
    of which the first are a title already.
    """
    found, is_marked = _held(_said(answer))
    line, has_label = _chosen([*_lines(found)])
    title = _bare(_one_line(plain(line)))
    is_marked = is_marked or has_label
    if len(found) > REPLY_LENGTH and not is_marked:
        return None
    if not _is_title(line, title, is_marked) or _echoes(title, question, instruction):
        return None
    return _cut(title)


def _chosen(lines: list[tuple[str, bool]]) -> tuple[str, bool]:
    """Of the lines of an answer the first, or one that stands out behind it."""
    while len(lines) > 1 and _INTERJECTION.match(lines[0][0]):
        del lines[0]
    first = lines[0] if lines else ("", False)
    standing_out = (line for line in lines[1:] if _WRAPPED.match(line[0]))
    if first[1] or _WRAPPED.match(first[0]):
        return first
    return next(standing_out, first)


def _said(answer: str) -> str:
    """An answer without what its model thought before."""
    answer = _CONTROL.sub("", answer[:READ_CHARACTERS])
    answer = _THOUGHT.sub("", answer)
    return "" if _THINKING.match(answer) else answer.strip()


def _held(text: str) -> tuple[str, bool]:
    """The text, or what a fence, a tag or a field in it holds; and whether something held it."""
    held = False
    if fence := _FENCE.search(text + "\n"):
        text, held = fence[2].strip(), has_visible(fence[2])
    if tag := _TITLE_TAG.search(text):
        return tag[2].strip(), True
    if start := _JSON_START.search(text):
        rest = text[start.end() - 1 :]
        parsed = _json("{" + rest.rstrip(",} \n") + "}" if start[1] else rest)
        value = _first_text(parsed)
        if isinstance(parsed, dict) and value is None:
            return "", True
        if value is None and (loose := _LOOSE_JSON.match(rest)):
            value = loose[1]
        if value is not None:
            return value.strip(), True
    return text, held


def _json(text: str) -> Any:
    try:
        return json.JSONDecoder().raw_decode(text)[0]
    except (ValueError, RecursionError):
        return None


def _first_text(value: Any, depth: int = 0) -> str | None:
    """The text that a JSON value is about: its title, or else the first one in it."""
    if isinstance(value, str):
        return value if has_visible(value) else None
    if isinstance(value, dict):
        if value.get("error"):
            return None
        named = [v for k, v in value.items() if re.search(_TITLE_WORD, str(k), re.I)]
        nested = [v for v in value.values() if isinstance(v, dict | list)]
        value = [*named, *nested, *(v for k, v in value.items() if k not in BESIDE_TITLES)]
    if not isinstance(value, list) or depth > JSON_DEPTH:
        return None
    texts = (_first_text(part, depth + 1) for part in value)
    return next((text for text in texts if text is not None), None)


def _lines(text: str) -> Iterator[tuple[str, bool]]:
    """The lines that may be the title, and whether something in them says that they are."""
    announced = False
    numbered = _NUMBERED.findall(text)
    if len(numbered) > 1 and len({*numbered}) == 1:  # proposals, each after `Option 1:`
        text = _NUMBERED.sub("", text)
    for line in text.splitlines():
        line = line[:LINE_CHARACTERS]
        line = _ITEM.sub("", _HEADING.sub("", line)).strip()
        if _RULE.match(line) or not has_visible(line):
            continue
        bare = line.strip("*_~ ")
        if bare.endswith((":", "：")) or re.fullmatch(_TITLE_WORD, bare, re.I):
            announced = announced or bool(re.search(_TITLE_WORD, bare, re.I))
            continue
        picked, has_label = _picked(line)
        yield picked, has_label or announced


def _picked(line: str) -> tuple[str, bool]:
    """The part of a line that a label or a quotation points to."""
    line = _COUNTED.sub("", line)
    if marked := _BEFORE_MARKED.match(line):
        return marked[2], True
    text = re.sub(r"\*\*|__", "", line).strip()
    if quoted := _BEFORE_QUOTED.match(text) or _QUOTED_FIRST.match(text):
        return quoted[1], True
    if label := _LABEL.match(text) or _LABEL_ALONE.match(text):
        return label.string[label.end() :], True
    if quoted := _SPOKEN_OF.search(text) or _QUOTED_LAST.search(text):
        return next(part for part in quoted.groups() if part), True
    return line, False


def _is_title(line: str, title: str, is_marked: bool) -> bool:
    """Whether a line is one: short, and neither a sentence of a reply nor several."""
    words, characters = len(title.split()), len(title)
    wide = sum(c >= "\u2e80" for c in title)
    if not any(c.isalnum() for c in title) or title.lower() in NAMELESS:
        return False
    if _SPEAKER.match(title) or _REFUSAL.match(title):
        return False
    if words > MOST_WORDS or characters > MOST_CHARACTERS or wide > MOST_CHARACTERS // 3:
        return False
    if _NEW_SENTENCE.search(title):
        return False
    is_sentence = bool(_ENDS_SENTENCE.search(line.rstrip("*_ ")))
    is_long = words > REPLY_WORDS or wide > REPLY_CHARACTERS
    return is_marked or not (is_sentence and is_long)


def _echoes(title: str, question: str, instruction: str) -> bool:
    """Whether a title only repeats what the model was asked."""
    said, asked, told = (
        " ".join(re.findall(r"\w+", t.lower())) for t in (title, question, instruction)
    )
    if not said or said == asked:
        return True
    begins = asked.startswith(said + " ") and len(said.split()) >= 3
    return begins or (len(said.split()) >= 3 and said in told)


def _bare(title: str) -> str:
    """A title without what stands around it: marks, and quotes that hold all of it."""
    while True:
        before, title = title, title.lstrip(BEFORE).rstrip(AFTER)
        if title and (end := QUOTES.get(title[0])):
            inside = title[1:].removesuffix(end)
            if end not in inside:
                title = inside
        elif title and title[-1] in QUOTES.values() and title.count(title[-1]) == 1:
            begin = next(a for a, b in QUOTES.items() if b == title[-1])
            title = title if begin in title else title[:-1]
        if title == before:
            return title


def _cut(line: str) -> str:
    if len(line) <= TITLE_CHARACTERS:
        return line
    cut = line[: TITLE_CHARACTERS - 1]
    head, blank, _ = cut.rpartition(" ")
    return (head if blank and len(head) > TITLE_CHARACTERS // 2 else cut).rstrip() + "…"


def _one_line(text: str) -> str:
    """The text on one line, from its first visible character: cutting it must not leave only
    invisible ones."""
    seen = islice(dropwhile(lambda c: not is_visible(c), text), READ_CHARACTERS)
    plain = "".join(" " if unicodedata.category(c) in ("Cc", "Zl", "Zp") else c for c in seen)
    return " ".join(plain.split())
