"""The table of a run, for a terminal and for a page."""

import os
import platform
from pathlib import Path

from benchmarks.figures import Row

HEAD = ["measured", "figure", "beside", "target", "met"]


def plain(rows: list[Row], others: float) -> str:
    """An aligned table."""
    table = [HEAD, *(row.cells() for row in rows)]
    widths = [max(len(line[column]) for line in table) for column in range(len(HEAD))]
    lines = ["  ".join(map(str.ljust, line, widths)).rstrip() for line in table]
    lines.insert(1, "  ".join("─" * width for width in widths))
    return "\n".join([*lines, "", _where(others)]).replace("**", "")


def markdown(rows: list[Row], others: float) -> str:
    """The same as a page, with what it was measured on."""
    lines = [HEAD, ["---"] * len(HEAD), *(row.cells() for row in rows)]
    table = "\n".join(f"| {' | '.join(line)} |" for line in lines)
    return f"{_where(others)}\n\n{table}\n"


def _where(others: float) -> str:
    """Processor, cores, kernel, Python, and what else ran."""
    described = Path("/proc/cpuinfo").read_text().partition("model name")[2].partition(":")[2]
    model = described.partition("\n")[0].strip() or platform.machine()
    python = f"{platform.python_implementation()} {platform.python_version()}"
    return (
        f"{model}, {os.cpu_count()} cores, {platform.system()} {platform.release()}, {python}. "
        f"Other processes used {others:.2f} of these cores meanwhile."
    )
