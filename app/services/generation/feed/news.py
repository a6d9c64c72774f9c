"""What other processes did in conversations, as the database has it: one read for many of them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import batched
from typing import Any, NamedTuple

from sqlalchemy import (
    ColumnElement,
    Connection,
    Integer,
    Row,
    and_,
    bindparam,
    func,
    or_,
    select,
)

from app.database import table_of
from app.errors import Interrupted
from app.models import Conversation, Generation, GenerationPiece, Message
from app.schemas.message import TextKind
from app.services.generation.conversation_state import ConversationState
from app.services.generation.live_reply import Ending, Opening
from app.services.generation.opening import client_id_of, ending_of, opening_of
from app.services.messages.pieces import KINDS, NAMES
from app.services.messages.rows import exchange_of
from app.services.messages.tree import shown

CUT_OFF = Ending("interrupted", error=Interrupted())

_generation = table_of(Generation)
_piece = table_of(GenerationPiece)
_message = table_of(Message)
_conversation = table_of(Conversation)

# Not `max(id)`, for which a database may read the whole path.
_leaf_id = (
    select(_message.c.id)
    .where(shown(_conversation.c.id))
    .order_by(_message.c.id.desc())
    .limit(1)
    .scalar_subquery()
)
# Built once, because they run several times a second. Each conversation is one row of the first,
# however many replies it had: what ended is read only where it is news.
_any = _generation.alias("any")
_of_it = _any.c.conversation_id == _conversation.c.id
_newest = select(func.max(_any.c.id)).where(_of_it).scalar_subquery()
_ROWS = (
    select(
        _conversation.c.id.label("conversation_id"),
        _conversation.c.title,
        _leaf_id.label("leaf_id"),
        _generation.c.id,
        _generation.c.owner,
        _generation.c.finished_at,
    )
    .select_from(_conversation.outerjoin(_generation, _generation.c.id == _newest))
    .where(_conversation.c.id.in_(bindparam("ids", expanding=True)))
)
_DUE = (
    select(
        _generation.c.id,
        _generation.c.conversation_id,
        _generation.c.message_id,
        _generation.c.owner,
        _generation.c.finished_at,
    )
    .where(
        or_(
            and_(
                _generation.c.conversation_id.in_(bindparam("ids", expanding=True)),
                _generation.c.id > bindparam("since", type_=_generation.c.id.type),
            ),
            _generation.c.id.in_(bindparam("copied", expanding=True)),
        )
    )
    .order_by(_generation.c.id)
)


def _behind(n: int) -> ColumnElement[bool]:
    """The pieces of the n-th reply that are not copied yet."""
    at_least = {kind: bindparam(f"{kind}_{n}", type_=Integer) for kind in KINDS}
    return and_(
        _piece.c.generation_id == bindparam(f"id_{n}", type_=_piece.c.generation_id.type),
        or_(
            *(
                and_(_piece.c.kind == number, _piece.c.position >= at_least[kind])
                for kind, number in KINDS.items()
            )
        ),
    )


# For this many replies in one read; unused places ask for generation 0, which never exists.
PIECES_OF = 20
_PIECES = select(_piece).where(or_(*map(_behind, range(PIECES_OF)))).order_by(_piece.c.position)
_NO_PLACES = [f"{name}_{n}" for name in ("id", *KINDS) for n in range(PIECES_OF)]


class Copied(NamedTuple):
    """How much of a reply the asking process has."""

    conversation_id: int
    message_id: int
    content: int
    reasoning: int


@dataclass(frozen=True, slots=True)
class ReplyNews:
    """More of one reply. Pieces are (kind, position, text) and may begin before what is known."""

    generation_id: int
    message_id: int
    opening: Opening | None
    pieces: list[tuple[TextKind, int, str]]
    ending: Ending | None
    run: int


@dataclass(slots=True)
class News:
    """One conversation. Where `owner` is writing its last message, the state is silent on that."""

    state: ConversationState
    newest_generation: int = 0
    replies: list[ReplyNews] = field(default_factory=list)


def read(
    connection: Connection,
    owner: str,
    seen: Mapping[int, int | None],
    copied: Mapping[int, Copied],
) -> dict[int, News]:
    """News of conversations, by their ids. A copied reply whose generation is gone has ended.

    `seen`: by conversation, the newest generation that was noticed there; None: never looked, and
    what has ended is no news. `copied`: by generation, what is known of it. Replies of `owner`
    are news only where they were copied (this process ended the reply of a dead one); not noticed
    before they end, they are news once another took them over.
    """
    found: dict[int, News] = {}
    after: dict[int, int] = {}
    for row in connection.execute(_ROWS, {"ids": list(seen)}):
        news = found[row.conversation_id] = News(ConversationState(row.title, row.leaf_id or 0))
        if row.id is None:
            continue
        before, foreign = seen[row.conversation_id], row.owner != owner
        runs = row.finished_at is None
        news.newest_generation = newest = row.id
        if runs and not foreign:
            news.state = ConversationState(row.title)  # readers are told by the reply itself
            news.newest_generation = newest = row.id - 1
        known = newest if before is None else before
        if runs and foreign:
            known = min(known, row.id - 1)
        if newest > known:
            after[row.conversation_id] = known
    there: set[int] = set()
    due: list[Row[*tuple[Any, ...]]] = []
    since = min(after.values(), default=0)
    asked = {"ids": list(after), "since": since, "copied": list(copied)}
    for reply in connection.execute(_DUE, asked) if after or copied else ():
        there.add(reply.id)
        if reply.conversation_id not in found:
            continue
        news, before = found[reply.conversation_id], seen[reply.conversation_id]
        foreign = reply.owner != owner
        if foreign or reply.finished_at is not None:
            news.newest_generation = max(news.newest_generation, reply.id)
        unseen = reply.finished_at is None or (before is not None and reply.id > before)
        if reply.id in copied or (foreign and unseen):
            due.append(reply)
    running = [row.id for row in due if row.finished_at is None]
    pieces = _pieces(connection, running, copied) if running else {}
    for row in due:
        told = _reply(connection, row, copied, pieces.get(row.id, []))
        found[row.conversation_id].replies.append(told)
    for id, copy in copied.items():
        if id not in there and copy.conversation_id in found:
            found[copy.conversation_id].replies.insert(0, _gone(connection, id, copy))
    return found


def _pieces(
    connection: Connection, running: list[int], copied: Mapping[int, Copied]
) -> dict[int, list[tuple[TextKind, int, str]]]:
    found: dict[int, list[tuple[TextKind, int, str]]] = {}
    for some in batched(running, PIECES_OF):
        places: dict[str, int] = dict.fromkeys(_NO_PLACES, 0)
        for n, id in enumerate(some):
            have = copied.get(id)
            places[f"id_{n}"] = id
            places[f"content_{n}"] = have.content if have else 0
            places[f"reasoning_{n}"] = have.reasoning if have else 0
        for row in connection.execute(_PIECES, places):
            piece = (NAMES[row.kind], row.position, row.content)
            found.setdefault(row.generation_id, []).append(piece)
    return found


def _reply(
    connection: Connection,
    row: Row[*tuple[Any, ...]],
    copied: Mapping[int, Copied],
    pieces: list[tuple[TextKind, int, str]],
) -> ReplyNews:
    ending = None
    opening = None
    run = 1
    if row.id not in copied or row.finished_at is not None:
        message = connection.execute(select(_message).where(_message.c.id == row.message_id)).one()
        pieces = [*_texts(message), *pieces]
        if row.finished_at is not None:
            ending = _ending(message)
        if row.id not in copied:
            exchange = exchange_of(connection, row.conversation_id, row.message_id)
            opening = opening_of(exchange, client_id_of(connection, message))
        if row.id not in copied or message.status != "generating":
            run = message.run
    return ReplyNews(row.id, row.message_id, opening, pieces, ending, run)


def _gone(connection: Connection, generation_id: int, copy: Copied) -> ReplyNews:
    """How a reply ended whose generation was removed before this process looked again."""
    found = select(_message).where(_message.c.id == copy.message_id)
    message = connection.execute(found).first()
    if message is None:
        return ReplyNews(generation_id, copy.message_id, None, [], CUT_OFF, run=0)
    run = 0 if message.status == "generating" else message.run
    texts, ending = _texts(message), _ending(message)
    return ReplyNews(generation_id, copy.message_id, None, texts, ending, run)


def _texts(message: Row[Any]) -> list[tuple[TextKind, int, str]]:
    return [("reasoning", 0, message.reasoning or ""), ("content", 0, message.content)]


def _ending(message: Row[Any]) -> Ending:
    # Still being written: the next generation is already continuing it.
    return CUT_OFF if message.status == "generating" else ending_of(message)
