"""The counted numbers as Prometheus reads them.

The only importer of the Prometheus client: 2.4 MB that a process nobody scrapes does not load.
"""

from collections.abc import Iterable, Iterator, Mapping
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

from app.metrics import COUNTERS, HISTOGRAMS, Counter, Histogram, Spread

CONTENT_TYPE = CONTENT_TYPE_LATEST

Gauges = Mapping[str, tuple[str, float]]
"""Help and value, by name."""


class _Snapshot(Collector):
    def __init__(self, families: Iterable[Metric]) -> None:
        self._families = list(families)

    def collect(self) -> Iterable[Metric]:
        return self._families


class Exposition:
    """One process's numbers at one moment. Make it in the event loop, `render` it anywhere."""

    def __init__(self, gauges: Gauges) -> None:
        self._registry = CollectorRegistry()
        self._registry.register(_Snapshot(_families(gauges)))

    def render(self) -> bytes:
        """The text format; with the process's own CPU, memory and files, read from /proc."""
        ProcessCollector(registry=self._registry)
        return generate_latest(self._registry)


def _families(gauges: Gauges) -> Iterator[Metric]:
    for name, (help, value) in gauges.items():
        yield GaugeMetricFamily(name, help, value=value)
    yield from map(_counter, COUNTERS)
    yield from map(_histogram, HISTOGRAMS)


def _counter(counter: Counter) -> Metric:
    family = CounterMetricFamily(counter.name, counter.help, labels=counter.labels)
    for labels, value in counter.values.items():
        family.add_metric(labels, value)
    return family


def _histogram(histogram: Histogram) -> Metric:
    family = HistogramMetricFamily(histogram.name, histogram.help, labels=histogram.labels)
    for labels, spread in histogram.values.items():
        family.add_metric(labels, _buckets(spread), spread.total)
    return family


def _buckets(spread: Spread) -> list[tuple[str, float]]:
    bounds = [*map(str, spread.bounds), "+Inf"]
    return list(zip(bounds, accumulate(spread.counts), strict=True))
