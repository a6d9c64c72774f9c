"""Time limits of a reply: until its first text, between its pieces, and in all."""

import asyncio
from types import TracebackType
from typing import Protocol, Self

from app.errors import UpstreamTimeout

CHECKS_PER_LIMIT = 8
CHECK_SECONDS_MAX = 1.0


class Watched(Protocol):
    """A stream, as far as its time limits see it."""

    @property
    def events(self) -> int:
        """How many came."""

    @property
    def progress(self) -> tuple[int, int]:
        """Changes with every byte that comes."""

    @property
    def has_text(self) -> bool:
        """Whether any text came."""

    @property
    def grace_seconds(self) -> float | None:
        """How long it may still bring nothing before it counts as over; None where it may not."""


class Watchdog:
    """Ends the block it guards with UpstreamTimeout when a stream exceeds a limit.

    It polls the stream instead of being told of every piece, so that a piece costs nothing; silence
    is noticed up to an eighth of its limit late. Whatever comes after the first text is a sign of
    life, comments included, which gateways send for a slow model; the whole reply's limit ends
    those. Not so once a reply has finished: then only events count. All limits are in seconds.
    """

    def __init__(self, stream: Watched, first_token: float, silence: float, whole: float) -> None:
        self._stream = stream
        self._limits = first_token, silence, whole
        shortest = min(first_token, silence, whole)
        self._interval = min(shortest / CHECKS_PER_LIMIT, CHECK_SECONDS_MAX)
        self._timeout = asyncio.timeout(None)
        self._timer: asyncio.TimerHandle | None = None

    async def __aenter__(self) -> Self:
        await self._timeout.__aenter__()
        self._loop = asyncio.get_running_loop()
        self._started_at = self._active_at = self._heard_at = self._loop.time()
        self._seen, self._heard = self._stream.events, self._stream.progress
        self._timer = self._loop.call_later(self._interval, self._check)
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._timer is not None:
            self._timer.cancel()
        try:
            await self._timeout.__aexit__(kind, error, trace)
        except TimeoutError:
            raise UpstreamTimeout from None

    def _check(self) -> None:
        now = self._loop.time()
        if self._stream.events != self._seen:
            self._seen, self._active_at = self._stream.events, now
        if self._stream.progress != self._heard:
            self._heard, self._heard_at = self._stream.progress, now
        if self._is_late(now):
            self._timer = None
            self._timeout.reschedule(now)
        else:
            self._timer = self._loop.call_later(self._interval, self._check)

    def _is_late(self, now: float) -> bool:
        first_token, silence, whole = self._limits
        if now - self._started_at >= whole:
            return True
        grace = self._stream.grace_seconds
        if grace is not None:
            return now - self._active_at >= min(silence, grace)
        if not self._stream.has_text:
            return now - self._started_at >= first_token
        return now - self._heard_at >= silence
