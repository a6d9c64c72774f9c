"""The tokens of one request, as its model's server counted them."""

from dataclasses import dataclass
from typing import Any

from app.services.upstream.cost import cost_of
from app.services.upstream.fields import count_in, usage_of

CACHED = (
    ("prompt_tokens_details", "cached_tokens"),  # OpenAI, OpenRouter, xAI, vLLM
    ("prompt_cache_hit_tokens",),  # DeepSeek
    ("cache_read_input_tokens",),  # LiteLLM
    ("cached_tokens",),  # Moonshot
)
CACHE_WRITTEN = (
    ("prompt_tokens_details", "cache_write_tokens"),  # OpenRouter
    ("prompt_tokens_details", "cache_creation_tokens"),  # LiteLLM
    ("cache_creation_input_tokens",),
)
REASONING = (("completion_tokens_details", "reasoning_tokens"), ("reasoning_tokens",))


@dataclass(frozen=True, slots=True)
class TokenCounts:
    """`cached` and `cache_write` are parts of `prompt`, `reasoning` is one of `completion`; None
    where they are not told, or cannot be. `cost_nano`: what the server itself says that it cost."""

    prompt: int
    completion: int
    cached: int | None = None
    cache_write: int | None = None
    reasoning: int | None = None
    cost_nano: int | None = None


def counts_of(value: object) -> TokenCounts | None:
    """The counts in a `usage` object; None where they are missing or no counts: negative, huge, no
    integers, or nothing but zeros, which some servers send before they have counted."""
    usage = usage_of(value)
    if usage is None or not isinstance(value, dict):
        return None
    prompt, completion = usage.prompt_tokens, usage.completion_tokens
    if not (prompt or completion):
        return None
    reasoning = _first(value, REASONING)
    if reasoning and usage.total_tokens == prompt + completion + reasoning:
        completion += reasoning  # xAI and Gemini count it beside the completion
    cached = _within(_first(value, CACHED), prompt)
    return TokenCounts(
        prompt,
        completion,
        cached,
        _within(_first(value, CACHE_WRITTEN), prompt - (cached or 0)),
        _within(reasoning, completion),
        cost_of(value),
    )


def _first(usage: dict[str, Any], paths: tuple[tuple[str, ...], ...]) -> int | None:
    """The first count of these that is told."""
    for *above, name in paths:
        held = usage
        for step in above:
            inner = held.get(step)
            held = inner if isinstance(inner, dict) else {}
        if (count := count_in(held, name)) is not None:
            return count
    return None


def _within(part: int | None, whole: int) -> int | None:
    """A part that is no more than the whole: taking it off must leave something."""
    return part if part is not None and part <= whole else None
