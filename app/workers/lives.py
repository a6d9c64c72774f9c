"""When a worker that ended is started again."""

YOUNG_SECONDS = 10.0
"""Who ends sooner than that may end as soon again."""
FIRST_PAUSE_SECONDS, LONGEST_PAUSE_SECONDS = 0.5, 10.0
HOPELESS_STARTS = 5


class Lives:
    """What became of the processes that one worker's place has had."""

    def __init__(self) -> None:
        self.number = 0
        self._died_young = 0
        self._never_ready = 0

    @property
    def is_hopeless(self) -> bool:
        """Whether the last few never came as far as to serve."""
        return self._never_ready >= HOPELESS_STARTS

    def begin(self) -> int:
        """Count the next one; its number."""
        self.number += 1
        return self.number

    def ended(self, lived_seconds: float, was_ready: bool) -> float:
        """Seconds until the next one is started: none at first, then more with each in a row that
        dies young."""
        self._never_ready = 0 if was_ready else self._never_ready + 1
        self._died_young = 0 if lived_seconds >= YOUNG_SECONDS else self._died_young + 1
        if self._died_young < 2:
            return 0.0
        doublings = min(self._died_young - 2, 10)
        return min(FIRST_PAUSE_SECONDS * 2.0**doublings, LONGEST_PAUSE_SECONDS)
