"""How long a test waits for what must come, and how long it may take where that is promised."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from tests.support.effort import known

PATIENCE_SECONDS = 120
"""No promise, only an end to waiting: what comes at all, comes in time where all is slow."""
ROUNDS = 4


@asynccontextmanager
async def promised(seconds: float) -> AsyncIterator[None]:
    """What must be over in so many seconds of a computer that does nothing else. One that is busy
    is given as many times as long as known work takes longer there, before or after."""
    stretch, began = _stretch(), time.monotonic()
    async with asyncio.timeout(PATIENCE_SECONDS):
        yield
    took = time.monotonic() - began
    allowed = seconds * max(stretch, _stretch())
    assert took <= allowed, f"{took:.1f} s, {allowed:.1f} s at most"


def _stretch() -> float:
    """How many times as long as it computes a thread of this process takes for known work."""
    began, computed = time.perf_counter(), time.thread_time()
    for _ in range(ROUNDS):
        known()
    return max(1.0, (time.perf_counter() - began) / (time.thread_time() - computed))
