"""When the same work is tried again, and after which pause."""

import random
import time

from app.engines.failures import is_answer, is_passing, is_rolled_back

ATTEMPTS = 4
PATIENCE_SECONDS = 5
"""A planned switch of the writing server takes a second or two."""
FIRST_PAUSE_SECONDS = 0.02
LONGEST_PAUSE_SECONDS = 0.5


class Retry:
    """One piece of work: how often it was tried, and since when."""

    def __init__(self) -> None:
        self._began = time.monotonic()
        self._attempts = 0
        self._pause = FIRST_PAUSE_SECONDS

    def pause_after(self, error: BaseException, committing: bool) -> float | None:
        """Seconds to wait before the work is tried again, growing, never two alike.

        None where it must not be, or was tried enough. `committing`: the error met the COMMIT; what
        is not known to be rolled back then may have happened.
        """
        again = is_rolled_back(error) if committing else is_passing(error)
        if not again or self._is_enough(error):
            return None
        self._attempts += 1
        pause = random.uniform(self._pause / 2, self._pause)
        self._pause = min(self._pause * 2, LONGEST_PAUSE_SECONDS)
        return pause

    def _is_enough(self, error: BaseException) -> bool:
        if self._attempts + 1 < ATTEMPTS:
            return False
        # A connection that breaks each time may do so because of what is sent: a text too long.
        return not is_answer(error) or time.monotonic() - self._began >= PATIENCE_SECONDS
