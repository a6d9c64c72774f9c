"""promtool, which reads Prometheus's configuration and rules as Prometheus does."""

import os
import shutil
import subprocess

from tests.support.deployed import ROOT

ADVICE = "run scripts/install-system (Debian)"
PLACE = ROOT / ".cache" / "prometheus" / "usr" / "bin"


def _program() -> str | None:
    return shutil.which("promtool", path=f"{os.environ.get('PATH', '')}:{PLACE}")


def missing() -> str | None:
    """What to do where it is not installed."""
    return None if _program() else f"not here; {ADVICE}"


def check(*words: str) -> str:
    """What `promtool check` says. Raises AssertionError where it finds a fault."""
    found = _program()
    assert found is not None
    ended = subprocess.run([found, "check", *words], capture_output=True, text=True)
    assert ended.returncode == 0, ended.stdout + ended.stderr
    return ended.stdout
