"""The request for a reply, straight to the transport.

The SDK does more for one than a reply needs: it makes a client for the key, walks the body along
its type hints, and asks a thread what platform this is. It serves what is asked for more rarely.
"""

import asyncio
import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import httpx2
import orjson

from app.errors import ContextTooLong, ReplyError, UpstreamRejected, UpstreamUnavailable
from app.services.upstream.complaints import Complaint
from app.services.upstream.failures import failure_of
from app.services.upstream.guard import parse_model_url
from app.services.upstream.parameters import Tuning
from app.services.upstream.requests import accounted_requests
from app.services.upstream.transport import Address, Body, GuardedTransport
from app.services.upstream.types import Prompt, nothing

STREAMED: dict[str, Any] = {"stream": True, "stream_options": {"include_usage": True}}
PASSING_STATUSES = (0, 502, 503)
REFUSED_STATUSES = (400, 422)
RETRY_PAUSE_SECONDS = 0.3
ADDRESSES = 256
"""Of base URLs that are kept parsed; they hold no key."""

CallOptions = dict[str, Any]
ReadBody = Callable[[Body], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why nothing was answered: an HTTP status, 0 where there was none, the typed error, and what
    was said of the parameters that were sent."""

    status: int
    failure: ReplyError
    complaint: Complaint | None = None


Attempt = Callable[[CallOptions], Awaitable[Refusal | None]]


async def ask_for_reply(
    transport: GuardedTransport,
    base_url: str,
    key: str,
    model: str,
    messages: Prompt,
    read: ReadBody,
    tuning: Tuning | None = None,
    on_accepted: Callable[[], None] = nothing,
) -> None:
    """Ask for a chat completion and have `read` take the answer, once `on_accepted` was called;
    raises ReplyError subclasses."""
    address = _completions(base_url)

    async def attempt(options: CallOptions) -> Refusal | None:
        fields = {"messages": messages, "model": model, **options}
        if tuning is not None:
            fields = {**tuning.fields(), **fields}
        try:
            answer = await transport.post(address, key, _body(fields))
        except UpstreamUnavailable as failure:
            return Refusal(0, failure)
        status, body = answer.status, answer.body
        try:
            if body is not None and 200 <= status < 300:
                if tuning is not None:
                    tuning.accept()
                on_accepted()
                await read(body)
                return None
            said = (await body.beginning()).decode("utf-8", "replace") if body else ""
            complaint = None
            if tuning is not None and status in REFUSED_STATUSES:
                complaint = tuning.complaint_in(said)
            told = failure_of(status, said, model)
            if all(isinstance(message["content"], str) for message in messages):
                told.is_about_pictures = False
            return Refusal(status, told, complaint)
        finally:
            answer.close()

    await repeated(attempt, STREAMED, tuning)


async def repeated(attempt: Attempt, options: CallOptions, tuning: Tuning | None = None) -> None:
    """Make a request; repeat it once after a passing failure, as often as its parameters can be
    adapted to what is said against them, and once without `stream_options`, which servers refuse
    that do not say what they refuse. So there are at most six requests."""
    may_retry = True
    while refusal := await attempt(options):
        if (requests := accounted_requests()) is not None:
            requests.current.fail(refusal.failure.code)
        if tuning is not None and tuning.adapt(refusal.complaint, refusal.failure):
            continue
        if isinstance(refusal.failure, ContextTooLong) or refusal.failure.is_about_pictures:
            raise refusal.failure
        if refusal.status in REFUSED_STATUSES and type(refusal.failure) is UpstreamRejected:
            if "stream_options" not in options:
                raise refusal.failure
            options = {name: value for name, value in options.items() if name != "stream_options"}
        elif may_retry and refusal.status in PASSING_STATUSES:
            may_retry = False
            await asyncio.sleep(RETRY_PAUSE_SECONDS)
        else:
            raise refusal.failure


@lru_cache(ADDRESSES)
def _completions(base_url: str) -> Address:
    return Address.of(httpx2.URL(f"{parse_model_url(base_url)}/chat/completions"))


def _body(fields: dict[str, Any]) -> bytes:
    try:
        return orjson.dumps(fields)
    except TypeError:  # half a surrogate pair, which is escaped here, or a number of many digits
        return json.dumps(fields).encode()
