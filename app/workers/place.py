"""A worker's place among the others, as its environment says it."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

FOLDER, INDEX, COUNT, LIFE = "WORKERS_FOLDER", "WORKER_INDEX", "WORKER_COUNT", "WORKER_LIFE"
"""Variables that the supervisor sets for each worker, and nobody else."""


@dataclass(frozen=True, slots=True)
class WorkerPlace:
    """Which of how many workers; `life` counts the processes that this place has had, from 1.

    In `folder`, which nobody else can read, the workers reach each other.
    """

    folder: Path
    index: int
    count: int
    life: int

    @property
    def environment(self) -> dict[str, str]:
        """What tells a worker of it."""
        numbers = {INDEX: self.index, COUNT: self.count, LIFE: self.life}
        return {FOLDER: str(self.folder)} | {name: str(value) for name, value in numbers.items()}


def place_of(environment: Mapping[str, str]) -> WorkerPlace | None:
    """The place that the supervisor gave this process; None where it is the only one."""
    if not environment.get(FOLDER):
        return None
    index, count, life = (int(environment[name]) for name in (INDEX, COUNT, LIFE))
    return WorkerPlace(Path(environment[FOLDER]), index, count, life)
