"""Measured figures, the targets they are held against, and how both are written."""

import math
from collections.abc import Iterable
from dataclasses import dataclass
from statistics import median
from typing import Literal

__all__ = ["Row", "Target", "at_least", "at_most", "median", "percentile", "share", "written"]


@dataclass(frozen=True)
class Target:
    """A bound on a row's figure, or on its ratio."""

    sign: Literal["≤", "≥"]
    limit: float
    of: Literal["value", "ratio"]

    def is_met(self, figure: float) -> bool:
        return figure <= self.limit if self.sign == "≤" else figure >= self.limit


def at_most(limit: float, of: Literal["value", "ratio"] = "value") -> Target:
    """Smaller is better."""
    return Target("≤", limit, of)


def at_least(limit: float, of: Literal["value", "ratio"] = "value") -> Target:
    """Larger is better."""
    return Target("≥", limit, of)


@dataclass(frozen=True)
class Row:
    """One line of the table. `ratio` is the figure beside what `beside` names."""

    what: str
    value: float
    unit: str
    ratio: float | None = None
    beside: str = ""
    target: Target | None = None

    @property
    def is_met(self) -> bool | None:
        """Whether the target is met; None where there is none."""
        if self.target is None:
            return None
        figure = self.value if self.target.of == "value" else self.ratio
        return figure is not None and self.target.is_met(figure)

    def cells(self) -> list[str]:
        """What is measured, the figure, its ratio, the target, whether it is met."""
        ratio = "" if self.ratio is None else f"{written(self.ratio)} × {self.beside}"
        met = {True: "yes", False: "**no**", None: ""}[self.is_met]
        return [self.what, f"{written(self.value)} {self.unit}".strip(), ratio, self._bound(), met]

    def _bound(self) -> str:
        if self.target is None:
            return ""
        unit = "×" if self.target.of == "ratio" else self.unit
        return f"{self.target.sign} {written(self.target.limit)} {unit}".strip()


def share(figure: float, other: float) -> float:
    """How many times the other one; nan beside nothing."""
    return figure / other if other else math.nan


def written(figure: float) -> str:
    """Three significant digits."""
    if figure == 0 or not math.isfinite(figure):
        return "0" if figure == 0 else "—"
    digits = max(0, 2 - math.floor(math.log10(abs(figure))))
    text = f"{figure:,.{digits}f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def percentile(values: Iterable[float], percent: float) -> float:
    """The smallest value that is not below `percent` of all (nearest rank); nan of none."""
    ordered = sorted(values)
    if not ordered:
        return math.nan
    return ordered[max(0, math.ceil(len(ordered) * percent / 100) - 1)]
