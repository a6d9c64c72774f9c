"""The bytes of users' files, let go of once no row needs them."""

from collections.abc import Sequence

from app.database import Database
from app.logs import log
from app.services.files import unused_rows
from app.services.files.storage import Storage
from app.services.files.threads import FileThreads


class StoredBytes:
    """What is stored, as far as rows decide over it.

    Another process may keep the same bytes while this one lets go of them. So they are set aside
    first, and rows are asked after that; whoever keeps bytes puts the row down first, and looks for
    the bytes after that. One of the two sees the other, whatever the order.
    """

    def __init__(self, database: Database, storage: Storage, threads: FileThreads) -> None:
        self._database = database
        self._storage = storage
        self._threads = threads

    async def let_go(self, keys: Sequence[str]) -> int:
        """Remove what is stored under those of these keys that no row has; how many were removed.
        What the store does not let go of now is swept."""
        removed = 0
        try:
            for key in keys:
                name = await self._threads.run(self._storage.set_aside, key)
                removed += await self._decide(name, [key])
        except OSError as error:
            log.warning("file_not_removed", cause=type(error).__name__, errno=error.errno)
        return removed

    async def decide_over_aside(self, before: float) -> int:
        """Put back or remove what was set aside before a time (seconds since 1970) by a process
        that died over it; how many files were removed."""
        removed = 0
        for name, keys in await self._threads.run(self._storage.aside, before):
            removed += await self._decide(name, keys)
        return removed

    async def _decide(self, name: str, keys: Sequence[str]) -> int:
        """Whether what was set aside is removed: it is put back when a row has its key."""
        is_needed = bool(await self._database.read(unused_rows.known_keys, keys))
        settle = self._storage.put_back if is_needed else self._storage.let_go
        await self._threads.run(settle, name)
        return not is_needed
