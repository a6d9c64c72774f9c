"""Ends the replies of processes that died, and removes ended generations.

A process is alive while its row's `beat` moves, and so are its replies; one that has no row, as in
the release before, is judged by the beat of each of its replies. No clock is read: it is dead when
this process saw the same beat in several successful looks, each a part of the lease apart. So a
process that was itself suspended does not take others that were suspended with it for dead. A look
that finds the row locked does not count: its owner may be waiting for it, and has a whole lease
once it is free. Nor does one while the database takes no writes, which nobody can give a sign in.
"""

import asyncio
from collections import Counter
from collections.abc import Callable, Sequence, Set
from dataclasses import replace
from datetime import timedelta
from typing import Any

from sqlalchemy import Connection, Row, select, true, update
from sqlalchemy.exc import SQLAlchemyError

from app.database import Database, table_of
from app.errors import AppError, Interrupted
from app.logs import log
from app.metrics import replies_lost
from app.models import Generation, Message, Process, utc_now
from app.schemas.message import UsageRead
from app.services.generation import process_rows
from app.services.generation.checkpoint import delete_finished, write_ending
from app.services.generation.lease import ProcessLease
from app.services.generation.live_reply import Ending
from app.services.generation.ordering import put_in_order
from app.services.generation.process_rows import ProcessBeat, ReplyBeat
from app.services.messages.estimate import estimate_tokens
from app.services.messages.pieces import saved_text
from app.services.messages.rows import usage_of

LOOKS_PER_LEASE = 5
WHOLE_TRIES = 3
"""Attempts to end a reply with its whole text; after that its text is halved each time."""

type Beat = ProcessBeat | ReplyBeat

_generation = table_of(Generation)
_message = table_of(Message)
_process = table_of(Process)


class Reaper:
    """Watches the beats of all other processes, and looks after the replies of its own.

    A reply of this process that it does not know of is ended, too: where a COMMIT went through and
    its answer was lost, or the database refused its text for good. `answers_for`: those it knows.
    """

    def __init__(
        self,
        database: Database,
        lease: ProcessLease,
        lease_seconds: float,
        keep_seconds: float,
        answers_for: Callable[[], Set[int]] = frozenset,
    ) -> None:
        self._database = database
        self._own = lease
        # An owner that writes no replies fences off the former one, even this process.
        self._name = f"{lease.owner}-reaper"
        self._lease = lease_seconds
        self._keep = timedelta(seconds=keep_seconds)
        self._answers_for = answers_for
        self._looks = 0
        self._seen: dict[Beat, int] = {}
        self._strays: set[int] = set()
        self._refused: Counter[int] = Counter()

    async def run(self) -> None:
        """Look several times a lease, for ever."""
        while True:
            try:
                await self.look()
            except (AppError, SQLAlchemyError):
                self._seen.clear()  # the owners may have lost the database, too
            except Exception:
                log.exception("reaper_failed")
                self._seen.clear()
            await asyncio.sleep(self._lease / LOOKS_PER_LEASE)

    async def look(self) -> None:
        """One round: end replies silent for a lease, remove those that ended long ago."""
        beats = await self._database.read(process_rows.beats, self._own.owner)
        self._seen = {beat: self._seen.get(beat, 0) + 1 for beat in beats}
        silent = [beat for beat, looks in self._seen.items() if looks > 1]
        if silent:
            await self._own.beat()  # where this one cannot, the others cannot either
            free = await self._database.write(_free, silent)
            self._seen.update({beat: 0 for beat in silent if beat not in free})
        dead = [beat for beat, looks in self._seen.items() if looks > LOOKS_PER_LEASE]
        await self._reap([beat for beat in dead if isinstance(beat, ReplyBeat)])
        for process in dead:
            if isinstance(process, ProcessBeat):
                await self._bury(process)
        self._looks += 1
        if self._looks % LOOKS_PER_LEASE == 0:
            await self._end_strays()
        await self._clear_away()

    async def _bury(self, dead: ProcessBeat) -> None:
        """End the replies of a dead process, some at a time, and take its row away."""
        last = 0
        while some := await self._database.read(process_rows.some_of_dead, dead, last):
            await self._reap(some, dead)
            last = some[-1].generation_id
        if await self._database.write(process_rows.remove, dead.owner, dead.beat):
            log.info("process_gone", owner=dead.owner)

    async def _end_strays(self) -> None:
        """End replies of this process that it did not know of twice, a lease apart."""
        beats = await self._database.read(process_rows.running_of, self._own.owner)
        known = self._answers_for()
        strays = [beat for beat in beats if beat.generation_id not in known]
        await self._reap([beat for beat in strays if beat.generation_id in self._strays])
        self._strays = {beat.generation_id for beat in strays}

    async def _clear_away(self) -> None:
        """Remove old rows; a failure here must not keep the others from being watched."""
        try:
            await self._database.write(delete_finished, utc_now() - self._keep)
        except (AppError, SQLAlchemyError) as error:
            log.warning("clearing_failed", cause=type(error).__name__)

    async def reap_all(self) -> None:
        """End every running reply before this process begins one; for a database nobody else uses.

        Where that fails (a full disk), `look` ends them later.
        """
        try:
            await self._reap(await self._database.read(process_rows.all_running))
            await self._database.write(process_rows.remove_all)
        except (AppError, SQLAlchemyError) as error:
            log.warning("reaping_postponed", cause=type(error).__name__)

    async def _reap(self, stale: Sequence[ReplyBeat], dead: ProcessBeat | None = None) -> None:
        """End these replies, of a `dead` process or by their own beats. One that the database
        refuses waits for another lease, and is shortened in the end; if the database refuses even
        a test write, that error is raised."""
        for beat in stale:
            try:
                halvings = max(0, self._refused[beat.generation_id] - WHOLE_TRIES + 1)
                if await self._database.write(_reap, self._name, beat, dead, halvings):
                    self._refused.pop(beat.generation_id, None)
                    replies_lost.add("reaped")
                    log.info("reply_reaped", generation_id=beat.generation_id)
                else:
                    self._seen.pop(beat, None)
                    self._refused.pop(beat.generation_id, None)
            except (AppError, SQLAlchemyError) as error:
                cause = type(error).__name__
                log.warning("reaping_failed", generation_id=beat.generation_id, cause=cause)
                self._seen.pop(beat, None)
                if dead is not None:
                    self._seen[dead] = 0
                await self._database.write(_beat, beat)  # fails if it is not about the text
                self._refused[beat.generation_id] += 1


def _free(connection: Connection, beats: Sequence[Beat]) -> set[Beat]:
    """Of these, the processes whose row nobody has locked, and the replies whose row and message
    nobody has."""
    processes = {beat.owner: beat for beat in beats if isinstance(beat, ProcessBeat)}
    replies = {beat.generation_id: beat for beat in beats if isinstance(beat, ReplyBeat)}
    free: set[Beat] = set()
    if processes:
        theirs = select(_process.c.owner).where(_process.c.owner.in_(processes))
        found = connection.execute(theirs.with_for_update(skip_locked=True)).scalars()
        free |= {processes[owner] for owner in found}
    if replies:
        rows = connection.execute(
            select(_generation.c.id)
            .join(_message, _generation.c.message_id == _message.c.id)
            .where(_generation.c.id.in_(replies))
            .with_for_update(skip_locked=True)
        )
        free |= {replies[id] for id in rows.scalars()}
    return free


def _beat(connection: Connection, beat: ReplyBeat) -> None:
    """Give a generation that cannot be ended another lease."""
    its = (_generation.c.id == beat.generation_id, _generation.c.beat == beat.beat)
    connection.execute(update(_generation).where(*its).values(beat=_generation.c.beat + 1))


def _reap(
    connection: Connection, name: str, beat: ReplyBeat, dead: ProcessBeat | None, halvings: int
) -> bool:
    """Take the generation over and end it with what it had saved, halved so many times.

    False if it or its process moved meanwhile, or it is locked.
    """
    still_dead = true() if dead is None else process_rows.is_still(dead)
    its = _generation.c.id == beat.generation_id
    row = connection.execute(
        select(
            _message,
            _generation.c.model_name.label("asked"),
            _generation.c.prompt_tokens.label("about"),
        )
        .join(_generation, _generation.c.message_id == _message.c.id)
        .where(
            its, _generation.c.beat == beat.beat, _generation.c.finished_at.is_(None), still_dead
        )
        .with_for_update(skip_locked=True)
    ).first()
    if row is None:
        return False
    known = row.content, row.reasoning or ""
    saved = saved_text(connection, beat.generation_id, *known)
    ordered = put_in_order(*saved, *map(len, known))
    whole = (ordered.content, ordered.reasoning) if ordered else saved
    texts = [text[: len(text) >> halvings] for text in whole]
    # What its request cost is told once it is added up: see services/usage/fold.py.
    ending = replace(Ending.broken(any(texts), Interrupted()), usage=_usage(row, known, saved))
    connection.execute(
        update(_generation)
        .where(its)
        .values(
            owner=name,
            finished_at=utc_now(),
            running_conversation_id=None,
            status=ending.status,
            error_code=Interrupted.code,
            reserved_tokens=None,
            reserved_nano=None,
        )
    )
    run = row.run + 1 if ordered else row.run
    write_ending(connection, row.id, run, texts[0], texts[1], ending)
    return True


def _usage(row: Row[Any], known: tuple[str, str], saved: tuple[str, str]) -> UsageRead | None:
    """About what a reply used whose process died: the runs before, and what this one has saved."""
    before = usage_of(row)
    if row.asked is None:  # by the version before
        return before
    said = "".join(text[len(start) :] for text, start in zip(saved, known, strict=True))
    last = UsageRead.estimate(row.about or 0, estimate_tokens(said) if said else 0)
    return before.plus(last) if before else last
