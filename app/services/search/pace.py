"""Work in a thread that leaves the event loop its time.

Python runs one thread at a time, and one that computes gives way every five milliseconds: so it
rests by itself, more often.
"""

import asyncio
import time
from collections.abc import Callable
from typing import Any

WORK_SECONDS = 0.001
REST_SECONDS = 0.002

type Rest = Callable[[], None]
"""Is called every few microseconds of work, and sleeps where it has been enough."""


async def at_ease[T](work: Callable[..., T], *args: Any) -> T:
    """The result of `work(rest, …)`, done in a thread."""
    return await asyncio.to_thread(work, _rests(), *args)


def _rests() -> Rest:
    since = time.perf_counter()

    def rest() -> None:
        nonlocal since
        if time.perf_counter() - since > WORK_SECONDS:
            time.sleep(REST_SECONDS)
            since = time.perf_counter()

    return rest
