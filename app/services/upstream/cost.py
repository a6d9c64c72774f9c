"""What an endpoint itself says that a request cost, in nano-dollars."""

import math
import re
from collections.abc import Iterable
from decimal import Decimal

NANO_PLACES = 9
TICK_PLACES = -1
"""A tick is a tenth of a nano-dollar."""
COST_MAX = 10**13
"""Ten thousand dollars: no request costs more, and a million of them can still be added up in a
column. Who says more counts in another unit."""
_UNTOLD = object()
_DECIMAL = re.compile(r"[0-9]{1,6}(?:\.[0-9]{1,18})?(?:[eE]-[0-9]{1,2})?")


def cost_of(usage: object) -> int | None:
    """The cost in a `usage` object, rounded to the nearest nano-dollar; None where none is told, or
    what is told can be none: negative, no number, beyond COST_MAX.

    OpenRouter and what is like it: `cost` in dollars. With a key of one's own for the provider
    behind it that is its fee, to which `cost_details.upstream_inference_cost` comes. Perplexity:
    `cost.total_cost`. xAI: `cost_in_usd_ticks`. DeepInfra: `estimated_cost`.
    """
    if not isinstance(usage, dict):
        return None
    cost = usage.get("cost")
    if isinstance(cost, dict):
        return _sum(_decimals(cost.get("total_cost")))
    if cost is not None:
        behind = _cost_behind(usage, cost)
        return _sum(_decimals(cost) if behind is None else _decimals(cost, behind))
    if (ticks := usage.get("cost_in_usd_ticks")) is not None:
        return _sum(_decimals(ticks), TICK_PLACES)
    return _sum(_decimals(usage.get("estimated_cost")))


def _cost_behind(usage: dict[str, object], fee: object) -> object:
    """What the provider behind took of its own, if `cost` is a fee; None where it is all."""
    details = usage.get("cost_details")
    behind = details.get("upstream_inference_cost") if isinstance(details, dict) else None
    if (is_byok := usage.get("is_byok")) is not None:
        return (behind or _UNTOLD) if is_byok is True else None
    # Not told: a fee is a twentieth of it, and all that it cost is not less than a part of it.
    told, part = _decimal(fee), _decimal(behind)
    return behind if told is not None and part is not None and part > told else None


def _decimals(*values: object) -> Iterable[Decimal | None]:
    return map(_decimal, values)


def _decimal(value: object) -> Decimal | None:
    """A number as it was written; JSON's numbers have become floats, whose shortest form it is."""
    if isinstance(value, str):
        return Decimal(value) if _DECIMAL.fullmatch(value) else None
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        return None
    return Decimal(repr(value)) if abs(value) < COST_MAX * 10 else None


def _sum(values: Iterable[Decimal | None], places: int = NANO_PLACES) -> int | None:
    total = Decimal(0)
    for value in values:
        if value is None or value < 0:
            return None
        total += value
    nano = total.scaleb(places)
    return round(nano) if nano <= COST_MAX else None
