"""Prices and costs are integers: no binary fraction, nothing negative, nothing beyond a column."""

import json
import math
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from app.schemas.price import NANO, PRICE_MAX, Price, nano_of, usd_of
from app.services.upstream.cost import COST_MAX
from app.services.usage.prices import Rates, TokenPrice

rates = st.integers(0, PRICE_MAX)
tokens = st.integers(-(2**40), 2**40)


def price(**values: Any) -> TokenPrice:
    return TokenPrice.given(Price.model_validate({"prompt": 2, "completion": 10} | values))


@pytest.mark.parametrize(
    ("written", "nano"),
    [
        ("0", 0),
        ("2.5", 2_500_000_000),
        (2.5, 2_500_000_000),
        (3, 3 * NANO),
        (0.1, 100_000_000),
        (1e-9, 1),
        ("0.000000001", 1),
        ("10000", PRICE_MAX),
        (0.0375, 37_500_000),
        (-0.0, 0),
    ],
)
def test_a_price_is_kept_as_it_was_written(written: object, nano: int) -> None:
    read = Price.model_validate({"prompt": written, "completion": "1"})
    assert read.prompt == nano
    assert nano_of(json.loads(read.write())["prompt"]) == nano


@pytest.mark.parametrize(
    "written",
    [
        *(-1, "-1", -0.5, math.nan, math.inf, "NaN", "Infinity", "1e3", "", " 1", "1 ", "+1", "01"),
        *(".5", "1.", "1_0", "1,5", "١", True, None, [], {}, 10_001, "10000.1", "99999", 2**70),
        *(1e300, "0.0000000001", 0.1 + 0.2 + 1e-16, "9" * 400),
    ],
)
def test_what_is_no_price_is_refused(written: object) -> None:
    with pytest.raises(ValidationError):
        Price.model_validate({"prompt": written, "completion": "1"})
    with pytest.raises(ValidationError):
        Price.model_validate_json(json.dumps({"prompt": "1", "completion": written}))


def test_a_price_needs_its_two_sides() -> None:
    for one in ("prompt", "completion"):
        with pytest.raises(ValidationError):
            Price.model_validate({one: "1"})


def test_parts_without_a_price_of_their_own_cost_what_the_rest_does() -> None:
    plain = price()
    assert plain.cost(1_000_000, 0) == 2 * NANO
    assert plain.cost(1_000_000, 0, cached=400_000, cache_write=100_000) == 2 * NANO
    assert plain.cost(0, 1_000_000, reasoning=900_000) == 10 * NANO
    own = price(cached="0.2", cache_write="2.5", reasoning="0")
    assert own.cost(1_000_000, 0, cached=400_000) == 1_280_000_000
    assert own.cost(1_000_000, 0, cached=400_000, cache_write=100_000) == 1_330_000_000
    assert own.cost(0, 1_000_000, reasoning=900_000) == NANO


def test_parts_beyond_what_they_are_part_of_are_not_subtracted_twice() -> None:
    own = price(cached="0", cache_write="0", reasoning="0")
    assert own.cost(100, 0, cached=2**40) == 0
    assert own.cost(100, 0, cached=70, cache_write=70) == 0
    assert own.cost(0, 100, reasoning=2**40) == 0
    assert own.cost(100, 100, cached=-5, cache_write=-5, reasoning=-5) == price().cost(100, 100)
    assert own.cost(-100, -100) == 0


def test_above_a_tier_all_tokens_have_its_rates() -> None:
    tiered = TokenPrice(
        Rates(2 * NANO, 10 * NANO),
        ((1_000, Rates(4 * NANO, 20 * NANO)), (5_000, Rates(6 * NANO, 30 * NANO))),
    )
    assert tiered.cost(1_000, 100) == 1_000 * 2_000 + 100 * 10_000
    assert tiered.cost(1_001, 100) == 1_001 * 4_000 + 100 * 20_000
    assert tiered.cost(5_001, 100) == 5_001 * 6_000 + 100 * 30_000
    assert TokenPrice.read(tiered.write()) == tiered


def test_the_dearest_request_fits_a_million_times_into_a_column() -> None:
    dearest = price(prompt=10_000, completion=10_000)
    assert dearest.cost(2**31 - 1, 2**31 - 1) == COST_MAX
    assert COST_MAX * 900_000 < 2**63


@given(rates, rates, st.one_of(st.none(), rates), tokens, tokens, tokens, tokens, tokens)
def test_a_cost_is_exact_and_rounded_once(
    prompt: int,
    completion: int,
    own: int | None,
    sent: int,
    came: int,
    cached: int,
    written: int,
    thought: int,
) -> None:
    of = TokenPrice(Rates(prompt, completion, own, own, own))
    cost = of.cost(sent, came, cached, written, thought)
    assert 0 <= cost <= COST_MAX
    sent, came = max(sent, 0), max(came, 0)
    special = min(max(cached, 0) + max(written, 0), sent)
    thoughts = min(max(thought, 0), came)
    kept = (prompt, completion) if own is None else (own, own)
    exact = Fraction(
        (sent - special) * prompt
        + special * kept[0]
        + (came - thoughts) * completion
        + thoughts * kept[1],
        10**6,
    )
    assert cost == COST_MAX or abs(cost - exact) <= Fraction(1, 2)
    assert cost < COST_MAX or exact >= COST_MAX - 1


@given(rates, rates, st.one_of(st.none(), rates))
def test_what_is_written_is_read_again(prompt: int, completion: int, own: int | None) -> None:
    of = TokenPrice(Rates(prompt, completion, cached=own, reasoning=own))
    assert TokenPrice.read(of.write()) == of
    assert nano_of(usd_of(prompt)) == prompt
