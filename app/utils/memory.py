"""Keeps permanently loaded objects out of garbage collections."""

import gc
import linecache
from collections.abc import Iterator
from contextlib import contextmanager

YOUNG_OBJECTS, PASSES = 5_000, (10, 10)
"""With Python's own 700 there are several full passes while many replies begin, of 0.1 s each with
300 of them. A chat leaves some sixty objects in dead cycles, and a pass over young ones finds most.
"""


def exempt_what_is_loaded(collect: bool) -> None:
    """Exempt all existing objects from later collections; `collect` garbage before.

    A full pass over the modules, models and routes takes 0.2 s, in which no token moves.
    """
    if collect:
        linecache.clearcache()  # source lines that libraries read while they were loaded
        gc.collect()
    gc.freeze()
    gc.set_threshold(YOUNG_OBJECTS, *PASSES)


@contextmanager
def loading() -> Iterator[None]:
    """Load modules with garbage collection off, and exempt them from later collections.

    Loading makes no garbage; collections would take a seventh of a command's start.
    """
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.enable()
