"""How many processors this process may use."""

import os
from math import ceil
from pathlib import Path

QUOTA = Path("/sys/fs/cgroup/cpu.max")
"""How many microseconds in each period, where a container has a bound (cgroup v2)."""


def worker_count(wanted: int) -> int:
    """So many workers; 0 stands for one a processor."""
    return wanted or usable_cores()


def usable_cores(quota: Path = QUOTA) -> int:
    """Those that the system lets this process run on, and of them what a container may use."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    return max(1, min(cores or 1, _quota(quota)))


def _quota(path: Path) -> int:
    try:
        allowed, period = path.read_text("ascii").split()
        return ceil(int(allowed) / int(period))
    except (OSError, ValueError):  # no such file, or `max`
        return 10_000
