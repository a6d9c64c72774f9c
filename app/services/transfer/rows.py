"""The path shown of a conversation, read in parts from its beginning."""

from array import array
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import accumulate
from typing import Any, Literal

from sqlalchemy import Connection, bindparam, func, select

from app.database import table_of
from app.engines.index import along
from app.engines.prepared import Prepared, PreparedIn
from app.errors import ConversationNotFound
from app.models import Message
from app.schemas.message import MessageStatus
from app.services.conversations.rows import find_owned
from app.services.files.rows import held_by
from app.services.messages.rows import text_so_far
from app.services.messages.tree import PATH_INDEX, shown

PART_MESSAGES = 100
PART_CHARACTERS = 100_000
"""A part ends before its text exceeds this; one message may have more."""
IDS_PER_STATEMENT = 5_000

_message = table_of(Message)
_id = _message.c.id.type
_length = func.char_length(_message.c.content) + func.coalesce(
    func.char_length(_message.c.reasoning), 0
)
# Built once: an account may have many small conversations.
_PATH = Prepared(
    along(select(_message.c.id), _message, PATH_INDEX)
    .where(shown(bindparam("of", type_=_id)), _message.c.id > bindparam("after", type_=_id))
    .order_by(_message.c.id)
    .limit(IDS_PER_STATEMENT)
)
_LENGTHS = PreparedIn(
    _id,
    lambda ids: (
        select(_message.c.id, _length.label("length"))
        .where(_message.c.id.in_(ids))
        .order_by(_message.c.id)
    ),
)
_SOME = PreparedIn(
    _id, lambda ids: select(_message).where(_message.c.id.in_(ids)).order_by(_message.c.id)
)


@dataclass(frozen=True, slots=True)
class TransferredMessage:
    """What was said, by whom, and how it ended; a reply that runs has its text so far. `files`:
    what those are called that it holds."""

    id: int
    parent_id: int | None
    sender: Literal["user", "ai"]
    said_at: datetime
    content: str
    status: MessageStatus
    finish_reason: str | None
    model_name: str | None
    error_code: str | None
    files: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class TransferredConversation:
    """A conversation as it is transferred. `path`: the ids of the messages shown, ascending; so it
    is read as it was at one moment, whatever is shown since."""

    id: int
    title: str
    created_at: datetime
    updated_at: datetime
    path: array[int]


def head(connection: Connection, user_id: int, conversation_id: int) -> TransferredConversation:
    """What stands above the messages; ConversationNotFound."""
    row = find_owned(connection, user_id, conversation_id)
    path = path_of(connection, conversation_id)
    return TransferredConversation(row.id, row.title, row.created_at, row.updated_at, path)


def path_of(connection: Connection, conversation_id: int) -> array[int]:
    """The ids of the messages shown, ascending: of each eight bytes, however many there are."""
    path = array("q")
    while True:
        # The messages shown are a chain in the order of ids: see services/messages/tree.py.
        place = {"of": conversation_id, "after": path[-1] if path else 0}
        rows = _PATH.tuples(connection, place)
        path.extend(id for (id,) in rows)
        if len(rows) < IDS_PER_STATEMENT:
            return path


def next_look(taken: int) -> int:
    """How many messages to look at for a part, where the one before took so many: each length is a
    text that the database reads."""
    return min(2 * taken, PART_MESSAGES)


def part(
    connection: Connection, conversation: TransferredConversation, start: int, look: int
) -> list[TransferredMessage]:
    """The messages from a place in the path on, as many as a part takes, but at most `look`; of a
    conversation that was deleted meanwhile, too. Raises ConversationNotFound where they are gone.
    """
    wanted = conversation.path[start : start + look].tolist()
    found = read_some(connection, fitting(connection, wanted))
    if not found:
        raise ConversationNotFound(conversation.id)
    held = files_of(connection, found)
    return [_read(connection, row, held.get(row.id, ())) for row in found]


def fitting(connection: Connection, ids: Sequence[int]) -> list[int]:
    """The first of these messages, in the order of ids, as many as a part takes; none where they
    are gone."""
    found = _LENGTHS.all(connection, ids)
    if len(found) < len(ids):
        return []
    upto = accumulate(row.length for row in found)
    fit = max(1, sum(1 for characters in upto if characters <= PART_CHARACTERS))
    return [row.id for row in found[:fit]]


def read_some(connection: Connection, ids: Sequence[int]) -> list[Any]:
    """The rows of these messages, in the order of ids."""
    return _SOME.all(connection, ids)


def files_of(connection: Connection, messages: Sequence[Any]) -> dict[int, list[Any]]:
    """The rows of the files that these messages hold."""
    holding = [row.id for row in messages if row.attachments]
    return held_by(connection, holding) if holding else {}


def _read(connection: Connection, row: Any, files: Sequence[Any]) -> TransferredMessage:
    content = row.content
    if row.status == "generating":
        content, _, _ = text_so_far(connection, row)
    return TransferredMessage(
        row.id,
        row.parent_id,
        row.sender,
        row.timestamp,
        content,
        row.status,
        row.finish_reason,
        row.model_name,
        row.error_code,
        tuple(file.name for file in files),
    )
