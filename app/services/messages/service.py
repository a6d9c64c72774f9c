"""Reading messages: the history of a conversation, a message's versions."""

from collections.abc import Callable, Mapping
from datetime import timedelta
from itertools import accumulate
from typing import NamedTuple

from sqlalchemy import ColumnElement, Connection, Integer, bindparam, func, literal, select

from app.database import Database, table_of
from app.engines.index import along
from app.engines.prepared import Prepared, PreparedIn
from app.errors import MessageNotFound
from app.models import Conversation, Message
from app.schemas.context import MessageContexts
from app.schemas.message import NEWEST, HistoryPlace, MessagePage, MessageVersions
from app.services.auth.account import as_user
from app.services.conversations.rows import find_owned, owned
from app.services.messages import branch
from app.services.messages.contexts import contexts_of
from app.services.messages.cursor import MAX_ID
from app.services.messages.rows import read_messages
from app.services.messages.tree import PARENT_INDEX, PATH_INDEX, is_deleted, is_kept, shown
from app.utils.tokens import Claims

PAGE_CHARACTERS = 2_000_000
"""A page ends before its text exceeds this; one reply may have half of it, or more."""

_message = table_of(Message)
_length = func.char_length(_message.c.content) + func.coalesce(
    func.char_length(_message.c.reasoning), 0
)
_conversation = table_of(Conversation)

_here = _message.c.conversation_id == bindparam("in_conversation", type_=_message.c.id.type)


def _lengths(index: str, *which: ColumnElement[bool], ascending: bool = False) -> Prepared:
    """The nearest of these messages below an id (or above it), read along this index, with their
    lengths, and whether there are any on its other side."""
    id, limit = _message.c.id, bindparam("most", type_=Integer)
    near = id > bindparam("place") if ascending else id < bindparam("place")
    far = id <= bindparam("place") if ascending else id >= bindparam("place")
    beyond = select(literal(1)).where(*which, far).limit(1).scalar_subquery()
    nearest = along(select(id, _length, beyond), _message, index).where(*which, near)
    return Prepared(nearest.order_by(id if ascending else id.desc()).limit(limit))


_path = shown(bindparam("in_conversation", type_=_message.c.id.type))
_OLDER = _lengths(PATH_INDEX, _path)
_NEWER = _lengths(PATH_INDEX, _path, ascending=True)
_BESIDE = _lengths(
    PARENT_INDEX,
    _here,
    _message.c.parent_id.is_not_distinct_from(bindparam("under")),
    is_kept(_message.c.id),
)
_ANY = Prepared(select(_message.c.id).where(_path).limit(1))
_ON_PATH = Prepared(select(_length).where(_path, _message.c.id == bindparam("place")))
_THESE = PreparedIn(
    _message.c.id.type,
    lambda ids: select(_message).where(_message.c.id.in_(ids)).order_by(_message.c.id),
)


class MessageService:
    """The history of a conversation. Of a message, ownership was checked by whoever calls."""

    def __init__(self, database: Database, retention: Callable[[], timedelta]) -> None:
        self._database = database
        self._retention = retention

    async def page(
        self, claims: Claims, conversation_id: int, limit: int, place: HistoryPlace = NEWEST
    ) -> MessagePage:
        """The `limit` messages nearest to a place (fewer long ones), oldest first.

        InvalidToken where these claims are good no longer, ConversationNotFound for another user's
        conversation, MessageNotFound where the page is to be around a message that is not shown.
        """
        return await self._database.read(as_user, claims, _page, conversation_id, limit, place)

    async def locate(self, user_id: int, message_id: int, deleted: bool = False) -> int:
        """The conversation of a message that is this user's; else MessageNotFound, also for one
        that was deleted if such are not meant."""
        return await self._database.read(_locate, user_id, message_id, deleted)

    async def branch(self, user_id: int, message_id: int) -> int:
        """A new conversation with the messages up to this one; its id.

        Some at a time, so that no transaction takes long; it is there once all are. Raises
        MessageNotFound, ReplyInProgress for a reply that is being written, and ConversationNotFound
        where the branch is gone before it is whole.
        """
        retention = self._retention()
        branched = await self._database.write(branch.begin, user_id, message_id, retention)
        while branched.due:
            branched = await self._database.write(branch.go_on, branched, retention)
        return branched.unseen.conversation_id

    async def versions(self, message_id: int, limit: int, before_id: int | None) -> MessageVersions:
        """The newest `limit` versions of a message below `before_id`, oldest first."""
        return await self._database.read(_versions, message_id, limit, before_id)

    async def contexts(self, message_id: int) -> MessageContexts:
        """What a model was sent for a reply; MessageNotFound for a message that is none."""
        return await self._database.read(contexts_of, message_id)


def _page(
    connection: Connection,
    user_id: int,
    conversation_id: int,
    limit: int,
    place: HistoryPlace,
) -> MessagePage:
    find_owned(connection, user_id, conversation_id)
    where = {"in_conversation": conversation_id, "place": place.id}
    match place.direction:
        case "before":
            part = _nearest(connection, _OLDER, where, limit)
            ids, has_more, has_newer = part.ids[::-1], part.has_more, part.has_beyond
        case "after":
            part = _nearest(connection, _NEWER, where, limit)
            ids, has_more, has_newer = part.ids, part.has_beyond, part.has_more
        case "around":
            ids, has_more, has_newer = _around(connection, where, limit)
    messages = _THESE.all(connection, ids) if ids else []
    read = read_messages(connection, messages)
    return MessagePage(messages=read, has_more=has_more, has_newer=has_newer)


def _around(
    connection: Connection, where: Mapping[str, int | None], limit: int
) -> tuple[list[int], bool, bool]:
    """A message that is shown with as many before it as after it; where one side has fewer, the
    other one makes up for it."""
    itself = _ON_PATH.first(connection, where)
    if itself is None:
        raise MessageNotFound(where["place"])
    # Half of the characters for each side, so that what is asked for is never what is left out.
    room = max(0, PAGE_CHARACTERS - itself[0]) // 2
    older = _nearest(connection, _OLDER, where, limit - 1, room)
    newer = _nearest(connection, _NEWER, where, limit - 1, room)
    half = (limit - 1) // 2
    before = min(len(older.ids), max(half, limit - 1 - len(newer.ids)))
    after = min(len(newer.ids), limit - 1 - before)
    ids = [*older.ids[:before][::-1], where["place"] or 0, *newer.ids[:after]]
    has_more = older.has_more or before < len(older.ids)
    return ids, has_more, newer.has_more or after < len(newer.ids)


def _locate(connection: Connection, user_id: int, message_id: int, deleted: bool) -> int:
    found = (
        select(_message.c.conversation_id, _message.c.active)
        .join(_conversation, _conversation.c.id == _message.c.conversation_id)
        .where(_message.c.id == message_id, owned(user_id))
    )
    row = connection.execute(found).first()
    if row is None or not deleted and is_deleted(connection, message_id, row.active):
        raise MessageNotFound(message_id)
    return int(row.conversation_id)


def _versions(
    connection: Connection,
    message_id: int,
    limit: int,
    before_id: int | None,
) -> MessageVersions:
    message = connection.execute(select(_message).where(_message.c.id == message_id)).first()
    if message is None:
        raise MessageNotFound
    where = {"in_conversation": message.conversation_id, "under": message.parent_id}
    place = MAX_ID if before_id is None else before_id
    part = _nearest(connection, _BESIDE, where | {"place": place}, limit)
    versions = _THESE.all(connection, part.ids) if part.ids else []
    return MessageVersions(versions=read_messages(connection, versions), has_more=part.has_more)


class _Part(NamedTuple):
    """The ids nearest to a place, whether there are more, and whether any lie on its other side."""

    ids: list[int]
    has_more: bool
    has_beyond: bool


def _nearest(
    connection: Connection,
    lengths_of: Prepared,
    where: Mapping[str, int | None],
    limit: int,
    room: int = PAGE_CHARACTERS,
) -> _Part:
    """Fewer than `limit` where they are long, but at least one: of half a page, none."""
    lengths = lengths_of.all(connection, {**where, "most": limit + 1})
    upto = accumulate(length for _, length, _ in lengths)
    least = 1 if room == PAGE_CHARACTERS else 0
    fit = max(least, sum(1 for characters in upto if characters <= room))
    ids = [id for id, *_ in lengths[: min(limit, fit)]]
    if lengths:
        return _Part(ids, len(lengths) > len(ids), lengths[0][2] is not None)
    return _Part([], False, _ANY.first(connection, where) is not None)
