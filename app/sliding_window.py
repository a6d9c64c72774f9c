"""Limits of so many events within so many seconds, for any number of keys."""

import time
from collections.abc import Callable

ROUNDING = 1e-9


class SlidingWindow:
    """At most `limit` events of a key within any `seconds`, approximately.

    Time is cut into windows of that length. Counted are the events of the current window, plus a
    share of the previous one's: the part of that window that still lies within `seconds`. An event
    looks at its own key alone, and a key is forgotten with its window.
    """

    def __init__(
        self, limit: int, seconds: float, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._limit = limit
        self._seconds = seconds
        self._clock = clock
        self._window = 0
        self._now: dict[str, int] = {}
        self._before: dict[str, int] = {}

    def hit(self, key: str) -> float:
        """Count an event and return 0; above the limit, count nothing and return the seconds to
        wait."""
        seconds = self.wait(key)
        if not seconds:
            self._now[key] = self._now.get(key, 0) + 1
        return seconds

    def wait(self, key: str) -> float:
        """The seconds until another event is within the limit; 0 where it is so now."""
        gone = self._turn()
        now, before = self._now.get(key, 0), self._before.get(key, 0)
        if now + before * (1 - gone) + 1 <= self._limit + ROUNDING:
            return 0
        if now < self._limit:
            return (1 - (self._limit - 1 - now) / before - gone) * self._seconds
        # Not before the next window, in which these are the ones before.
        return (2 - (self._limit - 1) / now - gone) * self._seconds

    def left(self, key: str) -> tuple[int, float]:
        """How many events are within the limit at this moment, and the seconds until all of it is
        there again."""
        gone = self._turn()
        now, before = self._now.get(key, 0), self._before.get(key, 0)
        left = int(self._limit - now - before * (1 - gone) + ROUNDING)
        windows = (2 if now else 1 if before else 0) - (gone if now or before else 0)
        return max(left, 0), windows * self._seconds

    def forget(self, key: str) -> None:
        """Forget the events of a key."""
        self._now.pop(key, None)
        self._before.pop(key, None)

    def _turn(self) -> float:
        """Begin a new window if it is time; returns the elapsed share of it, from 0 to 1."""
        windows = self._clock() / self._seconds
        window = int(windows)
        if window != self._window:
            self._before = self._now if window == self._window + 1 else {}
            self._now = {}
            self._window = window
        return windows - window
