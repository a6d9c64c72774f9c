"""What a request cost: its tokens at a price, in integers.

A price is so many nano-dollars per million tokens, a cost so many nano-dollars; it is rounded once,
at the end. What is not known is None and never 0.
"""

from dataclasses import dataclass
from typing import Any, Self

import orjson

from app.schemas.price import Price, nano_of, usd_of
from app.services.upstream.cost import COST_MAX

MILLION = 10**6


@dataclass(frozen=True, slots=True)
class Rates:
    """Nano-dollars per million tokens; None: as the rest of a prompt, or of a reply."""

    prompt: int
    completion: int
    cached: int | None = None
    cache_write: int | None = None
    reasoning: int | None = None

    @classmethod
    def read(cls, row: dict[str, str]) -> Self:
        """Rates of decimals of dollars."""
        return cls(**{name: nano_of(row[name]) for name in cls.__slots__ if name in row})

    def row(self) -> dict[str, str]:
        """What is given of them, as decimals of dollars."""
        values = ((name, getattr(self, name)) for name in self.__slots__)
        return {name: usd_of(value) for name, value in values if value is not None}


@dataclass(frozen=True, slots=True)
class TokenPrice:
    """What tokens of a model cost. `tiers`: from the lowest on, above how many tokens of a prompt
    other rates hold, which is then for all tokens of the request."""

    rates: Rates
    tiers: tuple[tuple[int, Rates], ...] = ()

    @classmethod
    def given(cls, price: Price) -> Self:
        """The price that somebody gave."""
        return cls(Rates(*(getattr(price, name) for name in Rates.__slots__)))

    @classmethod
    def read(cls, text: str) -> Self:
        """The price that `write` wrote."""
        row: dict[str, Any] = orjson.loads(text)
        tiers = ((tier["above"], Rates.read(tier)) for tier in row.get("tiers", ()))
        return cls(Rates.read(row), tuple(tiers))

    def write(self) -> str:
        """The price as JSON, as rows keep it: decimals of dollars per million tokens."""
        row: dict[str, Any] = self.rates.row()
        if self.tiers:
            row["tiers"] = [{"above": above, **rates.row()} for above, rates in self.tiers]
        return orjson.dumps(row).decode()

    def cost(
        self,
        prompt: int,
        completion: int,
        cached: int = 0,
        cache_write: int = 0,
        reasoning: int = 0,
    ) -> int:
        """Nano-dollars for so many tokens, at most COST_MAX.

        `cached` and `cache_write` are part of `prompt`, `reasoning` is of `completion`: whatever an
        endpoint says beyond is not counted, so that no part comes out negative.
        """
        prompt, completion = max(prompt, 0), max(completion, 0)
        cached = _within(cached, prompt)
        cache_write = _within(cache_write, prompt - cached)
        reasoning = _within(reasoning, completion)
        rates = self._rates(prompt)
        total = (
            (prompt - cached - cache_write) * rates.prompt
            + cached * _or(rates.cached, rates.prompt)
            + cache_write * _or(rates.cache_write, rates.prompt)
            + (completion - reasoning) * rates.completion
            + reasoning * _or(rates.reasoning, rates.completion)
        )
        return min((total + MILLION // 2) // MILLION, COST_MAX)

    def _rates(self, prompt: int) -> Rates:
        rates = self.rates
        for above, higher in self.tiers:
            if prompt > above:
                rates = higher
        return rates


def _within(part: int, whole: int) -> int:
    return min(max(part, 0), whole)


def _or(rate: int | None, other: int) -> int:
    return other if rate is None else rate


FREE = TokenPrice(Rates(0, 0)).write()
"""Of what costs nothing, as is known."""
