"""What is run in a transaction, and how much of it there is."""

import asyncio
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from typing import Any, Concatenate

from sqlalchemy import Connection

from app.logs import log

type Work[**P, T] = Callable[Concatenate[Connection, P], T]


@dataclass(frozen=True, slots=True)
class Load:
    """How many transactions run, how many wait, and how many may run at once."""

    running: int
    waiting: int
    limit: int


async def carried_through[T](work: Coroutine[Any, Any, T]) -> T:
    """Await work that continues when its caller is cancelled; its failure is then logged."""
    task = asyncio.ensure_future(work)
    try:
        await asyncio.wait((task,))
    except asyncio.CancelledError:
        task.add_done_callback(_tell_failure)
        raise
    return task.result()


def _tell_failure(task: asyncio.Task[Any]) -> None:
    if not task.cancelled() and (error := task.exception()) is not None:
        log.warning("abandoned_write_failed", cause=type(error).__name__)
