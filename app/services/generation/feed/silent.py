"""Whether somebody writes replies and tells nobody: a process that is not on this bus, or one of a
version that knows none. While there is, conversations are looked at as if there was no bus."""

from app.logs import log

TOLD_WITHIN_SECONDS = 1.0
"""A hint may come after what it tells of has been found."""
TOLD_BEFORE_SECONDS = 5.0
DISTRUST_SECONDS = 60.0


class SilentWriters:
    """Compares what is found with what was told. Times are those of the event loop."""

    def __init__(self) -> None:
        self._told: dict[int, float] = {}
        self._untold: dict[int, float] = {}
        self._until = 0.0
        self._is_known = False

    def told(self, conversation_id: int, now: float) -> None:
        """A hint has come."""
        self._untold.pop(conversation_id, None)
        self._told[conversation_id] = now

    def found(self, conversation_id: int, now: float) -> None:
        """A reply has begun elsewhere in a conversation that was looked at before."""
        if self._told.get(conversation_id, -TOLD_BEFORE_SECONDS) < now - TOLD_BEFORE_SECONDS:
            self._untold.setdefault(conversation_id, now)

    def forgive(self) -> None:
        """What was found so far may have been told, and was missed."""
        self._untold.clear()

    def are_there(self, now: float) -> bool:
        """Whether somebody was found out lately."""
        before = now - TOLD_BEFORE_SECONDS
        self._told = {id: at for id, at in self._told.items() if at > before}
        if any(at < now - TOLD_WITHIN_SECONDS for at in self._untold.values()):
            self._untold.clear()
            self._until = now + DISTRUST_SECONDS
            if not self._is_known:
                self._is_known = True
                log.warning("process_not_on_bus", advice="see docs/operations.md")
        return now < self._until
