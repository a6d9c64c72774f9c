"""The one task that saves the running replies of this process, by the clock.

Every tick is one transaction for all of them, so its cost does not grow with the length of a reply
or the number of readers. An ending does not wait for the tick.
"""

import asyncio
import contextlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from app.database import Database
from app.errors import AppError, DatabaseUnavailable, StorageFull
from app.logs import log
from app.metrics import checkpoint_seconds
from app.services.generation import checkpoint
from app.services.generation.checkpoint import Finish, Piece, SaveResult
from app.services.generation.ledger import entry_for
from app.services.generation.live_reply import Ending
from app.services.generation.running_reply import RunningReply
from app.services.generation.sent import sent_for

SIGN_OF_LIFE_SECONDS = 2

WriteResult = Literal["saved", "lost", "unavailable"]
"""What became of an ending: committed, no longer ours to write, or refused by the database."""


@dataclass(frozen=True, slots=True)
class Pending:
    """An ending on its way into the database."""

    reply: RunningReply
    ending: Ending
    outcome: asyncio.Future[WriteResult]

    def settle(self, outcome: WriteResult) -> None:
        """Tell whoever waits, once."""
        if not self.outcome.done():
            self.outcome.set_result(outcome)

    def finish(self) -> Finish:
        """The whole text and the ending as they are written."""
        live = self.reply.live
        return Finish(
            self.reply.generation_id,
            self.reply.message_id,
            live.run,
            str(live.content),
            str(live.reasoning),
            self.ending,
            sent_for(self.reply),
            entry_for(self.reply),
        )


type Endings = dict[int, Pending]


class Writer:
    """Saves growing texts. `on_stop` is called for a reply that another process wants stopped,
    `on_lost` for one that is no longer ours to write."""

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
        self._failing_since: dict[int, float] = {}
        self._saved_at = 0.0
        self.moves_beats = True
        """Whether each tick is a sign of life of each reply, for versions that know no other."""

    def add(self, running: RunningReply) -> None:
        """Save this reply from now on."""
        if not self._running:
            self._saved_at = asyncio.get_running_loop().time()
        self._running[running.generation_id] = running
        self._wake.set()

    @property
    def lag(self) -> float:
        """How long ago the running replies were last saved, in seconds; 0 when none runs."""
        now = asyncio.get_running_loop().time()
        return now - self._saved_at if self._running or self._finishing else 0.0

    @property
    def generation_ids(self) -> set[int]:
        """The replies that are still to be written, by the ids of their generations."""
        return self._running.keys() | self._finishing.keys()

    async def finish(self, running: RunningReply, ending: Ending) -> WriteResult:
        """Save a reply's ending at once, and return when it is committed.

        `lost`: the reply was no longer ours, and nothing was written. `unavailable`: the database
        stayed away for `patience_seconds`; the ending is kept and saved when it is back.
        """
        self._running.pop(running.generation_id, None)
        outcome: asyncio.Future[WriteResult] = asyncio.get_running_loop().create_future()
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

    async def _save(self, running: dict[int, RunningReply], finishing: Endings) -> bool:
        """Save these in one transaction; False when the database takes no writes at all."""
        if not (running or finishing):
            return True
        pieces = [
            Piece(reply.generation_id, *piece)
            for reply in running.values()
            for piece in reply.unsaved()
        ]
        finishes = [pending.finish() for pending in finishing.values()]
        asked = {id for id, reply in running.items() if reply.has_asked and not reply.ask_is_saved}
        began = asyncio.get_running_loop().time()
        try:
            saved = await self._database.write(
                checkpoint.save,
                self._owner,
                list(running),
                pieces,
                finishes,
                asked,
                self.moves_beats,
            )
        except (DatabaseUnavailable, StorageFull) as error:
            return await self._hold_on(running, finishing, error)
        except Exception as error:
            # This task goes on after any error: every reply of the process depends on it.
            return await self._isolate(running, finishing, type(error).__name__)
        self._saved_at = asyncio.get_running_loop().time()
        checkpoint_seconds.of().add(self._saved_at - began)
        for id in asked & saved.written:
            running[id].ask_is_saved = True
        self._settle(running, pieces, finishing, saved)
        if saved.locked:
            await asyncio.sleep(self._tick)
        return True

    async def _hold_on(
        self, running: dict[int, RunningReply], finishing: Endings, error: AppError
    ) -> bool:
        """Handle a refused write: texts stay in memory and are saved when the database is back.

        If it still takes signs of life, one of the texts is what it refuses: each is saved alone,
        so that it delays no other, and is given up in the end.
        """
        now = asyncio.get_running_loop().time()
        if not self._failing_since:
            log.warning("checkpoint_failed", code=error.code)
        ids = sorted(running.keys() | finishing.keys())
        for id in ids:
            self._failing_since.setdefault(id, now)
        takes_writes = await self._takes_writes(ids)
        if takes_writes and len(ids) > 1:
            return await self._one_by_one(running, finishing)
        for id in ids:
            if now - self._failing_since[id] > self._patience:
                self._give_up(id, for_good=takes_writes and not isinstance(error, StorageFull))
        await asyncio.sleep(self._tick)
        return takes_writes

    async def _takes_writes(self, ids: list[int]) -> bool:
        try:
            async with asyncio.timeout(SIGN_OF_LIFE_SECONDS):
                await self._database.write(checkpoint.save, self._owner, ids, [], [])
        except Exception:
            return False
        return True

    async def _isolate(
        self, running: dict[int, RunningReply], finishing: Endings, cause: str
    ) -> bool:
        """One reply that the database refuses must not hold up the others: save each alone."""
        if len(running) + len(finishing) > 1:
            return await self._one_by_one(running, finishing)
        log.error("reply_refused_by_database", cause=cause)
        for id in running.keys() | finishing.keys():
            self._give_up(id, for_good=True)
        return True

    async def _one_by_one(self, running: dict[int, RunningReply], finishing: Endings) -> bool:
        for id, reply in running.items():
            if not await self._save({id: reply}, {}):
                return False
        for id, pending in finishing.items():
            if not await self._save({}, {id: pending}):
                return False
        return True

    def _settle(
        self,
        running: dict[int, RunningReply],
        pieces: list[Piece],
        finishing: Endings,
        saved: SaveResult,
    ) -> None:
        for piece in pieces:
            if piece.generation_id not in saved.written:
                continue
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
        for id in finishing.keys() - saved.locked:
            self._finishing.pop(id).settle("saved" if id in saved.finished else "lost")
        passed_over = (saved.ours - saved.written) | saved.locked
        for id in (running.keys() | finishing.keys()) - passed_over:
            self._failing_since.pop(id, None)
        for id in passed_over:
            since = self._failing_since.setdefault(id, self._saved_at)
            if self._saved_at - since > self._patience:
                self._give_up(id, for_good=False)

    def _give_up(self, id: int, for_good: bool) -> None:
        """Stop waiting for an ending. It is saved later all the same, unless this is `for_good`."""
        if (reply := self._running.pop(id, None)) is not None:
            self._on_lost(reply)
        if (pending := self._finishing.get(id)) is not None:
            pending.settle("unavailable")
            if for_good:  # the reaper ends the reply with the text that was saved
                log.error("reply_given_up", generation_id=id)
                del self._finishing[id]
                self._failing_since.pop(id, None)
