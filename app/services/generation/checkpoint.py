"""The writes of running replies: plain functions over a connection, each part of one commit.

Fencing: every write begins with a guarded UPDATE of the generation's row, and only a row that is
still this owner's and still running is written to.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, bindparam, delete, select, update

from app.database import table_of, upsert
from app.models import Generation, GenerationPiece, Message, utc_now
from app.services.generation.live_reply import Ending, Kind

KINDS: dict[Kind, int] = {"content": 0, "reasoning": 1}

_generation = table_of(Generation)
_message = table_of(Message)
_piece = table_of(GenerationPiece)


@dataclass(frozen=True, slots=True)
class Piece:
    """Text at a position of a message, for one generation."""

    generation_id: int
    kind: Kind
    position: int
    text: str


@dataclass(frozen=True, slots=True)
class Finish:
    """The whole text of a message, and how it ended."""

    generation_id: int
    message_id: int
    content: str
    reasoning: str
    ending: Ending


@dataclass(frozen=True, slots=True)
class Saved:
    """What a commit found: generations still ours, those asked to stop, those now finished."""

    ours: set[int]
    to_stop: set[int]
    finished: set[int]


def save(
    connection: Connection,
    owner: str,
    running: Sequence[int],
    pieces: Sequence[Piece],
    finishes: Sequence[Finish],
) -> Saved:
    """One tick of one process: signs of life, new text, endings."""
    ours, to_stop = _beat(connection, owner, sorted(running)) if running else (set(), set())
    _append(connection, [piece for piece in pieces if piece.generation_id in ours])
    finished = {item.generation_id for item in finishes if _finish(connection, owner, item)}
    return Saved(ours, to_stop, finished)


def _beat(connection: Connection, owner: str, ids: list[int]) -> tuple[set[int], set[int]]:
    mine = (
        _generation.c.id.in_(ids),
        _generation.c.owner == owner,
        _generation.c.finished_at.is_(None),
    )
    connection.execute(update(_generation).where(*mine).values(beat=_generation.c.beat + 1))
    rows = connection.execute(select(_generation.c.id, _generation.c.stop_requested).where(*mine))
    found = {row.id: bool(row.stop_requested) for row in rows}
    return set(found), {id for id, stop in found.items() if stop}


def _append(connection: Connection, pieces: list[Piece]) -> None:
    if not pieces:
        return
    rows: list[dict[str, Any]] = [
        {
            "generation_id": piece.generation_id,
            "kind": KINDS[piece.kind],
            "position": piece.position,
            "content": piece.text,
        }
        for piece in pieces
    ]
    # A piece stands already where the answer to an earlier COMMIT was lost; this one is longer.
    upsert(connection, _piece, rows, {"content": lambda new: new.content})


def _finish(connection: Connection, owner: str, item: Finish) -> bool:
    """Write the ending down once. True too where an earlier commit of ours had done so."""
    claimed = connection.execute(
        update(_generation)
        .where(
            _generation.c.id == item.generation_id,
            _generation.c.owner == owner,
            _generation.c.finished_at.is_(None),
        )
        .values(finished_at=utc_now(), running_conversation_id=None)
    )
    if claimed.rowcount != 1:
        found = select(_generation.c.id).where(
            _generation.c.id == item.generation_id, _generation.c.owner == owner
        )
        return connection.execute(found).first() is not None
    write_ending(connection, item.message_id, item.content, item.reasoning, item.ending)
    return True


def write_ending(
    connection: Connection, message_id: int, content: str, reasoning: str, ending: Ending
) -> None:
    """Put the final text and state into the message's row."""
    usage = ending.usage or {}
    connection.execute(
        update(_message)
        .where(_message.c.id == bindparam("id_of"))
        .values(
            content=bindparam("content"),
            reasoning=bindparam("reasoning"),
            status=bindparam("status"),
            finish_reason=bindparam("finish_reason"),
            error_code=bindparam("error_code"),
            prompt_tokens=bindparam("prompt_tokens"),
            completion_tokens=bindparam("completion_tokens"),
            total_tokens=bindparam("total_tokens"),
        ),
        {
            "id_of": message_id,
            "content": content,
            "reasoning": reasoning or None,
            "status": ending.status,
            "finish_reason": ending.finish_reason,
            "error_code": ending.error.code if ending.error else None,
            "prompt_tokens": usage.get("prompt_tokens"),
            "completion_tokens": usage.get("completion_tokens"),
            "total_tokens": usage.get("total_tokens"),
        },
    )


def saved_text(
    connection: Connection, generation_id: int, content: str, reasoning: str
) -> tuple[str, str]:
    """The texts of a message that is being written: what its row has, and the pieces after it."""
    texts = {KINDS["content"]: content, KINDS["reasoning"]: reasoning}
    rows = connection.execute(
        select(_piece.c.kind, _piece.c.position, _piece.c.content)
        .where(_piece.c.generation_id == generation_id)
        .order_by(_piece.c.kind, _piece.c.position)
    )
    for kind, position, text in rows:
        texts[kind] += text[max(0, len(texts[kind]) - position) :]
    return texts[KINDS["content"]], texts[KINDS["reasoning"]]


def delete_finished(connection: Connection, older_than: Any) -> None:
    """Remove generations that ended before a time, with their pieces."""
    connection.execute(delete(_generation).where(_generation.c.finished_at < older_than))
