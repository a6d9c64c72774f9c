"""The known fields of a completion; whatever else an endpoint sends does not pass."""

import json
import re
from itertools import groupby
from operator import itemgetter
from typing import Any

import orjson

from app.errors import UpstreamBadResponse
from app.schemas.message import TOKENS_MAX, TextKind, UsageRead

REASON_MAX = 100
FINISH_REASON = re.compile(r"[A-Za-z0-9_-]{1,32}")
KNOWN_REASONS = {"stop", "length", "content_filter", "tool_calls"}
NO_REASON = {"", "null", "none", "nil", "undefined", "finish_reason_unspecified", "unspecified"}
REASONS = tuple(
    (reason, re.compile(words, re.IGNORECASE))
    for reason, words in (
        (
            "content_filter",
            r"filter|flag|safety|unsafe|sensitive|recitation|prohibited|block|spii|moderat|"
            r"refus|guardrail|policy|violation|inspection|toxic",
        ),
        ("length", r"length|max\w*tokens|token_?limit|error_limit|context|truncat"),
        ("tool_calls", r"tool|function"),
        (
            "error",
            r"error|abort|cancel|time_?out|insufficient|exhausted|overload|unavailable|fail|"
            r"network|interrupt|rate_limit",
        ),
        ("stop", r"^(?:stop\w*|\w*eos|eos\w*|end\w*|complete\w*|finish\w*|done|normal)$"),
    )
)
"""What vendors call the few ways in which a reply ends: the first that fits."""
THOUGHT_TYPES = {"thinking", "reasoning", "reasoning_text", "thought"}
THOUGHT_FIELDS = (
    "reasoning_content",  # DeepSeek, vLLM, SGLang, llama.cpp, Qwen, Zhipu, Moonshot
    "reasoning",  # OpenRouter, Groq, Ollama, Cerebras
    "reasoning_details",  # OpenRouter, MiniMax: the same once more
    "thinking",
    "thinking_blocks",  # LiteLLM: the same once more
    "reasoning_text",  # GitHub Copilot
)
PARTS_MAX = 1000
THOUGHT_DEPTH = 3
MODEL_NAME = re.compile(r"[^\x00-\x1f\x7f-\x9f\ud800-\udfff]{1,100}")
MODELS_MAX = 5000
LIST_FIELDS = ("data", "models", "model_list", "items", "list", "result", "results", "body")
NAME_FIELDS = ("id", "name", "model", "model_name", "model_id", "slug")
LIST_DEPTH = 3


def parse_json(data: bytes) -> Any:
    """JSON from bytes; raises UpstreamBadResponse.

    orjson refuses lone surrogates and bad UTF-8, which endpoints do send where they cut a
    character in two; the standard library reads those.
    """
    try:
        return orjson.loads(data)
    except orjson.JSONDecodeError:
        pass
    try:
        return json.loads(data.decode("utf-8", "replace"))
    except (ValueError, RecursionError):
        pass
    raise UpstreamBadResponse


def parts_of(content: object) -> list[tuple[TextKind, str]]:
    """A content field as texts in their order: of a string, or of typed parts, of which some are
    thoughts (Mistral, Anthropic's form)."""
    if isinstance(content, str):
        return [("content", content)]
    if isinstance(content, dict):
        content = [content]
    if not isinstance(content, list):
        return []
    parts = filter(None, map(_part, content[:PARTS_MAX]))
    return [
        (kind, "".join(text for _, text in texts))
        for kind, texts in groupby(parts, key=itemgetter(0))
    ]


def _part(part: object) -> tuple[TextKind, str] | None:
    if isinstance(part, str):
        return "content", part
    if not isinstance(part, dict):
        return None
    kind = part.get("type")
    if isinstance(kind, str) and kind in THOUGHT_TYPES:
        return "reasoning", thought_of(part)
    return "content", _text_of(part.get("text"))


def reasoning_of(delta: dict[str, Any]) -> str:
    """What the model thought, from the first of the fields that tell it: gateways repeat it."""
    for name in THOUGHT_FIELDS:
        if value := delta.get(name):
            return thought_of(value)
    return ""


def thought_of(value: object, depth: int = 0) -> str:
    """A thought in any of its forms: a text, a part with one, or a list of these; what is
    encrypted in it is none."""
    if isinstance(value, str):
        return value
    if isinstance(value, list) and depth < THOUGHT_DEPTH:
        return "".join(thought_of(part, depth + 1) for part in value[:PARTS_MAX])
    if not isinstance(value, dict):
        return ""
    # A part nests no deeper than its list of texts.
    named = (value.get(name) for name in ("thinking", "text", "reasoning", "summary", "content"))
    return next((text for field in named if (text := _text_of(field))), "")


def _text_of(value: object) -> str:
    if isinstance(value, str):
        return value
    if not isinstance(value, list):
        return ""
    texts = (part.get("text") if isinstance(part, dict) else part for part in value)
    return "".join(text for text in texts if isinstance(text, str))


def finish_reason_of(value: object) -> str | None:
    """A finish reason in the protocol's own words where a vendor has others for it; else as it is
    where it is a short word, and `other` for any other text. None for what names no reason."""
    if not isinstance(value, str):
        return None
    if value in KNOWN_REASONS:  # nearly always
        return value
    word = value[:REASON_MAX].strip().rpartition(".")[2]
    if word.lower() in NO_REASON:
        return None
    for reason, words in REASONS:
        if words.search(word):
            return reason
    return word if FINISH_REASON.fullmatch(word) else "other"


def usage_of(value: object) -> UsageRead | None:
    """Usage, where both parts of it are plausible counts."""
    if not isinstance(value, dict):
        return None
    prompt, completion = count_in(value, "prompt_tokens"), count_in(value, "completion_tokens")
    if prompt is None or completion is None:
        return None
    total = count_in(value, "total_tokens")
    return UsageRead(
        prompt_tokens=prompt,
        completion_tokens=completion,
        total_tokens=min(prompt + completion, TOKENS_MAX) if total is None else total,
    )


def model_names(payload: Any) -> list[str]:
    """The ids of a model list, in its order, at most 5,000; raises UpstreamBadResponse.

    The list may stand alone or in fields, and its rows be names or objects that have one.
    """
    rows = _rows(payload, LIST_DEPTH)
    if rows is None:
        raise UpstreamBadResponse
    names = [_name(row) for row in rows[:MODELS_MAX]]
    found = [name for name in names if isinstance(name, str) and MODEL_NAME.fullmatch(name)]
    return list(dict.fromkeys(found))


def _rows(payload: Any, depth: int) -> list[Any] | None:
    if isinstance(payload, list):
        return payload
    if not isinstance(payload, dict) or depth == 0:
        return None
    inner = (_rows(payload[name], depth - 1) for name in LIST_FIELDS if name in payload)
    found = [rows for rows in inner if rows is not None]
    return next(filter(None, found), found[0] if found else None)


def _name(row: Any) -> Any:
    if not isinstance(row, dict):
        return row
    return next((row[name] for name in NAME_FIELDS if isinstance(row.get(name), str)), None)


def count_in(usage: dict[str, Any], name: str) -> int | None:
    """A plausible count of tokens; None for what is missing or no such number."""
    value = usage.get(name)
    plausible = isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= TOKENS_MAX
    return value if plausible and isinstance(value, int) else None
