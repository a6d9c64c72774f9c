"""What the tests run on is said plainly, and a database that CI lacks fails the run."""

import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from tests.support import databases, private_servers

RUN = """
import sys
from pathlib import Path
import pytest
from tests.support import databases, private_servers
private_servers.MYSQL = Path("nowhere")
plugins = [databases.Report()]
sys.exit(pytest.main(["-q", "-c", sys.argv[1], sys.argv[2]], plugins=plugins))
"""


@pytest.fixture
def no_mysql(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(private_servers, "MYSQL", tmp_path / "nowhere")
    monkeypatch.delenv("TEST_MYSQL_URL", raising=False)
    monkeypatch.setenv("TEST_DATABASES", "mysql")


def run_one_test(folder: Path, monkeypatch: pytest.MonkeyPatch, ci: str) -> tuple[int, str]:
    """Exit code and output of a run of one passing test, where MySQL is not to be had."""
    monkeypatch.setenv("CI", ci)
    monkeypatch.delenv("PYTEST_ADDOPTS", raising=False)
    (folder / "test_it.py").write_text("def test_it(): pass\n")
    (folder / "pytest.ini").write_text("[pytest]\n")
    root = Path(__file__).parents[2]
    command = [sys.executable, "-c", RUN, str(folder / "pytest.ini"), str(folder)]
    done = subprocess.run(command, cwd=root, capture_output=True, text=True, timeout=60)
    return done.returncode, done.stdout


@pytest.mark.usefixtures("no_mysql")
@pytest.mark.parametrize(("ci", "code", "word"), [("", 0, "skipped"), ("true", 1, "FAILED")])
def test_a_missing_database_is_named_last(
    ci: str, code: int, word: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    returned, output = run_one_test(tmp_path, monkeypatch, ci)
    *_, missing, closing = output.splitlines()
    assert missing.startswith(f"mysql {word}: ")
    assert "scripts/get-mysql.sh .cache/mysql" in missing
    assert closing.startswith("1 passed")
    assert returned == code


@pytest.mark.parametrize(
    ("chosen", "names"),
    [("sqlite", ["sqlite"]), ("", ["sqlite"]), ("mariadb, mysql", ["sqlite", "mysql", "mariadb"])],
)
def test_sqlite_is_always_among_the_chosen(
    chosen: str, names: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TEST_DATABASES", chosen)
    assert databases.wanted() == names


def test_an_unknown_name_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TEST_DATABASES", "sqlite,postgres")
    with pytest.raises(pytest.UsageError, match="postgres"):
        databases.wanted()


def test_counts_are_given_for_each_database(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TEST_DATABASES", "sqlite")
    counts = Counter({("sqlite", "passed"): 3, ("sqlite", "failed"): 1})
    assert databases.summary_lines(counts) == ["sqlite 1 failed, 3 passed"]
