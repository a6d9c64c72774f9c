"""Talks to users' model servers, through the OpenAI SDK."""

import asyncio
import logging
import re
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

import httpx2

from app.config import Settings
from app.errors import (
    ReplyError,
    UpstreamAuthFailed,
    UpstreamBadResponse,
    UpstreamTimeout,
)
from app.schemas.message import TextKind
from app.services.upstream.body import at_most, body_of, decode, read_whole
from app.services.upstream.chat_stream import ChatStream
from app.services.upstream.connector import Connector
from app.services.upstream.fields import model_names, parse_json
from app.services.upstream.guard import AddressGuard, origin_of, parse_model_url
from app.services.upstream.pace import Pace
from app.services.upstream.parameters import Tuning
from app.services.upstream.relay import Passed, Relay, Relayed
from app.services.upstream.request import ask_for_reply
from app.services.upstream.requests import Requests, accounted
from app.services.upstream.resolver import look_up_for
from app.services.upstream.thoughts import split_prefilled
from app.services.upstream.transport import Body, GuardedTransport
from app.services.upstream.types import Completion, Endpoint, ModelKey, OnDelta, Prompt, nothing
from app.services.upstream.watchdog import Watchdog
from app.tracing import span
from app.utils.memory import exempt_what_is_loaded
from app.utils.tasks import has_failed

if TYPE_CHECKING:
    from app.services.upstream.sdk import Client

__all__ = ["AiService", "Completion", "Endpoint", "OnDelta"]

KEYLESS = "none"
"""Sent where a user has no key: local servers want none, the SDK insists on one."""
SENDABLE_KEY = re.compile(r"[\x21-\x7e]{1,4096}")
MODELS_TIMEOUT_SECONDS = 15.0
MODELS_BODY_MAX_BYTES = 4 * 1024 * 1024
PREFILLED_MAX = 1000
NOTHING: Mapping[TextKind, str] = {}

# At INFO the HTTP client logs whole URLs, and paths of some gateways hold a key.
logging.getLogger("httpx2").setLevel(logging.WARNING)


class _Enough(Exception):
    """No more of a reply is needed."""


class AiService:
    """Replies, titles and model lists from any OpenAI-compatible endpoint.

    Every method raises ModelUrlNotAllowed for a URL that may not be called, and ReplyError
    subclasses for whatever goes wrong there. No error carries the key or the endpoint's words.
    """

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        guard = AddressGuard(settings.allowed_private_model_hosts, settings.default_model_url)
        self._guard = guard
        self._connector = Connector(guard, settings.upstream_connect_timeout_seconds)
        self._transport = GuardedTransport(self._connector)
        self._relay = Relay(
            self._transport,
            (
                settings.upstream_first_token_timeout_seconds,
                settings.upstream_silence_timeout_seconds,
                settings.upstream_reply_timeout_seconds,
            ),
        )
        self._http = httpx2.AsyncClient(
            transport=self._transport,
            trust_env=False,
            follow_redirects=False,
            timeout=None,
        )
        self._sdk: asyncio.Task[None] | None = None
        # What closes the thought that a model's template opens.
        self._prefilled: dict[ModelKey, str] = {}

    def prepare(self) -> asyncio.Task[None]:
        """Begin to load the SDK in a thread; called when a user comes who may chat.

        It takes half a second and 13 MB, which neither a start nor an idle server should pay. A
        load that failed for want of a file handle or a thread is retried.
        """
        if self._sdk is None or (self._sdk.done() and has_failed(self._sdk)):
            self._sdk = asyncio.create_task(asyncio.to_thread(_load_sdk))
        return self._sdk

    async def check_url(self, user_id: int, base_url: str) -> str:
        """The normalised base URL, if it may be called now; raises ModelUrlNotAllowed."""
        url = parse_model_url(base_url)
        look_up_for(user_id)
        await self._connector.check(origin_of(url))
        return str(url)

    def allows_private(self, base_url: str) -> bool:
        """Whether the operator allows the host of a URL to lie on a private address."""
        return self._guard.may_be_private(origin_of(parse_model_url(base_url)))

    async def stream_reply(
        self,
        endpoint: Endpoint,
        messages: Prompt,
        on_delta: OnDelta,
        before_bytes: int = 0,
        tuning: Tuning | None = None,
        on_read: Callable[[], None] = nothing,
        requests: Requests | None = None,
        on_accepted: Callable[[], None] = nothing,
    ) -> Completion:
        """Streams one reply; `on_delta` is called inside the event loop's read callback, for every
        piece, and `on_read` at its end, for all that one read has brought.

        `before_bytes`: the length of the message that the model continues; the limit holds for the
        whole. `tuning`: the parameters to send; it says afterwards what became of them, and
        `requests` what became of the requests. `on_accepted` is called when the messages are not
        needed any more: an answer begins. Returns when the model has ended the reply.
        Cancelling closes the connection at once.
        """
        limits = self._settings
        stream = self._stream(on_delta, before_bytes, self._opened(endpoint))
        pace = Pace(stream, on_read)

        async def read(body: Body) -> None:
            await decode(body, stream, pace)

        watchdog = Watchdog(
            stream,
            limits.upstream_first_token_timeout_seconds,
            limits.upstream_silence_timeout_seconds,
            limits.upstream_reply_timeout_seconds,
        )
        with span("model call", "client"), _accounted(requests, stream, pace):
            try:
                async with watchdog:
                    key = self._key(endpoint)
                    where = endpoint.base_url, key, endpoint.model
                    await ask_for_reply(
                        self._transport, *where, messages, read, tuning, on_accepted
                    )
            except UpstreamTimeout:
                if not stream.may_end:
                    stream.release()
                    raise
            except (ReplyError, asyncio.CancelledError):
                stream.release()
                raise
            finally:
                pace.count()
            return stream.finish()

    async def complete(
        self,
        endpoint: Endpoint,
        messages: Prompt,
        timeout_seconds: float,
        characters: int = sys.maxsize,
        requests: Requests | None = None,
    ) -> str:
        """The beginning of a reply, without its reasoning; UpstreamTimeout after `timeout_seconds`.

        Streamed like every reply, since some models answer in no other way; it is left once there
        are so many characters.
        """
        text: dict[TextKind, str] = {"content": "", "reasoning": ""}

        def collect(kind: TextKind, piece: str) -> None:
            text[kind] += piece
            if len(text["content"]) >= characters:
                raise _Enough

        stream = self._stream(collect, opened=self._opened(endpoint))
        pace = Pace(stream, nothing)

        async def read(answer: httpx2.Response) -> None:
            await decode(body_of(answer), stream, pace)

        with suppress(_Enough), _accounted(requests, stream, pace, text):
            async with at_most(timeout_seconds):
                client = await self._client(endpoint)
                from app.services.upstream.sdk import ask_for_title  # noqa: PLC0415 - loaded now

                await ask_for_title(client, endpoint.model, messages, read)
            if stream.finish().is_all_thought:
                return text["reasoning"][:characters]
        parted = split_prefilled(text["content"])
        return (parted.answer if parted else text["content"])[:characters]

    async def relay(
        self,
        endpoint: Endpoint,
        passed: Passed,
        answer: Relayed,
        requests: Requests,
        on_read: Callable[[], None],
    ) -> None:
        """Pass on a program's request; see `Relay.ask`."""
        key = self._key(endpoint)
        with span("model call", "client"):
            await self._relay.ask(endpoint.base_url, key, passed, answer, requests, on_read)

    def remember_prefilled(self, model: ModelKey, closer: str) -> None:
        """Take the replies of this model, from now on, to begin inside a thought that `closer`
        ends; with an empty one no longer. Kept in memory, for the models met last, and for each
        user: nobody can have a shared model's replies to others taken for thoughts."""
        self._prefilled.pop(model, None)
        if closer:
            self._prefilled[model] = closer
        if len(self._prefilled) > PREFILLED_MAX:
            del self._prefilled[next(iter(self._prefilled))]

    async def list_models(self, endpoint: Endpoint) -> list[str]:
        """The names of the models that an endpoint offers, in its order, at most 5,000."""
        data = b""

        async def read(answer: httpx2.Response) -> None:
            nonlocal data
            data = await read_whole(body_of(answer), MODELS_BODY_MAX_BYTES, UpstreamBadResponse)

        async with at_most(MODELS_TIMEOUT_SECONDS):
            client = await self._client(endpoint)
            from app.services.upstream.sdk import ask_for_models  # noqa: PLC0415 - loaded now

            await ask_for_models(client, read)
        return model_names(parse_json(data))

    async def aclose(self) -> None:
        """Closes every connection."""
        await self._http.aclose()

    def _opened(self, endpoint: Endpoint) -> str:
        return self._prefilled.get((endpoint.user_id, endpoint.base_url, endpoint.model), "")

    def _stream(self, on_delta: OnDelta, before_bytes: int = 0, opened: str = "") -> ChatStream:
        limits = self._settings
        room = limits.upstream_reply_max_bytes - before_bytes
        return ChatStream(on_delta, limits.upstream_line_max_bytes, room, opened)

    def _key(self, endpoint: Endpoint) -> str:
        """What is sent as the key, by a request that looks up names for this endpoint's user."""
        look_up_for(endpoint.user_id)
        key = endpoint.api_key.strip() or KEYLESS
        if not SENDABLE_KEY.fullmatch(key):
            raise UpstreamAuthFailed
        return key

    async def _client(self, endpoint: Endpoint) -> "Client":
        await asyncio.shield(self.prepare())
        from app.services.upstream.sdk import open_client  # noqa: PLC0415 - by `prepare`

        key = self._key(endpoint)
        return open_client(self._http, str(parse_model_url(endpoint.base_url)), key)


@contextmanager
def _accounted(
    requests: Requests | None,
    stream: ChatStream,
    pace: Pace,
    text: Mapping[TextKind, str] = NOTHING,
) -> Iterator[None]:
    """Says what came of the last of these requests; `text`: its reply, if nobody else keeps it."""
    if requests is None:
        yield
        return
    try:
        with accounted(requests):
            yield
    except ReplyError as failure:
        requests.current.break_off(failure, stream.has_begun, stream.has_text)
        raise
    finally:
        whole = stream.is_finishing or stream.is_done
        requests.current.hear(pace.first_text_at, stream.counts, whole, "".join(text.values()))


def _load_sdk() -> None:
    import app.services.upstream.sdk  # noqa: F401, PLC0415 - slow: see `prepare`

    exempt_what_is_loaded(collect=False)
