"""What becomes of the requests that are made for one purpose, for whoever accounts for them.

Whoever makes requests says so with `accounted`; the transport, which knows when one leaves, finds
them in the context. Requests that nobody accounts for (a list of models) are made all the same.
"""

import asyncio
import time
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import UTC, datetime

from app.errors import AppError, UpstreamInterrupted, UpstreamTimeout
from app.services.upstream.counts import TokenCounts


@dataclass(slots=True)
class RequestTrace:
    """How far one request came. `prompt_tokens`: about how many it has.

    `is_refused`: it was answered with something else than a completion. `is_unread`: its connection
    had been closed before it came, as far as one can know (RFC 9112 §9.3.1). `is_whole`: its reply
    came to its end, so that `counts` are final. `said`: its reply, where nobody else keeps it.
    """

    prompt_tokens: int = 0
    left_at: datetime | None = None
    is_refused: bool = False
    is_unread: bool = False
    is_whole: bool = False
    first_token_ms: int | None = None
    counts: TokenCounts | None = None
    error_code: str | None = None
    said: str = ""
    _began: float = field(default_factory=time.perf_counter)

    def leave(self) -> None:
        """Its bytes are on their way."""
        self.left_at = datetime.now(UTC)
        self._began = time.perf_counter()

    def fail(self, code: str) -> None:
        """Why it came to nothing; the first reason stands."""
        self.error_code = self.error_code or code

    def break_off(self, failure: AppError, has_begun: bool, has_text: bool) -> None:
        """Why its reply is not whole. An error that is told in place of one is a refusal; one that
        cuts it off is none."""
        self.fail(failure.code)
        cut_off = isinstance(failure, UpstreamTimeout | UpstreamInterrupted)
        self.is_refused = self.is_refused or (has_begun and not (has_text or cut_off))

    def hear(
        self, first_text_at: float | None, counts: TokenCounts | None, whole: bool, said: str
    ) -> None:
        """What came of its reply; `first_text_at` by `time.perf_counter`."""
        if first_text_at is not None:
            self.first_token_ms = max(0, round(1000 * (first_text_at - self._began)))
        self.counts, self.is_whole, self.said = counts, whole, said or self.said

    @property
    def duration_ms(self) -> int:
        """Since it left."""
        return round(1000 * (time.perf_counter() - self._began))


OnRequest = Callable[[RequestTrace | None], Coroutine[None, None, None]]


class Requests:
    """The requests of one purpose, of which one is under way at a time.

    `on_request` is awaited before each that leaves, with the one before, where that had left:
    where it raises, none leaves. `announced`: the first one is known already. `prompt_tokens`: of
    those that follow.
    """

    def __init__(
        self, on_request: OnRequest, prompt_tokens: int = 0, announced: bool = False
    ) -> None:
        self._on_request = on_request
        self._announced = announced
        self.prompt_tokens = prompt_tokens
        self.current = RequestTrace(prompt_tokens)

    @property
    def last(self) -> RequestTrace | None:
        """The last one that left."""
        return self.current if self.current.left_at is not None else None

    async def begin(self) -> RequestTrace:
        """One is about to leave."""
        if self.last is not None or not self._announced:
            await self._account()
        self.current = RequestTrace(self.prompt_tokens)
        return self.current

    async def _account(self) -> None:
        """Once begun it is seen to its end, also when it is cancelled: of one that was accounted
        for it must be known."""
        work = asyncio.create_task(self._on_request(self.last))
        try:
            await asyncio.shield(work)
        except asyncio.CancelledError:
            await asyncio.wait((work,))
            if not work.cancelled() and work.exception() is None:
                self.current = RequestTrace(self.prompt_tokens)
            raise


_accounted: ContextVar[Requests | None] = ContextVar("accounted_requests", default=None)


@contextmanager
def accounted(requests: Requests | None) -> Iterator[None]:
    """Requests that are made within are of these."""
    token = _accounted.set(requests)
    try:
        yield
    finally:
        _accounted.reset(token)


def accounted_requests() -> Requests | None:
    """Those that are being made; None where nobody accounts for them."""
    return _accounted.get()
