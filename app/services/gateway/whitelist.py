"""What of a chat completion passes to a program. Everything else that a server sends does not."""

from typing import Any

MESSAGE_FIELDS = (
    "role",
    "content",
    "refusal",
    "reasoning_content",
    "reasoning",
    "reasoning_details",
    "tool_calls",
    "function_call",
    "annotations",
    "audio",
    "images",
)
CALL_FIELDS = ("index", "id", "type", "function", "custom", "extra_content")
"""extra_content: Google's signature of a thought, which its models want back."""
FUNCTION_FIELDS = ("name", "arguments", "input")
THOUGHTS = ("reasoning_content", "reasoning")
CALLS_MOST = 1000
COUNTS_MOST = 100
NESTED = 2


def message_of(value: Any) -> dict[str, Any]:
    """A message, or a piece of one, as far as it passes."""
    if not isinstance(value, dict):
        return {}
    found = {name: value[name] for name in MESSAGE_FIELDS if name in value}
    if calls := found.get("tool_calls"):
        found["tool_calls"] = [_call(call) for call in _dicts(calls)]
    if "function_call" in found:
        found["function_call"] = _only(found["function_call"], FUNCTION_FIELDS)
    return found


def _call(call: dict[str, Any]) -> dict[str, Any]:
    found = _only(call, CALL_FIELDS)
    for name in ("function", "custom"):
        if name in found:
            found[name] = _only(found[name], FUNCTION_FIELDS)
    return found


def _only(value: Any, names: tuple[str, ...]) -> dict[str, Any]:
    return {name: value[name] for name in names if name in value} if isinstance(value, dict) else {}


def _dicts(values: Any) -> list[dict[str, Any]]:
    few = values[:CALLS_MOST] if isinstance(values, list) else []
    return [value for value in few if isinstance(value, dict)]


def counts_in(value: Any, depth: int = NESTED) -> dict[str, Any] | None:
    """A `usage` object: its whole numbers, by whatever names, and those of objects inside."""
    if not isinstance(value, dict):
        return None
    found: dict[str, Any] = {}
    for name, count in list(value.items())[:COUNTS_MOST]:
        if count is None or (isinstance(count, int) and not isinstance(count, bool)):
            found[name] = count
        elif depth > 1 and isinstance(count, dict):
            found[name] = counts_in(count, depth - 1)
    return found


def said_in(message: dict[str, Any]) -> list[str]:
    """The texts of a message, or of a piece of one: what its tokens are estimated by."""
    found = [text for name in ("content", "refusal") if isinstance(text := message.get(name), str)]
    thought = next((message[name] for name in THOUGHTS if message.get(name)), None)
    if isinstance(thought, str):
        found.append(thought)
    for call in message.get("tool_calls") or ():
        for part in (call.get("function"), call.get("custom")):
            texts = part.values() if isinstance(part, dict) else ()
            found += [text for text in texts if isinstance(text, str)]
    return found
