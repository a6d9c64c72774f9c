"""The audit log of one process: writes notes, seals rows and prunes old ones, all in the
background."""

import asyncio
from datetime import timedelta
from itertools import islice
from typing import Any

from sqlalchemy import Row
from sqlalchemy.exc import SQLAlchemyError

from app.database import Database
from app.encryption import HeadSigner
from app.errors import AppError
from app.logs import log
from app.models import utc_now
from app.schemas.audit import AuditPage
from app.services.audit.chain import (
    BATCH,
    ChainBroken,
    SealedElsewhere,
    has_unsealed,
    prune_some,
    seal_some,
)
from app.services.audit.events import page_of
from app.services.audit.notes import RefusalNotes
from app.services.audit.refusals import note_refusal
from app.services.audit.rows import write_notes

ROUND_SECONDS = 1
PRUNE_SECONDS = 3600
NOTES_PER_COMMIT = 100


class AuditLog:
    """`retention_days`: how long rows are kept, 0 for ever."""

    def __init__(
        self, database: Database, signer: HeadSigner, notes: RefusalNotes, retention_days: int
    ) -> None:
        self._database = database
        self._signer = signer
        self._notes = notes
        self._retention = timedelta(days=retention_days)
        self._sealed = 0
        self._told = ""
        self._is_broken = False

    @property
    def is_broken(self) -> bool:
        """Whether this process has found the log tampered with."""
        return self._is_broken

    def refused(self, error: AppError, user_id: int | None) -> None:
        """Have a refusal recorded soon, if it is of a kind that is."""
        note_refusal(self._notes, error, user_id)

    async def page(self, user_id: int, limit: int, before_id: int | None) -> AuditPage:
        """A user's own events below an id, newest first."""
        return await self._database.read(page_of, user_id, limit, before_id)

    async def run(self) -> None:
        """Write, seal and prune, for ever."""
        loop = asyncio.get_running_loop()
        prune_at = loop.time()
        while True:
            await self._attempt()
            if self._retention and loop.time() >= prune_at:
                prune_at = loop.time() + PRUNE_SECONDS
                await self._attempt(prune=True)
            await asyncio.sleep(ROUND_SECONDS)

    async def close(self) -> None:
        """Write and seal what is left; called when nothing else runs any more."""
        await self._attempt(everything=True)

    async def _attempt(self, everything: bool = False, prune: bool = False) -> None:
        try:
            if prune:
                await self._prune()
            else:
                await self._write_notes(everything)
                await self._seal()
        except (ChainBroken, SealedElsewhere) as error:
            self._tell(error)
        except (AppError, SQLAlchemyError) as error:
            log.warning("audit_delayed", cause=type(error).__name__)
        except Exception:
            log.exception("audit_failed")

    async def _write_notes(self, everything: bool) -> None:
        taken = self._notes.take(everything)
        try:
            while taken:
                some = {key: taken.pop(key) for key in list(islice(taken, NOTES_PER_COMMIT))}
                try:
                    await self._database.write(write_notes, [*some.values()])
                except (AppError, SQLAlchemyError):
                    taken |= some
                    raise
        finally:
            self._notes.give_back(taken)

    async def _seal(self) -> None:
        while await self._database.read(has_unsealed):
            rows = await self._database.write(seal_some, self._signer)
            self._told = ""
            for row, seal in rows:
                if row.seq <= self._sealed:
                    self._tell(ChainBroken(f"Place {row.seq} was sealed before: rows were removed"))
                self._sealed = max(self._sealed, row.seq)
                _log_line(row, seal)
            if len(rows) < BATCH:
                return

    async def _prune(self) -> None:
        before = utc_now() - self._retention
        while await self._database.write(prune_some, self._signer, before):
            pass

    def _tell(self, error: Exception) -> None:
        """Log what is wrong with the chain, once and not every second."""
        if str(error) == self._told:
            return
        self._told = str(error)
        if isinstance(error, SealedElsewhere):  # ordinary while servers change their keys
            log.warning("audit_not_sealed", cause=self._told)
        else:
            self._is_broken = True
            log.error("audit_chain_broken", finding=self._told)


def _log_line(row: Row[Any], seal: bytes) -> None:
    log.info(
        "audit",
        seq=row.seq,
        seal=seal.hex(),
        id=row.id,
        at=row.at.isoformat(timespec="microseconds"),
        user_id=row.user_id,
        action=row.action,
        outcome=row.outcome,
        address=row.address,
        request_id=row.request_id,
        detail=row.detail,
    )
