"""A cap in the period that runs."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from app.errors import CapReached
from app.schemas.cap import CapPeriod, CapScope, CapSource, CapUnit, CapWarning
from app.services.usage.periods import first_day, resets_at
from app.services.usage.spent import Coverage, Spent

TOGETHER: tuple[CapScope, ...] = ("everyone", "group")


@dataclass(frozen=True, slots=True)
class CurrentCap:
    """At most `amount` from `first_day` until `resets_at`. `id` is None for that of the settings;
    `group_id`: of a group, whose members it is for together."""

    id: int | None
    scope: CapScope
    source: CapSource
    coverage: Coverage
    period: CapPeriod
    unit: CapUnit
    amount: int
    warn_percent: int
    first_day: int
    resets_at: datetime
    group_id: int | None = None

    @property
    def is_of_many(self) -> bool:
        """Whether many users share it, so that processes hold slices of it."""
        return self.scope in TOGETHER

    def used_in(self, spent: Iterable[Spent]) -> int:
        """How much of it that is."""
        return sum(
            row.of(self.unit)
            for row in spent
            if (row.is_today or self.period == "month")
            and self.coverage.has(row.connection_id, row.model_id, row.is_shared)
        )

    def reached(self, now: datetime) -> CapReached:
        """The refusal of what would go beyond it."""
        return CapReached(self.source, self.period, self.unit, self.amount, self.resets_at, now)

    def warns_at(self, used: int) -> bool:
        """Whether so much of it is used that there are warnings."""
        return used * 100 >= self.amount * self.warn_percent

    def warning(self, used: int) -> CapWarning:
        """What is told then."""
        return {
            "source": self.source,
            "period": self.period,
            "unit": self.unit,
            "amount": self.amount,
            "left": max(self.amount - used, 0),
            "resets_at": self.resets_at.isoformat(timespec="seconds").replace("+00:00", "Z"),
        }


def current_cap_of(row: Any, now: datetime) -> CurrentCap:
    """A cap of its row, in the period that runs now."""
    return CurrentCap(
        row.id,
        row.scope,
        row.source,
        Coverage(row.target, row.connection_id, row.model_id),
        row.period,
        row.unit,
        row.amount,
        row.warn_percent,
        first_day(row.period, now),
        resets_at(row.period, now),
        row.group_id,
    )
