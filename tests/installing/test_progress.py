"""What is installed is said while it is, in plain lines and on a terminal; failures are shown."""

import os
import pty
import re
import signal
import subprocess
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest

from tests.support.forks import ROOT

STEP = 'step "Baking bread" {}'
COUNTS = r"(?s)  Baking bread … (\d+) s.*  Baking bread … (?!\1 s)\d+ s"
TWO = """
bread() {{ step "Baking bread" {bread} && echo "It smells good" >&2; }}
tea() {{ step "Making tea" {tea}; }}
together bread tea"""


def words_of(program: str) -> list[str]:
    return ["bash", "-c", f'. scripts/progress.sh; {program}; echo "left with $?"']


def in_lines(program: str) -> tuple[str, str]:
    """Standard output and error of steps that no terminal shows."""
    ended = subprocess.run(words_of(program), cwd=ROOT, capture_output=True, text=True)
    return ended.stdout, ended.stderr


def on_terminal(program: str, seen: str = "", told: Path | None = None) -> str:
    """All that a terminal is sent by steps. `told` is made once `seen`, a pattern, was shown."""
    master, slave = pty.openpty()
    own = os.environ | {"TERM": "xterm"}
    with subprocess.Popen(words_of(program), cwd=ROOT, env=own, stdout=slave, stderr=slave):
        os.close(slave)
        said = b""
        while True:
            try:
                said += os.read(master, 4096)
            except OSError:  # the other end is closed
                break
            if told and re.search(seen, said.decode(errors="ignore")):
                told.touch()
    os.close(master)
    return said.decode()


@pytest.mark.parametrize(
    ("command", "status", "said"),
    [("true", 0, ""), ("bash -c 'echo flour >&2; exit 3'", 3, "flour")],
)
def test_a_step(command: str, status: int, said: str) -> None:
    out, errors = in_lines(STEP.format(command))
    assert out == f"left with {status}\n"
    assert errors.startswith("Baking bread\n") and said in errors
    assert bool(re.search(r"^Baking bread: done in \d+ s$", errors, re.M)) is (status == 0)
    shown = on_terminal(STEP.format(command))
    assert f"left with {status}" in shown
    assert bool(re.search(r"✓ Baking bread \(\d+ s\)", shown)) is (status == 0)
    assert ("✗ Baking bread" in shown and said in shown) is (status != 0)


def test_its_line_counts_the_seconds(tmp_path: Path) -> None:
    told = tmp_path / "told"
    shown = on_terminal(STEP.format(until(told)), COUNTS, told)
    assert screen(re.sub(r"\(\d+ s\)", "(1 s)", shown)) == ["  ✓ Baking bread (1 s)", "left with 0"]


def test_what_succeeds_says_nothing_on_a_terminal() -> None:
    assert "flour" not in on_terminal(STEP.format("echo flour"))


def until(told: Path) -> str:
    """A command that ends once a file is there."""
    return f"bash -c 'until [ -e {told} ]; do sleep 0.05; done'"


def screen(sent: str) -> list[str]:
    """The lines that stand on a terminal after `sent`."""
    lines, at = [""], 0
    for part in re.split(r"(\r?\n|\r|\x1b\[[?\d]*[A-Za-z])", sent):
        if part in ("\n", "\r\n"):
            at += 1
            lines += [""] * (at + 1 - len(lines))
        elif up := re.fullmatch(r"\x1b\[(\d+)A", part):
            at -= int(up[1])
            assert at >= 0
        elif part == "\x1b[J":
            lines[at:] = [""]
        elif not part.startswith(("\r", "\x1b")):
            lines[at] += part
    return [line for line in lines if line]


def test_two_at_once_each_have_a_line(tmp_path: Path) -> None:
    told = tmp_path / "told"
    both = TWO.format(bread=until(told), tea=until(told))
    rows = r"  Baking bread … \d+ s\x1b\[\?7h\r\n\x1b\[\?7l  Making tea … \d+ s"
    *stands, last = screen(re.sub(r"\(\d+ s\)", "(1 s)", on_terminal(both, rows, told)))
    done = ["  ✓ Baking bread (1 s)", "  ✓ Making tea (1 s)", "It smells good"]
    assert sorted(stands) == sorted(done) and last == "left with 0"


def test_two_at_once_in_lines_name_what_is_done(tmp_path: Path) -> None:
    here, there = tmp_path / "here", tmp_path / "there"
    meet = "bash -c 'touch {}; until [ -e {} ]; do sleep 0.05; done'"  # only when both run
    both = TWO.format(bread=meet.format(here, there), tea=meet.format(there, here))
    out, errors = in_lines(both)
    assert out == "left with 0\n"
    said = [re.sub(r"\d+ s", "1 s", line) for line in errors.splitlines()]
    assert said.index("Baking bread") < said.index("Baking bread: done in 1 s")
    assert said.index("Making tea") < said.index("Making tea: done in 1 s")
    assert len(said) == 5 and "It smells good" in said


@pytest.mark.parametrize("show", [lambda program: in_lines(program)[1], on_terminal])
def test_the_first_that_fails_ends_the_other(show: Callable[[str], str]) -> None:
    said = show(TWO.format(bread="sleep 600", tea="bash -c 'echo no water >&2; exit 3'"))
    assert "no water" in said and "smells good" not in said and "bread: done" not in said
    assert "✓" not in said


def test_its_status_is_the_answer() -> None:
    out, _ = in_lines(TWO.format(bread="sleep 600", tea="bash -c 'exit 3'"))
    assert out == "left with 3\n"


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupt_ends_both(tmp_path: Path, number: signal.Signals) -> None:
    os.mkfifo(tmp_path / "held")
    held = f"bash -c '(sleep 600 5>{tmp_path}/held; true); true'"  # a process of its processes
    words = words_of(TWO.format(bread=held, tea=held))
    heard = partial(signal.signal, number, signal.SIG_DFL)  # tests in the background ignore it
    with subprocess.Popen(words, cwd=ROOT, stderr=subprocess.DEVNULL, preexec_fn=heard) as process:
        with open(tmp_path / "held", "rb") as ends:  # opened once one holds the other end
            process.send_signal(number)
            assert process.wait(60) == 130
            assert ends.read() == b""  # closed by all that held it
