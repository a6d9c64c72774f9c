"""How soon and how evenly a model's server sends."""

import time
from collections.abc import Callable

from app.metrics import GAPS, Spread, first_token_seconds, token_gap_seconds
from app.services.upstream.chat_stream import ChatStream


class Pace:
    """Marks the reads of one reply, and counts them in the metrics once, at its end.

    `on_read` is told of each that brought an event.
    Tokens of one read arrived together: a read costs a clock call and an addition, a token nothing.
    """

    def __init__(self, stream: ChatStream, on_read: Callable[[], None]) -> None:
        self._stream = stream
        self._on_read = on_read
        self._began = time.perf_counter()
        self._first: float | None = None
        self._last = 0.0
        self._events = 0
        self._gaps = Spread(GAPS)

    def mark(self) -> None:
        """Something was read; what holds no event (a keep-alive) does not count."""
        if self._stream.events == self._events:
            return
        self._events = self._stream.events
        now = time.perf_counter()
        if self._first is not None:
            self._gaps.add(now - self._last)
        elif self._stream.has_text:
            self._first = now
        self._last = now
        self._on_read()

    @property
    def first_text_at(self) -> float | None:
        """When the first text came, by `time.perf_counter`; None before that."""
        return self._first

    def count(self) -> None:
        """Add what was marked to the metrics."""
        if self._first is not None:
            first_token_seconds.of().add(self._first - self._began)
            token_gap_seconds.of().merge(self._gaps)
