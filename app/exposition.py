"""The counted numbers as Prometheus reads them.

The only importer of the Prometheus client: 2.4 MB that a process nobody scrapes does not load.
"""

from collections.abc import Iterable, Iterator
from itertools import accumulate

from prometheus_client import CollectorRegistry, ProcessCollector, generate_latest
from prometheus_client.core import (
    CounterMetricFamily,
    GaugeMetricFamily,
    HistogramMetricFamily,
    Metric,
)
from prometheus_client.exposition import CONTENT_TYPE_LATEST
from prometheus_client.registry import Collector

from app.metrics import COUNTERS, GAUGES, HISTOGRAMS, Counter, Histogram
from app.numbers import CPU, STARTED, Numbers

CONTENT_TYPE = CONTENT_TYPE_LATEST

PROCESS = {
    "process_virtual_memory_bytes": "Virtual memory, in bytes",
    "process_resident_memory_bytes": "Resident memory, in bytes; what processes share is in each",
    STARTED: "Start of the server since 1970, in seconds",
    "process_open_fds": "Open files and sockets",
    "process_max_fds": "Files and sockets that can be open",
}

Rows = dict[str, list[tuple[list[str], list[float]]]]
"""By the name of a metric: the values of its labels, and what was counted of them."""


def process_numbers(server: int) -> dict[str, float]:
    """This process's own CPU, memory and files, read from /proc, and the start of the process
    `server`, which outlives its workers; nothing where there is no /proc."""
    own = _samples(ProcessCollector(registry=None))
    of_server = _samples(ProcessCollector(pid=lambda: server, registry=None))
    return own | {name: value for name, value in of_server.items() if name == STARTED}


def _samples(collector: Collector) -> dict[str, float]:
    return {family.name: family.samples[0].value for family in collector.collect()}


def render(numbers: Numbers) -> bytes:
    """The text format."""
    registry = CollectorRegistry()
    registry.register(_Snapshot(_families(numbers)))
    return generate_latest(registry)


class _Snapshot(Collector):
    def __init__(self, families: Iterable[Metric]) -> None:
        self._families = list(families)

    def collect(self) -> Iterable[Metric]:
        return self._families


def _families(numbers: Numbers) -> Iterator[Metric]:
    rows: Rows = {}
    for (name, *labels), values in numbers.counts.items():
        rows.setdefault(name, []).append((labels, values))
    for name, value in numbers.gauges.items():
        yield GaugeMetricFamily(name, GAUGES[name].help, value=value)
    for counter in COUNTERS:
        yield _counter(counter, rows)
    for histogram in HISTOGRAMS:
        yield _histogram(histogram, rows)
    if numbers.process:
        yield CounterMetricFamily(CPU[0], "CPU time, in seconds", value=numbers.counts[CPU][0])
    for name, value in numbers.process.items():
        yield GaugeMetricFamily(name, PROCESS[name], value=value)


def _counter(counter: Counter, rows: Rows) -> Metric:
    family = CounterMetricFamily(counter.name, counter.help, labels=counter.labels)
    for labels, values in rows.get(counter.name, ()):
        family.add_metric(labels, values[0])
    return family


def _histogram(histogram: Histogram, rows: Rows) -> Metric:
    family = HistogramMetricFamily(histogram.name, histogram.help, labels=histogram.labels)
    for labels, values in rows.get(histogram.name, ()):
        *counts, total = values
        family.add_metric(labels, _buckets(histogram.bounds, counts), total)
    return family


def _buckets(bounds: Iterable[float], counts: Iterable[float]) -> list[tuple[str, float]]:
    return list(zip([*map(str, bounds), "+Inf"], accumulate(counts), strict=True))
