"""Work that may take its time, until the process ends and it is told to hurry."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager


class TimeLimits:
    """The limits of all work of one kind that is under way; in seconds, None for no limit."""

    def __init__(self, seconds: float | None) -> None:
        self._seconds = seconds
        self._running: set[asyncio.Timeout] = set()

    @asynccontextmanager
    async def limited(self) -> AsyncIterator[asyncio.Timeout]:
        """Ends what stands inside with TimeoutError when its time is over."""
        async with asyncio.timeout(self._seconds) as limit:
            self._running.add(limit)
            try:
                yield limit
            finally:
                self._running.discard(limit)

    def __len__(self) -> int:
        return len(self._running)

    def hurry(self, seconds: float) -> None:
        """From now on nothing takes longer, neither what runs nor what begins."""
        self._seconds = seconds
        until = asyncio.get_running_loop().time() + seconds
        for limit in self._running:
            when = limit.when()
            if (when is None or when > until) and not limit.expired():
                limit.reschedule(until)
