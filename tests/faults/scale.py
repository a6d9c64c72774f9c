"""How long the faults are repeated: briefly in `make test`, thoroughly in `make soak`."""

import os

SOAK = bool(os.environ.get("SOAK"))


def scaled(short: int, soak: int) -> int:
    """A count for this run; a count of trials is what `make soak` has more of."""
    return soak if SOAK else short
