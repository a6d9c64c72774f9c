"""Conversations as rows: owned, listed, changed, deleted and restored."""

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
    insert,
    or_,
    select,
    update,
)

from app.database import table_of
from app.engines.prepared import Prepared
from app.errors import ConversationNotFound, InvalidToken
from app.models import Conversation, User, utc_now
from app.schemas import params
from app.schemas.conversation import (
    ConversationCreated,
    ConversationItem,
    ConversationList,
    ConversationRead,
    ConversationUpdate,
)
from app.services.audit.events import AuditAction, record
from app.services.endpoints.choice import require_usable
from app.services.endpoints.presets import find_owned as find_preset
from app.services.endpoints.saved import SavedEndpoint

FROM_PRESET = ("system_prompt", "model_id", "params")
"""What a preset is a template for. It is copied, so that changing the preset changes no chat."""

_conversation = table_of(Conversation)
_user = table_of(User)


def owned(user_id: int | ColumnElement[int]) -> ColumnElement[bool]:
    """The conversations that are there for a user: theirs, and not deleted."""
    return and_(_conversation.c.user_id == user_id, _conversation.c.deleted_at.is_(None))


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


def create(
    connection: Connection, user_id: int, title: str | None, fallback: str
) -> ConversationCreated:
    """A new conversation, its title the one given or the fallback."""
    now = utc_now()
    _count(connection, user_id, +1)
    result = connection.execute(
        insert(_conversation).values(
            user_id=user_id,
            title=title or fallback,
            title_source="user" if title else "default",
            created_at=now,
            updated_at=now,
        )
    )
    id = result.inserted_primary_key[0]  # type: ignore[index]
    return ConversationCreated(id=id, title=title or fallback, created_at=now)


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
    total = connection.execute(select(func.count()).where(_restorable(user_id, since))).scalar()
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
        .where(_restorable(user_id, since))
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


def _restorable(user_id: int, since: datetime) -> ColumnElement[bool]:
    return and_(_conversation.c.user_id == user_id, _conversation.c.deleted_at > since)


_found = select(_conversation).where(
    _conversation.c.id == bindparam("id_of", type_=_conversation.c.id.type), owned(_of_user)
)
_OWNED, _OWNED_LOCKED = Prepared(_found), Prepared(_found.with_for_update())


def find_owned(
    connection: Connection, user_id: int, conversation_id: int, lock: bool = False
) -> Any:
    """The row of a conversation that is there and this user's; else ConversationNotFound."""
    find = _OWNED_LOCKED if lock else _OWNED
    row = find.first(connection, {"id_of": conversation_id, "of_user": user_id})
    if row is None:
        raise ConversationNotFound(conversation_id)
    return row


def get(connection: Connection, user_id: int, conversation_id: int) -> ConversationRead:
    """The conversation; ConversationNotFound when it is not there or not this user's."""
    row = find_owned(connection, user_id, conversation_id)
    return ConversationRead(
        id=row.id,
        title=row.title,
        created_at=row.created_at,
        updated_at=row.updated_at,
        system_prompt=row.system_prompt,
        model_id=row.model_id,
        preset_id=row.preset_id,
        params=params.read(row.params),
    )


def change(
    connection: Connection,
    user_id: int,
    conversation_id: int,
    change: ConversationUpdate,
    environment: SavedEndpoint | None,
) -> ConversationRead:
    """Change what is given; ConversationNotFound, PresetNotFound, ModelNotFound, ModelGone."""
    find_owned(connection, user_id, conversation_id)
    values: dict[str, Any] = {}
    if change.preset_id is not None:
        preset = find_preset(connection, user_id, change.preset_id)
        values |= {name: preset._mapping[name] for name in FROM_PRESET}
    if change.title is not None:
        values |= {"title": change.title, "title_source": "user"}
    if change.system_prompt is not None:
        values["system_prompt"] = change.system_prompt or None
    values |= _choices(connection, user_id, change, environment)
    if values:
        same = _conversation.c.id == conversation_id
        connection.execute(update(_conversation).where(same).values(**values))
    return get(connection, user_id, conversation_id)


def _choices(
    connection: Connection,
    user_id: int,
    change: ConversationUpdate,
    environment: SavedEndpoint | None,
) -> dict[str, Any]:
    """What is given of model, preset and parameters, looked at."""
    if change.model_id is not None:
        require_usable(connection, user_id, change.model_id, environment)
    values = {
        "model_id": change.model_id,
        "preset_id": change.preset_id,
        "params": params.to_store(change.params),
    }
    return {name: value for name, value in values.items() if name in change.model_fields_set}


def mark_deleted(connection: Connection, user_id: int, conversation_id: int) -> None:
    """Mark a conversation as deleted; its rows stay until they are purged."""
    if not _set_deleted(connection, conversation_id, owned(user_id), utc_now()):
        raise ConversationNotFound(conversation_id)
    _count(connection, user_id, -1)
    record(connection, AuditAction.CONVERSATION_DELETED, user_id, conversation_id=conversation_id)


def restore(connection: Connection, user_id: int, conversation_id: int, since: datetime) -> None:
    """Restore a conversation deleted after a time; does nothing when there is none."""
    if _set_deleted(connection, conversation_id, _restorable(user_id, since), None):
        _count(connection, user_id, +1)
        record(
            connection, AuditAction.CONVERSATION_RESTORED, user_id, conversation_id=conversation_id
        )


def _set_deleted(
    connection: Connection, conversation_id: int, which: ColumnElement[bool], at: datetime | None
) -> bool:
    changed = connection.execute(
        update(_conversation)
        .where(_conversation.c.id == conversation_id, which)
        .values(deleted_at=at)
    )
    return changed.rowcount == 1


def _count(connection: Connection, user_id: int, change: int) -> None:
    """Change the user's count of conversations; InvalidToken when the account was deleted."""
    counted = connection.execute(
        update(_user)
        .where(_user.c.id == user_id)
        .values(conversation_count=_user.c.conversation_count + change)
    )
    if counted.rowcount != 1:
        raise InvalidToken


def write_model_title(connection: Connection, conversation_id: int, title: str) -> bool:
    """Replace the first words by the model's title; False when the user has set one meanwhile."""
    changed = connection.execute(
        update(_conversation)
        .where(_conversation.c.id == conversation_id, _conversation.c.title_source == "words")
        .values(title=title, title_source="model")
    )
    return changed.rowcount == 1
