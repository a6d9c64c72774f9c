"""Which parameter of a request an endpoint's refusal is about. Its words go no further.

OpenAI points at it (`param`), pydantic's servers do (`loc`), all others name it in a sentence: in
their own spelling (`presencePenalty`), in quotes or bare, beside others that would be taken.
"""

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from typing import Any

import orjson

from app.schemas.params import TOKEN_NAMES
from app.services.upstream.failures import FIELDS_MAX, words_of

POINTING = {"param", "parameter", "field", "loc", "property"}
ELSEWHERE = {"model", "messages", "input", "stream", "streamoptions", "tools", "toolchoice"}
"""What a refusal points at when it is about no parameter, whatever its sentence names besides."""
TOKEN_SPELLINGS = ("maxtokens", "maxcompletiontokens", "maxoutputtokens", "maxnewtokens")
BY_CODE = re.compile(
    r"unsupported_parameter|unknown_parameter|unrecognized_parameter|extra_forbidden"
)
"""Codes that say that a parameter is not taken at all."""
BY_NAME = re.compile(
    BY_CODE.pattern + r"|(?:unsupported|unknown|unrecognized|unexpected|invalid) (?:request )?"
    r"(?:keyword )?(?:parameter|argument|param|field|name|key|property)\b|extra (?:input|field)s?"
    r"|is unsupported|not support|n't support|not (?:be )?(?:supported|permitted|allowed|enabled|"
    r"available|recognized|recognised)|cannot find field|additional propert|deprecated"
    r"|不支持|未知|不允许|无法识别",
    re.IGNORECASE,
)
BY_VALUE = re.compile(
    r"\bvalues?\b|unsupported_value|\bonly\b|(?:must|should|may|can) (?:only )?(?:not )?be\b"
    r"|\brange\b|at (?:least|most)|too (?:large|big|high|low|small|long)|greater|less than|between"
    r"|exceed|\bmaximum\b|up to|取值|范围|大于|小于|不能超过|之间",
    re.IGNORECASE,
)
BOUND = re.compile(
    r"\brange\b|at (?:least|most)|too (?:large|big|high|low|small)|greater|less than|between"
    r"|exceed|maximum|minimum|up to|non-negative|must be positive"
    r"|[\[(]\s*-?[\d.]+\s*,\s*[-+\w.]+\s*[\])]|[<>≤≥]|取值|范围|大于|小于|不能超过|之间",
    re.IGNORECASE,
)
TOGETHER = re.compile(
    r"\bboth\b|same time|together|only one\b|simultaneous|mutually|in combination|同时",
    re.IGNORECASE,
)
HINT = re.compile(
    r"did you mean[^?\n]{0,60}|\buse [`'\"]?(\w{1,40})[`'\"]? instead"
    r"|请?改?[使采]?用 ?[`'\"]?\w{1,40}",
    re.IGNORECASE,
)
"""What would be taken instead: not what is refused."""
PHRASES = (
    (re.compile(r"reasoning[._ ]effort|\bthink value|support thinking", re.I), "reasoning_effort"),
    (re.compile(r"(?<![a-z_])penalty is not enabled", re.I), "frequency_penalty"),
    (re.compile(r"(?<![a-z_])penalty is not enabled", re.I), "presence_penalty"),
)
"""Ollama's and Gemini's sentences, which name none."""

_WORD = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_IN_QUOTES = re.compile(r"[`'\"‘“]([^`'\"‘’“”\n]{1,100})[`'\"’”]")
_QUOTE = "`'\"‘’“”"
_BEFORE = re.compile(
    r"(?:parameters?|arguments?|params?|fields?|propert(?:y|ies)|keyword|\bname|supplied"
    r"|support|参数)"
    r"\W{0,4}$|\n$",
    re.IGNORECASE,
)
_AFTER = re.compile(
    r"\s?(?:parameter|argument|param\b|参数)|\s+(?:is|are) not (?:supported|permitted|allowed)"
    r"|\s+is (?:out of|invalid|unsupported|deprecated)|\s+(?:must|should) be\b|\n",
    re.IGNORECASE,
)
NEAR = 24
"""So many characters around a word are looked at."""
PLACES_MAX = 100


@dataclass(frozen=True, slots=True)
class Complaint:
    """The parameters that a refusal names, as they were sent.

    `by_name`: it is their name that is refused, and not the value; `at_all`: a code says so.
    `bound`: other values would be taken. `together`: one of them would be taken alone.
    `is_pointed_at`: by a field, and not by a sentence alone.
    """

    names: tuple[str, ...]
    by_name: bool = False
    at_all: bool = False
    bound: bool = False
    together: bool = False
    is_pointed_at: bool = False


def complaint_in(body: str, sent: Collection[str]) -> Complaint | None:
    """What a refusal's body says of the parameters that were sent; None where it is about none."""
    words = words_of(body)
    spellings = _spellings(sent)
    pointed_at = _pointed_at(body, spellings)
    if pointed_at is None:
        return None
    names = pointed_at or _named(words, sent, spellings)
    if not names:
        return None
    at_all = bool(BY_CODE.search(words))
    by_value = bool(BY_VALUE.search(words)) and not at_all
    return Complaint(
        tuple(dict.fromkeys(names)),
        by_name=_hints_at_the_other(words, names) or (not by_value and bool(BY_NAME.search(words))),
        at_all=at_all,
        bound=bool(BOUND.search(words)),
        together=bool(TOGETHER.search(words)),
        is_pointed_at=bool(pointed_at),
    )


def _key(name: str) -> str:
    """A name without what its spellings differ in."""
    return name.replace("_", "").replace("-", "").lower()


def _spellings(sent: Collection[str]) -> dict[str, str]:
    tokens = [name for name in TOKEN_NAMES if name in sent]
    found = dict.fromkeys(TOKEN_SPELLINGS, tokens[0]) if tokens else {}
    return found | {_key(name): name for name in sent}


def _pointed_at(body: str, spellings: Mapping[str, str]) -> list[str] | None:
    """The sent parameters that fields of the body point at; None where they point elsewhere."""
    try:
        places = list(islice(_places(orjson.loads(body)), PLACES_MAX))
    except orjson.JSONDecodeError:
        return []
    effort = spellings.get("reasoningeffort")
    own = {**spellings, "effort": effort} if effort else spellings
    here = [place for place in places if place[0] not in ELSEWHERE]
    names = [own[part] for place in here for part in place if part in own]
    return names if names or len(here) == len(places) else None


def _places(value: Any, depth: int = 0) -> Iterator[list[str]]:
    """The places that a body's fields point at, each as the parts of its path."""
    if depth > 8:
        return
    if isinstance(value, dict):
        for name, part in islice(value.items(), FIELDS_MAX):
            if str(name).lower() in POINTING and (place := _path(part)):
                yield place
            else:
                yield from _places(part, depth + 1)
    elif isinstance(value, list):
        for part in value[:20]:
            yield from _places(part, depth + 1)


def _path(place: Any) -> list[str]:
    parts = re.split(r"[.\[\]]", place[:200]) if isinstance(place, str) else place
    if not isinstance(parts, list):
        return []
    keys = [_key(part) for part in parts[:10] if isinstance(part, str)]
    return [key for key in keys if key not in ("", "body", "none", "null")]


def _named(words: str, sent: Collection[str], spellings: Mapping[str, str]) -> list[str]:
    words = HINT.sub("", words)
    names = [
        name
        for word in _WORD.finditer(words)
        if (name := spellings.get(_key(word[0]))) and (_is_telling(name) or _is_meant(words, word))
    ]
    names += [found[1] for found in _IN_QUOTES.finditer(words) if found[1] in sent]
    return names + [name for said, name in PHRASES if name in sent and said.search(words)]


def _is_telling(name: str) -> bool:
    """Whether a name is no word that a sentence may have anyway, as `stop` and `seed` are."""
    return "_" in name or not name.islower() or name == "temperature"


def _is_meant(words: str, found: re.Match[str]) -> bool:
    start, end = found.span()
    before, after = words[max(0, start - NEAR) : start], words[end : end + NEAR]
    if before[-1:] and before[-1] in _QUOTE:
        return bool(after[:1]) and after[0] in _QUOTE
    return bool(_BEFORE.search(before) or _AFTER.match(after))


def _hints_at_the_other(words: str, names: Collection[str]) -> bool:
    """Whether `max_tokens` or its other name is refused, and the one that was not sent offered."""
    hints = " ".join(found[0] for found in HINT.finditer(words))
    other = {name for name in TOKEN_NAMES if name not in names}
    return len(other) == 1 and bool(re.search(rf"\b{other.pop()}\b", hints))
