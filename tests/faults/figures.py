"""What the faults showed, in figures; `make soak` writes them into `docs/reliability.md`."""

import os
import platform
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import cast

import pytest

PAGE = Path(__file__).parents[2] / "docs" / "reliability.md"
BEGIN, END = "<!-- measured -->", "<!-- /measured -->"

FIGURE = "figure"
"""Under this name a test's report carries its rows, also from another process."""

Note = Callable[[str, str, str, str], None]
"""Takes the fault, where it was tried, what is promised and what was measured."""


class Figures:
    """A pytest plugin: gathers rows, shows them at the end, and writes the page in a soak."""

    def __init__(self, writes_page: bool) -> None:
        self._rows: dict[tuple[str, str], list[str]] = {}
        self._writes_page = writes_page

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        for key, value in report.user_properties if report.when == "call" else ():
            if key == FIGURE:
                fault, where, *figures = map(str, cast(Sequence[object], value))
                self._rows[fault, where] = figures

    def table(self) -> str:
        """The rows as Markdown."""
        rows = [(*key, *row) for key, row in self._rows.items()]
        lines = ["| fault | on | promised | measured |", "|---|---|---|---|"]
        return "\n".join([*lines, *(f"| {' | '.join(row)} |" for row in rows)])

    def pytest_sessionfinish(self, exitstatus: int) -> None:
        if self._writes_page and self._rows and exitstatus == pytest.ExitCode.OK:
            before, _, rest = PAGE.read_text().partition(BEGIN)
            after = rest.partition(END)[2]
            PAGE.write_text(f"{before}{BEGIN}\n{_conditions()}\n\n{self.table()}\n{END}{after}")

    @pytest.hookimpl(trylast=True)
    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        if self._rows:
            terminalreporter.section("faults")
            terminalreporter.write_line(self.table())


def _conditions() -> str:
    day = datetime.now(UTC).date().isoformat()
    machine = f"{os.cpu_count()} cores, {platform.system()}, Python {platform.python_version()}"
    return f"Measured by `make soak` on {day}: {machine}."
