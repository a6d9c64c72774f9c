"""An import undone: what it has created goes where what is deleted by hand goes."""

from datetime import datetime

from sqlalchemy import Connection, select, update

from app.database import table_of
from app.models import Conversation, Import, ImportItem, utc_now
from app.services.audit.events import AuditAction, record
from app.services.conversations.rows import mark_deleted

CONVERSATIONS_PER_COMMIT = 10

_import = table_of(Import)
_item = table_of(ImportItem)
_conversation = table_of(Conversation)


def wanted(connection: Connection, user_id: int) -> int | None:
    """An import of a user's that is to be undone; None without one."""
    its = (
        _import.c.user_id == user_id,
        _import.c.undo_at.is_not(None),
        _import.c.undone_at.is_(None),
    )
    id: int | None = connection.execute(select(_import.c.id).where(*its).limit(1)).scalar()
    return id


def undo_some(connection: Connection, user_id: int, import_id: int, since: datetime) -> bool:
    """Delete some of the conversations that an import has created; False once none is left.
    `since`: see `tally.restorable`."""
    there = (
        select(_item.c.conversation_id)
        .join(_conversation, _conversation.c.id == _item.c.conversation_id)
        .where(
            _item.c.import_id == import_id,
            _item.c.result == "created",
            _conversation.c.user_id == user_id,
            _conversation.c.deleted_at.is_(None),
        )
    )
    ids = connection.execute(there.limit(CONVERSATIONS_PER_COMMIT)).scalars().all()
    for id in sorted(ids):
        mark_deleted(connection, user_id, id, since)
    if not ids:
        its = update(_import).where(_import.c.id == import_id, _import.c.undone_at.is_(None))
        connection.execute(its.values(undone_at=utc_now()))
        record(connection, AuditAction.IMPORT_UNDONE, user_id, import_id=import_id)
    return bool(ids)
