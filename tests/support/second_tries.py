"""Tests that passed only when they were tried again: the last lines of a run tell each failure."""

import pytest


class SecondTries:
    """A pytest plugin. A test that passes at the second time shows a fault, or is one."""

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        tried_again = terminalreporter.stats.get("rerun", [])
        if tried_again:
            terminalreporter.section("tried again")
        for report in tried_again:
            terminalreporter.section(f"{report.nodeid} ({report.when})", sep="_")
            terminalreporter.write_line(report.longreprtext)
