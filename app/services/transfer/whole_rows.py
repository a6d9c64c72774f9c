"""A conversation with all versions of its messages, read in parts from its beginning."""

from array import array
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from heapq import merge
from itertools import islice
from typing import Any, NamedTuple

from sqlalchemy import Connection, Integer, bindparam, func, or_, select

from app.database import table_of
from app.engines.index import along
from app.engines.prepared import Prepared
from app.errors import ConversationNotFound
from app.models import (
    Conversation,
    Folder,
    Message,
    MessageDeletion,
    Model,
    ModelConnection,
    Preset,
    User,
)
from app.services.conversations.rows import owned
from app.services.messages.rows import text_so_far
from app.services.messages.tree import PATH_INDEX
from app.services.transfer.rows import (
    PART_MESSAGES,
    files_of,
    fitting,
    next_look,
    path_of,
    read_some,
)

CONVERSATIONS_PER_PAGE = 500

_conversation = table_of(Conversation)
_message = table_of(Message)
_deletion = table_of(MessageDeletion)
_folder = table_of(Folder)
_preset = table_of(Preset)
_model = table_of(Model)
_connection = table_of(ModelConnection)
_user = table_of(User)

_id = bindparam("id_of", type_=_conversation.c.id.type)
_of_user = bindparam("of_user", type_=_conversation.c.user_id.type)
_NAMED = Prepared(
    select(
        _conversation,
        _folder.c.name.label("folder"),
        _preset.c.name.label("preset"),
        _model.c.name.label("model"),
        _connection.c.label.label("connection"),
    )
    .select_from(
        _conversation.outerjoin(_folder, _folder.c.id == _conversation.c.folder_id)
        .outerjoin(_preset, _preset.c.id == _conversation.c.preset_id)
        .outerjoin(_model, _model.c.id == _conversation.c.model_id)
        .outerjoin(_connection, _connection.c.id == _model.c.connection_id)
    )
    .where(_conversation.c.id == _id, owned(_of_user))
)


_of = _message.c.conversation_id == _id
_LAST_HIDDEN = Prepared(
    along(select(func.max(_message.c.id).label("id")), _message, PATH_INDEX).where(
        _of, _message.c.active == 0
    )
)
_DELETED = Prepared(
    select(_deletion.c.message_id)
    .join(_message, _message.c.id == _deletion.c.message_id)
    # One that is shown was brought back by the release before.
    .where(_deletion.c.conversation_id == _id, _message.c.active == 0)
)
_FOLLOWING = Prepared(
    along(select(_message.c.id), _message, PATH_INDEX)
    .where(
        _of,
        _message.c.active == bindparam("is_shown", type_=_message.c.active.type),
        _message.c.id > bindparam("after", type_=_message.c.id.type),
        _message.c.id <= bindparam("last_id", type_=_message.c.id.type),
    )
    .order_by(_message.c.id)
    .limit(bindparam("most", type_=Integer))
)


class ConversationPlace(NamedTuple):
    """A conversation in the order of when they were begun, the newest first."""

    created_at: datetime
    id: int


@dataclass(frozen=True, slots=True)
class WholeConversation:
    """A conversation as it was at one moment. `row`: with the names of its folder, preset, model
    and connection; `path`: the ids of the messages shown then, ascending; `last_id`: the last
    message that there was; `gone`: messages that were deleted, with what answers them."""

    row: Any
    path: array[int]
    last_id: int
    gone: set[int]

    def shows(self, message_id: int) -> bool:
        """Whether a message was on the path shown."""
        place = bisect_left(self.path, message_id)
        return place < len(self.path) and self.path[place] == message_id


@dataclass(frozen=True, slots=True)
class WholeMessage:
    """A message's row, with its texts so far where it is being written, and the rows of its files;
    `active`: it was on the path shown."""

    row: Any
    content: str
    reasoning: str | None
    active: bool
    files: Sequence[Any]


class WholePart(NamedTuple):
    """Some messages that were not deleted, the id behind which the next ones are (None: there are
    no more), and how many of these to look at."""

    messages: list[WholeMessage]
    after: int | None
    look: int


def count(connection: Connection, user_id: int) -> int:
    """How many conversations a user has."""
    its = select(_user.c.conversation_count).where(_user.c.id == user_id)
    return connection.execute(its).scalar() or 0


def page(
    connection: Connection, user_id: int, before: ConversationPlace | None
) -> list[ConversationPlace]:
    """The conversations that come next; what is used, moved or begun meanwhile changes nothing."""
    at, id = _conversation.c.created_at, _conversation.c.id
    query = along(select(at, id), _conversation, "idx_user_created").where(
        _conversation.c.user_id == user_id, _conversation.c.deleted_at.is_(None)
    )
    if before is not None:
        query = query.where(at <= before.created_at, or_(at < before.created_at, id > before.id))
    query = query.order_by(at.desc(), id).limit(CONVERSATIONS_PER_PAGE)
    return [ConversationPlace(*row) for row in connection.execute(query)]


def begin(
    connection: Connection, user_id: int, conversation_id: int
) -> tuple[WholeConversation, WholePart]:
    """A conversation, and its first messages; ConversationNotFound."""
    row = _NAMED.first(connection, {"id_of": conversation_id, "of_user": user_id})
    if row is None:
        raise ConversationNotFound(conversation_id)
    path = path_of(connection, conversation_id)
    its = {"id_of": conversation_id}
    last_hidden = _LAST_HIDDEN.first(connection, its).id or 0
    last_id = max(path[-1] if path else 0, last_hidden)
    gone = {row.message_id for row in _DELETED.all(connection, its)}
    whole = WholeConversation(row, path, last_id, gone)
    return whole, part(connection, whole, 0, PART_MESSAGES)


def part(connection: Connection, whole: WholeConversation, after: int, look: int) -> WholePart:
    """The messages behind an id, as many as a part takes, but at most `look`; also of a
    conversation that was deleted meanwhile. Raises ConversationNotFound once that is gone."""
    conversation_id = whole.row.id
    ids = _following(connection, conversation_id, after, whole.last_id, look)
    if not ids:
        _require(connection, conversation_id)
        return WholePart([], None, 0)
    fit = fitting(connection, ids)
    found = read_some(connection, fit)
    kept = [row for row in found if not _is_gone(whole, row)]
    held = files_of(connection, kept)
    messages = [_read(connection, whole, row, held.get(row.id, ())) for row in kept]
    after_it = fit[-1] if fit[-1] < whole.last_id else None
    return WholePart(messages, after_it, next_look(len(fit)))


def _following(
    connection: Connection, conversation_id: int, after: int, last_id: int, look: int
) -> list[int]:
    """The next ids: of those that are shown and of those that are not, each along the index. One
    that is shown meanwhile is found all the same, once."""
    place = {"id_of": conversation_id, "after": after, "last_id": last_id, "most": look}
    found = [_FOLLOWING.tuples(connection, {**place, "is_shown": shown}) for shown in (0, 1)]
    return [id for (id,) in islice(merge(*found), look)]


def _require(connection: Connection, conversation_id: int) -> None:
    its = select(_conversation.c.id).where(_conversation.c.id == conversation_id)
    if connection.execute(its).first() is None:
        raise ConversationNotFound(conversation_id)


def _is_gone(whole: WholeConversation, row: Any) -> bool:
    """Whether a message was deleted, or answers one that was; parents are looked at first."""
    if row.parent_id in whole.gone:
        whole.gone.add(row.id)
    return row.id in whole.gone


def _read(
    connection: Connection, whole: WholeConversation, row: Any, files: Sequence[Any]
) -> WholeMessage:
    content, reasoning = row.content, row.reasoning
    if row.status == "generating":
        content, reasoning, _ = text_so_far(connection, row)
    return WholeMessage(row, content, reasoning, whole.shows(row.id), files)
