"""Rows of the lists of conversations: of those shown, and of those that can be restored."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Connection,
    Integer,
    Select,
    and_,
    bindparam,
    case,
    or_,
    select,
)

from app.database import table_of
from app.engines.index import along
from app.engines.prepared import Prepared
from app.errors import ConversationNotFound, InvalidToken
from app.models import Conversation, User, utc_now
from app.schemas.conversation import ConversationItem, ConversationList
from app.services.conversations.rows import owned
from app.services.folders import tally
from app.services.folders.rows import find_owned as find_folder
from app.services.folders.tally import is_archived, is_in_folder, is_pinned, restorable

_conversation = table_of(Conversation)
_user = table_of(User)
_of_user = bindparam("of_user", type_=_user.c.id.type)


_of_folder = bindparam("of_folder", type_=_conversation.c.id.type)
ListName = Literal["listed", "archived", "pinned", "folder", "deleted"]
LISTS: dict[ListName, tuple[ColumnElement[bool], str]] = {
    "listed": (and_(owned(_of_user), _conversation.c.archived == 0), "idx_conversation_listed"),
    "archived": (is_archived(_of_user), "idx_conversation_listed"),
    "pinned": (is_pinned(_of_user), "idx_conversation_pinned"),
    "folder": (is_in_folder(_of_folder), "idx_conversation_folder"),
}
"""By its name, what is in a list, and the index that it is read along."""


def page_query(name: ListName, *before: ColumnElement[bool]) -> Select[Any]:
    """The rows of a page of a list, read along its index without sorting."""
    which, index = LISTS[name]
    query = (
        select(
            _conversation.c.id,
            _conversation.c.title,
            _conversation.c.created_at,
            _conversation.c.updated_at,
            _conversation.c.message_count,
            case((_conversation.c.system_prompt.is_not(None), True)).label("has_system_prompt"),
            _conversation.c.model_id,
            case((_conversation.c.pinned == 1, True)).label("pinned"),
            case((_conversation.c.archived == 1, True)).label("archived"),
            _conversation.c.folder_id,
        )
        .where(which, *before)
        .order_by(_conversation.c.updated_at.desc(), _conversation.c.id.desc())
        .limit(bindparam("most", type_=Integer))
        .offset(bindparam("after", type_=BigInteger))
    )
    # MySQL goes along `idx_user_recent` by itself, past any number of rows of other lists.
    return along(query, _conversation, index)


_before = bindparam("before", type_=_conversation.c.updated_at.type)
# Not `(updated_at, id) < (…)`: MySQL cannot seek in an index by that. The read begins where the
# page does; MariaDB prefers to begin at the newest row, as with an offset.
BEFORE = (
    _conversation.c.updated_at <= _before,
    or_(
        _conversation.c.updated_at < _before,
        _conversation.c.id < bindparam("before_id", type_=_conversation.c.id.type),
    ),
)
_NEWEST = {name: Prepared(page_query(name)) for name in LISTS}
_EARLIER = {name: Prepared(page_query(name, *BEFORE)) for name in LISTS}
_since = bindparam("since", type_=_conversation.c.deleted_at.type)
_TALLY = Prepared(tally.query(_of_user, _since))


@dataclass(frozen=True, slots=True)
class PageRequest:
    """Which part of which list: what comes after the place (`before`, `before_id`) in its order."""

    limit: int
    offset: int
    before: datetime | None
    before_id: int
    list: ListName = "listed"
    folder_id: int = 0


@dataclass(frozen=True, slots=True)
class Page:
    """A part of a list; `is_counted`: its total had to be counted, and may be kept."""

    list: ConversationList
    is_counted: bool


def page_of(connection: Connection, user_id: int, page: PageRequest, retention: timedelta) -> Page:
    """One page of a user's conversations.

    Raises InvalidToken when the account has been deleted, FolderNotFound for a folder that is not
    the user's, and ConversationNotFound when the page of deleted ones is to begin after one that is
    not the user's.
    """
    since = utc_now() - retention
    total, is_counted = _total(connection, user_id, page, since)
    if page.list == "deleted":
        items = _deleted_items(connection, user_id, page, retention)
    else:
        items = [ConversationItem(**row._asdict()) for row in _rows(connection, user_id, page)]
    return Page(ConversationList(conversations=items, total=total), is_counted)


def _total(
    connection: Connection, user_id: int, page: PageRequest, since: datetime
) -> tuple[int, bool]:
    """How many there are in a list, and whether they had to be counted: `tally` was not right."""
    row = _TALLY.first(connection, {"of_user": user_id, "since": since})
    if row is None:  # the account was deleted after its token was checked
        raise InvalidToken
    is_right = tally.is_right(row)
    if page.list == "folder":
        folder = find_folder(connection, user_id, page.folder_id)
        if not is_right:
            return tally.count(connection, is_in_folder(folder.id)), True
        return folder.conversation_count, False
    kind: tally.TallyKind = "archived" if page.list == "listed" else page.list
    if is_right:
        count = int(getattr(row, kind))
    else:
        count = tally.count(connection, tally.of_kind(kind, user_id, since))
    total = row.conversation_count - count if page.list == "listed" else count
    return total, not is_right and (count > 0 or row.seen is not None)


def _rows(connection: Connection, user_id: int, page: PageRequest) -> Sequence[Any]:
    part = {"of_user": user_id, "most": page.limit, "after": page.offset}
    if page.list == "folder":
        part["of_folder"] = page.folder_id
    if page.before is None:
        return _NEWEST[page.list].all(connection, part)
    place = {"before": page.before, "before_id": page.before_id}
    return _EARLIER[page.list].all(connection, {**part, **place})


def _deleted_items(
    connection: Connection, user_id: int, page: PageRequest, retention: timedelta
) -> list[ConversationItem]:
    last_used = None
    if page.before_id:
        # Restored meanwhile, it is still a place in the list.
        place = select(_conversation.c.updated_at).where(
            _conversation.c.id == page.before_id, _conversation.c.user_id == user_id
        )
        last_used = connection.execute(place).scalar()
        if last_used is None:
            raise ConversationNotFound(page.before_id)
    since = utc_now() - retention
    rows = connection.execute(deleted_query(user_id, since, page, last_used))
    return [
        ConversationItem(**row._mapping, restorable_until=row.deleted_at + retention)
        for row in rows
    ]


def deleted_query(
    user_id: int, since: datetime, page: PageRequest, last_used: datetime | None
) -> Select[Any]:
    """The rows of a page of deleted conversations, read along `idx_user_recent` without sorting.

    Those of one moment, deleted together, are told apart by when they were last used:
    `last_used` is that of the one the page begins after.
    """
    deleted_at, updated_at = _conversation.c.deleted_at, _conversation.c.updated_at
    id = _conversation.c.id
    query = (
        select(
            id,
            _conversation.c.title,
            _conversation.c.created_at,
            updated_at,
            _conversation.c.message_count,
            deleted_at,
        )
        .where(restorable(user_id, since))
        .order_by(deleted_at.desc(), updated_at.desc(), id.desc())
        .limit(page.limit)
        .offset(page.offset)
    )
    if page.before is None:
        return query
    earlier = deleted_at < page.before
    if last_used is not None:
        used_before = or_(
            updated_at < last_used, and_(updated_at == last_used, id < page.before_id)
        )
        earlier = or_(earlier, used_before)
    return query.where(deleted_at <= page.before, earlier)
