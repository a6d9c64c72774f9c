"""Talks to users' model servers through the OpenAI SDK; the only importer of it."""

import asyncio
import logging
import re
from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import Any

import httpx2
from openai import APIConnectionError, APIStatusError, AsyncAPIResponse, AsyncOpenAI, Omit

from app import __version__
from app.config import Settings
from app.errors import (
    ContextTooLong,
    ReplyError,
    ReplyTooLong,
    UpstreamAuthFailed,
    UpstreamBadResponse,
    UpstreamTimeout,
    UpstreamUnavailable,
)
from app.services.upstream.chat_stream import ChatStream
from app.services.upstream.connector import Connector
from app.services.upstream.failures import failure_of
from app.services.upstream.fields import model_names, parse_json
from app.services.upstream.reading import at_most, body_of, decode, read_whole
from app.services.upstream.transport import GuardedTransport
from app.services.upstream.types import Endpoint, Kind, OnDelta, Outcome, Usage
from app.services.upstream.watchdog import Watchdog
from app.utils.net import AddressGuard, origin_of, parse_model_url

__all__ = ["AiService", "Endpoint", "OnDelta", "Outcome", "Usage"]

KEYLESS = "none"
"""Sent where a user has no key: local servers want none, the SDK insists on one."""
SENDABLE_KEY = re.compile(r"[\x21-\x7e]{1,4096}")
RETRY_PAUSE_SECONDS = 0.3
MODELS_TIMEOUT_SECONDS = 15.0
MODELS_BODY_MAX_BYTES = 4 * 1024 * 1024
JSON_BYTES_PER_TEXT_BYTE = 6
"""`\\u0001` is the longest way to write one byte."""

PASSING_STATUSES = (0, 502, 503)
STREAMED: dict[str, Any] = {"stream": True, "stream_options": {"include_usage": True}}

Messages = list[dict[str, str]]
Options = dict[str, Any]
Call = AbstractAsyncContextManager[AsyncAPIResponse[Any]]
Request = Callable[[Options], Call]
Read = Callable[[httpx2.Response], Awaitable[None]]

# At INFO the HTTP client logs whole URLs, and paths of some gateways hold a key.
logging.getLogger("httpx2").setLevel(logging.WARNING)


class _Client(AsyncOpenAI):
    """The SDK's client without what it would take from OPENAI_* environment variables."""

    @property
    def default_headers(self) -> dict[str, str | Omit]:
        return {
            "Accept": "application/json",
            "Content-Type": "application/json",
            "User-Agent": f"chat-backend/{__version__}",
        }


class AiService:
    """Replies, titles and model lists from any OpenAI-compatible endpoint.

    Every method raises ModelUrlNotAllowed for a URL that may not be called, and ReplyError
    subclasses for whatever goes wrong there. No error carries the key or the endpoint's words.
    """

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        guard = AddressGuard(settings.allowed_private_model_hosts, settings.default_model_url)
        self._connector = Connector(guard, settings.upstream_connect_timeout_seconds)
        self._http = httpx2.AsyncClient(
            transport=GuardedTransport(self._connector),
            trust_env=False,
            follow_redirects=False,
            timeout=None,
        )

    async def check_url(self, base_url: str) -> str:
        """The normalised base URL, if it may be called now; raises ModelUrlNotAllowed."""
        url = parse_model_url(base_url)
        await self._connector.check(origin_of(url))
        return str(url)

    async def stream_reply(
        self, endpoint: Endpoint, messages: Messages, on_delta: OnDelta
    ) -> Outcome:
        """Streams one reply; `on_delta` is called from inside the event loop's read callback.

        Returns when the model has ended the reply. Cancelling closes the connection at once.
        """
        limits = self._settings
        stream = self._stream(on_delta)
        try:
            async with Watchdog(
                stream,
                limits.upstream_first_token_timeout_seconds,
                limits.upstream_silence_timeout_seconds,
                limits.upstream_reply_timeout_seconds,
            ):
                await self._ask(endpoint, messages, stream, streamed=True)
        except UpstreamTimeout:
            if stream.finish_reason is None:
                raise
        return stream.finish()

    async def complete(self, endpoint: Endpoint, messages: Messages, timeout_seconds: float) -> str:
        """A whole reply at once, without its reasoning; UpstreamTimeout after `timeout_seconds`."""
        pieces: list[str] = []

        def collect(kind: Kind, text: str) -> None:
            if kind == "content":
                pieces.append(text)

        stream = self._stream(collect)
        async with at_most(timeout_seconds):
            await self._ask(endpoint, messages, stream, streamed=False)
        stream.finish()
        return "".join(pieces)

    async def list_models(self, endpoint: Endpoint) -> list[str]:
        """The names of the models that an endpoint offers, in its order, at most 2,000."""
        client = self._client(endpoint)
        data = b""

        async def read(answer: httpx2.Response) -> None:
            nonlocal data
            data = await read_whole(body_of(answer), MODELS_BODY_MAX_BYTES, UpstreamBadResponse)

        async with at_most(MODELS_TIMEOUT_SECONDS):
            await _call(lambda _: client.models.with_streaming_response.list(), read, {})
        return model_names(parse_json(data))

    async def aclose(self) -> None:
        """Closes every connection."""
        await self._http.aclose()

    def _stream(self, on_delta: OnDelta) -> ChatStream:
        limits = self._settings
        return ChatStream(on_delta, limits.upstream_line_max_bytes, limits.upstream_reply_max_bytes)

    def _client(self, endpoint: Endpoint) -> AsyncOpenAI:
        """A client for one call: the key lives no longer than that."""
        key = endpoint.api_key.strip() or KEYLESS
        if not SENDABLE_KEY.fullmatch(key):
            raise UpstreamAuthFailed
        return _Client(
            api_key=key,
            admin_api_key="",
            organization="",
            project="",
            webhook_secret="",
            base_url=str(parse_model_url(endpoint.base_url)),
            http_client=self._http,
            max_retries=0,
            timeout=None,
        )

    async def _ask(
        self, endpoint: Endpoint, messages: Messages, stream: ChatStream, *, streamed: bool
    ) -> None:
        create = self._client(endpoint).chat.completions.with_streaming_response.create
        limit = JSON_BYTES_PER_TEXT_BYTE * self._settings.upstream_reply_max_bytes

        def request(options: dict[str, Any]) -> Call:
            # Given as `messages`, the SDK would walk each one along its type hints: 0.15 ms apiece.
            body = {"messages": messages}
            return create(model=endpoint.model, messages=[], extra_body=body, **options)

        async def read(answer: httpx2.Response) -> None:
            media_type = answer.headers["content-type"].partition(";")[0].strip().lower()
            if media_type == "text/html":
                raise UpstreamBadResponse
            if media_type.endswith("json") or not (streamed or media_type == "text/event-stream"):
                stream.feed_whole(await read_whole(body_of(answer), limit, ReplyTooLong))
            else:
                await decode(body_of(answer), stream)

        await _call(request, read, STREAMED if streamed else {})


@dataclass(frozen=True, slots=True)
class _Refusal:
    """Why nothing was answered: an HTTP status, 0 where there was none, and the typed error."""

    status: int
    failure: ReplyError


async def _call(request: Request, read: Read, options: Options) -> None:
    """Makes a request; repeats it once after a passing failure, once without `stream_options`."""
    may_retry = True
    while refusal := await _attempt(request(options), read):
        if refusal.status in (400, 422) and not isinstance(refusal.failure, ContextTooLong):
            if "stream_options" not in options:
                raise refusal.failure
            options = {name: value for name, value in options.items() if name != "stream_options"}
        elif may_retry and refusal.status in PASSING_STATUSES:
            may_retry = False
            await asyncio.sleep(RETRY_PAUSE_SECONDS)
        else:
            raise refusal.failure


async def _attempt(call: Call, read: Read) -> _Refusal | None:
    """One request. A refusal is returned, not raised: the SDK's errors quote the endpoint."""
    has_answered = False
    try:
        async with call as response:
            has_answered = True
            await read(response.http_response)
        return None
    except APIStatusError as error:
        text = error.response.content.decode("utf-8", "replace")
        return _Refusal(error.status_code, failure_of(error.status_code, text))
    except (APIConnectionError, UpstreamUnavailable):
        if has_answered:
            raise
        return _Refusal(0, UpstreamUnavailable())
