"""The OpenAI SDK's part of a call, and its only importer: requests, authentication, errors.

Slow to load: only `ai_service` does, and not before somebody comes who may chat.
"""

from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from typing import Any

import httpx2
from openai import APIConnectionError, APIStatusError, AsyncAPIResponse, AsyncOpenAI, Omit

from app.errors import UpstreamUnavailable
from app.services.upstream.failures import failure_of
from app.services.upstream.request import (
    STREAMED,
    CallOptions,
    Refusal,
    repeated,
)
from app.services.upstream.transport import HEADERS
from app.services.upstream.types import Prompt

ReadAnswer = Callable[[httpx2.Response], Awaitable[None]]
Call = AbstractAsyncContextManager[AsyncAPIResponse[Any]]


class Client(AsyncOpenAI):
    """The SDK's client without what it would take from OPENAI_* environment variables."""

    @property
    def default_headers(self) -> dict[str, str | Omit]:
        return {**HEADERS}


def open_client(http: httpx2.AsyncClient, base_url: str, api_key: str) -> Client:
    """A client for one call: the key lives no longer than that."""
    return Client(
        api_key=api_key,
        admin_api_key="",
        organization="",
        project="",
        webhook_secret="",
        base_url=base_url,
        http_client=http,
        max_retries=0,
        timeout=None,
    )


async def ask_for_title(client: Client, model: str, messages: Prompt, read: ReadAnswer) -> None:
    """Ask for a chat completion and have `read` take the answer; raises ReplyError subclasses."""
    create = client.chat.completions.with_streaming_response.create

    async def attempt(options: CallOptions) -> Refusal | None:
        # Given as `messages`, the SDK would walk each one along its type hints: 0.15 ms apiece.
        call = create(model=model, messages=[], extra_body={"messages": messages}, **options)
        return await _attempt(call, read, model)

    await repeated(attempt, STREAMED)


async def ask_for_models(client: Client, read: ReadAnswer) -> None:
    """Ask for the list of models and have `read` take it; raises ReplyError subclasses."""

    async def attempt(_: CallOptions) -> Refusal | None:
        return await _attempt(client.models.with_streaming_response.list(), read, "")

    await repeated(attempt, {})


async def _attempt(call: Call, read: ReadAnswer, model: str) -> Refusal | None:
    """One request. A refusal is returned, not raised: the SDK's errors quote the endpoint."""
    has_answered = False
    try:
        async with call as response:
            has_answered = True
            await read(response.http_response)
        return None
    except APIStatusError as error:
        text = error.response.content.decode("utf-8", "replace")
        return Refusal(error.status_code, failure_of(error.status_code, text, model))
    except (APIConnectionError, UpstreamUnavailable):
        if has_answered:
            raise
        return Refusal(0, UpstreamUnavailable())
