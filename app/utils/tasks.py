"""Background tasks, and how they end."""

import asyncio
from contextlib import suppress
from typing import Any

AGAIN_SECONDS = 0.5


def has_failed(task: asyncio.Task[Any]) -> bool:
    """Whether a task that is done was cancelled or raised."""
    return task.cancelled() or task.exception() is not None


class Wake:
    """Has a background task look soon for what there is to do; now and then it looks by itself."""

    def __init__(self, look_seconds: float, pause_seconds: float = 0) -> None:
        """`look_seconds`: so often it looks unasked. `pause_seconds`: what it is asked for within
        so long is looked for together."""
        self._look = look_seconds
        self._pause = pause_seconds
        self._asked = asyncio.Event()

    def set(self) -> None:
        """Ask for a look."""
        self._asked.set()

    async def wait(self) -> None:
        """Wait for the next look."""
        with suppress(TimeoutError):
            async with asyncio.timeout(self._look):
                await self._asked.wait()
            await asyncio.sleep(self._pause)
        self._asked.clear()


async def stop_tasks(*tasks: asyncio.Task[None]) -> None:
    """Cancel tasks and wait until they have ended.

    A database driver may take a cancellation for a connection failure, after which the task goes on
    as after any failure; so it is cancelled again.
    """
    while running := [task for task in tasks if not task.done()]:
        for task in running:
            task.cancel()
        await asyncio.wait(running, timeout=AGAIN_SECONDS)
