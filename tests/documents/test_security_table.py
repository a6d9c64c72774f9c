"""docs/security.md names every module of attacks, and how many cases each really has."""

import os
import re
import subprocess
import sys
from collections import Counter
from pathlib import Path

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "security.md").read_text("utf-8")
ROW = re.compile(r"^\|[^|]+\| ([^|]+) \| `(tests/attacks/test_\w+\.py)` \|", re.MULTILINE)
OF_PROVIDERS = re.compile(r"^\|[^|]+\| (`test_\w+\.py[^|]+) \| ([^|]+) \|", re.MULTILINE)
AS_MANY_AS_OPERATIONS = "every operation"
REQUIREMENT = re.compile(r"\b\d{1,2}\.\d{1,2}\.\d{1,2}\b")


def _collected() -> Counter[str]:
    """The cases of each module, as pytest finds them on one database."""
    found = subprocess.run(
        [sys.executable, "-m", "pytest", "tests/attacks", "--collect-only", "-q"],
        cwd=ROOT,
        env=os.environ | {"TEST_DATABASES": "sqlite", "PYTEST_ADDOPTS": ""},
        capture_output=True,
        text=True,
    )
    assert found.returncode == 0, found.stdout + found.stderr
    return Counter(line.partition("::")[0] for line in found.stdout.splitlines() if "::" in line)


def test_the_table_is_true() -> None:
    collected = _collected()
    told = {module: cases for cases, module in ROW.findall(PAGE)}
    assert told == {
        module: told[module] if told.get(module) == AS_MANY_AS_OPERATIONS else str(count)
        for module, count in collected.items()
    }


def test_every_row_names_requirements() -> None:
    rows = [line for line in PAGE.splitlines() if ROW.match(line)]
    assert rows
    assert all(REQUIREMENT.search(row) for row in rows)


def test_what_is_tried_of_providers_is_there() -> None:
    rows = OF_PROVIDERS.findall(PAGE)
    assert rows
    for tests, requirements in rows:
        assert REQUIREMENT.search(requirements)
        files = [ROOT / "tests" / "oidc" / name for name in re.findall(r"test_\w+\.py", tests)]
        text = "".join(file.read_text("utf-8") for file in files)
        for name in re.findall(r"::(\w+)", tests):
            assert f"def {name}(" in text, name
