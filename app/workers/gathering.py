"""What all workers count together, as any one of them tells it.

Each answers at a Unix socket in their folder with its own numbers. Who does not within a moment is
left out, except for what it is known to have counted before.
"""

import asyncio
import os
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path

from app.logs import log
from app.numbers import Counts, Numbers, added, together
from app.workers.kept import keep
from app.workers.place import WorkerPlace

ANSWER_SECONDS = 0.5
ANSWER_BYTES = 16 * 1024 * 1024
RESTARTS = ("chat_worker_restarts",)


class Gathering:
    """Tells this process's numbers to the other workers, and theirs with its own to who asks."""

    def __init__(self, place: WorkerPlace | None, own: Callable[[], Numbers]) -> None:
        """`own` is called in the event loop."""
        self._place = place
        self._own = own
        self._server: asyncio.Server | None = None

    async def open(self) -> None:
        """Answer the others. Where that cannot be, this one is missing in what they tell."""
        if self._place is None:
            return
        path = _path(self._place)
        try:
            await asyncio.to_thread(path.unlink, missing_ok=True)  # of the one before
            self._server = await asyncio.start_unix_server(self._answer, path)
        except OSError as error:
            log.warning("worker_not_counted", cause=type(error).__name__)

    async def close(self) -> None:
        """Answer no more."""
        if self._server is not None:
            self._server.close()

    async def together(self) -> Numbers:
        """The numbers of all workers."""
        own = await self._whole()
        if self._place is None:
            return own
        others = await asyncio.gather(*map(self._ask, self._others(self._place)))
        found = {self._place: own} | dict(filter(None, others))
        try:
            counts, again = await asyncio.to_thread(_kept, self._place.folder, found)
        except OSError as error:
            log.warning("worker_counts_not_kept", cause=type(error).__name__)
            return together(found.values(), added(numbers.counts for numbers in found.values()))
        return together(found.values(), counts | {RESTARTS: [again]})

    async def _whole(self) -> Numbers:
        own = self._own()
        own.add_process(await asyncio.to_thread(_process_numbers, self._place))
        return own

    @staticmethod
    def _others(place: WorkerPlace) -> list[WorkerPlace]:
        return [replace(place, index=index) for index in range(place.count) if index != place.index]

    async def _ask(self, other: WorkerPlace) -> tuple[WorkerPlace, Numbers] | None:
        try:
            async with asyncio.timeout(ANSWER_SECONDS):
                path = _path(other)
                reader, writer = await asyncio.open_unix_connection(path, limit=ANSWER_BYTES)
                try:
                    life, length = map(int, (await reader.readline()).split())
                    told = await reader.readexactly(min(length, ANSWER_BYTES))
                finally:
                    writer.close()
            return replace(other, life=life), Numbers.from_bytes(told)
        except (OSError, TimeoutError, EOFError, ValueError):
            return None  # being started again, it hangs, or it died in the middle

    @staticmethod
    def answer_of(life: int, numbers: Numbers) -> bytes:
        """What a worker says of itself: its life and a length in a line, then the numbers."""
        told = numbers.to_bytes()
        return b"%d %d\n" % (life, len(told)) + told

    async def _answer(self, _: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        assert self._place is not None
        try:
            writer.write(self.answer_of(self._place.life, await self._whole()))
            async with asyncio.timeout(ANSWER_SECONDS):
                await writer.drain()
        except (OSError, TimeoutError):
            pass  # whoever asked has gone
        finally:
            writer.close()


def _process_numbers(place: WorkerPlace | None) -> dict[str, float]:
    # Loaded for the first reader: 2.4 MB that a process nobody scrapes does without.
    from app.exposition import process_numbers  # noqa: PLC0415

    return process_numbers(os.getppid() if place else os.getpid())


def _kept(folder: Path, found: Mapping[WorkerPlace, Numbers]) -> tuple[Counts, int]:
    return keep(folder, {place: numbers.counts for place, numbers in found.items()})


def _path(place: WorkerPlace) -> Path:
    return place.folder / f"{place.index}.metrics"
