"""Background tasks, and how they end."""

import asyncio
from typing import Any

AGAIN_SECONDS = 0.5


def has_failed(task: asyncio.Task[Any]) -> bool:
    """Whether a task that is done was cancelled or raised."""
    return task.cancelled() or task.exception() is not None


async def stop_tasks(*tasks: asyncio.Task[None]) -> None:
    """Cancel tasks and wait until they have ended.

    A database driver may take a cancellation for a connection failure, after which the task goes on
    as after any failure; so it is cancelled again.
    """
    while running := [task for task in tasks if not task.done()]:
        for task in running:
            task.cancel()
        await asyncio.wait(running, timeout=AGAIN_SECONDS)
