"""How often links were looked at: counted in memory, and soon added up in the database."""

import asyncio
from collections import Counter
from collections.abc import Sequence

from sqlalchemy import Connection, bindparam, update
from sqlalchemy.exc import SQLAlchemyError

from app.database import Database, table_of
from app.errors import AppError
from app.logs import log
from app.models import Share

ROUND_SECONDS = 1

_share = table_of(Share)
_ADD = (
    update(_share)
    .where(_share.c.id == bindparam("of_share"))
    .values(views=_share.c.views + bindparam("more"))
)


class ShareViews:
    """The views that one process has seen; those of its last second are lost with it."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._seen: Counter[int] = Counter()

    def add(self, share_id: int) -> None:
        """Count one."""
        self._seen[share_id] += 1

    async def run(self) -> None:
        """Add up every second what was seen, for ever."""
        while True:
            await asyncio.sleep(ROUND_SECONDS)
            await self.write()

    async def write(self) -> None:
        """Add up what was seen; where that fails, another time."""
        if not self._seen:
            return
        seen, self._seen = self._seen, Counter()
        try:
            await self._database.write(_add, sorted(seen.items()))
        except (AppError, SQLAlchemyError) as error:
            log.warning("views_not_counted", cause=type(error).__name__)
            self._seen += seen


def _add(connection: Connection, seen: Sequence[tuple[int, int]]) -> None:
    connection.execute(_ADD, [{"of_share": id, "more": more} for id, more in seen])
