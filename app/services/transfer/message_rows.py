"""Messages of an export written as rows, and what is known of those of before."""

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from itertools import batched
from typing import Any, NamedTuple

from sqlalchemy import Connection, Integer, bindparam, func, insert, select, update

from app.database import table_of
from app.engines.prepared import Prepared, PreparedIn
from app.models import Conversation, ImportedConversation, Message, SearchPending
from app.services.files.rows import find_all_own, hold, hold_owner
from app.services.messages.estimate import estimate_tokens
from app.services.messages.tree import set_parents, shown
from app.services.transfer import own_rows
from app.services.transfer.archive import ArchivedMessage

KEY_DIGITS = 32
NOTHING_SHOWN = 0
IDS_AT_ONCE = 50

_known = table_of(ImportedConversation)
_conversation = table_of(Conversation)
_message = table_of(Message)
_pending = table_of(SearchPending)

_WRITTEN = (
    *("conversation_id", "sender", "content", "timestamp", "parent_id", "active", "status"),
    *("model_name", "reasoning", "client_id", "tokens", "attachments", "search_state"),
    *own_rows.MESSAGE_COLUMNS,
)
_INSERT = Prepared(insert(_message), columns=_WRITTEN)
_FIND = Prepared(insert(_pending), columns=[column.name for column in _pending.columns])
_in_conversation = _message.c.conversation_id == bindparam("in_conversation")
_BY_KEY = PreparedIn(
    _message.c.client_id.type,
    lambda keys: select(_message.c.id, _message.c.client_id).where(
        _in_conversation, _message.c.client_id.in_(keys)
    ),
)
_COUNT = Prepared(
    update(_conversation)
    .where(_conversation.c.id == bindparam("in_conversation"))
    .values(message_count=_conversation.c.message_count + bindparam("more", type_=Integer))
)
_SEEN = Prepared(
    update(_known)
    .where(_known.c.conversation_id == bindparam("in_conversation"))
    .values(leaf_id=bindparam("leaf"), last_id=bindparam("last"))
)


@dataclass(frozen=True, slots=True)
class NewMessage:
    """A message with the files of its owner that it is to hold."""

    message: ArchivedMessage
    file_ids: tuple[int, ...] = ()


class ShownBy(NamedTuple):
    """What tells which messages are shown: whether nobody has touched their conversation, whether
    the import has created it, and the last one that is shown so far."""

    is_untouched: bool
    is_created: bool
    leaf_id: int | None


def message_key(message: ArchivedMessage) -> bytes:
    """By what a message is known in its conversation. The blank keeps it apart from what clients
    can call theirs."""
    return f" {sha256(message.key.encode()).hexdigest()[:KEY_DIGITS]}".encode()


def hold_place(connection: Connection, conversation_id: int) -> Any:
    """Lock a conversation; its row, and what is known of its imports."""
    found = (
        select(_known.c.leaf_id, _known.c.last_id, _conversation)
        .join(_conversation, _conversation.c.id == _known.c.conversation_id)
        .where(_known.c.conversation_id == conversation_id)
    )
    return connection.execute(found.with_for_update()).one()


def is_untouched(connection: Connection, conversation_id: int, place: Any) -> bool:
    """Whether nobody has written to a conversation or chosen another path since."""
    if place.leaf_id is None:
        return False
    its = _message.c.conversation_id == conversation_id
    last = connection.execute(select(func.max(_message.c.id)).where(its)).scalar()
    leaf = select(_message.c.id, _message.c.run).where(shown(conversation_id))
    row = connection.execute(leaf.order_by(_message.c.id.desc()).limit(1)).first()
    leaf_id = NOTHING_SHOWN if row is None else row.id
    return (last or 0, leaf_id) == (place.last_id, place.leaf_id) and (row is None or row.run == 1)


def write_messages(
    connection: Connection,
    user_id: int,
    conversation_id: int,
    new: Sequence[NewMessage],
    shown_by: ShownBy,
) -> dict[bytes, int]:
    """Write messages into a conversation, and what they are found by; their ids by their keys.
    Those shown in the export are shown where the import has created it, and nobody touched it."""
    shows = shown_by.is_untouched and shown_by.is_created
    rows = [_row(conversation_id, each, shows) for each in new]
    _INSERT.run_many(connection, rows)
    ids = ids_by_key(connection, conversation_id, [row["client_id"] for row in rows])
    found = [
        {
            "user_id": user_id,
            "message_id": ids[row["client_id"]],
            "said_at": row["timestamp"],
            "state": 1,
            "tokens": each.message.tokens.encode(),
        }
        for row, each in zip(rows, new, strict=True)
    ]
    _FIND.run_many(connection, found)
    _hold_files(connection, user_id, new, ids)
    on_path = [ids[row["client_id"]] for row in rows if row["active"]]
    if on_path:
        _COUNT.run(connection, {"in_conversation": conversation_id, "more": len(on_path)})
    leaf_id = None
    if shown_by.is_untouched:
        leaf_id = on_path[-1] if on_path else shown_by.leaf_id or NOTHING_SHOWN
    seen = {"in_conversation": conversation_id, "leaf": leaf_id, "last": max(ids.values())}
    _SEEN.run(connection, seen)
    return ids


def _row(conversation_id: int, new: NewMessage, shows: bool) -> dict[str, Any]:
    message = new.message
    may_go_on = message.status in ("interrupted", "stopped")
    return {
        "conversation_id": conversation_id,
        "sender": message.sender,
        "content": message.content,
        "timestamp": message.said_at,
        "parent_id": None,
        "active": int(shows and message.shown),
        "status": message.status,
        "model_name": message.model_name,
        "reasoning": message.reasoning,
        "client_id": message_key(message),
        "tokens": None if may_go_on else estimate_tokens(message.content),
        "attachments": len(new.file_ids) or None,
        "search_state": 1,
        **own_rows.message_values(message),
    }


def _hold_files(
    connection: Connection, user_id: int, new: Sequence[NewMessage], ids: dict[bytes, int]
) -> None:
    holding = [each for each in new if each.file_ids]
    if holding:
        hold_owner(connection, user_id)
    for each in holding:
        find_all_own(connection, user_id, each.file_ids)
        hold(connection, ids[message_key(each.message)], each.file_ids)


def give_parents(
    connection: Connection,
    messages: Sequence[NewMessage],
    ids: Sequence[int],
    written: dict[bytes, int],
) -> None:
    """Have messages that were written answer what they answer: its id was not known before."""
    parents = {}
    for each in messages:
        id = written.get(message_key(each.message))
        if id is not None and each.message.parent is not None:
            parents[id] = ids[each.message.parent]
    set_parents(connection, parents)


def ids_by_key(
    connection: Connection, conversation_id: int, keys: Sequence[bytes]
) -> dict[bytes, int]:
    """The ids of those of a conversation's messages that have one of these keys."""
    found: dict[bytes, int] = {}
    for some in batched(keys, IDS_AT_ONCE):
        rows = _BY_KEY.all(connection, some, {"in_conversation": conversation_id})
        found |= {bytes(row.client_id): row.id for row in rows}
    return found
