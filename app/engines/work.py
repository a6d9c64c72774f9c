"""What is run in a transaction, and how much of it there is."""

import asyncio
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from typing import Any, Concatenate

from sqlalchemy import Connection

from app.logs import log

END_SECONDS = 1

type Work[**P, T] = Callable[Concatenate[Connection, P], T]


@dataclass(frozen=True, slots=True)
class Load:
    """How many transactions run, how many wait, and how many may run at once."""

    running: int
    waiting: int
    limit: int


class CarriedWrites:
    """Writes that go on when whoever waits for them is cancelled; a failure is then logged."""

    def __init__(self) -> None:
        self._running: set[asyncio.Task[Any]] = set()

    async def through[T](self, work: Coroutine[Any, Any, T]) -> T:
        """The result of a write, which is carried through."""
        task = asyncio.create_task(work)
        self._running.add(task)
        task.add_done_callback(self._running.discard)
        try:
            await asyncio.wait((task,))
        except asyncio.CancelledError:
            task.add_done_callback(_tell_failure)
            raise
        return task.result()

    async def ended(self) -> None:
        """Wait for those that run, a moment: at the end of the process they would be lost, or
        leave their connections open."""
        if self._running:
            await asyncio.wait(self._running, timeout=END_SECONDS)


def _tell_failure(task: asyncio.Task[Any]) -> None:
    if not task.cancelled() and (error := task.exception()) is not None:
        log.warning("abandoned_write_failed", cause=type(error).__name__)
