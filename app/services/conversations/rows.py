"""Conversations as rows: owned, changed, deleted and restored."""

from datetime import datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    and_,
    bindparam,
    insert,
    select,
    update,
)

from app.database import table_of
from app.engines.prepared import Prepared
from app.errors import ConversationNotFound, InvalidToken
from app.models import Conversation, ConversationTally, User, utc_now
from app.schemas import params
from app.schemas.conversation import (
    ConversationCreated,
    ConversationRead,
    ConversationUpdate,
)
from app.services.audit.events import AuditAction, record
from app.services.conversations.shares import end_shares_of
from app.services.endpoints.choice import require_usable
from app.services.endpoints.presets import find_owned as find_preset
from app.services.endpoints.saved import SavedEndpoint
from app.services.folders import tally
from app.services.folders.rows import find_owned as find_folder
from app.services.usage.days import date_of

FROM_PRESET = ("system_prompt", "model_id", "params")
"""What a preset is a template for. It is copied, so that changing the preset changes no chat."""

PLACE = ("pinned", "archived", "folder_id")
"""What says in which lists a conversation stands."""

_conversation = table_of(Conversation)
_user = table_of(User)
_tally = table_of(ConversationTally)


def owned(user_id: int | ColumnElement[int]) -> ColumnElement[bool]:
    """The conversations that are there for a user: theirs, and not deleted."""
    return and_(_conversation.c.user_id == user_id, _conversation.c.deleted_at.is_(None))


_of_user = bindparam("of_user", type_=_user.c.id.type)


def create(
    connection: Connection, user_id: int, title: str | None, fallback: str
) -> ConversationCreated:
    """A new conversation, its title the one given or the fallback."""
    now = utc_now()
    count_new(connection, user_id)
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
        pinned=bool(row.pinned),
        archived=bool(row.archived),
        folder_id=row.folder_id,
        continued_from=None if row.continued_from is None else date_of(row.continued_from),
    )


def change(
    connection: Connection,
    user_id: int,
    conversation_id: int,
    change: ConversationUpdate,
    environment: SavedEndpoint | None,
    since: datetime,
) -> ConversationRead:
    """Change what is given; ConversationNotFound, PresetNotFound, ModelNotFound, ModelGone,
    FolderNotFound. `since`: see `tally.restorable`."""
    is_moved = not change.model_fields_set.isdisjoint(PLACE)
    before = find_owned(connection, user_id, conversation_id, lock=is_moved)
    values: dict[str, Any] = {}
    if change.preset_id is not None:
        preset = find_preset(connection, user_id, change.preset_id)
        values |= {name: preset._mapping[name] for name in FROM_PRESET}
    if change.title is not None:
        values |= {"title": change.title, "title_source": "user"}
    if change.system_prompt is not None:
        values["system_prompt"] = change.system_prompt or None
    values |= _choices(connection, user_id, change, environment)
    if is_moved:
        tally.hold(connection, user_id, since)
        values |= _place(connection, user_id, change)
    if values:
        same = _conversation.c.id == conversation_id
        connection.execute(update(_conversation).where(same).values(**values))
    if is_moved:
        was = before._asdict()
        tally.change(connection, user_id, since, was, was | values)
    return get(connection, user_id, conversation_id)


def _place(connection: Connection, user_id: int, change: ConversationUpdate) -> dict[str, Any]:
    """What is given of where it stands. Whoever calls holds the user, so that a folder stays."""
    if change.folder_id is not None:
        find_folder(connection, user_id, change.folder_id)
    values = {
        "pinned": int(bool(change.pinned)),
        "archived": int(bool(change.archived)),
        "folder_id": change.folder_id,
    }
    return {name: value for name, value in values.items() if name in change.model_fields_set}


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


def mark_deleted(
    connection: Connection, user_id: int, conversation_id: int, since: datetime
) -> None:
    """Mark a conversation as deleted; its rows stay until they are purged, its links are ended."""
    before = find_owned(connection, user_id, conversation_id, lock=True)
    _set_deleted(connection, user_id, before, since, utc_now())
    record(connection, AuditAction.CONVERSATION_DELETED, user_id, conversation_id=conversation_id)
    end_shares_of(connection, user_id, conversation_id)


def restore(connection: Connection, user_id: int, conversation_id: int, since: datetime) -> None:
    """Restore a conversation deleted after a time; does nothing when there is none. Its links are
    ended, also where a release that knew of none deleted it."""
    gone = select(_conversation).where(
        _conversation.c.id == conversation_id, tally.restorable(user_id, since)
    )
    before = connection.execute(gone.with_for_update()).first()
    if before is not None:
        _set_deleted(connection, user_id, before, since, None)
        record(
            connection, AuditAction.CONVERSATION_RESTORED, user_id, conversation_id=conversation_id
        )
        end_shares_of(connection, user_id, conversation_id)


def _set_deleted(
    connection: Connection, user_id: int, before: Any, since: datetime, at: datetime | None
) -> None:
    tally.hold(connection, user_id, since)
    same = update(_conversation).where(_conversation.c.id == before.id)
    connection.execute(same.values(deleted_at=at))
    was = before._asdict()
    tally.change(connection, user_id, since, was, was | {"deleted_at": at})


_COUNT_NEW = Prepared(
    update(_user)
    .where(_user.c.id == _of_user)
    .values(conversation_count=_user.c.conversation_count + 1)
)
_SEE_NEW = Prepared(
    update(_tally).where(_tally.c.user_id == _of_user).values(seen=_tally.c.seen + 1)
)


def count_new(connection: Connection, user_id: int) -> None:
    """Count one more; InvalidToken when the account was deleted."""
    if _COUNT_NEW.run(connection, {"of_user": user_id}) != 1:
        raise InvalidToken
    _SEE_NEW.run(connection, {"of_user": user_id})


def write_model_title(connection: Connection, conversation_id: int, title: str) -> bool:
    """Replace the first words by the model's title; False when the user has set one meanwhile."""
    changed = connection.execute(
        update(_conversation)
        .where(_conversation.c.id == conversation_id, _conversation.c.title_source == "words")
        .values(title=title, title_source="model")
    )
    return changed.rowcount == 1
