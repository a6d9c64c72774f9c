"""What the app writes to the disk is for its own user alone; what exists keeps its mode."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.cli_process import run, serving
from tests.support.server import ENCRYPTION_KEY, SECRET_KEY

ACCOUNT = ("user", "create", "anna", "anna@example.org", "--password-stdin")


def modes(folder: Path) -> dict[str, int]:
    """The rights of others at everything in a folder that holds something, by name."""
    files = [folder, *folder.rglob("*")]
    held = [path for path in files if path.is_dir() or path.stat().st_size]
    return {path.name: path.stat().st_mode & 0o077 for path in held}


@pytest.fixture(autouse=True)
def open_umask() -> Iterator[None]:
    """A umask that hides nothing, in the commands too."""
    before = os.umask(0)
    yield
    os.umask(before)


def test_a_server_keeps_its_data_to_itself(tmp_path: Path) -> None:
    folder = tmp_path / "srv" / "data"
    with serving(tmp_path, DATA_DIR=str(folder), BACKUP_EVERY="1000"):
        there = {path.name for path in folder.iterdir()}
        found = modes(tmp_path / "srv")
    assert {"chat.db", "chat.db-wal", "chat.db-shm"} <= there  # the log is empty for a moment
    assert {"srv", "data", "chat.db"} <= set(found)
    assert set(found.values()) == {0}


@pytest.mark.parametrize("words", [("migrate",), ("doctor",), ACCOUNT], ids=lambda words: words[0])
def test_a_command_that_comes_first_does_so_too(tmp_path: Path, words: tuple[str, ...]) -> None:
    assert run(tmp_path, *words, typed="correct horse\n").returncode == 0
    found = modes(tmp_path / "data")
    assert set(found) > {"data"} and set(found.values()) == {0}


def test_a_database_elsewhere_is_made_so_too(tmp_path: Path) -> None:
    secrets = {"SECRET_KEY": SECRET_KEY, "ENCRYPTION_KEY": ENCRYPTION_KEY}
    ended = run(tmp_path, "migrate", DATABASE_URL="sqlite:///srv/other.db", **secrets)
    assert ended.returncode == 0
    assert set(modes(tmp_path / "srv").values()) == {0}


def test_what_is_there_keeps_its_mode_and_the_doctor_warns(tmp_path: Path) -> None:
    assert run(tmp_path, "migrate").returncode == 0
    folder, database = tmp_path / "data", tmp_path / "data" / "chat.db"
    assert "open to others" not in run(tmp_path, "doctor").stdout
    folder.chmod(0o755)
    database.chmod(0o644)
    assert run(tmp_path, "migrate").returncode == 0
    assert (folder.stat().st_mode & 0o777, database.stat().st_mode & 0o777) == (0o755, 0o644)
    told = run(tmp_path, "doctor")
    assert told.returncode == 0
    assert "open to others: data, data/chat.db " in told.stdout
    assert "chmod 700 data; chmod 600 data/chat.db*" in told.stdout
