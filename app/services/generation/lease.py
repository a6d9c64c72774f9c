"""The sign of life that a process gives for all that it does: its replies and its jobs."""

import asyncio
import secrets
from collections.abc import Callable

from sqlalchemy.exc import SQLAlchemyError

from app.contract import is_contracted
from app.database import Database
from app.errors import AppError
from app.logs import log
from app.models import utc_now
from app.services.generation import process_rows

BEATS_PER_LEASE = 10
FIRST_BEATS = 1 << 40


class ProcessLease:
    """Keeps the row of this process moving, which others look at (see reaper.py).

    It is given by the event loop, as everything that a process does for its replies: one that hangs
    is dead. `rests`: without work for a lease it gives none and has no row, so that an idle server
    does not wake a disk each second; a reply that begins is judged by its own beat until the row is
    there. While there is one it moves: others write, too, to find out whether one that stands still
    is dead, so that two at rest would keep each other awake.
    `contracted` is told whether all who use the database look at processes.
    """

    def __init__(
        self,
        database: Database,
        owner: str,
        lease_seconds: float,
        rests: bool = False,
        is_busy: Callable[[], bool] = lambda: True,
        contracted: Callable[[bool], None] = lambda _: None,
    ) -> None:
        self.owner = owner
        self._database = database
        self._lease = lease_seconds
        self._rests = rests
        self._is_busy = is_busy
        self._contracted = contracted
        self._started_at = utc_now()
        self._stands = self._fails = False
        self._needed_at = 0.0

    async def run(self) -> None:
        """Give signs of life for ever."""
        while True:
            try:
                await self._go_on()
                self._fails = False
            except (AppError, SQLAlchemyError) as error:
                if not self._fails:
                    log.warning("process_beat_failed", cause=type(error).__name__)
                self._fails = True
            except Exception:
                log.exception("process_beat_failed")
            await asyncio.sleep(self._lease / BEATS_PER_LEASE)

    async def beat(self) -> None:
        """Give one now. Raises where the database takes no writes."""
        self._needed_at = asyncio.get_running_loop().time()
        await self._move()

    async def _move(self) -> None:
        self._stands = True
        first = secrets.randbelow(FIRST_BEATS)
        oldest = await self._database.write(process_rows.beat, self.owner, first, self._started_at)
        self._contracted(is_contracted(oldest))

    async def end(self) -> None:
        """Take the row away; where replies could not be ended it stays, and others end them."""
        if not self._stands:
            return
        try:
            await self._database.write(process_rows.remove, self.owner)
            self._stands = False
        except (AppError, SQLAlchemyError) as error:  # others take it away after the lease
            log.info("process_row_stays", cause=type(error).__name__)

    async def _go_on(self) -> None:
        idle_for = asyncio.get_running_loop().time() - self._needed_at
        if not self._rests or self._is_busy():
            await self.beat()
        elif idle_for >= self._lease:
            await self.end()
        elif self._stands:
            await self._move()
