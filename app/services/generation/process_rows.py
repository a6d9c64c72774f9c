"""Processes as rows: their signs of life, and the running replies that they answer for."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, delete, exists, select

from app import __version__
from app.database import table_of, upserting
from app.models import Generation, Process, SchemaInfo

AT_ONCE = 100

_generation = table_of(Generation)
_info = table_of(SchemaInfo)
_process = table_of(Process)
_runs = _generation.c.running_conversation_id.is_not(None)


@dataclass(frozen=True, slots=True)
class ProcessBeat:
    """A process's sign of life."""

    owner: str
    beat: int


@dataclass(frozen=True, slots=True)
class ReplyBeat:
    """A running generation's own sign of life."""

    generation_id: int
    beat: int


def beat(connection: Connection, owner: str, first: int, started_at: datetime) -> str:
    """Give a process's sign of life; the oldest version that the database takes.

    `first`: where the row is new. It is never the same twice, so that a row that goes and comes
    again is never taken for one that stood still.
    """
    again = upserting(connection.dialect, _process, {"beat": _process.c.beat + 1})
    new = {"owner": owner, "beat": first, "version": __version__, "started_at": started_at}
    connection.execute(again.values(**new))
    return str(connection.execute(select(_info.c.min_app_version)).scalar_one())


def beats(connection: Connection, owner: str) -> list[ProcessBeat | ReplyBeat]:
    """The signs of life of all processes but `owner`'s own, and of the running replies that no
    process answers for: those of the release before, which has no rows here."""
    rows = connection.execute(select(_process.c.owner, _process.c.beat))
    processes = [ProcessBeat(row.owner, row.beat) for row in rows]
    known = [owner, *(process.owner for process in processes)]
    others = [process for process in processes if process.owner != owner]
    return [*others, *_running(connection, _generation.c.owner.not_in(known))]


def running_of(connection: Connection, owner: str) -> list[ReplyBeat]:
    """All running replies of a process."""
    return _running(connection, _generation.c.owner == owner)


def some_of_dead(connection: Connection, dead: ProcessBeat, after_id: int) -> list[ReplyBeat]:
    """The next running replies of a process, the oldest first; none once it lives again."""
    theirs = _generation.c.owner == dead.owner, _generation.c.id > after_id, is_still(dead)
    return _running(connection, *theirs, most=AT_ONCE)


def all_running(connection: Connection) -> list[ReplyBeat]:
    """All running replies of all processes."""
    return _running(connection)


def is_still(process: ProcessBeat) -> ColumnElement[bool]:
    """The condition that a process has given no sign of life since."""
    its = _process.c.owner == process.owner, _process.c.beat == process.beat
    return exists(select(_process.c.owner).where(*its))


def remove(connection: Connection, owner: str, still_at: int | None = None) -> bool:
    """Remove a process that has no running reply; `still_at`: and has given no sign of life since.

    False where it stays: others then see its replies end.
    """
    its = [_process.c.owner == owner]
    if still_at is not None:
        its.append(_process.c.beat == still_at)
    answers = exists(select(_generation.c.id).where(_runs, _generation.c.owner == owner))
    return connection.execute(delete(_process).where(*its, ~answers)).rowcount == 1


def remove_all(connection: Connection) -> None:
    """Remove all processes, where none of them lives."""
    connection.execute(delete(_process))


def _running(
    connection: Connection, *which: ColumnElement[bool], most: int | None = None
) -> list[ReplyBeat]:
    query = select(_generation.c.id, _generation.c.beat).where(_runs, *which)
    if most is not None:
        query = query.order_by(_generation.c.id).limit(most)
    return [ReplyBeat(row.id, row.beat) for row in connection.execute(query)]
