"""Files that another user left behind (an operator once ran a command as root): the server goes on
where it can, and says in one line which file is in its way where it cannot."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.support.cli_process import COMMAND, environment, run, serving, until
from tests.support.forks import PYTHON

LOCKS = ["migrate-lock", "in-use", "backup-lock"]


def run_without_privilege(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """A command that the modes of files bind, even where the tests run as root."""
    bound = ["setpriv", "--bounding-set=-dac_override,-dac_read_search"]
    prefix = bound if os.geteuid() == 0 and shutil.which("setpriv") else []
    return subprocess.run(
        [*prefix, *PYTHON, *COMMAND, *words],
        cwd=folder,
        env=environment(),
        capture_output=True,
        text=True,
        timeout=60,
    )


def test_a_lock_that_may_only_be_read_still_locks(tmp_path: Path) -> None:
    data = tmp_path / "data"
    data.mkdir(mode=0o700)
    for name in LOCKS:
        (data / f"chat.db.{name}").touch(mode=0o444)
    assert run_without_privilege(tmp_path, "migrate").returncode == 0
    assert run_without_privilege(tmp_path, "backup", "a.backup").returncode == 0
    assert run_without_privilege(tmp_path, "restore", "a.backup", "--replace").returncode == 0
    with serving(tmp_path, BACKUP_EVERY="24"):
        until(lambda: bool(list(data.glob("backups/*.backup"))))
        kept = run_without_privilege(tmp_path, "restore", "a.backup", "--replace")
        assert (kept.returncode, kept.stderr) == (1, "A server uses the database: stop it first\n")


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("migrate-lock", ("migrate",)),
        ("migrate-lock", ("serve", "--port", "0")),
        ("in-use", ("serve", "--port", "0")),
        ("backup-lock", ("backup", "a.backup")),
    ],
)
def test_a_lock_that_cannot_be_had_is_named(
    tmp_path: Path, name: str, words: tuple[str, ...]
) -> None:
    assert name == "migrate-lock" or run(tmp_path, "migrate").returncode == 0
    (tmp_path / "data" / f"chat.db.{name}").mkdir(parents=True, mode=0o700)
    ended = run(tmp_path, *words)
    assert (ended.returncode, ended.stdout) == (1, "")
    assert ended.stderr == f"data/chat.db.{name}: Is a directory\n"


@pytest.mark.parametrize("name", ["secret_key", "encryption_key"])
def test_a_secret_that_cannot_be_read_is_named(tmp_path: Path, name: str) -> None:
    (tmp_path / "data" / name).mkdir(parents=True, mode=0o700)
    ended = run(tmp_path, "serve", "--port", "0")
    assert (ended.returncode, ended.stdout) == (2, "")
    assert ended.stderr == f"data/{name}: Is a directory\n"
    told = run(tmp_path, "doctor")
    assert (told.returncode, told.stderr) == (1, "")
    assert f"data/{name}: Is a directory" in told.stdout


@pytest.mark.parametrize("command", ["serve", "migrate", "doctor"])
def test_settings_that_cannot_be_read_are_named(tmp_path: Path, command: str) -> None:
    (tmp_path / ".env").write_text("SECRET_KEY=hunter2\n")
    (tmp_path / ".env").chmod(0)
    ended = run_without_privilege(tmp_path, command)
    assert ended.returncode == (1 if command == "doctor" else 2)
    told = ".env: Permission denied. Let the user that runs this read and write it"
    assert told in ended.stdout + ended.stderr
    assert "Traceback" not in ended.stderr
