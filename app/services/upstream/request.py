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

from app import __version__
from app.errors import ContextTooLong, ReplyError, UpstreamRejected, UpstreamUnavailable
from app.services.upstream.complaints import Complaint
from app.services.upstream.failures import failure_of
from app.services.upstream.guard import parse_model_url
from app.services.upstream.parameters import Tuning
from app.services.upstream.transport import GuardedTransport
from app.services.upstream.types import Prompt

HEADERS = {
    "Accept": "application/json",
    "Content-Type": "application/json",
    "User-Agent": f"chat-backend/{__version__}",
}
STREAMED: dict[str, Any] = {"stream": True, "stream_options": {"include_usage": True}}
PASSING_STATUSES = (0, 502, 503)
REFUSED_STATUSES = (400, 422)
RETRY_PAUSE_SECONDS = 0.3
ADDRESSES = 256
"""Of base URLs that are kept parsed; they hold no key."""

CallOptions = dict[str, Any]
ReadAnswer = Callable[[httpx2.Response], Awaitable[None]]


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
    read: ReadAnswer,
    tuning: Tuning | None = None,
) -> None:
    """Ask for a chat completion and have `read` take the answer; raises ReplyError subclasses."""
    url = _completions(base_url)
    headers = {**HEADERS, "Authorization": f"Bearer {key}"}

    async def attempt(options: CallOptions) -> Refusal | None:
        fields = {"messages": messages, "model": model, **options}
        if tuning is not None:
            fields = {**tuning.fields(), **fields}
        request = httpx2.Request("POST", url, headers=headers, content=_body(fields))
        try:
            response = await transport.handle_async_request(request)
        except UpstreamUnavailable as failure:
            return Refusal(0, failure)
        try:
            if response.is_success:
                if tuning is not None:
                    tuning.accept()
                await read(response)
                return None
            said = (await response.aread()).decode("utf-8", "replace")
            status = response.status_code
            complaint = None
            if tuning is not None and status in REFUSED_STATUSES:
                complaint = tuning.complaint_in(said)
            return Refusal(status, failure_of(status, said, model), complaint)
        finally:
            await response.aclose()

    await repeated(attempt, STREAMED, tuning)


async def repeated(attempt: Attempt, options: CallOptions, tuning: Tuning | None = None) -> None:
    """Make a request; repeat it once after a passing failure, as often as its parameters can be
    adapted to what is said against them, and once without `stream_options`, which servers refuse
    that do not say what they refuse. So there are at most six requests."""
    may_retry = True
    while refusal := await attempt(options):
        if tuning is not None and tuning.adapt(refusal.complaint, refusal.failure):
            continue
        if isinstance(refusal.failure, ContextTooLong):
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
def _completions(base_url: str) -> httpx2.URL:
    return httpx2.URL(f"{parse_model_url(base_url)}/chat/completions")


def _body(fields: dict[str, Any]) -> bytes:
    try:
        return orjson.dumps(fields)
    except TypeError:  # half a surrogate pair, which is escaped here, or a number of many digits
        return json.dumps(fields).encode()
