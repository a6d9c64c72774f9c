"""Files as rows: kept, found and held.

Whoever adds or removes rows of a user's holds the user's row, so that quota and use are exact; so
does whoever begins a reply, and thereby puts a file to use.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    Connection,
    Row,
    bindparam,
    func,
    insert,
    literal,
    select,
)

from app.database import table_of
from app.engines.prepared import PreparedIn
from app.errors import (
    AttachmentNotFound,
    ClientIdReused,
    InvalidToken,
    QuotaReached,
)
from app.models import Attachment, File, User, utc_now
from app.schemas.file import AttachmentRead, AttachmentUploaded

FILES_PER_USER = 10_000

_file = table_of(File)
_attachment = table_of(Attachment)
_user = table_of(User)

_OWN = PreparedIn(
    _file.c.id.type,
    lambda ids: select(_file).where(
        _file.c.id.in_(ids), _file.c.user_id == bindparam("of_user", type_=_file.c.user_id.type)
    ),
)
_OF_MESSAGES = PreparedIn(
    _attachment.c.message_id.type,
    lambda ids: (
        select(_attachment.c.message_id, _file)
        .join(_file, _file.c.id == _attachment.c.file_id)
        .where(_attachment.c.message_id.in_(ids))
        .order_by(_attachment.c.message_id, _attachment.c.position)
    ),
)


@dataclass(frozen=True, slots=True)
class NewFile:
    """A file whose bytes are in the store, to be put down."""

    key: str
    source_hash: bytes
    name: str
    client_id: bytes | None
    stored: int
    values: dict[str, Any]
    """Its type and size, and what else is known of it, by the names of the columns."""


@dataclass(frozen=True, slots=True)
class Use:
    """How much a user has stored."""

    files: int
    bytes: int


def use_of(connection: Connection, user_id: int) -> Use:
    """How many files a user has, and how many bytes; those that they have twice count once."""
    each = (
        select(func.count().label("files"), func.max(_file.c.stored).label("stored"))
        .where(_file.c.user_id == user_id)
        .group_by(_file.c.hash)
        .subquery()
    )
    total = select(func.sum(each.c.files), func.sum(each.c.stored))
    files, stored = connection.execute(total).one()
    return Use(int(files or 0), int(stored or 0))


def find_repeat(
    connection: Connection, user_id: int, client_id: bytes, name: str, source_hash: bytes
) -> AttachmentUploaded | None:
    """The file that an earlier upload with this `client_id` has made; ClientIdReused where that was
    of something else."""
    same = (_file.c.user_id == user_id, _file.c.client_id == client_id)
    row = connection.execute(select(_file).where(*same)).first()
    if row is None:
        return None
    if (row.name, row.source_hash) != (name, source_hash):
        raise ClientIdReused
    return uploaded(row)


def add(
    connection: Connection, user_id: int, new: NewFile, quota: int
) -> tuple[AttachmentUploaded, bool]:
    """Put a file down, within the quota, and whether it was new; QuotaReached."""
    hold_owner(connection, user_id)
    if new.client_id is not None:
        known = find_repeat(connection, user_id, new.client_id, new.name, new.source_hash)
        if known is not None:
            return known, False
    hash = bytes.fromhex(new.key)
    use = use_of(connection, user_id)
    more = 0 if _has(connection, user_id, hash) else new.stored
    if use.files >= FILES_PER_USER or use.bytes + more > quota:
        raise QuotaReached
    row = {
        "user_id": user_id,
        "hash": hash,
        "name": new.name,
        "stored": new.stored,
        "client_id": new.client_id,
        "source_hash": new.source_hash,
        "created_at": utc_now(),
        **new.values,
    }
    id = connection.execute(insert(_file).values(**row)).inserted_primary_key[0]  # type: ignore[index]
    return uploaded(connection.execute(select(_file).where(_file.c.id == id)).one()), True


def hold_owner(connection: Connection, user_id: int) -> None:
    """Lock a user's row; InvalidToken when the account was deleted."""
    row = select(_user.c.id).where(_user.c.id == user_id, _user.c.yn == 1).with_for_update()
    if connection.execute(row).first() is None:
        raise InvalidToken


def _has(connection: Connection, user_id: int, hash: bytes) -> bool:
    same = (_file.c.user_id == user_id, _file.c.hash == hash)
    return connection.execute(select(_file.c.id).where(*same).limit(1)).first() is not None


def find_own(connection: Connection, user_id: int, file_id: int) -> Row[Any]:
    """The row of a file that is this user's; else AttachmentNotFound."""
    mine = (_file.c.id == file_id, _file.c.user_id == user_id)
    row = connection.execute(select(_file).where(*mine)).first()
    if row is None:
        raise AttachmentNotFound(file_id)
    return row


def find_all_own(connection: Connection, user_id: int, ids: Sequence[int]) -> list[Any]:
    """The rows of files that are this user's, in the order of these ids; else AttachmentNotFound.

    None of them goes away while the user's row is held.
    """
    found = {row.id: row for row in _OWN.all(connection, ids, {"of_user": user_id})}
    for id in ids:
        if id not in found:
            raise AttachmentNotFound(id)
    return [found[id] for id in ids]


def hold(connection: Connection, message_id: int, file_ids: Sequence[int]) -> None:
    """Have a new message hold files, in this order."""
    rows = [
        {"message_id": message_id, "position": position, "file_id": id}
        for position, id in enumerate(file_ids)
    ]
    connection.execute(insert(_attachment), rows)


def hold_same(connection: Connection, message_id: int, as_message_id: int) -> None:
    """Have a new message hold the files that another one holds."""
    new = literal(message_id, type_=_attachment.c.message_id.type)
    same = select(new, _attachment.c.position, _attachment.c.file_id).where(
        _attachment.c.message_id == as_message_id
    )
    connection.execute(insert(_attachment).from_select([*_attachment.columns.keys()], same))


def held_by(connection: Connection, message_ids: Sequence[int]) -> dict[int, list[Any]]:
    """The rows of the files that each of these messages holds."""
    held: dict[int, list[Any]] = {}
    for row in _OF_MESSAGES.all(connection, message_ids):
        held.setdefault(row.message_id, []).append(row)
    return held


def names_of(connection: Connection, ids: Sequence[int]) -> dict[int, str]:
    """What files are called; those that are there."""
    named = select(_file.c.id, _file.c.name).where(_file.c.id.in_(ids))
    return {row.id: row.name for row in connection.execute(named)}


def uploaded(row: Any) -> AttachmentUploaded:
    """A row as it is answered to whoever has uploaded it."""
    return AttachmentUploaded(
        **attached(row).model_dump(), characters=row.characters, tokens=row.tokens
    )


def attached(row: Any) -> AttachmentRead:
    """A row as messages tell of it."""
    return AttachmentRead(
        id=row.id,
        name=row.name,
        type=row.type,
        bytes=row.size,
        width=row.width,
        height=row.height,
        pages=row.pages,
    )
