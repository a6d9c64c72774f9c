"""Tests that need what is not here are left out; the last lines of a run say so, and where `CI` is
set that fails it."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

TESTS = Path(__file__).parents[1]


class LeftOut:
    """A pytest plugin for the files that match `files`, below `tests`.

    `missing` says what is not here and what to do about it; None where all is.
    """

    def __init__(self, name: str, files: str, missing: Callable[[], str | None]) -> None:
        self._name = name
        self._files = files
        self._reason = missing()

    def pytest_ignore_collect(self, collection_path: Path) -> bool | None:
        if self._reason is None:
            return None
        inside = collection_path.is_relative_to(TESTS)
        concerned = inside and collection_path.relative_to(TESTS).match(self._files)
        return True if concerned else None

    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        if self._reason and os.environ.get("CI") and session.exitstatus == pytest.ExitCode.OK:
            session.exitstatus = pytest.ExitCode.TESTS_FAILED

    @pytest.hookimpl(trylast=True)
    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        if self._reason:
            word = "FAILED" if os.environ.get("CI") else "skipped"
            terminalreporter.write_line(f"{self._name} {word}: {self._reason}")
