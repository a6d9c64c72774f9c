"""The one task that writes the running replies of this process down, by the clock.

Every tick is one transaction for all of them, so its cost does not grow with the length of a
reply or with the number of readers. An ending does not wait for the tick.
"""

import asyncio
import contextlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import structlog

from app.database import Database
from app.errors import DatabaseUnavailable, StorageFull
from app.services.generation import checkpoint
from app.services.generation.checkpoint import Finish, Piece, Saved
from app.services.generation.live_reply import Ending
from app.services.generation.running import RunningReply

log = structlog.get_logger()

Outcome = Literal["saved", "lost", "unavailable"]
"""What became of an ending: committed, no longer ours to write, or refused by the database."""


@dataclass(frozen=True, slots=True)
class Pending:
    """An ending on its way into the database."""

    reply: RunningReply
    ending: Ending
    outcome: asyncio.Future[Outcome]

    def settle(self, outcome: Outcome) -> None:
        """Tell whoever waits, once."""
        if not self.outcome.done():
            self.outcome.set_result(outcome)

    def finish(self) -> Finish:
        """The whole text and the ending as they are written."""
        live = self.reply.live
        return Finish(
            self.reply.generation_id,
            self.reply.message_id,
            str(live.content),
            str(live.reasoning),
            self.ending,
        )


type Endings = dict[int, Pending]


class Writer:
    """Saves what grows. `on_stop` is told of a reply that another process wants stopped,
    `on_lost` of one that is no longer ours to write."""

    def __init__(
        self,
        database: Database,
        owner: str,
        tick_seconds: float,
        patience_seconds: float,
        on_stop: Callable[[RunningReply], None],
        on_lost: Callable[[RunningReply], None],
    ) -> None:
        self._database = database
        self._owner = owner
        self._tick = tick_seconds
        self._patience = patience_seconds
        self._on_stop = on_stop
        self._on_lost = on_lost
        self._running: dict[int, RunningReply] = {}
        self._finishing: Endings = {}
        self._wake = asyncio.Event()
        self._failing_since: float | None = None

    def add(self, running: RunningReply) -> None:
        """Save this reply from now on."""
        self._running[running.generation_id] = running
        self._wake.set()

    async def finish(self, running: RunningReply, ending: Ending) -> Outcome:
        """Write a reply's ending down at once, and return when it is committed.

        `lost` when the reply was no longer ours: nothing is written then. `unavailable` when the
        database stayed away for `patience_seconds`; the ending is kept and written when it is back.
        """
        self._running.pop(running.generation_id, None)
        outcome: asyncio.Future[Outcome] = asyncio.get_running_loop().create_future()
        self._finishing[running.generation_id] = Pending(running, ending, outcome)
        self._wake.set()
        return await outcome

    async def run(self) -> None:
        """Tick for ever. Cancel it when nothing runs any more."""
        loop = asyncio.get_running_loop()
        due = 0.0
        while True:
            if not (self._running or self._finishing):
                self._wake.clear()
                await self._wake.wait()
                due = loop.time() + self._tick
            await self._until_due_or_finish(due)
            running: dict[int, RunningReply] = {}
            if loop.time() >= due:
                due = max(due + self._tick, loop.time())
                running = dict(self._running)
            await self._save(running, dict(self._finishing))

    async def _until_due_or_finish(self, due: float) -> None:
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout_at(due):
                while not self._finishing:
                    self._wake.clear()
                    await self._wake.wait()

    async def _save(self, running: dict[int, RunningReply], finishing: Endings) -> None:
        if not (running or finishing):
            return
        pieces = [
            Piece(reply.generation_id, *piece)
            for reply in running.values()
            for piece in reply.unsaved()
        ]
        finishes = [pending.finish() for pending in finishing.values()]
        try:
            saved = await self._database.write(
                checkpoint.save, self._owner, list(running), pieces, finishes
            )
        except (DatabaseUnavailable, StorageFull) as error:
            await self._hold_on(error.code)
        except Exception as error:
            # Whatever it is, this task goes on: every reply of the process depends on it.
            await self._isolate(running, finishing, type(error).__name__)
        else:
            self._failing_since = None
            self._settle(running, pieces, finishing, saved)

    async def _isolate(
        self, running: dict[int, RunningReply], finishing: Endings, cause: str
    ) -> None:
        """One reply that the database refuses must not hold up the others: save each alone."""
        if len(running) + len(finishing) == 1:
            log.error("reply_refused_by_database", cause=cause)
            self._give_up(running, finishing)
            for id in finishing:  # it would be refused again; the reaper ends what was saved
                del self._finishing[id]
            return
        for id, reply in running.items():
            await self._save({id: reply}, {})
        for id, pending in finishing.items():
            await self._save({}, {id: pending})

    def _settle(
        self,
        running: dict[int, RunningReply],
        pieces: list[Piece],
        finishing: Endings,
        saved: Saved,
    ) -> None:
        for piece in pieces:
            reply = running[piece.generation_id]
            end = piece.position + len(piece.text)
            if piece.kind == "content":
                reply.saved_content = end
            else:
                reply.saved_reasoning = end
        for id in saved.to_stop:
            self._on_stop(running[id])
        for id in running.keys() - saved.ours:
            if self._running.pop(id, None) is not None:
                self._on_lost(running[id])
        for id, pending in finishing.items():
            del self._finishing[id]
            pending.settle("saved" if id in saved.finished else "lost")

    async def _hold_on(self, code: str) -> None:
        """The database is away: texts stay in memory and are saved when it is back."""
        now = asyncio.get_running_loop().time()
        if self._failing_since is None:
            self._failing_since = now
            log.warning("checkpoint_failed", code=code)
        if now - self._failing_since > self._patience:
            self._give_up(dict(self._running), dict(self._finishing))
        await asyncio.sleep(self._tick)

    def _give_up(self, running: dict[int, RunningReply], finishing: Endings) -> None:
        for id, reply in running.items():
            if self._running.pop(id, None) is not None:
                self._on_lost(reply)
        for pending in finishing.values():
            pending.settle("unavailable")
