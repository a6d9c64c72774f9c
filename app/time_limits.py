"""Limits of work that may take its time until the process ends."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager


class TimeLimits:
    """The limits of all running work of one kind; in seconds, None for no limit."""

    def __init__(self, seconds: float | None) -> None:
        self._seconds = seconds
        self._running: set[asyncio.Timeout] = set()

    @asynccontextmanager
    async def limited(self) -> AsyncIterator[asyncio.Timeout]:
        """Limits the block: TimeoutError when its time is over."""
        async with asyncio.timeout(self._seconds) as limit:
            self._running.add(limit)
            try:
                yield limit
            finally:
                self._running.discard(limit)

    def __len__(self) -> int:
        return len(self._running)

    def hurry(self, seconds: float) -> None:
        """Limit everything that runs or begins from now on to so many seconds."""
        self._seconds = seconds
        until = asyncio.get_running_loop().time() + seconds
        for limit in self._running:
            when = limit.when()
            if (when is None or when > until) and not limit.expired():
                limit.reschedule(until)
