"""How often a growing reply wakes its readers: at every piece, or less often when busy."""

import asyncio
import time
from collections.abc import Callable

BUSY_SHARE = 0.8
"""Above this part of a core the event loop has no time to spare for a frame a token."""
SAMPLE_SECONDS = 0.1
FRAME_SECONDS = 0.04
"""Text in such steps still reads as flowing, and longer ones save little more."""


class Load:
    """Whether the event loop of this process is busy. One for the process, asked in the loop.

    Measured by the CPU time of the loop's own thread, only when somebody asks: an idle process
    pays nothing.
    """

    def __init__(self) -> None:
        self._since = 0.0
        self._cpu = 0.0
        self._is_busy = False

    def is_busy(self, now: float) -> bool:
        """Whether it was in the last tenth of a second; `now` is the loop's time."""
        elapsed = now - self._since
        if elapsed >= SAMPLE_SECONDS:
            cpu = time.thread_time()
            self._is_busy = cpu - self._cpu > BUSY_SHARE * elapsed
            self._since, self._cpu = now, cpu
        return self._is_busy


class Cadence:
    """Calls `wake` for a reply that grew: at once, or at most every 40 ms where `is_busy` says so.

    Waking, framing and sending cost more than half of a token, and a frame costs the same with
    three tokens in it. Nothing is kept here: readers find the text where it grows.
    """

    def __init__(self, is_busy: Callable[[float], bool], wake: Callable[[], None]) -> None:
        self._is_busy = is_busy
        self._wake = wake
        self._loop = asyncio.get_running_loop()
        self._due = 0.0
        self._waiting = False

    def grown(self) -> None:
        """There is more text."""
        if self._waiting:
            return
        now = self._loop.time()
        if self._is_busy(now) and now < self._due:
            self._waiting = True
            self._loop.call_at(self._due, self._wake_late)
        else:
            self._due = now + FRAME_SECONDS
            self._wake()

    def _wake_late(self) -> None:
        self._waiting = False
        self._due = self._loop.time() + FRAME_SECONDS
        self._wake()
