"""The background jobs of a process in lanes: those of one wait for none of another."""

import asyncio
from dataclasses import dataclass

from app.services.jobs.service import Jobs


@dataclass(frozen=True, slots=True)
class JobLanes:
    """`removals`: what somebody waits for, which no index is to hold up. `imports`: each has a
    process of its own beside this one."""

    index: Jobs
    removals: Jobs
    imports: Jobs

    @property
    def running(self) -> int:
        """How many jobs this process does now."""
        return self.index.running + self.removals.running + self.imports.running

    async def run(self) -> None:
        """Look for jobs at start and for ever; once that is cancelled, until all lanes have let go
        of theirs: `gather` would wait for the first one alone."""
        async with asyncio.TaskGroup() as lanes:
            for lane in (self.index, self.removals, self.imports):
                lanes.create_task(lane.run())
