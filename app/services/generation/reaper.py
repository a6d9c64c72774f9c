"""Ends the replies of processes that died, and removes ended generations.

A reply is alive while its row's `beat` moves. No clock is read: it is dead when this process saw
the same beat in several successful looks, each a part of the lease apart. So a process that was
itself suspended does not take replies that were suspended with it for dead. A look that finds the
row locked does not count: its owner may be waiting for it, and has a whole lease once it is free.
"""

import asyncio
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from sqlalchemy import Connection, Row, select, update
from sqlalchemy.exc import SQLAlchemyError

from app.database import Database, table_of
from app.errors import AppError, Interrupted
from app.logs import log
from app.metrics import replies_lost
from app.models import Generation, Message, utc_now
from app.schemas.message import UsageRead
from app.services.generation.checkpoint import delete_finished, write_ending
from app.services.generation.live_reply import Ending
from app.services.generation.ordering import put_in_order
from app.services.messages.estimate import estimate_tokens
from app.services.messages.pieces import saved_text
from app.services.messages.rows import usage_of

LOOKS_PER_LEASE = 5
WHOLE_TRIES = 3
"""Attempts to end a reply with its whole text; after that its text is halved each time."""

_generation = table_of(Generation)
_message = table_of(Message)


@dataclass(frozen=True, slots=True)
class Beat:
    """A running generation's sign of life."""

    generation_id: int
    beat: int


class Reaper:
    """Watches the beats of all running replies, this process's included.

    Its own rows can stay behind, too: where a COMMIT went through and its answer was lost.
    """

    def __init__(
        self,
        database: Database,
        owner: str,
        lease_seconds: float,
        keep_seconds: float,
    ) -> None:
        self._database = database
        # An owner that writes no replies fences off the former one, even this process.
        self._name = f"{owner}-reaper"
        self._lease = lease_seconds
        self._keep = timedelta(seconds=keep_seconds)
        self._seen: dict[Beat, int] = {}
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
        beats = await self._database.read(_beats)
        self._seen = {beat: self._seen.get(beat, 0) + 1 for beat in beats}
        silent = [beat for beat, looks in self._seen.items() if looks > 1]
        if silent:
            free = await self._database.write(_free, [beat.generation_id for beat in silent])
            self._seen.update({beat: 0 for beat in silent if beat.generation_id not in free})
        await self._reap([beat for beat, looks in self._seen.items() if looks > LOOKS_PER_LEASE])
        await self._clear_away()

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
            await self._reap(await self._database.read(_beats))
        except (AppError, SQLAlchemyError) as error:
            log.warning("reaping_postponed", cause=type(error).__name__)

    async def _reap(self, stale: Sequence[Beat]) -> None:
        """End these replies. One that the database refuses waits for another lease, and is
        shortened in the end; if the database refuses even a test write, that error is raised."""
        for beat in stale:
            try:
                halvings = max(0, self._refused[beat.generation_id] - WHOLE_TRIES + 1)
                if await self._database.write(_reap, self._name, beat, halvings):
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
                await self._database.write(_beat, beat)  # fails if it is not about the text
                self._refused[beat.generation_id] += 1


def _beats(connection: Connection) -> list[Beat]:
    rows = connection.execute(
        select(_generation.c.id, _generation.c.beat).where(
            _generation.c.running_conversation_id.is_not(None)
        )
    )
    return [Beat(*row) for row in rows]


def _free(connection: Connection, generation_ids: Sequence[int]) -> set[int]:
    """Of these generations, those whose row and message nobody has locked.

    Raises when the database is read-only: then their owners cannot write either.
    """
    connection.execute(update(_generation).where(_generation.c.id == 0).values(beat=0))
    rows = connection.execute(
        select(_generation.c.id)
        .join(_message, _generation.c.message_id == _message.c.id)
        .where(_generation.c.id.in_(generation_ids))
        .with_for_update(skip_locked=True)
    )
    return set(rows.scalars())


def _beat(connection: Connection, beat: Beat) -> None:
    """Give a generation that cannot be ended another lease."""
    its = (_generation.c.id == beat.generation_id, _generation.c.beat == beat.beat)
    connection.execute(update(_generation).where(*its).values(beat=_generation.c.beat + 1))


def _reap(connection: Connection, name: str, beat: Beat, halvings: int) -> bool:
    """Take the generation over and end it with what it had saved, halved so many times.

    False if it moved meanwhile, or is locked.
    """
    its = _generation.c.id == beat.generation_id
    row = connection.execute(
        select(
            _message,
            _generation.c.model_name.label("asked"),
            _generation.c.prompt_tokens.label("about"),
        )
        .join(_generation, _generation.c.message_id == _message.c.id)
        .where(its, _generation.c.beat == beat.beat, _generation.c.finished_at.is_(None))
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
