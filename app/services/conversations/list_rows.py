"""Rows of the lists of conversations: of those shown, and of those that can be restored."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Connection,
    Integer,
    Select,
    and_,
    bindparam,
    case,
    func,
    or_,
    select,
)

from app.database import table_of
from app.engines.prepared import Prepared
from app.errors import ConversationNotFound, InvalidToken
from app.models import Conversation, User, utc_now
from app.schemas.conversation import ConversationItem, ConversationList
from app.services.conversations.rows import owned, restorable

_conversation = table_of(Conversation)
_user = table_of(User)
_of_user = bindparam("of_user", type_=_user.c.id.type)


def page_query(*which: ColumnElement[bool]) -> Select[Any]:
    """The rows of a page, read along `idx_user_recent` without sorting."""
    return (
        select(
            _conversation.c.id,
            _conversation.c.title,
            _conversation.c.created_at,
            _conversation.c.updated_at,
            _conversation.c.message_count,
            case((_conversation.c.system_prompt.is_not(None), True)).label("has_system_prompt"),
            _conversation.c.model_id,
        )
        .where(owned(_of_user), *which)
        .order_by(_conversation.c.updated_at.desc(), _conversation.c.id.desc())
        .limit(bindparam("most", type_=Integer))
        .offset(bindparam("after", type_=BigInteger))
    )


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
_NEWEST, _EARLIER = Prepared(page_query()), Prepared(page_query(*BEFORE))
_HOW_MANY = Prepared(select(_user.c.conversation_count).where(_user.c.id == _of_user))


@dataclass(frozen=True, slots=True)
class PageRequest:
    """Which part of a list: what comes after the place (`before`, `before_id`) in its order."""

    limit: int
    offset: int
    before: datetime | None
    before_id: int


def page_of(connection: Connection, user_id: int, page: PageRequest) -> ConversationList:
    """One page of a user's conversations; InvalidToken when the account has been deleted."""
    part = {"of_user": user_id, "most": page.limit, "after": page.offset}
    if page.before is None:
        rows = _NEWEST.all(connection, part)
    else:
        place = {"before": page.before, "before_id": page.before_id}
        rows = _EARLIER.all(connection, {**part, **place})
    found = _HOW_MANY.first(connection, {"of_user": user_id})
    if found is None:  # the account was deleted after its token was checked
        raise InvalidToken
    items = [ConversationItem(**row._asdict()) for row in rows]
    return ConversationList(conversations=items, total=found.conversation_count)


def deleted_page_of(
    connection: Connection, user_id: int, page: PageRequest, retention: timedelta
) -> ConversationList:
    """One page of what a user deleted and can restore, the newest deletion first.

    Raises ConversationNotFound when the page is to begin after one that is not the user's.
    """
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
    items = [
        ConversationItem(**row._mapping, restorable_until=row.deleted_at + retention)
        for row in rows
    ]
    total = connection.execute(select(func.count()).where(restorable(user_id, since))).scalar()
    return ConversationList(conversations=items, total=total or 0)


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
