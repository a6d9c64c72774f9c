"""Limits of so many events within so many seconds, for any number of keys."""

import time
from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple, Protocol

ROUNDING = 1e-9

Name = str | int
"""What a key is counted as: itself, or what other processes are told in its place."""
Row = tuple[Name, int, int]
"""A name, and what is counted of it in the present window and in the one before."""


class Counted(NamedTuple):
    """What one process has counted of a key: in its present window and in the one before. `gone`
    windows have passed since the present one began."""

    now: int
    before: int
    gone: float

    def used(self, later: float) -> float:
        """How much of a limit that is, so many windows later."""
        gone = self.gone + later
        if gone < 1:
            return self.now + self.before * (1 - gone)
        return max(0.0, self.now * (2 - gone))

    @property
    def until_unused(self) -> float:
        """The windows until nothing of it counts."""
        return max(0.0, (2 if self.now else 1 if self.before else 0) - self.gone)


class Others(Protocol):
    """Other processes that count for the same limit."""

    def name(self, key: str) -> Name:
        """What a key is called among them."""

    def parts(self, name: Name) -> Sequence[Counted]:
        """What they are known to have counted."""

    def counted(self, name: Name) -> None:
        """This process has counted an event."""

    def forgot(self, name: Name) -> None:
        """The events of a key are forgotten, here and everywhere."""

    def share(self) -> float:
        """How much of the limit is for those whose counts are known, this one included."""


class SlidingWindow:
    """At most `limit` events of a key within any `seconds`, approximately.

    Time is cut into windows of that length. Counted are the events of the current window, plus a
    share of the previous one's: the part of that window that still lies within `seconds`. An event
    looks at its own key alone, and a key is forgotten with its window.
    """

    def __init__(
        self, limit: int, seconds: float, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self.limit = limit
        self.seconds = seconds
        self.clock = clock
        self._window = 0
        self._now: dict[Name, int] = {}
        self._before: dict[Name, int] = {}
        self._others: Others | None = None

    def share(self, others: Others) -> None:
        """Count together with others, from now on. Before anything is counted."""
        self._others = others

    def hit(self, key: str) -> float:
        """Count an event and return 0; above the limit, count nothing and return the seconds to
        wait."""
        name = self._name(key)
        seconds = self._wait(name)
        if not seconds:
            self._now[name] = self._now.get(name, 0) + 1
            if self._others is not None:
                self._others.counted(name)
        return seconds

    def wait(self, key: str) -> float:
        """The seconds until another event is within the limit; 0 where it is so now."""
        return self._wait(self._name(key))

    def left(self, key: str) -> tuple[int, float]:
        """How many events are within the limit at this moment, and the seconds until all of it is
        there again."""
        parts = self._parts(self._name(key))
        left = int(self._allowed() - _used(parts) + ROUNDING)
        return max(left, 0), max(part.until_unused for part in parts) * self.seconds

    def forget(self, key: str) -> None:
        """Forget the events of a key."""
        name = self._name(key)
        self.forget_here(name)
        if self._others is not None:
            self._others.forgot(name)

    def forget_here(self, name: Name) -> None:
        """Forget what this process has counted."""
        self._now.pop(name, None)
        self._before.pop(name, None)

    def part(self, name: Name) -> Counted:
        """What this process has counted."""
        gone = self._turn()
        return Counted(self._now.get(name, 0), self._before.get(name, 0), gone)

    def rows(self, names: Iterable[Name] | None = None) -> tuple[float, list[Row]]:
        """What this process has counted of these names, or of all, at one moment; first the share
        of the present window that is over."""
        gone, now, before = self._turn(), self._now, self._before
        if names is None:
            names = now.keys() | before.keys()
        return gone, [(name, now.get(name, 0), before.get(name, 0)) for name in names]

    def __len__(self) -> int:
        """How many names there are, or up to twice as many."""
        return len(self._now) + len(self._before)

    def _name(self, key: str) -> Name:
        return key if self._others is None else self._others.name(key)

    def _parts(self, name: Name) -> Sequence[Counted]:
        own = self.part(name)
        return (own,) if self._others is None else (own, *self._others.parts(name))

    def _allowed(self) -> float:
        return self.limit if self._others is None else max(1, self.limit * self._others.share())

    def _wait(self, name: Name) -> float:
        parts = self._parts(name)
        room = self._allowed() - 1
        begin, used = 0.0, _used(parts)
        if used <= room + ROUNDING:
            return 0
        # Between two turns of anybody's window what is used falls in a straight line.
        for end in sorted(turn - part.gone for part in parts for turn in (1, 2)):
            left = _used(parts, max(0, end))
            if left <= room:
                return (begin + (end - begin) * (used - room) / (used - left)) * self.seconds
            begin, used = max(0, end), left
        raise AssertionError("what is counted is over in two windows")

    def _turn(self) -> float:
        """Begin a new window if it is time; returns the elapsed share of it, from 0 to 1."""
        windows = self.clock() / self.seconds
        window = int(windows)
        if window != self._window:
            self._before = self._now if window == self._window + 1 else {}
            self._now = {}
            self._window = window
        return windows - window


def _used(parts: Sequence[Counted], later: float = 0) -> float:
    return sum(part.used(later) for part in parts)
