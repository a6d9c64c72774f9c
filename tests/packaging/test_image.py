"""The image gets every script that its build calls."""

import re

from tests.packaging.wheel import ROOT


def test_the_pages_stage_has_all_its_scripts() -> None:
    dockerfile = (ROOT / "Dockerfile").read_text()
    copied = set(re.findall(r"scripts/[\w.-]+", dockerfile.split("\nFROM ")[0]))
    assert "scripts/build-page" in copied
    for name in copied:
        called = re.findall(r"scripts/[\w.-]+", (ROOT / name).read_text())
        assert copied.issuperset(called), name


def test_whatever_is_copied_may_be() -> None:
    allowed = re.findall(r"^!(\S+)$", (ROOT / ".dockerignore").read_text(), re.MULTILINE)
    dockerfile = (ROOT / "Dockerfile").read_text()
    for line in re.findall(r"^COPY (?!--from)(.+) \S+$", dockerfile, re.MULTILINE):
        for name in line.split():
            assert name in allowed or name.partition("/")[0] in allowed, name
