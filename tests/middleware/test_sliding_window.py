"""A budget is spent, says when there is more of it, and forgets whom it has not seen for long."""

import tracemalloc

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.sliding_window import SlidingWindow

MINUTE = 60.0


class Clock:
    def __init__(self, now: float = 1000 * MINUTE) -> None:
        self.now = now

    def __call__(self) -> float:
        return self.now


@pytest.mark.parametrize("begin", [0, 0.5, 30, 59.9])
def test_a_burst_spends_the_budget(begin: float) -> None:
    clock = Clock(1000 * MINUTE + begin)
    window = SlidingWindow(5, MINUTE, clock)
    assert [window.hit("ada") for _ in range(5)] == [0] * 5
    assert 0 < window.hit("ada") <= MINUTE + MINUTE / 5
    assert window.hit("bob") == 0


moments = st.lists(st.floats(0, 40), min_size=1, max_size=60)


@given(moments, st.integers(1, 8))
def test_the_wait_that_is_told_is_enough_and_not_too_long(pauses: list[float], limit: int) -> None:
    clock = Clock()
    window = SlidingWindow(limit, MINUTE, clock)
    for pause in pauses:
        clock.now += pause
        if wait := window.hit("ada"):
            assert 0 < wait <= 2 * MINUTE
            clock.now += wait * 0.99
            assert window.hit("ada") > 0
            clock.now += wait * 0.01 + 1e-6
            assert window.hit("ada") == 0


@given(moments)
def test_no_two_minutes_have_more_than_their_share(pauses: list[float]) -> None:
    clock = Clock()
    window, counted = SlidingWindow(5, MINUTE, clock), 0
    for pause in [p / 40 for p in pauses]:  # sixty of them take a minute at the most
        clock.now += pause
        counted += window.hit("ada") == 0
    assert counted <= 10


def test_who_is_forgiven_begins_anew() -> None:
    window = SlidingWindow(1, MINUTE, Clock())
    assert window.hit("ada") == 0 and window.hit("ada") > 0
    window.forget("ada")
    assert window.hit("ada") == 0


def test_keys_are_forgotten_with_their_window() -> None:
    clock = Clock()
    window = SlidingWindow(5, MINUTE, clock)
    tracemalloc.start()
    try:
        for number in range(20_000):
            window.hit(f"address:{number}")
        full = tracemalloc.get_traced_memory()[0]
        clock.now += 2 * MINUTE
        window.hit("ada")
        assert tracemalloc.get_traced_memory()[0] < full / 20
    finally:
        tracemalloc.stop()
