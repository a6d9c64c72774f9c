"""Purges deleted conversations, and logins, tickets, links and counts that are over."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime, timedelta

from sqlalchemy import Connection, or_
from sqlalchemy.exc import SQLAlchemyError

from app.database import Database, table_of
from app.errors import AppError
from app.logs import log
from app.models import (
    Conversation,
    DefaultModelUse,
    LoginSession,
    ModelWindow,
    PasswordReset,
    SecondStep,
    WsTicket,
    utc_now,
)
from app.services.upkeep.prompt_texts import purge_prompt_texts
from app.services.upkeep.removal import remove_of_conversations, remove_of_sessions, remove_some
from app.services.usage.periods import SECONDS_PER_DAY

ROUND_SECONDS = 3600
PAUSE_SECONDS = 0.05
MARGIN = timedelta(hours=1)
"""Allowance for clock skew between nodes."""


_conversation = table_of(Conversation)
_session = table_of(LoginSession)
_ticket = table_of(WsTicket)
_reset = table_of(PasswordReset)
_step = table_of(SecondStep)
_use = table_of(DefaultModelUse)
_window = table_of(ModelWindow)

type Part = Callable[[Connection, datetime], bool]
"""Removes some rows that were over before a time; False when none are left."""
type Sweep = Callable[[float], Awaitable[None]]
"""Removes what is over, with so many seconds of rest in between."""


class Purger:
    """Purges in small commits, so that nothing waits for a long one."""

    def __init__(
        self,
        database: Database,
        retention: Callable[[], Awaitable[timedelta]],
        sweep_files: Sweep,
        deleted: Sequence[Part],
        over: Sequence[Part],
    ) -> None:
        """`deleted`: what else is kept for the retention once it is deleted; `over`: what else is
        over by a time of its own."""
        self._database = database
        self._sweep_files = sweep_files
        self._deleted = deleted
        self._over = over
        self._retention = retention

    async def run(self) -> None:
        """Purge at start and every hour, for ever."""
        while True:
            try:
                await self.purge()
            except (AppError, SQLAlchemyError) as error:
                log.warning("purge_failed", cause=type(error).__name__)
            except Exception:
                log.exception("purge_failed")
            await asyncio.sleep(ROUND_SECONDS)

    async def purge(self) -> None:
        """Remove conversations and messages deleted longer ago than the retention, and all logins,
        tickets, links, counts and lessons about models that are over, and texts and files that
        nothing leads to."""
        over = utc_now() - MARGIN
        retention = await self._retention()
        for part in (purge_conversations, *self._deleted):
            await self._in_parts(part, over - retention)
        brief = (purge_tickets, purge_resets, purge_second_steps)
        its = (purge_sessions, *brief, purge_uses, purge_windows)
        for part in (*its, *self._over):
            await self._in_parts(part, over)
        await purge_prompt_texts(self._database, PAUSE_SECONDS)
        await self._sweep_files(PAUSE_SECONDS)  # of conversations that are gone, too

    async def _in_parts(self, part: Part, before: datetime) -> None:
        while True:
            if not await self._database.write(part, before):
                return
            await asyncio.sleep(PAUSE_SECONDS)


def purge_conversations(connection: Connection, before: datetime) -> bool:
    """Conversations that were deleted, with their messages."""
    return remove_of_conversations(connection, _conversation.c.deleted_at < before)


def purge_sessions(connection: Connection, before: datetime) -> bool:
    """Sessions that were ended or have expired, with their refresh tokens."""
    over = or_(_session.c.expires_at < before, _session.c.revoked_at < before)
    return remove_of_sessions(connection, over)


def purge_tickets(connection: Connection, before: datetime) -> bool:
    """Tickets that were used and have expired since."""
    return remove_some(connection, _ticket.c.jti, _ticket.c.expires_at < before)


def purge_resets(connection: Connection, before: datetime) -> bool:
    """Links for a new password that have expired."""
    return remove_some(connection, _reset.c.user_id, _reset.c.expires_at < before)


def purge_second_steps(connection: Connection, before: datetime) -> bool:
    """Logins that waited too long for their second step."""
    return remove_some(connection, _step.c.hash, _step.c.expires_at < before)


def purge_uses(connection: Connection, before: datetime) -> bool:
    """Counts of messages to the operator's model on days that are over."""
    over = _use.c.day < int(before.timestamp()) // SECONDS_PER_DAY
    return remove_some(connection, _use.c.user_id, over)


def purge_windows(connection: Connection, before: datetime) -> bool:
    """What was learned of models, too long ago to be trusted."""
    return remove_some(connection, _window.c.user_id, _window.c.expires_at < before)
