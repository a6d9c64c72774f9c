"""What an endpoint's refusal means, as one of our own errors; its text goes no further."""

import re

from app.errors import (
    ContextTooLong,
    ReplyError,
    UpstreamAuthFailed,
    UpstreamRateLimited,
    UpstreamRejected,
    UpstreamUnavailable,
)

CONTEXT_STATUSES = {400, 413, 422}
CONTEXT_WORDS = re.compile(
    "|".join(
        (
            r"context_length_exceeded",  # OpenAI, Groq, OpenRouter
            r"maximum context length",  # OpenAI, vLLM, DeepSeek, Mistral
            r"exceed_context_size_error",  # llama.cpp
            r"exceeds? the available context size",  # llama.cpp
            r"context (?:length|size|window)[^.]{0,40}exceed",
            r"exceed[^.]{0,60}context (?:length|size|window)",
            r"longer than the (?:model's )?(?:maximum )?context",  # vLLM, SGLang
            r"prompt is too long",  # Anthropic
            r"input token count[^.]{0,60}exceeds",  # Gemini
            r"range of input length should be",  # DashScope
            r"reduce the length of (?:the|your) (?:messages|prompt|input)",
        )
    ),
    re.IGNORECASE,
)
AUTH_WORDS = re.compile(r"invalid_api_key|authentication|permission_(?:denied|error)", re.I)
RATE_WORDS = re.compile(r"rate.?limit|insufficient_quota|too many requests|billing", re.I)


def failure_of(status: int, body: str) -> ReplyError:
    """The error for an HTTP status outside 2xx and the beginning of its body."""
    if status in CONTEXT_STATUSES and CONTEXT_WORDS.search(body):
        return ContextTooLong()
    if status in (401, 403):
        return UpstreamAuthFailed()
    if status in (402, 429):
        return UpstreamRateLimited()
    return UpstreamUnavailable() if status >= 500 else UpstreamRejected()


def failure_in(error: object) -> ReplyError:
    """The error for an `error` object inside a 200 answer: a status in it counts, then words."""
    fields = error if isinstance(error, dict) else {"message": error}
    words = " ".join(str(fields.get(name, ""))[:2000] for name in ("code", "type", "message"))
    if CONTEXT_WORDS.search(words):
        return ContextTooLong()
    for name in ("code", "status"):
        status = fields.get(name)
        if isinstance(status, int | str) and re.fullmatch(r"[45]\d\d", str(status)):
            return failure_of(int(status), words)
    if AUTH_WORDS.search(words):
        return UpstreamAuthFailed()
    return UpstreamRateLimited() if RATE_WORDS.search(words) else UpstreamUnavailable()
