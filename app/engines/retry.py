"""How long the same work is tried again, and the pauses between."""

import random
import time
from collections.abc import Iterator

ATTEMPTS = 4
PATIENCE_SECONDS = 5
"""A planned switch of the writing server takes a second or two."""
FIRST_PAUSE_SECONDS = 0.02
LONGEST_PAUSE_SECONDS = 0.5


def pauses() -> Iterator[float]:
    """Seconds to wait before each further try: short, growing, never two alike.

    Ends when the tries are many and the time is over, so that neither many quick failures nor a
    few slow ones end it too soon.
    """
    began, pause = time.monotonic(), FIRST_PAUSE_SECONDS
    attempt = 1
    while attempt < ATTEMPTS or time.monotonic() - began < PATIENCE_SECONDS:
        yield random.uniform(pause / 2, pause)
        pause = min(pause * 2, LONGEST_PAUSE_SECONDS)
        attempt += 1
