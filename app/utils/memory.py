"""Keeps what is loaded once and for all out of the garbage collector's way."""

import gc
import linecache
from collections.abc import Iterator
from contextlib import contextmanager

YOUNG_OBJECTS, PASSES = 5_000, (10, 10)
"""With Python's own 700 there are several full passes while many replies begin, of 0.1 s each with
300 of them. A chat leaves some sixty objects in dead cycles, and a pass over young ones finds most.
"""


def exempt_what_is_loaded(collect: bool) -> None:
    """Exempt every object there is from later collections; `collect` garbage before.

    A full pass over the modules, models and routes takes 0.2 s, in which no token moves.
    """
    if collect:
        linecache.clearcache()  # sources that libraries looked at while they were loaded
        gc.collect()
    gc.freeze()
    gc.set_threshold(YOUNG_OBJECTS, *PASSES)


@contextmanager
def loading() -> Iterator[None]:
    """Load modules without a look for garbage, which they make none of, and exempt them later.

    Otherwise a command spends a seventh of its start on that.
    """
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.enable()
