"""Jobs as rows: wished for, taken, held and done."""

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import Connection, and_, delete, or_, select, update

from app.database import table_of, upserting
from app.models import Job, Process, utc_now

REST_SECONDS = 2
LONGEST_REST_SECONDS = 300
"""After a failure; twice as long after each further one."""

_job = table_of(Job)
_process = table_of(Process)


class TakenJob(NamedTuple):
    """A job that one process has, as long as `owner` is in its row."""

    name: str
    kind: str
    user_id: int | None
    owner: str
    wish: int


class JobBeat(NamedTuple):
    """The signs of life of a job that some process has: its own, and the process's, if that has a
    row."""

    name: str
    beat: int
    kind: str
    owner: str
    life: int | None


class JobLost(Exception):
    """Another process has the job now."""


def wish(
    connection: Connection, kind: str, user_id: int | None = None, later: timedelta = timedelta()
) -> None:
    """Have something done, not before some time; where it is being done already, once more after
    that."""
    now = utc_now()
    name = _name(kind, user_id)
    again = upserting(connection.dialect, _job, {"wish": _job.c.wish + 1})
    new = {"name": name, "kind": kind, "user_id": user_id, "due_at": now + later, "created_at": now}
    connection.execute(again.values(**new))


def unwish(connection: Connection, kind: str, user_id: int) -> None:
    """Have something not done that nobody is doing yet."""
    its = (_job.c.name == _name(kind, user_id), _job.c.owner.is_(None))
    connection.execute(delete(_job).where(*its))


def held(connection: Connection) -> list[JobBeat]:
    """All jobs that some process has."""
    columns = _job.c.name, _job.c.beat, _job.c.kind, _job.c.owner, _process.c.beat.label("life")
    with_process = _job.outerjoin(_process, _process.c.owner == _job.c.owner)
    query = select(*columns).select_from(with_process).where(_job.c.owner.is_not(None))
    return [JobBeat(*row) for row in connection.execute(query)]


def has_due(connection: Connection, kinds: Collection[str]) -> bool:
    """Whether a job of one of these kinds waits for somebody."""
    due = select(_job.c.name).where(
        _job.c.owner.is_(None), _job.c.due_at <= utc_now(), _job.c.kind.in_(kinds)
    )
    return connection.execute(due.limit(1)).first() is not None


def take(
    connection: Connection, owner: str, kinds: Collection[str], stale: Collection[JobBeat]
) -> TakenJob | None:
    """A job that nobody has, or whose owner is dead: the oldest that no other process is taking."""
    dead = [and_(_job.c.name == each.name, _job.c.beat == each.beat) for each in stale]
    free = and_(_job.c.owner.is_(None), _job.c.due_at <= utc_now())
    known = _job.c.kind.in_(kinds)
    oldest = select(_job).where(or_(free, *dead), known).order_by(_job.c.created_at)
    row = connection.execute(oldest.limit(1).with_for_update(skip_locked=True)).first()
    if row is None:
        return None
    its = update(_job).where(_job.c.name == row.name)
    connection.execute(its.values(owner=owner, beat=_job.c.beat + 1))
    return TakenJob(row.name, row.kind, row.user_id, owner, row.wish)


def hold(connection: Connection, job: TakenJob, progress: str | None = None) -> None:
    """Give a sign of life, and keep others from taking it until the commit; JobLost."""
    values: dict[str, Any] = {"beat": _job.c.beat + 1}
    if progress is not None:
        values["progress"] = progress
    if connection.execute(update(_job).where(*_its(job)).values(**values)).rowcount != 1:
        raise JobLost(job.name)


def done(connection: Connection, job: TakenJob) -> None:
    """Remove it, or let go of it where it was wished for once more meanwhile."""
    if not connection.execute(delete(_job).where(*_its(job), _job.c.wish == job.wish)).rowcount:
        let_go(connection, job)


def let_go(connection: Connection, job: TakenJob, failed: bool = False) -> None:
    """Leave it to whoever takes it next; one that failed rests."""
    row = connection.execute(select(_job.c.failures).where(*_its(job))).first()
    if row is None:
        return
    failures = row.failures + 1 if failed else 0
    rest = min(REST_SECONDS * 2 ** min(failures - 1, 10), LONGEST_REST_SECONDS) if failed else 0
    due_at: datetime = utc_now() + timedelta(seconds=rest)
    connection.execute(
        update(_job).where(*_its(job)).values(owner=None, failures=failures, due_at=due_at)
    )


def free_all(connection: Connection) -> None:
    """Take all jobs from their owners, where this process is the only one."""
    connection.execute(update(_job).where(_job.c.owner.is_not(None)).values(owner=None))


def _name(kind: str, user_id: int | None) -> str:
    return kind if user_id is None else f"{kind} {user_id}"


def _its(job: TakenJob) -> tuple[Any, Any]:
    return _job.c.name == job.name, _job.c.owner == job.owner
