"""`chat-backend doctor` says which Python runs it, and advises another one where speed is lost."""

import platform
from pathlib import Path

import pytest

from app.cli.doctor import python
from tests.support.cli_process import run


def test_the_version_is_told(tmp_path: Path) -> None:
    ended = run(tmp_path, "doctor")
    assert ended.returncode == 0
    assert f"CPython {platform.python_version()}" in ended.stdout


def test_a_slow_build_is_advised_against_and_no_failure(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(python, "is_optimised", lambda: False)
    check = python.check_python()
    assert check.ok and "without optimisation" in check.found
    assert "twice the time" in check.advice and "--enable-optimizations" in check.advice


def test_a_fast_build_needs_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(python, "is_optimised", lambda: True)
    check = python.check_python()
    assert check.ok and not check.advice
