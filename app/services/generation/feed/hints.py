"""Hints: something new has been committed in a conversation, so look at once."""

from collections.abc import Callable

from app.bus.base import Bus
from app.services.generation.feed.wire import HINTS, pack_hint, read_hint


class Hints:
    """Tells other processes, and takes what they tell."""

    def __init__(self, bus: Bus) -> None:
        self._bus = bus
        self._take: Callable[[int], None] | None = None
        bus.subscribe(HINTS, lambda _, body: self.here(read_hint(body)))

    def on_news(self, take: Callable[[int], None]) -> None:
        """Have the ids of conversations given to `take`."""
        self._take = take

    def elsewhere(self, conversation_id: int) -> None:
        """Something has been committed that readers here know of already."""
        self._bus.publish(HINTS, pack_hint(conversation_id))

    def everywhere(self, conversation_id: int) -> None:
        """Something has been committed that readers here do not know of either."""
        self.here(conversation_id)
        self.elsewhere(conversation_id)

    def here(self, conversation_id: int) -> None:
        """Something has been committed that readers here do not know of."""
        if self._take is not None:
            self._take(conversation_id)
