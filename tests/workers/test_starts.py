"""How many workers, when they are started again, and when not."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from app.workers.cores import usable_cores, worker_count
from app.workers.lives import LONGEST_PAUSE_SECONDS, YOUNG_SECONDS, Lives
from tests.support.cli_process import run
from tests.support.forks import ROOT
from tests.workers import never_ready


def test_so_many_as_are_wanted_or_as_there_are_processors_to_use(tmp_path: Path) -> None:
    quota = tmp_path / "cpu.max"
    here = len(os.sched_getaffinity(0))
    assert usable_cores(quota) == worker_count(0) == here  # no such file: no container
    for text, cores in (("max 100000", here), ("50000 100000", 1), ("150000 100000", min(2, here))):
        quota.write_text(text)
        assert usable_cores(quota) == cores
    assert worker_count(5) == 5


def test_pauses_grow_and_have_an_end() -> None:
    lives = Lives()
    pauses = [lives.ended(0, was_ready=True) for _ in range(50)]
    assert pauses[:4] == [0, 0.5, 1, 2]
    assert max(pauses) == pauses[-1] == LONGEST_PAUSE_SECONDS
    assert not lives.is_hopeless
    assert lives.ended(YOUNG_SECONDS, was_ready=True) == lives.ended(1, was_ready=True) == 0


@pytest.mark.parametrize(
    ("serving", "said"),
    [
        # Two starts, of which the first to end ends all.
        (0, "failed after [12]"),
        # Both serve, then neither of them does any more.
        (2, "ready\nfailed after 1[2-5]"),
    ],
)
def test_workers_that_never_serve_are_given_up(serving: int, said: str) -> None:
    command = [sys.executable, "-m", never_ready.__name__, str(serving)]
    ended = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60)
    assert re.fullmatch(said, ended.stdout.strip()), ended.stderr


@pytest.mark.parametrize("by", [{}, {"WORKERS": "2"}])
def test_what_reloads_is_one_process(tmp_path: Path, by: dict[str, str]) -> None:
    option = [] if by else ["--workers", "2"]
    ended = run(tmp_path, "serve", "--reload", *option, **by)
    assert (ended.returncode, ended.stdout) == (2, "")
    assert ended.stderr == "--reload is for one process: leave --workers and WORKERS out.\n"
