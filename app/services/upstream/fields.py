"""The known fields of a completion; whatever else an endpoint sends does not pass."""

import json
import re
from typing import Any

import orjson

from app.errors import UpstreamBadResponse
from app.schemas.message import UsageRead

FINISH_REASON = re.compile(r"[A-Za-z0-9_-]{1,32}")
MODEL_NAME = re.compile(r"[^\x00-\x1f\x7f-\x9f\ud800-\udfff]{1,100}")
MODELS_MAX = 2000
TOKENS_MAX = 2**31 - 1


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


def text_of(value: object) -> str:
    """A content field as text: a string, or the text parts of a list of parts."""
    if isinstance(value, str):
        return value
    if not isinstance(value, list):
        return ""
    texts = (part.get("text") for part in value if isinstance(part, dict))
    return "".join(text for text in texts if isinstance(text, str))


def finish_reason_of(value: object) -> str | None:
    """A finish reason that is a short word, `other` for any other text."""
    if not isinstance(value, str) or not value:
        return None
    return value if FINISH_REASON.fullmatch(value) else "other"


def usage_of(value: object) -> UsageRead | None:
    """Usage, where both parts of it are plausible counts."""
    if not isinstance(value, dict):
        return None
    prompt, completion = _count(value, "prompt_tokens"), _count(value, "completion_tokens")
    if prompt is None or completion is None:
        return None
    total = _count(value, "total_tokens")
    return UsageRead(
        prompt_tokens=prompt,
        completion_tokens=completion,
        total_tokens=prompt + completion if total is None else total,
    )


def model_names(payload: Any) -> list[str]:
    """The ids of a model list, in its order, at most 2,000; raises UpstreamBadResponse."""
    rows = payload.get("data") if isinstance(payload, dict) else None
    if not isinstance(rows, list):
        raise UpstreamBadResponse
    names = [row.get("id") for row in rows[:MODELS_MAX] if isinstance(row, dict)]
    return [name for name in names if isinstance(name, str) and MODEL_NAME.fullmatch(name)]


def _count(usage: dict[str, object], name: str) -> int | None:
    value = usage.get(name)
    plausible = isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= TOKENS_MAX
    return value if plausible and isinstance(value, int) else None
