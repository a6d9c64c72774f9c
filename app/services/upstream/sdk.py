"""The OpenAI SDK's part of a call, and its only importer: requests, authentication, errors.

Slow to load: only `ai_service` does, and not before somebody comes who may chat.
"""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import Any

import httpx2
from openai import APIConnectionError, APIStatusError, AsyncAPIResponse, AsyncOpenAI, Omit

from app import __version__
from app.errors import ContextTooLong, ReplyError, UpstreamRejected, UpstreamUnavailable
from app.services.upstream.failures import failure_of
from app.services.upstream.types import Prompt

PASSING_STATUSES = (0, 502, 503)
RETRY_PAUSE_SECONDS = 0.3

CallOptions = dict[str, Any]
Call = AbstractAsyncContextManager[AsyncAPIResponse[Any]]
MakeCall = Callable[[CallOptions], Call]
ReadAnswer = Callable[[httpx2.Response], Awaitable[None]]


class Client(AsyncOpenAI):
    """The SDK's client without what it would take from OPENAI_* environment variables."""

    @property
    def default_headers(self) -> dict[str, str | Omit]:
        return {
            "Accept": "application/json",
            "Content-Type": "application/json",
            "User-Agent": f"chat-backend/{__version__}",
        }


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


async def ask_for_reply(
    client: Client, model: str, messages: Prompt, options: CallOptions, read: ReadAnswer
) -> None:
    """Ask for a chat completion and have `read` take the answer; raises ReplyError subclasses."""
    create = client.chat.completions.with_streaming_response.create

    def request(options: CallOptions) -> Call:
        # Given as `messages`, the SDK would walk each one along its type hints: 0.15 ms apiece.
        return create(model=model, messages=[], extra_body={"messages": messages}, **options)

    await _call(request, options, read, model)


async def ask_for_models(client: Client, read: ReadAnswer) -> None:
    """Ask for the list of models and have `read` take it; raises ReplyError subclasses."""
    await _call(lambda _: client.models.with_streaming_response.list(), {}, read)


@dataclass(frozen=True, slots=True)
class _Refusal:
    """Why nothing was answered: an HTTP status, 0 where there was none, and the typed error."""

    status: int
    failure: ReplyError


async def _call(request: MakeCall, options: CallOptions, read: ReadAnswer, model: str = "") -> None:
    """Make a request; repeat it once after a passing failure, once without `stream_options`."""
    may_retry = True
    while refusal := await _attempt(request(options), read, model):
        if isinstance(refusal.failure, ContextTooLong):
            raise refusal.failure
        if refusal.status in (400, 422) and type(refusal.failure) is UpstreamRejected:
            if "stream_options" not in options:
                raise refusal.failure
            options = {name: value for name, value in options.items() if name != "stream_options"}
        elif may_retry and refusal.status in PASSING_STATUSES:
            may_retry = False
            await asyncio.sleep(RETRY_PAUSE_SECONDS)
        else:
            raise refusal.failure


async def _attempt(call: Call, read: ReadAnswer, model: str) -> _Refusal | None:
    """One request. A refusal is returned, not raised: the SDK's errors quote the endpoint."""
    has_answered = False
    try:
        async with call as response:
            has_answered = True
            await read(response.http_response)
        return None
    except APIStatusError as error:
        text = error.response.content.decode("utf-8", "replace")
        return _Refusal(error.status_code, failure_of(error.status_code, text, model))
    except (APIConnectionError, UpstreamUnavailable):
        if has_answered:
            raise
        return _Refusal(0, UpstreamUnavailable())
