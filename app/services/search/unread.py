"""What the index has not read yet, and how it is kept once it has been."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Connection, Select, func, or_, select, update

from app.database import table_of, upserting
from app.engines.prepared import Prepared
from app.models import Conversation, Generation, Message, SearchPending, User, utc_now

MESSAGES_AT_ONCE = 50
CHARACTERS_AT_ONCE = 100_000
"""One message may have more."""
TURN = timedelta(minutes=1)
"""What is younger is read with its turn."""

_message = table_of(Message)
_generation = table_of(Generation)
_conversation = table_of(Conversation)
_pending = table_of(SearchPending)
_user = table_of(User)


class UnreadMessage(NamedTuple):
    """A message whose text is final, for now, in its `run`."""

    id: int
    user_id: int
    said_at: datetime
    run: int
    content: str


class ReadMessage(NamedTuple):
    """A message with its tokens as they are kept."""

    message: UnreadMessage
    tokens: bytes


_is_final = _message.c.status != "generating"
_lacks = or_(_message.c.search_state.is_(None), _message.c.search_state != _message.c.run)
_question, _reply = _message.alias("question"), _message.alias("reply")
_replies = (
    select(_message.c.id)
    .join(_generation, _generation.c.message_id == _message.c.id)
    .where(_lacks, _is_final)
    .limit(MESSAGES_AT_ONCE)
)
_questions = (
    select(_question.c.id)
    .join(_reply, _reply.c.parent_id == _question.c.id)
    .join(_generation, _generation.c.message_id == _reply.c.id)
    .where(_question.c.search_state.is_(None))
    .limit(MESSAGES_AT_ONCE)
)
_REPLIES, _QUESTIONS = Prepared(_replies), Prepared(_questions)
_UPSERT = Prepared(
    lambda dialect: upserting(
        dialect, _pending, {"tokens": lambda new: new.tokens, "state": lambda new: new.state}
    )
)


def of_turns(connection: Connection) -> list[UnreadMessage]:
    """Of what turns have written lately, some that the index lacks; questions before replies."""
    ids = [id for (id,) in _QUESTIONS.tuples(connection)]
    if len(ids) < MESSAGES_AT_ONCE:
        ids += [id for (id,) in _REPLIES.tuples(connection)]
    return _texts(connection, sorted({*ids}))


def of_anybody(connection: Connection, after: int) -> list[UnreadMessage]:
    """Some messages behind an id that the index lacks, whoever left them, the oldest first."""
    found = oldest(_message.c.id > after).limit(MESSAGES_AT_ONCE)
    return _texts(connection, connection.execute(found).scalars().all())


def oldest(*which: ColumnElement[bool]) -> Select[Any]:
    """The ids of messages that the index lacks, in order. Along their own index: where they are
    few, MySQL would go through the whole table to find them in this order."""
    found = select(_message.c.id).where(_message.c.search_state.is_(None), _is_final, *which)
    for dialect in ("mysql", "mariadb"):
        found = found.with_hint(_message, "FORCE INDEX (idx_message_unread)", dialect)
    return found.order_by(_message.c.id)


def _texts(connection: Connection, ids: Sequence[int]) -> list[UnreadMessage]:
    """These messages, as many as may be read at once, in the order of their ids."""
    if not ids:
        return []
    lengths = select(_message.c.id, func.char_length(_message.c.content))
    fit: list[int] = []
    characters = 0
    for id, length in connection.execute(lengths.where(_message.c.id.in_(ids))):
        if fit and characters + length > CHARACTERS_AT_ONCE:
            break
        characters += length
        fit.append(id)
    return [UnreadMessage(*row) for row in connection.execute(_final(fit))]


def _final(ids: Sequence[int]) -> Select[Any]:
    return (
        select(
            _message.c.id,
            _conversation.c.user_id,
            _message.c.timestamp,
            _message.c.run,
            _message.c.content,
        )
        .join(_conversation, _conversation.c.id == _message.c.conversation_id)
        .where(_message.c.id.in_(ids), _is_final)
        .order_by(_message.c.id)
    )


def keep(connection: Connection, made: Sequence[ReadMessage]) -> list[int]:
    """Keep the tokens of those that are still as they were read; whose they are.

    Users are locked first, as whoever begins a reply does, and those that somebody has locked are
    passed over: nobody waits for the index.
    """
    users = sorted({each.message.user_id for each in made})
    free_users = select(_user.c.id).where(_user.c.id.in_(users)).order_by(_user.c.id)
    free = {*connection.execute(free_users.with_for_update(skip_locked=True)).scalars()}
    due = {each.message.id: each for each in made if each.message.user_id in free}
    if not due:
        return []
    still = select(_message.c.id, _message.c.run).where(
        _message.c.id.in_([*due]), _lacks, _is_final
    )
    rows = connection.execute(still.order_by(_message.c.id).with_for_update(skip_locked=True)).all()
    same = [due[row.id] for row in rows if row.run == due[row.id].message.run]
    if not same:
        return []
    _UPSERT.run_many(
        connection,
        [
            {
                "user_id": message.user_id,
                "message_id": message.id,
                "said_at": message.said_at,
                "state": message.run,
                "tokens": tokens,
            }
            for message, tokens in same
        ],
    )
    read = update(_message).where(_message.c.id.in_([each.message.id for each in same]))
    connection.execute(read.values(search_state=_message.c.run))
    return [each.message.user_id for each in same]


def behind(connection: Connection) -> int:
    """How many messages may be unread, at most: from the oldest one on that is not of now."""
    before = utc_now() - TURN
    first = connection.execute(oldest(_message.c.timestamp < before).limit(1)).scalar()
    if first is None:
        return 0
    last = connection.execute(select(func.max(_message.c.id))).scalar() or first
    return int(last - first + 1)


def count(connection: Connection) -> int:
    """How many messages are unread."""
    unread = select(func.count()).where(_message.c.search_state.is_(None), _is_final)
    return int(connection.execute(unread).scalar_one())


def pending_of(connection: Connection, user_id: int) -> int:
    """How many messages of a user no segment has."""
    its = select(func.count()).where(_pending.c.user_id == user_id)
    return int(connection.execute(its).scalar_one())


def users_with_pending(connection: Connection, least: int) -> list[int]:
    """The users of whom so many messages are in no segment."""
    grouped = select(_pending.c.user_id).group_by(_pending.c.user_id)
    return [*connection.execute(grouped.having(func.count() >= least)).scalars()]
