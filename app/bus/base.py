"""The bus: small messages between the processes that serve one database."""

from collections.abc import Callable
from typing import Protocol

from app.logs import log
from app.metrics import bus_bytes, bus_messages

MESSAGE_BYTES = 512 * 1024
"""What one message holds at most. Whoever has more to say splits it: one of 33 MB would break the
buffers of everybody between here and there."""
SILENCE_SECONDS = 1.5
"""Who says nothing for so long is not there: it tells others of itself three times as often."""
BEAT_SECONDS = SILENCE_SECONDS / 3
HELLO = "hello"
"""Said by whoever comes, or comes back: what it said before may not have been heard."""

Deliver = Callable[[str, bytes], None]
"""Takes a message, in the event loop: the name of the process that sent it, and what it says."""


class Bus(Protocol):
    """Carries small messages between the processes that serve one database.

    It is fast, and may lose messages, repeat them and bring them in another order: whoever uses it
    keeps right by positions or totals, and the database stays the truth.
    """

    name: str
    """This process among the others, new with every start."""

    gather_seconds: float
    """What comes within so long is said together: each message has its price here."""

    lapses: int
    """How often something may have been missed: this process was cut off and is back, or another
    has come, or come back. Once that is counted, what is said later is heard again."""

    @property
    def is_healthy(self) -> bool:
        """Whether all others are believed to be heard now."""

    def publish(self, topic: str, body: bytes) -> None:
        """Say this to all others. Never waits, never raises: where the bus is away or behind, the
        message is dropped, and so is one of more than MESSAGE_BYTES."""

    def subscribe(self, topic: str, deliver: Deliver) -> None:
        """Have what others say given to `deliver`. Once a topic, before `run`."""

    def peers(self) -> int:
        """How many processes were heard from lately, this one included."""

    def hears(self, name: str) -> bool:
        """Whether this process was heard from lately, and can be now."""

    def seen(self) -> int:
        """How many processes there are as far as is known, this one included: those that are heard,
        and those that left without a word."""

    async def run(self) -> None:
        """Connect, and connect again, until cancelled."""

    async def close(self) -> None:
        """Say nothing more, and leave."""


class Subscriptions:
    """Who takes the messages of which topic."""

    def __init__(self) -> None:
        self._by_topic: dict[str, Deliver] = {}

    def add(self, topic: str, deliver: Deliver) -> None:
        """One for a topic."""
        if topic in self._by_topic:
            raise ValueError(f"There is somebody for {topic!r} already")
        self._by_topic[topic] = deliver

    def deliver(self, topic: str, sender: str, body: bytes) -> None:
        """Hand a message on. One that its taker fails with is dropped like one that was lost."""
        bus_messages.add("received")
        bus_bytes.add("received", by=len(body))
        if (deliver := self._by_topic.get(topic)) is None:
            return  # of a version that says more
        try:
            deliver(sender, body)
        except Exception:
            log.exception("bus_message_failed", topic=topic)
