"""Backups made and restored, in this process or by the command line."""

import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

from app.config import Settings
from app.services.backup.format import Header
from app.services.backup.restore import restore_backup
from app.services.backup.snapshot import make_backup
from tests.support.cli_process import run
from tests.support.server import ENCRYPTION_KEY, SECRET_KEY

KEYS = {"SECRET_KEY": SECRET_KEY, "ENCRYPTION_KEY": ENCRYPTION_KEY}


def settings(url: str) -> Settings:
    options: dict[str, Any] = {"secret_key": SECRET_KEY, "encryption_key": ENCRYPTION_KEY}
    return Settings(_env_file=None, **options | {"database_url": url})


def command(
    folder: Path, url: str, *words: str | Path, **changes: str
) -> subprocess.CompletedProcess[str]:
    return run(folder, *map(str, words), **KEYS | {"DATABASE_URL": url} | changes)


def done(ended: subprocess.CompletedProcess[str]) -> str:
    assert (ended.returncode, ended.stderr) == (0, "")
    return ended.stdout


def refused(ended: subprocess.CompletedProcess[str], words: str) -> None:
    assert (ended.returncode, ended.stdout) == (1, "")
    assert len(ended.stderr.splitlines()) == 1 and words in ended.stderr


def in_silence(*_: object) -> Callable[[int], None]:
    return lambda count: None


def backup(url: str, file: Path) -> Header:
    return make_backup(settings(url), file, in_silence)


def restore(url: str, file: Path) -> None:
    """Replace what the database holds, every row compared."""
    restore_backup(settings(url), file, in_silence, replace=True, verify=True)
