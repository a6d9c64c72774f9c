"""Lets go of files that neither a message nor a link holds, and of bytes that no row knows.

In two passes, an hour apart at least: the first writes down that a file is unused, or remembers
that bytes are known to nobody; the second removes what still is so.
"""

import asyncio
import time
from collections import defaultdict
from collections.abc import Iterator
from datetime import timedelta
from itertools import batched, islice

from app.database import Database
from app.logs import log
from app.models import utc_now
from app.services.files import unused_rows
from app.services.files.bytes import StoredBytes
from app.services.files.storage import Storage
from app.services.files.threads import FileThreads

UNSENT = timedelta(hours=24)
"""So long a file may wait to be sent, and bytes for their row."""
BETWEEN_PASSES = timedelta(minutes=50)
"""Purges are an hour apart."""
KEYS_AT_ONCE = 200


class Sweeper:
    """The sweeps of one process; several may sweep at once."""

    def __init__(
        self, database: Database, storage: Storage, stored: StoredBytes, threads: FileThreads
    ) -> None:
        self._database = database
        self._storage = storage
        self._bytes = stored
        self._threads = threads
        self._strays: set[str] = set()

    async def sweep(self, pause_seconds: float) -> None:
        """Both passes over all rows, then over all that is stored."""
        removed = await self._sweep_rows(pause_seconds)
        strays = await self._sweep_store(pause_seconds)
        now = time.time()
        strays += await self._bytes.decide_over_aside(now - BETWEEN_PASSES.total_seconds())
        await self._threads.run(self._storage.forget_drafts, now - UNSENT.total_seconds())
        if removed or strays:
            log.info("files_swept", files=removed, strays=strays)

    async def _sweep_rows(self, pause_seconds: float) -> int:
        removed = 0
        after: int | None = 0
        while after is not None:
            now = utc_now()
            after, fresh, over = await self._database.read(
                unused_rows.look, after, now - UNSENT, now - BETWEEN_PASSES
            )
            if fresh:
                await self._database.write(unused_rows.mark_unused, fresh, now)
            by_owner: defaultdict[int, list[int]] = defaultdict(list)
            for id, user_id in over.items():
                by_owner[user_id].append(id)
            for user_id, ids in by_owner.items():
                for some in batched(ids, unused_rows.REMOVED_AT_ONCE):
                    keys = await self._database.write(unused_rows.remove_unused, user_id, some)
                    await self._bytes.let_go(keys)
                    removed += len(some)
                    await asyncio.sleep(pause_seconds)
            await asyncio.sleep(pause_seconds)
        return removed

    async def _sweep_store(self, pause_seconds: float) -> int:
        """Remove bytes that no row knows, and knew none an hour ago."""
        before = time.time() - UNSENT.total_seconds()
        seen, self._strays = self._strays, set()
        removed = 0
        keys = self._storage.keys()
        while some := await self._threads.run(next_keys, keys):
            old = [key for key, at in some if at < before]
            unknown = (
                {*old} - await self._database.read(unused_rows.known_keys, old) if old else set()
            )
            removed += await self._bytes.let_go(sorted(unknown & seen))
            self._strays |= unknown - seen
            await asyncio.sleep(pause_seconds)
        return removed


def next_keys(keys: Iterator[tuple[str, float]]) -> list[tuple[str, float]]:
    """Some keys that come next; none at the end."""
    return [*islice(keys, KEYS_AT_ONCE)]
