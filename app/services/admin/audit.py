"""The audit log, for administrators: read, and checked."""

import asyncio
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import orjson
from sqlalchemy import Connection, select
from sqlalchemy.exc import SQLAlchemyError

from app.config import Settings
from app.database import Database, table_of
from app.encryption import HeadSigner
from app.engines.index import along
from app.errors import DatabaseUnavailable, ServerBusy
from app.models import AuditEvent, User
from app.schemas.admin_audit import AdminAuditEvent, AdminAuditPage, AuditReport
from app.services.audit.events import AuditAction, AuditOutcome, record
from app.services.audit.verify import Report, verify
from app.services.auth.account import Account
from app.services.auth.admins import require_admin
from app.services.backup.tables import BackupError
from app.services.backup.transaction import SNAPSHOT, transaction

_event = table_of(AuditEvent)
_user = table_of(User)


@dataclass(frozen=True, slots=True)
class EventsWanted:
    """Which events: those below an id, so many; about a user, of an action, an outcome, on these
    days (UTC, both included)."""

    before_id: int | None
    limit: int
    user_id: int | None = None
    action: AuditAction | None = None
    outcome: AuditOutcome | None = None
    first: date | None = None
    last: date | None = None


class AdminAudit:
    """Everybody's events."""

    def __init__(self, database: Database, settings: Settings, signer: HeadSigner) -> None:
        self._database = database
        self._settings = settings
        self._signer = signer
        self._verifying = asyncio.Lock()

    async def page(self, wanted: EventsWanted) -> AdminAuditPage:
        """Events, the newest first."""
        return await self._database.read(_page, wanted)

    async def verify(self, admin: Account) -> AuditReport:
        """Check every event against its seal, which may take a while. Raises LoginTooOld,
        AdminOnly, ServerBusy while another one does, DatabaseUnavailable."""
        await self._database.write(_begin, admin)
        if self._verifying.locked():
            raise ServerBusy
        async with self._verifying:
            report = await asyncio.to_thread(_verified, self._settings, self._signer)
        return AuditReport(
            sealed=report.sealed,
            unsealed=report.unsealed,
            pruned=report.pruned,
            place=report.place,
            seal=report.seal.hex(),
            findings=report.findings,
        )


def _begin(connection: Connection, admin: Account) -> None:
    require_admin(connection, admin)
    record(connection, AuditAction.AUDIT_VERIFIED, admin.id, admin_id=admin.id)


def _verified(settings: Settings, signer: HeadSigner) -> Report:
    """In a transaction of its own, which sees one moment however long it takes."""
    try:
        with transaction(settings, SNAPSHOT) as connection:
            return verify(connection, signer)
    except (SQLAlchemyError, BackupError) as error:
        raise DatabaseUnavailable from error


def _page(connection: Connection, wanted: EventsWanted) -> AdminAuditPage:
    query = select(_event, _user.c.username).outerjoin(_user, _user.c.id == _event.c.user_id)
    query = along(query, _event, "PRIMARY" if wanted.user_id is None else "idx_audit_user")
    conditions: dict[Any, Any] = {
        _event.c.user_id: wanted.user_id,
        _event.c.action: wanted.action and wanted.action.value,
        _event.c.outcome: wanted.outcome,
    }
    query = query.where(*(column == v for column, v in conditions.items() if v is not None))
    if wanted.before_id is not None:
        query = query.where(_event.c.id < wanted.before_id)
    if wanted.first is not None:
        query = query.where(_event.c.at >= datetime.combine(wanted.first, time(), UTC))
    if wanted.last is not None and wanted.last < date.max:
        end = datetime.combine(wanted.last + timedelta(days=1), time(), UTC)
        query = query.where(_event.c.at < end)
    rows = connection.execute(query.order_by(_event.c.id.desc()).limit(wanted.limit + 1)).all()
    shown = rows[: wanted.limit]
    more = len(rows) > wanted.limit
    return AdminAuditPage(
        events=[_read(row) for row in shown], next_cursor=str(shown[-1].id) if more else None
    )


def _read(row: Any) -> AdminAuditEvent:
    return AdminAuditEvent(
        id=row.id,
        at=row.at,
        user_id=row.user_id,
        username=row.username,
        action=row.action,
        outcome=row.outcome,
        address=row.address,
        detail=orjson.loads(row.detail or "{}"),
    )
