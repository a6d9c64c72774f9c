"""`make help` says what there is to make: every target, each with words."""

import re
import subprocess

from tests.packaging.wheel import ROOT


def test_every_target_is_told() -> None:
    targets = re.findall(r"^\.PHONY: (.+)$", (ROOT / "Makefile").read_text(), re.MULTILINE)
    said = subprocess.check_output(["make", "--no-print-directory", "help"], cwd=ROOT, text=True)
    told = dict(line.split(maxsplit=1) for line in said.splitlines())
    assert sorted(told) == sorted(targets[0].split())
