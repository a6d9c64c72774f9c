"""What processes tell each other of their counts: right again after whatever was lost, nobody's
address, and no more than a message holds however many come."""

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.bus.base import MESSAGE_BYTES, Deliver
from app.peers.counts import PeerCounts
from app.peers.windows import KEYS_KEPT, KEYS_TOLD
from app.sliding_window import SlidingWindow

MINUTE = 60.0
LIMIT = 60
THREE = 3


class Ear:
    """A bus that keeps what is said, for a test to deliver it."""

    gather_seconds = 0.0
    is_healthy = True
    lapses = 0

    def __init__(self, name: str) -> None:
        self.name = name
        self.said: list[bytes] = []
        self.deliver: Deliver

    def publish(self, topic: str, body: bytes) -> None:
        assert topic == "counts" and len(body) <= MESSAGE_BYTES
        self.said.append(body)

    def subscribe(self, topic: str, deliver: Deliver) -> None:
        self.deliver = deliver

    def peers(self) -> int:
        return THREE

    def seen(self) -> int:
        return THREE

    def hears(self, name: str) -> bool:
        return True

    async def run(self) -> None: ...

    async def close(self) -> None: ...


class Process:
    """One process with one budget."""

    def __init__(self, name: str, phase: float, secret: bytes = b"secret") -> None:
        self.now = phase
        self.bus = Ear(name)
        self.window = SlidingWindow(LIMIT, MINUTE, lambda: self.now)
        self.counts = PeerCounts(self.bus, secret)
        self.counts.share_window("all", self.window)

    def tell(self, *, whole: bool = False) -> list[bytes]:
        if whole:
            self.counts._untold.add("all")
        self.counts._tell()
        said, self.bus.said = self.bus.said, []
        return said

    def left(self, key: str) -> int:
        return self.window.left(key)[0]


def processes() -> list[Process]:
    """Three, whose clocks show other times and whose windows begin at others."""
    phases = {"a": 0, "b": 25, "c": 59.9}
    return [Process(name, 1000 * MINUTE + phase) for name, phase in phases.items()]


events = st.lists(
    st.tuples(
        st.sampled_from("htd"), st.integers(0, 2), st.sampled_from(["ada", "bob"]), st.booleans()
    ),
    max_size=60,
)


@given(events)
@settings(deadline=None)
def test_after_whatever_was_lost_or_overtaken_all_know_the_sum(
    happened: list[tuple[str, int, str, bool]],
) -> None:
    each = processes()
    late: list[tuple[Process, bytes]] = []
    sums = {"ada": 0, "bob": 0}
    for what, index, key, is_lost in happened:
        process = each[index]
        if what == "h":
            sums[key] += process.window.hit(key) == 0
        elif what == "t":
            late += [(process, body) for body in process.tell() if not is_lost]
        elif what == "d" and late:
            sender, body = late.pop() if is_lost else late.pop(0)
            for other in each:
                if other is not sender:
                    other.bus.deliver(sender.bus.name, body)
    for process in each:
        for body in process.tell(whole=True):
            for other in each:
                if other is not process:
                    other.bus.deliver(process.bus.name, body)
    for key, counted in sums.items():
        assert {process.left(key) for process in each} == {max(0, LIMIT - counted)}


@given(st.lists(st.floats(0, 50), min_size=1, max_size=30))
@settings(deadline=None)
def test_counts_of_others_grow_old_like_the_own(pauses: list[float]) -> None:
    one, other = processes()[1:]
    alone = SlidingWindow(LIMIT, MINUTE, lambda: one.now)
    for pause in pauses:
        one.now += pause
        other.now += pause
        assert alone.hit("ada") == one.window.hit("ada")
        for body in one.tell():
            other.bus.deliver("b", body)
        assert other.window.left("ada") == pytest.approx(alone.left("ada"))
        assert other.window.wait("ada") == pytest.approx(alone.wait("ada"))


def test_the_wait_with_others_is_enough_and_not_too_long() -> None:
    one, other = processes()[:2]
    for _ in range(LIMIT):
        assert one.window.hit("ada") == 0
    for body in one.tell():
        other.bus.deliver("a", body)
    for _ in range(LIMIT):
        wait = other.window.hit("ada")
        assert 0 < wait <= 2 * MINUTE
        other.now += wait * 0.99
        assert other.window.hit("ada") > 0
        other.now += wait * 0.01 + 1e-6
        assert other.window.hit("ada") == 0


def test_nobody_reads_who_it_was() -> None:
    names = set()
    for secret in (b"a secret", b"another one", b"a secret"):
        one = Process("a", 0, secret)
        one.window.hit("address:192.0.2.1/32")
        (told,) = one.tell()
        assert b"192" not in told and b"address" not in told
        _, _, _, (_, [(name, *_)], _) = orjson.loads(told)
        names.add(name)
    assert len(names) == 2


def test_a_flood_of_addresses_costs_a_bounded_amount_and_hides_nobody() -> None:
    one, other, _ = processes()
    for _ in range(LIMIT // (2 * THREE) - 1):
        one.window.hit("ada")
    for number in range(4 * KEYS_KEPT):
        one.window.hit(f"address:{number}")
        if number % KEYS_TOLD == 0:
            for body in one.tell(whole=True):
                other.bus.deliver("a", body)
    one.window.hit("ada")
    (told,) = one.tell(whole=True)
    assert len(told) < 100
    other.bus.deliver("a", told)
    assert other.left("ada") == LIMIT - LIMIT // (2 * THREE)
    (table,) = other.counts._tables.values()
    kept = table._told["a"]  # type: ignore[attr-defined]
    assert len(kept.now) + len(kept.before) <= KEYS_KEPT
