"""What a search reads, and what the index lacks.

A message that is sent, and one whose reply has ended, has a row in `generation` in the same
transaction, and that one stays until the index has read both: so what is new is found without a
statement more for whoever writes it, and as soon as it is committed.
"""

from collections.abc import Sequence
from datetime import datetime
from functools import cache
from itertools import batched
from operator import eq
from typing import Any, NamedTuple

from sqlalchemy import (
    ColumnElement,
    Connection,
    LargeBinary,
    Select,
    and_,
    bindparam,
    func,
    insert,
    literal,
    null,
    or_,
    select,
    union_all,
)

from app.database import table_of
from app.engines.prepared import Prepared, PreparedIn
from app.models import (
    Conversation,
    Generation,
    Message,
    SearchBlock,
    SearchPending,
    SearchSegment,
)
from app.services.conversations.rows import owned
from app.services.search.block import micros, time_of

UNREAD_MOST = 200
"""Of what the index lacks, so much is looked at by a search."""
TEXTS_MOST = 200
"""So many texts are read for a page. Where fewer were found among them, it is a short one."""
TITLES_MOST = 2_000
"""Titles are looked for among the conversations used last."""
KEYS_AT_ONCE = 128
"""To compile a statement for as many takes 20 ms, once."""
PREFIXES_MOST = 8
"""So many are looked for in the index; the text decides about the rest."""

_message = table_of(Message)
_generation = table_of(Generation)
_conversation = table_of(Conversation)
_pending = table_of(SearchPending)
_segment = table_of(SearchSegment)
_block = table_of(SearchBlock)


type ResultPlace = tuple[int, int]
"""Where a message stands in the order of results, which is the newest first: when it was said, in
microseconds, and its id."""
type BlockKey = tuple[int, int]
"""A segment's id, and the number of a block of it."""

_of_user = bindparam("of_user", type_=_message.c.id.type)
_reply, _question = _message.alias("reply"), _message.alias("question")
_lacks_reply = or_(_reply.c.search_state.is_(None), _reply.c.search_state != _reply.c.run)
_replies = select(_reply.c.timestamp, _reply.c.id).join(
    _generation, _generation.c.message_id == _reply.c.id
)
_questions = (
    select(_question.c.timestamp, _question.c.id)
    .join(_reply, _reply.c.parent_id == _question.c.id)
    .join(_generation, _generation.c.message_id == _reply.c.id)
)


UNREAD = union_all(
    _replies.where(_lacks_reply, _generation.c.user_id == _of_user),
    _questions.where(_question.c.search_state.is_(None), _generation.c.user_id == _of_user),
    select(_pending.c.said_at, _pending.c.message_id).where(
        _pending.c.user_id == _of_user, _pending.c.tokens.is_(None)
    ),
).limit(UNREAD_MOST)
"""What the index lacks of a user: replies, what they answer, and what has no tokens yet."""
_UNREAD = Prepared(UNREAD)
_SEGMENTS = Prepared(
    select(_segment).where(_segment.c.user_id == _of_user, _segment.c.is_whole == 1)
)
_SHOWN = PreparedIn(
    _message.c.id.type,
    lambda ids: (
        select(
            _message.c.id,
            _message.c.conversation_id,
            _message.c.sender,
            _message.c.content,
            _message.c.timestamp,
            _conversation.c.title,
            _conversation.c.archived,
            _conversation.c.id.is_not(None).label("is_owned"),
        )
        # An outer join, or SQLite begins with all conversations of the user.
        .outerjoin(
            _conversation,
            and_(_conversation.c.id == _message.c.conversation_id, owned(_of_user)),
        )
        .where(_message.c.id.in_(ids), _message.c.active == 1)
    ),
)
_TITLES = Prepared(
    select(_conversation.c.id, _conversation.c.title, _conversation.c.archived)
    .where(owned(_of_user))
    .order_by(_conversation.c.updated_at.desc(), _conversation.c.id.desc())
    .limit(TITLES_MOST)
)


class Sources(NamedTuple):
    """Where a search looks: what the index lacks, what is pending, segments, the last one first,
    and for the first page the conversations used last."""

    unread: list[ResultPlace]
    pending: list[ResultPlace]
    segments: list[Any]
    titles: list[Any]


def sources(
    connection: Connection, user_id: int, prefixes: Sequence[str], before: ResultPlace | None
) -> Sources:
    """What there is for a user before a place. In this order: what is read into the index meanwhile
    is then seen twice, and never missed."""
    mine = {"of_user": user_id}
    unread = [_place(*row) for row in _UNREAD.all(connection, mine)]
    # No NUL stands behind the last token of a message here.
    names = [b"\0" + each.rstrip("\0").encode() for each in prefixes]
    sought = {f"sought_{n}": name for n, name in enumerate(names)}
    place = {} if before is None else {"before_at": time_of(before[0]), "before_id": before[1]}
    found = _pending_with(len(prefixes), before is None).all(connection, mine | sought | place)
    pending = [_place(*row) for row in found]
    segments = _SEGMENTS.all(connection, mine)
    if before is not None:
        unread = [place for place in unread if place < before]
        segments = [segment for segment in segments if micros(segment.first_at) <= before[0]]
    segments.sort(key=lambda segment: (segment.last_at, segment.id), reverse=True)
    titles = [] if before else _TITLES.all(connection, mine)
    return Sources(unread, pending, segments, titles)


def _place(said_at: datetime, id: int) -> ResultPlace:
    return micros(said_at), id


def pending_with(prefixes: int, is_first: bool) -> Select[Any]:
    """Those whose tokens begin with so many given ones, compared as bytes; not for the first page
    those before a place."""
    said_at, id = _pending.c.said_at, _pending.c.message_id
    query = select(said_at, id).where(_pending.c.user_id == _of_user)
    for number in range(prefixes):
        sought = bindparam(f"sought_{number}", type_=LargeBinary)
        query = query.where(func.instr(_pending.c.tokens, sought) > 0)
    if not is_first:
        before_at = bindparam("before_at", type_=said_at.type)
        before_id = bindparam("before_id", type_=id.type)
        earlier = and_(said_at == before_at, id < before_id)
        query = query.where(or_(said_at < before_at, earlier))
    return query.order_by(said_at.desc(), id.desc()).limit(TEXTS_MOST)


@cache
def _pending_with(prefixes: int, is_first: bool) -> Prepared:
    return Prepared(pending_with(prefixes, is_first))


def shown(connection: Connection, user_id: int, ids: Sequence[int]) -> dict[int, Any]:
    """Of these messages those that are shown to this user, with their conversations."""
    found = _SHOWN.all(connection, ids, {"of_user": user_id})
    return {row.id: row for row in found if row.is_owned}


def blocks(
    connection: Connection, user_id: int, wanted: Sequence[BlockKey]
) -> dict[BlockKey, bytes]:
    """Those blocks that there are, of segments that count."""
    blocks: dict[BlockKey, bytes] = {}
    for keys in batched(wanted, KEYS_AT_ONCE):
        size = 1 << (len(keys) - 1).bit_length()
        filled = [*keys, *[keys[-1]] * (size - len(keys))]
        numbers = [number for key in filled for number in key]
        found = _BLOCKS.all(connection, numbers, {"of_user": user_id})
        blocks |= {(row.segment_id, row.block): row.data for row in found}
    return blocks


def blocks_of(numbers: Sequence[ColumnElement[int]]) -> Select[Any]:
    """The blocks with these keys, one after the other. Each is looked up by its whole key: by lists
    of numbers, or were the user named but once, SQLite would go through all blocks of the user."""
    key = (_block.c.user_id, _block.c.segment_id, _block.c.block)
    these = or_(
        *(
            and_(*map(eq, key, (_of_user, segment_id, number)))
            for segment_id, number in zip(numbers[::2], numbers[1::2], strict=True)
        )
    )
    return (
        select(_block.c.segment_id, _block.c.block, _block.c.data)
        .join(_segment, _segment.c.id == _block.c.segment_id)
        .where(these, _segment.c.is_whole == 1)
    )


_BLOCKS = PreparedIn(_block.c.segment_id.type, blocks_of)


def note_unread(connection: Connection, user_id: int, conversation_id: int, after_id: int) -> None:
    """Have the messages of a conversation behind an id found, that no turn has written."""
    its = select(
        literal(user_id, _message.c.id.type),
        _message.c.id,
        _message.c.timestamp,
        _message.c.run,
        null(),
    ).where(_message.c.conversation_id == conversation_id, _message.c.id > after_id)
    columns = ["user_id", "message_id", "said_at", "state", "tokens"]
    connection.execute(insert(_pending).from_select(columns, its))
