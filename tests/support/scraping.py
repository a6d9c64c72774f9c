"""What Prometheus sees of a server."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from prometheus_client.metrics_core import Metric
from prometheus_client.parser import text_string_to_metric_families

from tests.support.server import RunningServer


@dataclass(frozen=True)
class Scrape:
    """The samples of one moment."""

    families: list[Metric]

    def value(self, sample: str, **labels: str) -> float:
        """A sample's value, summed over the labels that are not named; 0 where there is none."""
        return sum(
            value
            for name, its_labels, value in self._samples()
            if name == sample and labels.items() <= its_labels.items()
        )

    @property
    def names(self) -> set[str]:
        """The names that queries use: those of all samples."""
        return {name for name, _, _ in self._samples()}

    @property
    def labels(self) -> set[tuple[str, str]]:
        """Every label's name and value."""
        return {label for _, labels, _ in self._samples() for label in labels.items()}

    def _samples(self) -> Iterator[tuple[str, dict[str, Any], float]]:
        for family in self.families:
            for sample in family.samples:
                yield sample.name, sample.labels, sample.value


async def scrape(server: RunningServer, **headers: str) -> Scrape:
    """Read `/metrics`."""
    answer = await server.http.get("/metrics", headers=headers)
    assert answer.status_code == 200, answer.text
    assert answer.headers["Content-Type"].startswith("text/plain; version=")
    return Scrape(list(text_string_to_metric_families(answer.text)))
