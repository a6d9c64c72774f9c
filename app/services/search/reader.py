"""Reads what was said into the index, soon after it was committed, and what others left unread.

Any process does it for all of them. Tokens are made between a reading and a writing transaction;
the second one locks the messages and passes over those that have changed, or that another process
has read meanwhile.
"""

import time
from collections import Counter
from collections.abc import Sequence

from sqlalchemy.exc import SQLAlchemyError

from app.database import Database
from app.errors import AppError
from app.logs import log
from app.models import utc_now
from app.services.jobs.rows import wish
from app.services.jobs.service import HeldJob
from app.services.search import segments, unread
from app.services.search.block import SIZES
from app.services.search.pace import Rest, at_ease
from app.services.search.segments import CHECKED_EVERY, SEAL
from app.services.search.unread import ReadMessage, UnreadMessage
from app.services.search.words import packed
from app.utils.tasks import Wake

LOOK_OVER_SECONDS = 3600
READ_SECONDS = 1.0
"""What ends in so long is read together."""
BACKFILL = "search_backfill"
TOLD_EVERY = 40
"""Batches."""
COUNT_AFTER = 100
"""A user's pending messages are counted once so many were added here."""


class IndexReader:
    """Reads messages into `search_pending`, and wishes for what comes after that."""

    def __init__(self, database: Database, look_seconds: float) -> None:
        self._database = database
        self._wake = Wake(look_seconds, READ_SECONDS)
        self._added: Counter[int] = Counter()
        self.behind = 0
        """How many messages are unread at most, when that was last looked at."""

    def wake(self) -> None:
        """Something has ended."""
        self._wake.set()

    async def run(self) -> None:
        """Read at start, soon after each ending, and what others left, for ever."""
        looked_over = -float(LOOK_OVER_SECONDS)
        while True:
            try:
                await self.read_new()
                now = time.monotonic()
                if now - looked_over >= LOOK_OVER_SECONDS:
                    await self._look_over()
                    looked_over = now
            except (AppError, SQLAlchemyError) as error:
                log.warning("search_postponed", cause=type(error).__name__)
            except Exception:
                log.exception("search_postponed")
            await self._wake.wait()

    async def read_new(self) -> None:
        """Read what turns have written, and wish for the rest to be."""
        while found := await self._database.read(unread.of_turns):
            kept = await self._database.write(unread.keep, await _made(found))
            await self._count(kept)
            if not kept:
                break
        self.behind = await self._database.read(unread.behind)
        if self.behind:
            await self._database.write(wish, BACKFILL)

    async def backfill(self, job: HeldJob) -> None:
        """Read all that is unread, from the oldest on."""
        after = batches = 0
        while found := await job.read(unread.of_anybody, after):
            after = found[-1].id
            await self._count(await job.write(unread.keep, await _made(found)))
            if batches % TOLD_EVERY == 0:
                self.behind = await job.read(unread.behind)
                await job.tell(f'{{"unread_at_most":{self.behind}}}')
            batches += 1
        self.behind = await job.read(unread.behind)

    async def _count(self, kept: Sequence[int]) -> None:
        """Wish for a seal of whoever has enough."""
        self._added.update(kept)
        for user_id, count in [*self._added.items()]:
            if count >= COUNT_AFTER:
                del self._added[user_id]
                if await self._database.read(unread.pending_of, user_id) >= SIZES[0]:
                    await self._database.write(wish, SEAL, user_id)

    async def _look_over(self) -> None:
        """Wish for what the processes before have read and not counted, and for segments to be
        looked at of whose messages the release before may have purged some."""
        full = await self._database.read(unread.users_with_pending, SIZES[0])
        before = utc_now() - CHECKED_EVERY
        unchecked = await self._database.read(segments.users_to_check, before)
        for user_id in {*full, *unchecked}:
            await self._database.write(wish, SEAL, user_id)


async def _made(found: Sequence[UnreadMessage]) -> list[ReadMessage]:
    return await at_ease(_with_tokens, found)


def _with_tokens(rest: Rest, found: Sequence[UnreadMessage]) -> list[ReadMessage]:
    made = []
    for message in found:
        made.append(ReadMessage(message, packed(message.content, rest)))
        rest()
    return made
