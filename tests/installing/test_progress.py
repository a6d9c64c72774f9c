"""What is installed is said while it is, in plain lines and on a terminal; failures are shown."""

import os
import pty
import subprocess

import pytest

from tests.support.forks import ROOT

PROGRAM = '. scripts/progress.sh; step "Baking bread" {}; echo "left with $?"'


def in_lines(command: str) -> tuple[str, str]:
    """Standard output and error of a step that no terminal shows."""
    words = ["bash", "-c", PROGRAM.format(command)]
    ended = subprocess.run(words, cwd=ROOT, capture_output=True, text=True)
    return ended.stdout, ended.stderr


def on_terminal(command: str) -> str:
    """All that a terminal is sent by a step."""
    master, slave = pty.openpty()
    words = ["bash", "-c", PROGRAM.format(command)]
    own = os.environ | {"TERM": "xterm"}
    with subprocess.Popen(words, cwd=ROOT, env=own, stdout=slave, stderr=slave):
        os.close(slave)
        said = b""
        while True:
            try:
                said += os.read(master, 4096)
            except OSError:  # the other end is closed
                break
    os.close(master)
    return said.decode()


@pytest.mark.parametrize(
    ("command", "status", "said"),
    [("true", 0, ""), ("bash -c 'echo flour >&2; exit 3'", 3, "flour")],
)
def test_a_step(command: str, status: int, said: str) -> None:
    out, errors = in_lines(command)
    assert out == f"left with {status}\n"
    assert errors.startswith("Baking bread\n") and said in errors
    assert ("done in 0 s" in errors) is (status == 0)
    shown = on_terminal(command)
    assert f"left with {status}" in shown and "Baking bread … 0 s" in shown
    assert ("✓ Baking bread (0 s)" in shown) is (status == 0)
    assert ("✗ Baking bread" in shown and said in shown) is (status != 0)


def test_what_succeeds_says_nothing_on_a_terminal() -> None:
    assert "flour" not in on_terminal("echo flour")
