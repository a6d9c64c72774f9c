"""Files as rows that are let go of: by their owners, and where nothing holds them any more."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection, delete, exists, or_, select, union_all, update

from app.database import table_of
from app.errors import AttachmentInUse
from app.models import Attachment, File, ShareAttachment, User
from app.services.files.rows import find_own, hold_owner

LOOKED_AT_ONCE = 500
REMOVED_AT_ONCE = 50

_file = table_of(File)
_attachment = table_of(Attachment)
_user = table_of(User)
_shown = table_of(ShareAttachment)
_is_shown = _shown.c.number.is_not(None)
"""By a link, which holds a file like a message."""
_is_held = or_(
    exists().where(_attachment.c.file_id == _file.c.id),
    exists().where(_shown.c.file_id == _file.c.id, _is_shown),
)


def remove(connection: Connection, user_id: int, file_id: int) -> str:
    """Remove a file that neither a message nor a link holds, and tell its key.

    Raises AttachmentNotFound, AttachmentInUse.
    """
    hold_owner(connection, user_id)
    row = find_own(connection, user_id, file_id)
    if _held_of(connection, [file_id]):
        raise AttachmentInUse
    connection.execute(delete(_file).where(_file.c.id == file_id))
    return str(row.hash.hex())


def look(
    connection: Connection, after: int, created_before: datetime, unused_before: datetime
) -> tuple[int | None, list[int], dict[int, int]]:
    """Among the next files, in the order of ids: the last of them, None where there are no more;
    those that nothing holds and that are old enough to be marked so; and those that were marked
    long enough ago, each with its owner."""
    page = select(_file.c.id).where(_file.c.id > after).order_by(_file.c.id).limit(LOOKED_AT_ONCE)
    ids = [*connection.execute(page).scalars()]
    columns = (_file.c.id, _file.c.user_id, _file.c.created_at, _file.c.unused_at)
    unheld = select(*columns).where(_file.c.id.in_(ids), ~_is_held)
    fresh: list[int] = []
    over: dict[int, int] = {}
    for row in connection.execute(unheld):
        if row.unused_at is None:
            if row.created_at < created_before:
                fresh.append(row.id)
        elif row.unused_at < unused_before:
            over[row.id] = row.user_id
    return ids[-1] if len(ids) == LOOKED_AT_ONCE else None, fresh, over


def mark_unused(connection: Connection, ids: Sequence[int], now: datetime) -> None:
    """The first pass: write down that nothing holds these."""
    unheld = (_file.c.id.in_(ids), _file.c.unused_at.is_(None), ~_is_held)
    connection.execute(update(_file).where(*unheld).values(unused_at=now))


def remove_unused(connection: Connection, user_id: int, ids: Sequence[int]) -> list[str]:
    """The second pass: remove a user's files that nothing holds still, and tell their keys. Of
    those that are held after all, the mark is taken away."""
    connection.execute(select(_user.c.id).where(_user.c.id == user_id).with_for_update())
    kept = _held_of(connection, ids)
    gone = [id for id in ids if id not in kept]
    mine = (_file.c.user_id == user_id, _file.c.id.in_(gone))
    hashes = {*connection.execute(select(_file.c.hash).where(*mine)).scalars()}
    connection.execute(delete(_file).where(*mine))
    if kept:
        back = update(_file).where(_file.c.id.in_(kept))
        connection.execute(back.values(unused_at=None))
    return [hash.hex() for hash in hashes]


def _held_of(connection: Connection, ids: Sequence[int]) -> set[int]:
    """Those of these files that a message or a link holds."""
    by_message = select(_attachment.c.file_id).where(_attachment.c.file_id.in_(ids))
    by_link = select(_shown.c.file_id).where(_shown.c.file_id.in_(ids), _is_shown)
    return {*connection.execute(union_all(by_message, by_link)).scalars()}


def known_keys(connection: Connection, keys: Sequence[str]) -> set[str]:
    """Those of these keys that rows have."""
    hashes = [bytes.fromhex(key) for key in keys]
    found = select(_file.c.hash).where(_file.c.hash.in_(hashes))
    return {hash.hex() for hash in connection.execute(found).scalars()}


def keys_of(connection: Connection, user_id: int) -> list[str]:
    """Some keys of a user's files."""
    mine = select(_file.c.hash).where(_file.c.user_id == user_id).limit(LOOKED_AT_ONCE)
    return [hash.hex() for hash in {*connection.execute(mine).scalars()}]


def remove_keys(connection: Connection, user_id: int, keys: Sequence[str]) -> None:
    """Remove a user's files that have these keys."""
    hashes = [bytes.fromhex(key) for key in keys]
    mine = (_file.c.user_id == user_id, _file.c.hash.in_(hashes))
    connection.execute(delete(_file).where(*mine))
