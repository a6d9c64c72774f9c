"""The body of a program's request: what it asks for, and about how many tokens that is."""

from dataclasses import dataclass
from typing import Any, Literal

import orjson

from app.errors import MalformedJson, RequestNotUnderstood
from app.services.messages.estimate import MESSAGE_TOKENS, estimate_tokens

GatewayEndpoint = Literal["chat", "responses", "embeddings"]
ANSWERS = ("max_completion_tokens", "max_tokens", "max_output_tokens")
MODEL_CHARACTERS = 300
ANSWER_TOKENS_MOST = 10**9
FILE_TOKENS = 1_000
"""Of a picture, a sound or a file, whatever it is."""
FILES = {"data", "file_data", "image_url", "url", "encrypted_content"}
COUNTED = ("messages", "input", "instructions", "tools", "response_format", "text", "functions")


@dataclass(frozen=True, slots=True)
class ProgramRequest:
    """What a program asks for."""

    endpoint: GatewayEndpoint
    body: dict[str, Any]
    model: str
    is_streamed: bool
    wants_usage: bool
    prompt_tokens: int
    """About how many it has."""

    @property
    def answer_tokens(self) -> int | None:
        """What its answers may have together, where that is set."""
        if self.endpoint == "embeddings":
            return 0
        told = [tokens for name in ANSWERS if (tokens := _whole(self.body.get(name))) is not None]
        if not told:
            return None
        # Servers differ in which of them they go by.
        return min(max(told) * (_whole(self.body.get("n")) or 1), ANSWER_TOKENS_MOST)


def read_request(endpoint: GatewayEndpoint, data: bytes) -> ProgramRequest:
    """A request of its bytes; MalformedJson, RequestNotUnderstood."""
    try:
        body = orjson.loads(data)
    except orjson.JSONDecodeError as error:
        raise MalformedJson from error
    if not isinstance(body, dict):
        raise MalformedJson
    model, stream = body.get("model"), body.get("stream")
    if not isinstance(model, str) or not 0 < len(model) <= MODEL_CHARACTERS:
        raise RequestNotUnderstood("model")
    if stream is not None and not isinstance(stream, bool):
        raise RequestNotUnderstood("stream")
    if endpoint == "chat" and not (isinstance(body.get("messages"), list) and body["messages"]):
        raise RequestNotUnderstood("messages")
    if endpoint == "embeddings" and body.get("input") is None:
        raise RequestNotUnderstood("input")
    if endpoint == "embeddings" and stream:
        raise RequestNotUnderstood("stream")
    options = body.get("stream_options")
    wants_usage = isinstance(options, dict) and options.get("include_usage") is True
    tokens = _tokens_in([body[name] for name in COUNTED if name in body])
    return ProgramRequest(endpoint, body, model, bool(stream), wants_usage, tokens)


def _tokens_in(waiting: list[Any]) -> int:
    texts: list[str] = []
    tokens = 0
    while waiting:
        value = waiting.pop()
        if isinstance(value, str):
            texts.append(value)
        elif isinstance(value, dict):
            tokens += MESSAGE_TOKENS
            for name, inner in value.items():
                if name in FILES and isinstance(inner, str):
                    tokens += FILE_TOKENS
                elif not isinstance(inner, int | float):
                    waiting.append(inner)
        elif isinstance(value, list):
            tokens += sum(isinstance(inner, int) for inner in value)
            waiting += [inner for inner in value if not isinstance(inner, int | float)]
    return tokens + estimate_tokens("".join(texts))


def _whole(value: object) -> int | None:
    is_count = isinstance(value, int) and not isinstance(value, bool) and value > 0
    return value if is_count and isinstance(value, int) else None
