"""scripts/find-python takes a Python that was built for speed where there is one, and any other
that is new enough where there is none."""

import os
import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path

import pytest

from app.utils import interpreter

ROOT = Path(__file__).parent.parent.parent
SCRIPT = ROOT / "scripts" / "find-python"
NEEDED = ("bash", "dirname", "env")


class Machine:
    """A machine whose only Pythons are those that are put here."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._path = [self.folder("tools")]
        for name in NEEDED:
            program = shutil.which(name)
            assert program is not None
            (self._path[0] / name).symlink_to(program)

    def folder(self, name: str) -> Path:
        folder = self._folder / name
        folder.mkdir(parents=True)
        return folder

    def python(self, folder: str, name: str, body: str, on_path: bool = True) -> str:
        """A Python that does what a line of shell says; its path."""
        program = self.folder(folder) / name
        program.write_text(f"#!/bin/sh\n{body.format(program)}\n")
        program.chmod(0o755)
        if on_path:
            self._path.append(program.parent)
        return str(program)

    def found(self) -> tuple[int, str]:
        """The exit status of the script, and what it printed."""
        environment = {"PATH": os.pathsep.join(map(str, self._path)), "HOME": str(self._folder)}
        ended = subprocess.run(
            [SCRIPT], env=environment, capture_output=True, text=True, timeout=60
        )
        assert not ended.stderr
        return ended.returncode, ended.stdout.strip()


PLAIN = "echo plain {}"
OPTIMISED = "echo optimised {}"
TOO_OLD = "exit 1"
SHIM_OF_NOTHING = "echo 'command not found' >&2; exit 127"


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    return Machine(tmp_path)


def test_none_is_told(machine: Machine) -> None:
    machine.python("a", "python3", TOO_OLD)
    machine.python("b", "python3.12", SHIM_OF_NOTHING)
    assert machine.found() == (1, "")


def test_the_first_built_for_speed_is_taken(machine: Machine) -> None:
    machine.python("a", "python3.12", PLAIN)
    machine.python("b", "python3.12", SHIM_OF_NOTHING)
    fast = machine.python("c", "python3", OPTIMISED)
    machine.python("d", "python3", OPTIMISED)
    assert machine.found() == (0, fast)


@pytest.mark.parametrize(
    "folder",
    [
        ".pyenv/versions/3.13.1/bin/python",
        ".local/share/uv/python/cpython-3.12.9-linux/bin/python3",
    ],
)
def test_pyenvs_and_uvs_are_looked_at(machine: Machine, folder: str) -> None:
    machine.python("a", "python3.12", PLAIN)
    place, _, name = folder.rpartition("/")
    fast = machine.python(place, name, OPTIMISED, on_path=False)
    assert machine.found() == (0, fast)


def test_without_such_a_one_the_first_is_taken(machine: Machine) -> None:
    machine.python("a", "python3", PLAIN)
    first = machine.python("b", "python3.12", PLAIN)
    assert machine.found() == (0, first)


def test_a_real_python_answers_for_itself() -> None:
    rule = interpreter.__file__
    said = subprocess.check_output([sys.executable, "-I", rule], text=True, timeout=60)
    kind = "optimised" if interpreter.is_optimised() else "plain"
    assert said.split(maxsplit=1) == [kind, f"{sys.executable}\n"]


@pytest.mark.parametrize(
    ("configured", "prefix", "is_optimised"),
    [
        ("'--enable-shared' '--prefix=/opt/python'", "/opt/python", False),
        ("'--enable-optimizations' '--with-lto'", "/opt/python", True),
        ("'--enable-shared' '--prefix=/usr'", "/usr", True),
        (None, "C:\\Python312", True),
        ("", "/opt/python", True),
    ],
)
def test_the_build_says_whether_it_is_one(
    monkeypatch: pytest.MonkeyPatch, configured: str | None, prefix: str, is_optimised: bool
) -> None:
    monkeypatch.setattr(sysconfig, "get_config_var", {"CONFIG_ARGS": configured}.get)
    monkeypatch.setattr(sys, "base_prefix", prefix)
    assert interpreter.is_optimised() is is_optimised
