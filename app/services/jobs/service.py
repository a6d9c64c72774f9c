"""Does what is to be done in the background, a few jobs at once, in any process that serves.

A job is a row, taken by one process at a time. Each write of a job gives a sign of life in the same
transaction, which fails where another process has the job by now. As with replies, no clock is
compared with another: a job is taken over when its beat and that of its process stood still for the
lease, in several looks of the process that takes it.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress

from sqlalchemy import Connection
from sqlalchemy.exc import SQLAlchemyError

from app.database import Database
from app.engines.work import Work
from app.errors import AppError
from app.logs import log
from app.metrics import jobs_ended
from app.services.jobs import rows
from app.services.jobs.rows import JobBeat, JobLost, TakenJob
from app.utils.tasks import Wake, stop_tasks


class HeldJob:
    """A job as whoever does it has it."""

    def __init__(self, database: Database, job: TakenJob) -> None:
        self._database = database
        self._job = job

    @property
    def user_id(self) -> int:
        """Whose job it is."""
        assert self._job.user_id is not None
        return self._job.user_id

    async def write[**P, T](self, work: Work[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """As the database's, but JobLost where another process has the job by now."""

        def fenced(connection: Connection) -> T:
            rows.hold(connection, self._job)
            return work(connection, *args, **kwargs)

        return await self._database.write(fenced)

    async def read[**P, T](self, work: Work[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """As the database's."""
        return await self._database.read(work, *args, **kwargs)

    async def tell(self, progress: str) -> None:
        """Say how far it is."""
        await self._database.write(rows.hold, self._job, progress)


type Doing = Callable[[HeldJob], Awaitable[None]]
"""Does a job from where it stands. It may be broken off at any write, and is begun again then."""


class Jobs:
    """The jobs of this process. `kinds`: how each kind is done."""

    def __init__(
        self,
        database: Database,
        owner: str,
        at_once: int,
        look_seconds: float,
        lease_seconds: float,
        kinds: Mapping[str, Doing],
    ) -> None:
        self._database = database
        self._owner = owner
        self._at_once = at_once
        self._lease = lease_seconds
        self._kinds = dict(kinds)
        self._wake = Wake(look_seconds)
        self._seen: dict[JobBeat, float] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    @property
    def running(self) -> int:
        """How many jobs this process does now."""
        return len(self._tasks)

    def add(self, kind: str, doing: Doing) -> None:
        """Do jobs of another kind, too."""
        self._kinds[kind] = doing

    def wake(self) -> None:
        """Something was wished for."""
        self._wake.set()

    async def run(self) -> None:
        """Look for jobs at start and for ever."""
        try:
            while True:
                try:
                    await self._take_some()
                except (AppError, SQLAlchemyError) as error:
                    log.warning("jobs_postponed", cause=type(error).__name__)
                except Exception:
                    log.exception("jobs_postponed")
                await self._wake.wait()
        finally:
            await stop_tasks(*self._tasks)

    async def _take_some(self) -> None:
        stale = self._stale(await self._database.read(rows.held))
        while len(self._tasks) < self._at_once:
            if not stale and not await self._database.read(rows.has_due, self._kinds.keys()):
                return
            take = rows.take
            job = await self._database.write(take, self._owner, self._kinds.keys(), stale)
            if job is None:
                return
            stale = [beat for beat in stale if beat.name != job.name]
            task = asyncio.create_task(self._do(job), name=job.name)
            self._tasks.add(task)
            task.add_done_callback(self._ended)

    def _stale(self, beats: list[JobBeat]) -> list[JobBeat]:
        """Those of our kinds that have stood still for the whole lease."""
        now = time.monotonic()
        signs = [self._own_alone(beat) for beat in beats if beat.kind in self._kinds]
        self._seen = {beat: self._seen.get(beat, now) for beat in signs}
        return [beat for beat, since in self._seen.items() if now - since >= self._lease]

    def _own_alone(self, beat: JobBeat) -> JobBeat:
        """Of a job of this process that nobody does here, the own sign of life alone: it could not
        be let go of."""
        is_done_here = beat.name in {task.get_name() for task in self._tasks}
        return beat if beat.owner != self._owner or is_done_here else beat._replace(life=None)

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        self._wake.set()

    async def _do(self, job: TakenJob) -> None:
        try:
            await self._kinds[job.kind](HeldJob(self._database, job))
            await self._database.write(rows.done, job)
            jobs_ended.add("done")
        except JobLost:
            log.warning("job_lost", kind=job.kind)
        except asyncio.CancelledError:
            with suppress(AppError, SQLAlchemyError):  # it goes stale
                await self._database.write(rows.let_go, job)
            raise
        except Exception as error:
            jobs_ended.add("failed")
            if isinstance(error, AppError | SQLAlchemyError):
                log.warning("job_failed", kind=job.kind, cause=type(error).__name__)
            else:
                log.exception("job_failed", kind=job.kind)
            try:
                await self._database.write(rows.let_go, job, failed=True)
            except (AppError, SQLAlchemyError) as failure:  # it goes stale
                log.warning("job_failed", kind=job.kind, cause=type(failure).__name__)
