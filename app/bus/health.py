"""One line when the bus goes away, and one when it is back."""

from app.logs import log


class HealthNotes:
    """Writes down what others should see of a bus's health; quiet at a start."""

    def __init__(self) -> None:
        self._was_healthy = False
        self._is_away = False

    def note(self, is_healthy: bool) -> None:
        """How it is now."""
        if self._was_healthy and not is_healthy:
            self._say_away("peer_not_heard")
        if self._is_away and is_healthy:
            self._is_away = False
            log.info("bus_is_back")
        self._was_healthy = is_healthy

    def failed(self, cause: BaseException) -> None:
        """It cannot be reached. Only the kind of the failure is told: its text may hold an
        address and a password."""
        self._was_healthy = False
        while isinstance(cause, BaseExceptionGroup):
            cause = cause.exceptions[0]
        self._say_away(type(cause).__name__)

    def _say_away(self, cause: str) -> None:
        if not self._is_away:
            self._is_away = True
            log.warning("bus_is_away", cause=cause)
