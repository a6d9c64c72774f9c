"""Conversations of an export written as rows, some messages in each transaction.

What is known by its key stays as it is. Rows are written in the order of the export, parents first,
so that a child's id is above its parent's. A path that its owner has touched stays shown.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from hashlib import sha256
from operator import itemgetter
from typing import Any

import orjson
from sqlalchemy import Connection, insert, select, update

from app.database import table_of, upserting
from app.engines.prepared import Prepared
from app.errors import MessageNotFound
from app.models import (
    Conversation,
    Import,
    ImportedConversation,
    ImportItem,
    Message,
    SearchPending,
)
from app.schemas.imports import ImportNote, ItemResult
from app.services.conversations.rows import count_new
from app.services.messages.tree import show_up_to
from app.services.transfer import own_rows
from app.services.transfer.archive import ArchivedItem, ArchivedMessage
from app.services.transfer.message_rows import (
    NOTHING_SHOWN,
    NewMessage,
    ShownBy,
    give_parents,
    hold_place,
    ids_by_key,
    is_untouched,
    message_key,
    write_messages,
)

DELETED = "deleted"
WHY_CHARACTERS = 40

_import = table_of(Import)
_item = table_of(ImportItem)
_known = table_of(ImportedConversation)
_conversation = table_of(Conversation)
_message = table_of(Message)
_pending = table_of(SearchPending)

_TOLD = ("result", "why", "conversation_id", "notes")
_PUT_DOWN = Prepared(
    lambda dialect: upserting(dialect, _item, {name: itemgetter(name) for name in _TOLD}),
    columns=("import_id", "position", "source_id", "title", *_TOLD),
)
_KNOW = Prepared(insert(_known), columns=("user_id", "key", "conversation_id", "leaf_id"))


class ImportEnded(Exception):
    """The import was cancelled, or is gone."""


@dataclass(frozen=True, slots=True)
class ItemPart:
    """What of an item goes into one transaction. `notes`: what is known of it so far."""

    position: int
    item: ArchivedItem
    messages: Sequence[NewMessage]
    is_last: bool
    notes: Sequence[ImportNote] = ()


@dataclass(frozen=True, slots=True)
class ItemState:
    """How far an item is. `ids` of its messages so far; `leaf_id`: the last of those that its
    export shows. `is_new`: nobody but this process has written what is imported of it; `is_itself`:
    it was never away, and stays as it is."""

    result: ItemResult
    why: str | None = None
    conversation_id: int | None = None
    is_new: bool = False
    is_itself: bool = False
    ids: tuple[int, ...] = ()
    leaf_id: int = NOTHING_SHOWN
    messages: int = 0


def key_of(item: ArchivedItem) -> bytes:
    """By what a conversation is known when it comes again."""
    return sha256(f"{item.source}\0{item.key}".encode()).digest()


def unknown_keys(
    connection: Connection, user_id: int, item: ArchivedItem, messages: Sequence[ArchivedMessage]
) -> set[str]:
    """The keys of those of an item's messages that would be written now."""
    row = _find(connection, user_id, item)
    keys = {message_key(message): message.key for message in messages}
    if row is None:
        is_away = own_rows.find_itself(connection, user_id, item) is None
        return {*keys.values()} if is_away else set()
    if row.deleted_at is not None:
        return set()
    known = ids_by_key(connection, row.conversation_id, [*keys])
    return {key for hashed, key in keys.items() if hashed not in known}


def write(
    connection: Connection,
    import_id: int,
    user_id: int,
    parts: Sequence[ItemPart],
    state: ItemState | None,
    since: datetime,
) -> ItemState | None:
    """Write parts of items down, and how far the import is. `state`: of the first part's item,
    where that has begun; returns that of the last part's, unless it is done. `since`: see
    `tally.restorable`. Raises ImportEnded."""
    row = _held(connection, import_id)
    sums = dict.fromkeys(("done", "created", "updated", "unchanged", "skipped", "failed"), 0)
    sums["messages"] = 0
    for part in parts:
        before = state.messages if state else 0
        begun_as = _begun_as(connection, row, part)
        state = _write_part(connection, user_id, part, state, begun_as, since)
        sums["messages"] += state.messages - before
        _put_down(connection, import_id, part, state)
        if part.is_last:
            sums["done"] += 1
            sums[state.result] += 1
            state = None
    changes = {name: _import.c[name] + more for name, more in sums.items() if more}
    if changes:
        connection.execute(update(_import).where(_import.c.id == import_id).values(**changes))
    return state


def _held(connection: Connection, import_id: int) -> Any:
    mine = select(_import).where(_import.c.id == import_id, _import.c.status == "running")
    row = connection.execute(mine.with_for_update()).first()
    if row is None:
        raise ImportEnded
    return row


def _begun_as(connection: Connection, row: Any, part: ItemPart) -> ItemResult | None:
    """What an item was that a process before began to write; None for one that is new."""
    if part.position != row.done:
        return None
    its = (_item.c.import_id == row.id, _item.c.position == part.position)
    result: ItemResult | None = connection.execute(select(_item.c.result).where(*its)).scalar()
    return result


def _write_part(
    connection: Connection,
    user_id: int,
    part: ItemPart,
    state: ItemState | None,
    begun_as: ItemResult | None,
    since: datetime,
) -> ItemState:
    item = part.item
    if item.result != "found":
        return ItemState(item.result, item.why)
    is_begun = state is not None
    if state is None:
        state = _begin(connection, user_id, item, begun_as, since)
    if state.conversation_id is None or state.why is not None or state.is_itself:
        return state
    # What this transaction has made nobody else has seen.
    state = _with_messages(connection, user_id, part, state, state.is_new and not is_begun)
    if part.is_last and state.result == "updated":
        _show(connection, state)
    return state


def _find(connection: Connection, user_id: int, item: ArchivedItem) -> Any:
    """The conversation that an item is, where it was imported before; None without one."""
    found = (
        select(_known.c.conversation_id, _conversation.c.deleted_at)
        .join(_conversation, _conversation.c.id == _known.c.conversation_id)
        .where(_known.c.user_id == user_id, _known.c.key == key_of(item))
    )
    return connection.execute(found).first()


def _begin(
    connection: Connection,
    user_id: int,
    item: ArchivedItem,
    begun_as: ItemResult | None,
    since: datetime,
) -> ItemState:
    row, is_itself = _find(connection, user_id, item), False
    if row is None:
        row = own_rows.find_itself(connection, user_id, item)
        is_itself = row is not None
    if row is None:
        id = _create(connection, user_id, item)
        own_rows.place(connection, user_id, id, item, since)
        return ItemState("created", conversation_id=id, is_new=True)
    if row.deleted_at is not None:
        return ItemState("skipped", DELETED, row.conversation_id)
    result = begun_as or "unchanged"
    return ItemState(result, conversation_id=row.conversation_id, is_itself=is_itself)


def _create(connection: Connection, user_id: int, item: ArchivedItem) -> int:
    count_new(connection, user_id)
    values = {
        "title_source": "user",
        **own_rows.conversation_values(connection, user_id, item),
        "user_id": user_id,
        "title": item.title,
        "system_prompt": item.system_prompt or None,
        "created_at": item.created_at,
        "updated_at": item.updated_at,
    }
    new = insert(_conversation).values(**values)
    id: int = connection.execute(new).inserted_primary_key[0]  # type: ignore[index]
    key = {"user_id": user_id, "key": key_of(item), "conversation_id": id}
    _KNOW.run(connection, key | {"leaf_id": NOTHING_SHOWN})
    return id


def _with_messages(
    connection: Connection, user_id: int, part: ItemPart, state: ItemState, is_unseen: bool
) -> ItemState:
    """The state with the messages of a part, after what is new of them was written."""
    conversation_id = state.conversation_id
    assert conversation_id is not None
    keys = [message_key(each.message) for each in part.messages]
    known = {} if state.is_new else ids_by_key(connection, conversation_id, keys)
    is_new = [key not in known for key in keys]
    if any(is_new):
        place = None if is_unseen else hold_place(connection, conversation_id)
        if place is not None and place.deleted_at is not None:
            return replace(state, result="skipped", why=DELETED)
        untouched = place is None or is_untouched(connection, conversation_id, place)
        shown_by = ShownBy(untouched, state.result == "created", place and place.leaf_id)
        new = [each for each, fresh in zip(part.messages, is_new, strict=True) if fresh]
        written = write_messages(connection, user_id, conversation_id, new, shown_by)
        known |= written
        give_parents(
            connection, part.messages, [*state.ids, *[known[key] for key in keys]], written
        )
        if place is not None and state.result != "created":
            state = replace(state, result="updated")
            newer = {"updated_at": max(place.updated_at, part.item.updated_at)}
            its = update(_conversation).where(_conversation.c.id == conversation_id)
            connection.execute(its.values(**newer))
    ids = tuple(known[key] for key in keys)
    on_path = [id for id, each in zip(ids, part.messages, strict=True) if each.message.shown]
    return replace(
        state,
        ids=state.ids + ids,
        leaf_id=on_path[-1] if on_path else state.leaf_id,
        messages=state.messages + sum(is_new),
    )


def _show(connection: Connection, state: ItemState) -> None:
    """Show the path that the export shows, unless its owner has touched it here."""
    conversation_id = state.conversation_id
    assert conversation_id is not None
    place = hold_place(connection, conversation_id)
    if not state.leaf_id or not is_untouched(connection, conversation_id, place):
        return
    try:
        show_up_to(connection, conversation_id, state.leaf_id)
    except MessageNotFound:  # it answers what was deleted here
        return
    its = update(_known).where(_known.c.conversation_id == conversation_id)
    connection.execute(its.values(leaf_id=state.leaf_id))


def _put_down(connection: Connection, import_id: int, part: ItemPart, state: ItemState) -> None:
    """The line of the report."""
    notes = [note.model_dump(exclude_none=True) for note in part.notes]
    line = {
        "import_id": import_id,
        "position": part.position,
        "source_id": part.item.source_id,
        "title": part.item.title,
        "result": state.result,
        "why": state.why and state.why[:WHY_CHARACTERS],
        "conversation_id": state.conversation_id,
        "notes": orjson.dumps(notes).decode() if notes else None,
    }
    _PUT_DOWN.run(connection, line)
