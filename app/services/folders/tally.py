"""How many conversations a user has of each kind: kept, so that no list counts its rows.

The release before keeps `user.conversation_count` alone. What it deletes and restores shows there,
or in when conversations were deleted; then the tally is counted anew. What was deleted shows as
long as it is kept: where nothing is, a tally is believed for so long.
"""

from collections import Counter
from contextlib import suppress
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import (
    ColumnElement,
    Connection,
    Select,
    and_,
    func,
    insert,
    literal_column,
    select,
    update,
)
from sqlalchemy.exc import SQLAlchemyError

from app.database import Database, table_of
from app.errors import AppError
from app.models import Conversation, ConversationTally, User, utc_now
from app.schemas.folder import FolderRead
from app.services.endpoints.rows import hold_user
from app.services.folders.rows import add, listed, recount

type TallyKind = Literal["archived", "pinned", "deleted"]
KINDS: tuple[TallyKind, ...] = ("archived", "pinned", "deleted")

_conversation = table_of(Conversation)
_tally = table_of(ConversationTally)
_user = table_of(User)

_deleted_at = _conversation.c.deleted_at


def restorable(
    user_id: int | ColumnElement[int], since: datetime | ColumnElement[datetime]
) -> ColumnElement[bool]:
    """The conversations that a user deleted later than `since`."""
    return and_(_conversation.c.user_id == user_id, _deleted_at > since)


def query(
    user_id: int | ColumnElement[int], since: datetime | ColumnElement[datetime]
) -> Select[Any]:
    """A user's tally, and what it was right by: `now_oldest`, `now_newest`, `conversation_count`,
    and whether it was counted `lately`, where nothing was deleted then.

    Two seeks in `idx_user_recent` for the times; no row where the account is gone.
    """
    deleted = select(_deleted_at).where(restorable(user_id, since)).limit(1)
    return (
        select(
            _user.c.conversation_count,
            _tally.c.archived,
            _tally.c.pinned,
            _tally.c.deleted,
            _tally.c.seen,
            _tally.c.oldest_deleted,
            _tally.c.newest_deleted,
            (_tally.c.newest_deleted > since).label("lately"),
            deleted.order_by(_deleted_at).scalar_subquery().label("now_oldest"),
            deleted.order_by(_deleted_at.desc()).scalar_subquery().label("now_newest"),
        )
        .select_from(_user.outerjoin(_tally, _tally.c.user_id == _user.c.id))
        .where(_user.c.id == user_id)
    )


def is_right(row: Any) -> bool:
    """Whether what the query found may be relied on."""
    if row.seen != row.conversation_count:
        return False
    if row.now_newest is None:
        return row.oldest_deleted is None and bool(row.lately)
    return (row.oldest_deleted, row.newest_deleted) == (row.now_oldest, row.now_newest)


def hold(connection: Connection, user_id: int, since: datetime) -> None:
    """Lock the user's row, and have the tally be right; InvalidToken."""
    hold_user(connection, user_id)
    row = connection.execute(query(user_id, since)).one()
    if not is_right(row):
        _recount(connection, user_id, since)


async def keep(database: Database, user_id: int, since: datetime) -> None:
    """Have the tally be right from now on, if the database can be written to."""
    with suppress(AppError, SQLAlchemyError):
        await database.write(hold, user_id, since)


def folders_of(
    connection: Connection, user_id: int, since: datetime
) -> tuple[list[FolderRead], bool]:
    """A user's folders, and whether what is said to be in them may be relied on."""
    row = connection.execute(query(user_id, since)).first()
    return listed(connection, user_id), row is not None and is_right(row)


def change(
    connection: Connection,
    user_id: int,
    since: datetime,
    before: dict[str, Any] | None,
    after: dict[str, Any],
) -> None:
    """A conversation that had these values, None where it is new, has those now. Whoever calls has
    `hold` the tally before, and written the values."""
    was, is_now = _kinds(before), _kinds(after)
    changes = Counter(is_now)
    changes.subtract(was)
    add(connection, {of: n for of, n in changes.items() if n and isinstance(of, int)})
    live = changes.pop("live", 0)
    if live:
        user = update(_user).where(_user.c.id == user_id)
        connection.execute(user.values(conversation_count=_user.c.conversation_count + live))
    found = connection.execute(query(user_id, since)).one()
    counts = {kind: _tally.c[kind] + changes[kind] for kind in KINDS if changes[kind]}
    mine = update(_tally).where(_tally.c.user_id == user_id)
    connection.execute(mine.values(**counts, **_right_by(found)))


def of_kind(kind: TallyKind, user_id: int, since: datetime) -> ColumnElement[bool]:
    """A user's conversations of a kind."""
    match kind:
        case "archived":
            return is_archived(user_id)
        case "pinned":
            return is_pinned(user_id)
        case "deleted":
            return restorable(user_id, since)


def count(connection: Connection, which: ColumnElement[bool]) -> int:
    """How many there are, counted along their index."""
    how_many = select(func.count()).select_from(_conversation).where(which)
    return int(connection.execute(how_many).scalar_one())


def is_archived(user_id: int | ColumnElement[int]) -> ColumnElement[bool]:
    """A user's archived conversations."""
    return and_(
        _conversation.c.user_id == user_id, _deleted_at.is_(None), _conversation.c.archived == 1
    )


def is_pinned(user_id: int | ColumnElement[int]) -> ColumnElement[bool]:
    """A user's pinned conversations, save archived ones."""
    # A literal: with a parameter SQLite does not know that its index of pinned ones serves.
    return and_(
        _conversation.c.user_id == user_id,
        _conversation.c.pinned == literal_column("1"),
        _deleted_at.is_(None),
        _conversation.c.archived == 0,
    )


def is_in_folder(folder_id: int | ColumnElement[int]) -> ColumnElement[bool]:
    """The conversations in a folder, save archived ones."""
    return and_(
        _conversation.c.folder_id == folder_id,
        _deleted_at.is_(None),
        _conversation.c.archived == 0,
    )


def _kinds(row: dict[str, Any] | None) -> Counter[Any]:
    """What a conversation is counted as; a number: in that folder."""
    if row is None:
        return Counter()
    if row["deleted_at"] is not None:
        return Counter(["deleted"])
    if row["archived"]:
        return Counter(["live", "archived"])
    found: Counter[Any] = Counter(["live"])
    if row["pinned"]:
        found["pinned"] = 1
    if row["folder_id"] is not None:
        found[row["folder_id"]] = 1
    return found


def _right_by(found: Any) -> dict[str, Any]:
    """What a tally that is right now is kept with."""
    return {
        "seen": found.conversation_count,
        "oldest_deleted": found.now_oldest,
        "newest_deleted": found.now_newest or utc_now(),
    }


def _recount(connection: Connection, user_id: int, since: datetime) -> None:
    recount(connection, user_id)
    found = connection.execute(query(user_id, since)).one()
    values = _right_by(found)
    for kind in KINDS:
        values[kind] = count(connection, of_kind(kind, user_id, since))
    if found.seen is None:
        connection.execute(insert(_tally).values(user_id=user_id, **values))
    else:
        mine = update(_tally).where(_tally.c.user_id == user_id)
        connection.execute(mine.values(**values))
