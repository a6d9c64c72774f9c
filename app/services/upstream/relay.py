"""Requests of programs, passed on to a model's server: their bodies are the programs' own.

Clients try again by themselves, and adapt their parameters. So nothing is asked twice here, save
without what was only added here and is refused.
"""

import json
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Protocol

import httpx2
import orjson

from app.errors import (
    AppError,
    EndpointNotThere,
    UpstreamAuthFailed,
    UpstreamInterrupted,
    UpstreamRejected,
    UpstreamTimeout,
)
from app.services.upstream.counts import TokenCounts
from app.services.upstream.failures import failure_of, words_of
from app.services.upstream.guard import parse_model_url
from app.services.upstream.requests import Requests, accounted
from app.services.upstream.transport import Address, Body, GuardedTransport
from app.services.upstream.watchdog import Watchdog, Watched

ADDRESSES = 256
REFUSED_STATUSES = (400, 422)
NOT_THERE = (404, 405, 501)
POINTED_AT = re.compile(r"[\w.\[\]-]{1,100}")
RETRY_AFTER = re.compile(rb"[0-9]{1,5}")
UNNAMED = "stream_options"
"""Refused by servers that do not say what they refuse."""

Fields = dict[str, Any]


class Relayed(Watched, Protocol):
    """Takes the bytes of an answer, and knows what was counted."""

    def feed(self, chunk: bytes) -> bool:
        """Take the next bytes; True once no more are needed."""

    def close(self) -> None:
        """Take the end of the bytes, as far as they came."""

    def finish(self) -> None:
        """Take the end of the stream; raises where it was cut."""

    def taken_from(self, body: Body) -> None:
        """Its bytes come from here, and can be held up."""

    @property
    def may_end(self) -> bool:
        """Whether one that breaks off here is whole all the same."""

    @property
    def is_whole(self) -> bool:
        """Whether it came to its end."""

    @property
    def counts(self) -> TokenCounts | None:
        """The tokens that its server counted."""

    @property
    def said(self) -> str:
        """Its text, to be estimated where nobody counted."""

    @property
    def first_text_at(self) -> float | None:
        """When its first text came, by `time.perf_counter`."""


@dataclass(frozen=True, slots=True)
class Passed:
    """A request as it goes out. `added`: the fields that are not the program's."""

    path: str
    fields: Fields
    added: tuple[str, ...]
    is_streamed: bool


@dataclass(frozen=True, slots=True)
class _Refused:
    failure: AppError
    status: int
    words: str


class Relay:
    """`limits`: seconds until the first text, between pieces, and in all."""

    def __init__(self, transport: GuardedTransport, limits: tuple[float, float, float]) -> None:
        self._transport = transport
        self._limits = limits

    async def ask(
        self,
        base_url: str,
        key: str,
        passed: Passed,
        answer: Relayed,
        requests: Requests,
        on_read: Callable[[], None],
    ) -> None:
        """Ask, and have `answer` take what comes; `on_read` is called at the end of each read.

        Raises ReplyError subclasses, which say in `param` and `told_code` what a refusal points at,
        and EndpointNotThere. Cancelling closes the connection at once.
        """
        *_, whole = self._limits
        limits = self._limits if passed.is_streamed else (whole, whole, whole)
        address = _address(base_url, passed.path)
        with _told(requests, answer), accounted(requests):
            try:
                async with Watchdog(answer, *limits):
                    await self._asked(address, key, passed, answer, requests, on_read)
            except UpstreamTimeout:
                if not answer.may_end:
                    raise
            answer.finish()
            on_read()

    async def _asked(
        self,
        address: Address,
        key: str,
        passed: Passed,
        answer: Relayed,
        requests: Requests,
        on_read: Callable[[], None],
    ) -> None:
        fields, added = passed.fields, set(passed.added)
        while refused := await self._attempt(address, key, fields, answer, on_read):
            requests.current.fail(refused.failure.code)
            unwanted = {name for name in added if name in refused.words} or added & {UNNAMED}
            is_plain = type(refused.failure) is UpstreamRejected
            if not (is_plain and unwanted and refused.status in REFUSED_STATUSES):
                raise refused.failure
            added -= unwanted
            fields = {name: value for name, value in fields.items() if name not in unwanted}

    async def _attempt(
        self,
        address: Address,
        key: str,
        fields: Fields,
        answer: Relayed,
        on_read: Callable[[], None],
    ) -> _Refused | None:
        response = await self._transport.post(address, key, _body(fields))
        status, body = response.status, response.body
        try:
            if body is not None and 200 <= status < 300:
                answer.taken_from(body)
                try:
                    await body.pump(answer.feed, on_read)
                except UpstreamInterrupted:
                    if not answer.may_end:
                        raise
                answer.close()
                return None
            said = (await body.beginning()).decode("utf-8", "replace") if body else ""
            failure = _failure(status, said, key, str(fields.get("model", "")))
            if RETRY_AFTER.fullmatch(after := response.headers.get(b"retry-after", b"")):
                failure.retry_after = int(after)
            return _Refused(failure, status, words_of(said))
        finally:
            response.close()


@contextmanager
def _told(requests: Requests, answer: Relayed) -> Iterator[None]:
    """Say what came of the last of these requests."""
    try:
        yield
    except AppError as failure:
        requests.current.break_off(failure, bool(answer.events), answer.has_text)
        raise
    finally:
        requests.current.hear(answer.first_text_at, answer.counts, answer.is_whole, answer.said)


def _failure(status: int, said: str, key: str, model: str) -> AppError:
    failure = failure_of(status, said, model)
    if type(failure) is UpstreamRejected and status in NOT_THERE:
        return EndpointNotThere()
    if not isinstance(failure, UpstreamAuthFailed):
        failure.param, failure.told_code = (_pointed(said, name, key) for name in ("param", "code"))
    return failure


def _pointed(said: str, name: str, key: str) -> str | None:
    """What an error in OpenAI's shape names, where it is a name: its sentences go no further."""
    try:
        error = orjson.loads(said)["error"]
        value = error.get(name)
    except (orjson.JSONDecodeError, KeyError, TypeError, AttributeError):
        return None
    is_name = isinstance(value, str) and POINTED_AT.fullmatch(value)
    return value if is_name and key not in value and value not in key else None


@lru_cache(ADDRESSES)
def _address(base_url: str, path: str) -> Address:
    return Address.of(httpx2.URL(f"{parse_model_url(base_url)}{path}"))


def _body(fields: Fields) -> bytes:
    try:
        return orjson.dumps(fields)
    except TypeError:  # nested deeper than it writes
        return json.dumps(fields).encode()
