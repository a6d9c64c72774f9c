"""This server, with replies read as the SDK's own chunk objects: what that convenience costs.

Run as `python -m benchmarks.sdk_server serve …`, with the arguments of `chat-backend`.
"""

from collections.abc import Callable
from typing import cast

from openai import AsyncOpenAI
from openai.types.chat import ChatCompletionMessageParam

from app.cli import main
from app.services.ai_service import AiService, Completion, Endpoint, OnDelta
from app.services.upstream.parameters import Tuning
from app.services.upstream.requests import Requests

clients: dict[tuple[str, str], AsyncOpenAI] = {}


async def stream_reply(
    self: AiService,
    endpoint: Endpoint,
    messages: list[dict[str, str]],
    on_delta: OnDelta,
    before_bytes: int = 0,
    tuning: Tuning | None = None,
    on_read: Callable[[], None] = lambda: None,
    requests: Requests | None = None,
    on_accepted: Callable[[], None] = lambda: None,
) -> Completion:
    """What `AiService.stream_reply` does, as the SDK's documentation shows it."""
    key = endpoint.base_url, endpoint.api_key
    client = clients.setdefault(key, AsyncOpenAI(base_url=key[0], api_key=key[1]))
    stream = await client.chat.completions.create(
        model=endpoint.model, messages=cast(list[ChatCompletionMessageParam], messages), stream=True
    )
    finish_reason = "stop"
    async for chunk in stream:
        for choice in chunk.choices:
            if choice.delta.content:
                on_delta("content", choice.delta.content)
            finish_reason = choice.finish_reason or finish_reason
        on_read()
    return Completion(finish_reason, None)


if __name__ == "__main__":
    AiService.stream_reply = stream_reply  # type: ignore[method-assign]
    main()
