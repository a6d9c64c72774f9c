"""The writes of running replies: plain functions over a connection, each part of one commit.

Fencing: every write begins with a lock on the generation's row, and only a row that is still this
owner's and still running is written to. A row that another transaction has locked is passed over
until the next commit: waiting for it would keep all other replies from giving a sign of life, and
other processes would take them for dead.
"""

from collections.abc import Sequence, Set
from dataclasses import dataclass
from typing import Any

import orjson
from sqlalchemy import (
    BindParameter,
    Connection,
    Integer,
    Select,
    Update,
    and_,
    bindparam,
    case,
    delete,
    exists,
    func,
    or_,
    select,
    update,
)

from app.database import table_of, upserting
from app.engines.prepared import Prepared, PreparedIn
from app.models import Generation, GenerationPiece, Message, utc_now
from app.schemas.message import TextKind, is_cut_off
from app.services.generation.live_reply import Ending
from app.services.messages.contexts import write_context
from app.services.messages.estimate import estimate_tokens
from app.services.messages.pieces import KINDS
from app.services.usage.settlement import COLUMNS as SETTLED

type Ids = list[BindParameter[Any]]

DELETED_AT_ONCE = 100

_generation = table_of(Generation)
_message = table_of(Message)
_piece = table_of(GenerationPiece)


def _owned(ids: Ids) -> Select[Any]:
    return select(
        _generation.c.id,
        _generation.c.finished_at.is_(None).label("runs"),
        _generation.c.stop_requested,
    ).where(_generation.c.id.in_(ids), _generation.c.owner == bindparam("by_owner"))


def _hold_with_message(ids: Ids) -> Select[Any]:
    held = _owned(ids).join(_message, _message.c.id == _generation.c.message_id)
    return held.with_for_update(skip_locked=True)


def _count_undisturbed(ids: Ids) -> Select[Any]:
    runs_on = and_(_generation.c.finished_at.is_(None), _generation.c.stop_requested == 0)
    return (
        select(func.count(case((runs_on, 1))))
        .where(_generation.c.id.in_(ids), _generation.c.owner == bindparam("by_owner"))
        .with_for_update(skip_locked=True)
    )


def _beat(ids: Ids) -> Update:
    return update(_generation).where(_generation.c.id.in_(ids)).values(beat=_generation.c.beat + 1)


def _beat_asked(ids: Ids) -> Update:
    # Of a request that came after another one, nobody here knows which of both a caller means.
    is_first = _generation.c.settled == 0
    asked_at = case((is_first, _generation.c.started_at), else_=_generation.c.asked_at)
    return _beat(ids).values(asked_at=asked_at)


_ID = _generation.c.id.type
_OWN = PreparedIn(_ID, _owned)
_HOLD = PreparedIn(_ID, lambda ids: _owned(ids).with_for_update(skip_locked=True))
_HOLD_WITH_MESSAGE = PreparedIn(_ID, _hold_with_message)
_COUNT = PreparedIn(_ID, _count_undisturbed)
_BEAT = PreparedIn(_ID, _beat)
_BEAT_ASKED = PreparedIn(_ID, _beat_asked)
_APPEND = Prepared(lambda dialect: upserting(dialect, _piece, {"content": lambda new: new.content}))
# Where more requests are settled than its writer knows of, the answer to a COMMIT was lost: what
# it says of the last one is written down already.
_is_known = _generation.c.settled == bindparam("known")
_CLAIM = Prepared(
    update(_generation)
    .where(_generation.c.id == bindparam("id_of"))
    .values(
        finished_at=bindparam("now"),
        running_conversation_id=None,
        reserved_tokens=None,
        reserved_nano=None,
        asked_at=bindparam("left_at"),
        counted=case((_is_known, bindparam("nothing_left")), else_=1),
        **{name: bindparam(name) for name in SETTLED},
    )
)
_IS_USED = bindparam("is_used", type_=Integer) == 1
_END = Prepared(
    update(_message)
    .where(_message.c.id == bindparam("id_of"))
    .values(
        {
            column: bindparam(column.name)
            for column in (
                _message.c.content,
                _message.c.reasoning,
                _message.c.run,
                _message.c.status,
                _message.c.finish_reason,
                _message.c.error_code,
                _message.c.tokens,
                _message.c.left_out,
                _message.c.cost_nano,
            )
        }
        | {
            # A run that used nothing leaves what the runs before it took.
            column: case((_IS_USED, bindparam(column.name, type_=column.type)), else_=column)
            for column in (
                _message.c.prompt_tokens,
                _message.c.completion_tokens,
                _message.c.total_tokens,
            )
        }
    )
)


@dataclass(frozen=True, slots=True)
class Piece:
    """Text at a position of a message, for one generation."""

    generation_id: int
    kind: TextKind
    position: int
    text: str


@dataclass(frozen=True, slots=True)
class Finish:
    """The whole text of a message, its run, how it ended, what its model was sent, and what the
    generation's row says of the last request."""

    generation_id: int
    message_id: int
    run: int
    content: str
    reasoning: str
    ending: Ending
    context: dict[str, Any] | None
    entry: dict[str, Any]


@dataclass(frozen=True, slots=True)
class SaveResult:
    """What a commit found, by generation: still ours; asked to stop; written to; now finished;
    ours to finish, but locked by another transaction."""

    ours: set[int]
    to_stop: set[int]
    written: set[int]
    finished: set[int]
    locked: set[int]


def save(
    connection: Connection,
    owner: str,
    running: Sequence[int],
    pieces: Sequence[Piece],
    finishes: Sequence[Finish],
    asked: Set[int] = frozenset(),
    moves_beats: bool = True,
) -> SaveResult:
    """One tick of one process: signs of life, new text, endings. `asked`: those that run of which
    a request has left, which is not written down yet. `moves_beats`: as signs of life of each
    reply; where no version before processes had rows uses the database, those are enough."""
    ours, written, to_stop = _hold_running(connection, owner, running)
    others = written - asked if moves_beats else set()
    for beat, ids in ((_BEAT_ASKED, written & asked), (_BEAT, others)):
        if ids:
            beat.run(connection, sorted(ids))
    _append(connection, [piece for piece in pieces if piece.generation_id in written])
    ending = [item.generation_id for item in finishes]
    mine, free = _hold(connection, _HOLD_WITH_MESSAGE, owner, ending)
    for item in finishes:
        if item.generation_id in free and mine[item.generation_id].runs:
            _finish(connection, item)
    # Ours but not running: an earlier commit finished it, and its answer was lost.
    return SaveResult(ours, to_stop, written, finished=free, locked=set(mine) - free)


def _hold_running(
    connection: Connection, owner: str, ids: Sequence[int]
) -> tuple[set[int], set[int], set[int]]:
    """Of these generations: those that are the owner's and run; of them, those now locked for us;
    and those to stop."""
    if ids:
        # One count, because nearly always all of them run on: a row for each would be a sixth of
        # the work of the whole commit.
        (undisturbed,) = _COUNT.first(connection, sorted(ids), {"by_owner": owner})
        if undisturbed == len(ids):
            return set(ids), set(ids), set()
    found, held = _hold(connection, _HOLD, owner, ids)
    ours = {id for id, row in found.items() if row.runs}
    return ours, ours & held, {id for id in ours if found[id].stop_requested}


def _hold(
    connection: Connection, hold: PreparedIn, owner: str, ids: Sequence[int]
) -> tuple[dict[int, Any], set[int]]:
    """Of these generations: those that are the owner's, and which of them are now locked for us."""
    if not ids:
        return {}, set()
    ids, mine = sorted(ids), {"by_owner": owner}
    rows = {row.id: row for row in hold.all(connection, ids, mine)}
    held = set(rows)
    if len(held) < len(ids):
        rows |= {row.id: row for row in _OWN.all(connection, ids, mine) if row.id not in held}
    return rows, held


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
    # The piece exists already if the answer to an earlier COMMIT was lost; this one is longer.
    _APPEND.run_many(connection, rows)


def _finish(connection: Connection, item: Finish) -> None:
    _CLAIM.run(connection, {"id_of": item.generation_id, "now": utc_now(), **item.entry})
    texts = item.content, item.reasoning
    write_ending(connection, item.message_id, item.run, *texts, item.ending)
    if item.context is not None:
        write_context(connection, item.message_id, item.run, item.context)


def write_ending(
    connection: Connection, message_id: int, run: int, content: str, reasoning: str, ending: Ending
) -> None:
    """Put the final text and state into the message's row."""
    usage = ending.usage
    may_grow = is_cut_off(ending.status, ending.finish_reason)
    _END.run(
        connection,
        {
            "id_of": message_id,
            "run": run,
            "content": content,
            "reasoning": reasoning or None,
            "status": ending.status,
            "finish_reason": ending.finish_reason,
            "error_code": ending.error.code if ending.error else None,
            "tokens": None if may_grow else estimate_tokens(content),
            "cost_nano": ending.cost_nano,
            "left_out": orjson.dumps(ending.left_out).decode() if ending.left_out else None,
            "is_used": int(usage is not None),
            "prompt_tokens": usage.prompt_tokens if usage else None,
            "completion_tokens": usage.completion_tokens if usage else None,
            "total_tokens": None if usage is None or usage.estimated else usage.total_tokens,
        },
    )


def delete_finished(connection: Connection, older_than: Any) -> None:
    """Remove generations that ended before a time, with their pieces; not those that are locked,
    are still to be added up, or to be read for the search."""
    is_counted = or_(_generation.c.counted == 1, _generation.c.model_name.is_(None))
    # By them the search finds what its index has not read yet: see services/search/rows.py.
    is_unread = exists().where(
        _message.c.id == _generation.c.message_id, _message.c.search_state.is_(None)
    )
    over = _generation.c.finished_at < older_than
    old = select(_generation.c.id).where(over, is_counted, ~is_unread)
    rows = connection.execute(old.limit(DELETED_AT_ONCE).with_for_update(skip_locked=True))
    # One by one: for a list MySQL may scan the whole table, and wait for locked rows.
    if ids := [{"its": id} for id in rows.scalars()]:
        connection.execute(delete(_generation).where(_generation.c.id == bindparam("its")), ids)
