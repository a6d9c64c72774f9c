"""Folders as rows."""

from collections.abc import Mapping
from hashlib import sha256
from typing import Any

from sqlalchemy import Connection, delete, func, insert, select, update

from app.database import table_of
from app.errors import FolderNameTaken, FolderNotFound, ListFull
from app.models import Conversation, Folder, utc_now
from app.schemas.folder import FolderCreate, FolderRead, FolderUpdate
from app.services.endpoints.rows import hold_user
from app.utils.names import canonical

FOLDERS_PER_USER = 100
STEP = 1024
"""Between the orders of new folders, so that others find room there."""
TAKEN_OUT_PER_COMMIT = 500

_folder = table_of(Folder)
_conversation = table_of(Conversation)


def find_owned(connection: Connection, user_id: int, folder_id: int) -> Any:
    """The row of a folder that is this user's; else FolderNotFound."""
    mine = (_folder.c.id == folder_id, _folder.c.user_id == user_id)
    row = connection.execute(select(_folder).where(*mine)).first()
    if row is None:
        raise FolderNotFound(folder_id)
    return row


def is_there(connection: Connection, folder_id: int) -> bool:
    """Whether a folder was not removed; it stays while its user is held."""
    found = connection.execute(select(_folder.c.id).where(_folder.c.id == folder_id)).first()
    return found is not None


def listed(connection: Connection, user_id: int) -> list[FolderRead]:
    """A user's folders, in their order."""
    mine = select(_folder).where(_folder.c.user_id == user_id)
    rows = connection.execute(mine.order_by(_folder.c.position, _folder.c.id))
    return [_read(row) for row in rows]


def create(connection: Connection, user_id: int, new: FolderCreate) -> FolderRead:
    """A new folder; ListFull, FolderNameTaken."""
    hold_user(connection, user_id)
    there = select(func.count(), func.max(_folder.c.position)).where(_folder.c.user_id == user_id)
    how_many, last = connection.execute(there).one()
    if how_many >= FOLDERS_PER_USER:
        raise ListFull(FOLDERS_PER_USER)
    now = utc_now()
    position = (last or 0) + STEP if new.order is None else new.order
    values = _named(connection, user_id, None, new.name) | {"position": position}
    times = {"created_at": now, "updated_at": now}
    result = connection.execute(insert(_folder).values(user_id=user_id, **values, **times))
    id = int(result.inserted_primary_key[0])  # type: ignore[index]
    return _read(find_owned(connection, user_id, id))


def change(
    connection: Connection, user_id: int, folder_id: int, change: FolderUpdate
) -> FolderRead:
    """Change what is given; FolderNotFound, FolderNameTaken."""
    hold_user(connection, user_id)
    find_owned(connection, user_id, folder_id)
    values: dict[str, Any] = {}
    if change.name is not None:
        values |= _named(connection, user_id, folder_id, change.name)
    if change.order is not None:
        values["position"] = change.order
    if values:
        same = update(_folder).where(_folder.c.id == folder_id)
        connection.execute(same.values(**values, updated_at=utc_now()))
    return _read(find_owned(connection, user_id, folder_id))


def take_out_some(connection: Connection, user_id: int, folder_id: int) -> bool:
    """Take some conversations out of a folder, in the end remove it; True while it is there.

    The folder's row is locked in between, so that nothing is put in when the last one is out.
    """
    find_owned(connection, user_id, folder_id)
    inside = select(_conversation.c.id).where(_conversation.c.folder_id == folder_id)
    ids = connection.execute(inside.limit(TAKEN_OUT_PER_COMMIT)).scalars().all()
    if ids:
        out = update(_conversation).where(
            _conversation.c.id.in_(ids), _conversation.c.folder_id == folder_id
        )
        connection.execute(out.values(folder_id=None))
    hold_user(connection, user_id)
    recount(connection, user_id, folder_id)
    if len(ids) == TAKEN_OUT_PER_COMMIT or connection.execute(inside.limit(1)).first() is not None:
        return True
    connection.execute(delete(_folder).where(_folder.c.id == folder_id))
    return False


def add(connection: Connection, changes: Mapping[int, int]) -> None:
    """Change how many are counted in folders; whoever calls holds their user."""
    for folder_id, change in sorted(changes.items()):
        counted = _folder.c.conversation_count + change
        same = update(_folder).where(_folder.c.id == folder_id)
        connection.execute(same.values(conversation_count=counted))


def recount(connection: Connection, user_id: int, folder_id: int | None = None) -> None:
    """Count anew what is in a user's folders, or in one; whoever calls holds the user."""
    inside = (
        select(func.count())
        .where(
            _conversation.c.folder_id == _folder.c.id,
            _conversation.c.deleted_at.is_(None),
            _conversation.c.archived == 0,
        )
        .scalar_subquery()
    )
    which = _folder.c.user_id == user_id
    if folder_id is not None:
        which &= _folder.c.id == folder_id
    connection.execute(update(_folder).where(which).values(conversation_count=inside))


def _named(
    connection: Connection, user_id: int, folder_id: int | None, name: str
) -> dict[str, Any]:
    hash = sha256(canonical(name)).digest()
    same = select(_folder.c.id).where(_folder.c.user_id == user_id, _folder.c.name_hash == hash)
    if connection.execute(same).scalar() not in (None, folder_id):
        raise FolderNameTaken
    return {"name": name, "name_hash": hash}


def _read(row: Any) -> FolderRead:
    return FolderRead(**row._asdict(), order=row.position)
