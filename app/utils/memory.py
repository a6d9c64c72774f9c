"""Keeps permanently loaded objects out of garbage collections, and large blocks out of the heap."""

import gc
import linecache
from collections.abc import Iterator
from contextlib import contextmanager, suppress

YOUNG_OBJECTS, PASSES = 5_000, (10, 10)
"""With Python's own 700 there are several full passes while many replies begin, of 0.1 s each with
300 of them. A chat leaves some sixty objects in dead cycles, and a pass over young ones finds most.
"""

M_MMAP_THRESHOLD, LARGE_BYTES = -3, 1024 * 1024
"""Of a turn or a page of history nothing is as large, so that no hot path asks the system."""


def exempt_what_is_loaded(collect: bool) -> None:
    """Exempt all existing objects from later collections; `collect` garbage before.

    A full pass over the modules, models and routes takes 0.2 s, in which no token moves.
    """
    if collect:
        linecache.clearcache()  # source lines that libraries read while they were loaded
        gc.collect()
    gc.freeze()
    gc.set_threshold(YOUNG_OBJECTS, *PASSES)


def return_large_blocks() -> None:
    """Have every large block of memory go back to the system once it is let go of.

    glibc raises the bound from which it does so with each large block that is freed, up to 32 MB:
    a long reply that is read or saved once would then leave holes of its size in the heap, for good
    (mallopt(3), M_MMAP_THRESHOLD). Other libraries have no such bound, and are left alone.
    """
    import ctypes  # noqa: PLC0415 - for a server alone

    with suppress(AttributeError, OSError):
        ctypes.CDLL(None).mallopt(M_MMAP_THRESHOLD, LARGE_BYTES)


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
