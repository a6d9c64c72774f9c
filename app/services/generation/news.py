"""What the database has of other processes' replies: one read for many conversations."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from sqlalchemy import Connection, Row, and_, or_, select

from app.database import table_of
from app.errors import Interrupted
from app.models import Conversation, Generation, GenerationPiece, Message
from app.services.generation.checkpoint import KINDS
from app.services.generation.live_reply import Ending, Kind, Opening
from app.services.message_service import client_id_of, ending_of, exchange_of, opening_of

NAMES: dict[int, Kind] = {number: kind for kind, number in KINDS.items()}

_generation = table_of(Generation)
_piece = table_of(GenerationPiece)
_message = table_of(Message)
_conversation = table_of(Conversation)


class Copied(NamedTuple):
    """How much of a reply the asking process has."""

    content: int
    reasoning: int


@dataclass(frozen=True, slots=True)
class ReplyNews:
    """More of one reply. Pieces are (kind, position, text) and may begin before what is known."""

    generation_id: int
    conversation_id: int
    message_id: int
    opening: Opening | None
    pieces: list[tuple[Kind, int, str]]
    ending: Ending | None
    run: int


@dataclass(slots=True)
class News:
    """Titles and newest generations by conversation, and what is new of their replies."""

    titles: dict[int, str] = field(default_factory=dict)
    newest: dict[int, int] = field(default_factory=dict)
    replies: list[ReplyNews] = field(default_factory=list)


def read(
    connection: Connection,
    owner: str,
    seen: Mapping[int, int | None],
    copied: Mapping[int, Copied],
) -> News:
    """News of conversations.

    `seen`: by conversation, the newest generation that was noticed there; None: never looked, and
    what has ended is no news. `copied`: by generation, what is known of it. Replies of `owner`
    are news only where they were copied (this process ended the reply of a dead one).
    """
    news = News()
    due: list[Row[Any]] = []
    for row in _rows(connection, list(seen)):
        conversation_id = row.conversation_id
        news.titles[conversation_id] = row.title
        if row.id is None:
            continue
        news.newest[conversation_id] = max(news.newest.get(conversation_id, 0), row.id)
        before = seen[conversation_id]
        foreign = row.owner != owner
        unseen = row.finished_at is None or (before is not None and row.id > before)
        if row.id in copied or (foreign and unseen):
            due.append(row)
    running = [row.id for row in due if row.finished_at is None]
    pieces = _pieces(connection, running, copied) if running else {}
    news.replies = [_reply(connection, row, copied, pieces.get(row.id, [])) for row in due]
    return news


def _rows(connection: Connection, conversation_ids: list[int]) -> list[Row[Any]]:
    joined = _conversation.outerjoin(
        _generation, _generation.c.conversation_id == _conversation.c.id
    )
    return list(
        connection.execute(
            select(
                _conversation.c.id.label("conversation_id"),
                _conversation.c.title,
                _generation.c.id,
                _generation.c.message_id,
                _generation.c.owner,
                _generation.c.finished_at,
            )
            .select_from(joined)
            .where(_conversation.c.id.in_(conversation_ids))
            .order_by(_generation.c.id)
        )
    )


def _pieces(
    connection: Connection, running: list[int], copied: Mapping[int, Copied]
) -> dict[int, list[tuple[Kind, int, str]]]:
    def after(generation_id: int) -> Any:
        have = copied.get(generation_id, Copied(0, 0))
        return and_(
            _piece.c.generation_id == generation_id,
            or_(
                and_(_piece.c.kind == KINDS["content"], _piece.c.position >= have.content),
                and_(_piece.c.kind == KINDS["reasoning"], _piece.c.position >= have.reasoning),
            ),
        )

    rows = connection.execute(
        select(_piece).where(or_(*map(after, running))).order_by(_piece.c.position)
    )
    found: dict[int, list[tuple[Kind, int, str]]] = {}
    for row in rows:
        piece = (NAMES[row.kind], row.position, row.content)
        found.setdefault(row.generation_id, []).append(piece)
    return found


def _reply(
    connection: Connection,
    row: Row[Any],
    copied: Mapping[int, Copied],
    pieces: list[tuple[Kind, int, str]],
) -> ReplyNews:
    ending = None
    opening = None
    run = 1
    if row.id not in copied or row.finished_at is not None:
        message = connection.execute(select(_message).where(_message.c.id == row.message_id)).one()
        pieces = [
            ("reasoning", 0, message.reasoning or ""),
            ("content", 0, message.content),
            *pieces,
        ]
        if row.finished_at is not None:
            ending = ending_of(message)
            if message.status == "generating":  # already continued by the next generation
                ending = Ending("interrupted", error=Interrupted())
        if row.id not in copied:
            exchange = exchange_of(connection, row.conversation_id, row.message_id, "zh")
            opening = opening_of(exchange, client_id_of(connection, message))
            run = message.run
    return ReplyNews(row.id, row.conversation_id, row.message_id, opening, pieces, ending, run)
