"""When the same work is retried, and after which pause."""

import random
import time

from app.engines.failures import is_answer, is_passing, is_rolled_back

ATTEMPTS = 4
PATIENCE_SECONDS = 5
"""A planned switch of the writing server takes a second or two."""
FIRST_PAUSE_SECONDS = 0.02
LONGEST_PAUSE_SECONDS = 0.5


class Retry:
    """The attempts of one piece of work: how many, and since when."""

    def __init__(self) -> None:
        self._began = time.monotonic()
        self._attempts = 0
        self._pause = FIRST_PAUSE_SECONDS

    def pause_after(self, error: BaseException, committing: bool) -> float | None:
        """Seconds to wait before the next attempt, growing, with jitter; None when there is to be
        none.

        `committing`: the error came from COMMIT. Unless that is known to be rolled back, the work
        may have been done, and is not repeated.
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
        # Sending too long a text breaks the connection each time: no reason to go on.
        return not is_answer(error) or time.monotonic() - self._began >= PATIENCE_SECONDS
