"""Imports as rows: begun, found, ended.

Whoever begins or ends one holds the user's row. Whoever writes for one holds its own row, so that
nothing is written for one that has ended.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, delete, insert, or_, select, update

from app.database import table_of
from app.errors import ImportNotFound, ImportOver, ImportRunning
from app.models import Import, ImportItem, utc_now
from app.schemas.imports import UNENDED, ImportRead, ImportStatus, ImportWhy
from app.services.audit.events import AuditAction, record
from app.services.endpoints.rows import hold_user
from app.services.jobs.rows import unwish, wish
from app.services.upkeep.removal import remove_some

UNDO = "import_undo"

_import = table_of(Import)
_item = table_of(ImportItem)


def job_kind(folder: str) -> str:
    """The kind of the jobs of processes that see a folder."""
    return f"import {folder}"


def begin(
    connection: Connection, user_id: int, name: str, folder: str, file: str, size: int | None
) -> ImportRead:
    """A new import, whose file is to come; ImportRunning."""
    hold_user(connection, user_id)
    mine = _import.c.running_user_id == user_id
    if connection.execute(select(_import.c.id).where(mine)).first() is not None:
        raise ImportRunning
    made = insert(_import).values(
        user_id=user_id,
        running_user_id=user_id,
        name=name,
        status="uploading",
        folder=folder,
        file=file,
        size=size,
        created_at=utc_now(),
    )
    id: int = connection.execute(made).inserted_primary_key[0]  # type: ignore[index]
    record(connection, AuditAction.IMPORT_STARTED, user_id, import_id=id)
    return read(find_own(connection, user_id, id))


def find_own(connection: Connection, user_id: int, import_id: int, lock: bool = False) -> Any:
    """The row of an import that is this user's; else ImportNotFound."""
    mine = select(_import).where(_import.c.id == import_id, _import.c.user_id == user_id)
    row = connection.execute(mine.with_for_update() if lock else mine).first()
    if row is None:
        raise ImportNotFound(import_id)
    return row


def find_running(connection: Connection, user_id: int) -> Any:
    """The row of a user's import whose file is there and that has not ended; None without one."""
    waiting = (_import.c.running_user_id == user_id, _import.c.status != "uploading")
    return connection.execute(select(_import).where(*waiting)).first()


def get(connection: Connection, user_id: int, import_id: int) -> ImportRead:
    """An import as it stands; ImportNotFound."""
    return read(find_own(connection, user_id, import_id))


def listed(
    connection: Connection, user_id: int, limit: int, before_id: int | None
) -> tuple[list[ImportRead], bool]:
    """A user's imports below an id, newest first, and whether there are more."""
    mine = select(_import).where(_import.c.user_id == user_id)
    if before_id is not None:
        mine = mine.where(_import.c.id < before_id)
    rows = connection.execute(mine.order_by(_import.c.id.desc()).limit(limit + 1)).all()
    return [read(row) for row in rows[:limit]], len(rows) > limit


def arrived(connection: Connection, user_id: int, import_id: int, size: int) -> ImportRead:
    """The file is there, of so many bytes: the import waits for its turn. Raises ImportNotFound,
    ImportOver."""
    row = find_own(connection, user_id, import_id, lock=True)
    if row.status != "uploading":
        raise ImportOver
    _change(connection, import_id, status="waiting", size=size)
    wish(connection, job_kind(row.folder), user_id)
    return get(connection, user_id, import_id)


def start(connection: Connection, import_id: int) -> Any:
    """Begin to deal with an import, or go on with it; its row, None where it has ended."""
    its = select(_import).where(_import.c.id == import_id, _import.c.running_user_id.is_not(None))
    row = connection.execute(its.with_for_update()).first()
    if row is not None:
        _change(connection, import_id, status="running")
    return row


def tell_source(connection: Connection, import_id: int, source: str, total: int | None) -> None:
    """Put down whose export it is, and how many items it has."""
    _change(connection, import_id, source=source, total=total)


def end(
    connection: Connection,
    /,
    user_id: int,
    import_id: int,
    status: ImportStatus,
    why: ImportWhy | None = None,
    **by: Any,
) -> bool:
    """The import ends; False where it had ended. `by`: who ends it, where that is not its user, for
    the event. Raises ImportNotFound."""
    row = find_own(connection, user_id, import_id, lock=True)
    if row.status not in UNENDED:
        return False
    values = {"status": status, "why": why, "running_user_id": None, "ended_at": utc_now()}
    _change(connection, import_id, **values)
    unwish(connection, job_kind(row.folder), user_id)
    record(
        connection,
        AuditAction.IMPORT_ENDED,
        user_id,
        import_id=import_id,
        status=status,
        conversations=row.created + row.updated,
        **by,
    )
    return True


def end_all(connection: Connection) -> None:
    """Imports that have not ended do so in a restored database: their files are in no backup."""
    gone = {"status": "failed", "why": "file_gone", "running_user_id": None, "ended_at": utc_now()}
    unended_ones = update(_import).where(_import.c.running_user_id.is_not(None))
    connection.execute(unended_ones.values(**gone))


def wish_undone(connection: Connection, user_id: int, import_id: int) -> ImportRead:
    """Have what an import has created deleted; ImportNotFound, ImportRunning."""
    row = find_own(connection, user_id, import_id, lock=True)
    if row.status in UNENDED:
        raise ImportRunning
    if row.undo_at is None:
        _change(connection, import_id, undo_at=utc_now())
        wish(connection, UNDO, user_id)
    return get(connection, user_id, import_id)


def unended(connection: Connection, folder: str, before: datetime) -> Sequence[Any]:
    """The imports that have not ended: those whose files lie in a folder, and wherever they lie
    those that began before a time."""
    here_or_old = or_(_import.c.folder == folder, _import.c.created_at < before)
    found = select(_import).where(_import.c.running_user_id.is_not(None), here_or_old)
    return connection.execute(found).all()


def unended_of(connection: Connection, user_id: int) -> Any:
    """A user's import that has not ended; None without one."""
    mine = select(_import).where(_import.c.running_user_id == user_id)
    return connection.execute(mine).first()


def ensure_wished(connection: Connection, user_id: int, folder: str) -> None:
    """Have a waiting import dealt with: a backup holds it, and not its job."""
    wish(connection, job_kind(folder), user_id)


def purge_reports(connection: Connection, before: datetime) -> bool:
    """Remove some of what tells of imports that ended before a time; False when nothing is left."""
    return _remove_some(connection, _import.c.ended_at < before)


def remove_of(connection: Connection, user_id: int) -> bool:
    """Remove some of what tells of a user's imports; False when nothing is left."""
    return _remove_some(connection, _import.c.user_id == user_id)


def _remove_some(connection: Connection, which: ColumnElement[bool]) -> bool:
    id = connection.execute(select(_import.c.id).where(which).limit(1)).scalar()
    if id is None:
        return False
    if not remove_some(connection, _item.c.position, _item.c.import_id == id):
        connection.execute(delete(_import).where(_import.c.id == id))
    return True


def _change(connection: Connection, import_id: int, **values: Any) -> None:
    connection.execute(update(_import).where(_import.c.id == import_id).values(**values))


def read(row: Any) -> ImportRead:
    """A row as it is told."""
    undo = None
    if row.undo_at is not None:
        undo = "running" if row.undone_at is None else "done"
    values = {
        name: value for name, value in row._mapping.items() if name in ImportRead.model_fields
    }
    return ImportRead(**values, format=row.source, undo=undo)
