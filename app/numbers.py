"""What a process counts, or several together, as plain data: it can be sent, kept and added up.

A count only grows, so of two copies of a process's counts the larger of each is the later one.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from operator import add
from typing import Self

import orjson

from app.metrics import COUNTERS, GAUGES, HISTOGRAMS

Series = tuple[str, ...]
"""The name of a metric and the values of its labels."""
Counts = dict[Series, list[float]]
"""A counter's value; of a histogram the count between each two bounds, then the sum."""
CPU: Series = ("process_cpu_seconds",)
STARTED = "process_start_time_seconds"


@dataclass(slots=True)
class Numbers:
    """Counts, and what is so at this moment: gauges, and the process as the system sees it."""

    counts: Counts
    gauges: dict[str, float]
    process: dict[str, float] = field(default_factory=dict)

    @classmethod
    def of_this_process(cls, gauges: Mapping[str, float]) -> Self:
        """A copy of what `app.metrics` has counted by now."""
        counts: Counts = {}
        for counter in COUNTERS:
            for labels, value in counter.values.items():
                counts[counter.name, *labels] = [value]
        for histogram in HISTOGRAMS:
            for labels, spread in histogram.values.items():
                counts[histogram.name, *labels] = [*spread.counts, spread.total]
        return cls(counts, dict(gauges))

    def add_process(self, process: Mapping[str, float]) -> None:
        """What the system says of the process; its time on a processor is a count, too."""
        self.process = dict(process)
        if CPU[0] in process:
            self.counts[CPU] = [self.process.pop(CPU[0])]

    @classmethod
    def from_bytes(cls, data: bytes) -> Self:
        """The other way of `to_bytes`; ValueError for anything else."""
        counts, gauges, process = orjson.loads(data)
        return cls(listed_counts(counts), gauges, process)

    def to_bytes(self) -> bytes:
        """For another process of the same version."""
        return orjson.dumps([listed(self.counts), self.gauges, self.process])


def listed(counts: Counts) -> list[tuple[Series, list[float]]]:
    """Counts as JSON has them."""
    return list(counts.items())


def listed_counts(found: Iterable[tuple[Iterable[str], list[float]]]) -> Counts:
    """The other way of `listed`."""
    return {tuple(series): values for series, values in found}


def later(one: Counts, other: Counts) -> Counts:
    """Of two copies of one process's counts the later one, of each of them."""
    joined = dict(one)
    for series, values in other.items():
        known = joined.get(series)
        joined[series] = values if known is None else [*map(max, known, values)]
    return joined


def added(all_counts: Iterable[Counts]) -> Counts:
    """The counts of several processes together."""
    total: Counts = {}
    for counts in all_counts:
        for series, values in counts.items():
            known = total.get(series)
            total[series] = values if known is None else [*map(add, known, values)]
    return total


def together(all_numbers: Iterable[Numbers], counts: Counts) -> Numbers:
    """The numbers of several processes as one's, whose counts together are `counts`.

    Gauges are joined as each says; memory and files are added up; the
    start is the server's.
    """
    gauges: dict[str, float] = {}
    process: dict[str, float] = {}
    for numbers in all_numbers:
        for name, value in numbers.gauges.items():
            join = GAUGES[name].join
            gauges[name] = join(gauges[name], value) if name in gauges else value
        for name, value in numbers.process.items():
            join = min if name == STARTED else add
            process[name] = join(process[name], value) if name in process else value
    return Numbers(counts, gauges, process)
