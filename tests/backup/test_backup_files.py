"""The file of a backup: whole or refused, and told plainly."""

import errno
import gzip
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from app import __version__
from app.migration import head_revision
from app.services.backup.restore import check_backup
from app.services.backup.snapshot import make_backup
from app.services.backup.tables import BackupError
from tests.support.backups import backup, done, in_silence, refused, restore, settings
from tests.support.cli_process import run

HEAD = f'"schema_revision":"{head_revision()}"'.encode()


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """A small backup."""
    folder = tmp_path_factory.mktemp("whole")
    typed = "correct horse\n"
    words = ("user", "create", "ada", "ada@example.org", "--password-stdin")
    assert run(folder, *words, typed=typed).returncode == 0
    assert run(folder, "backup", "a.backup").returncode == 0
    return (folder / "a.backup").read_bytes()


def repacked(whole: bytes, old: bytes, new: bytes) -> bytes:
    """A backup whose lines were changed by hand, and packed well again."""
    lines = gzip.decompress(whole)
    assert old in lines
    return gzip.compress(lines.replace(old, new))


@pytest.mark.parametrize(
    ("damage", "words"),
    [
        (lambda whole: whole[:-40], "is damaged"),
        (lambda whole: whole[:3], "is damaged"),
        (lambda whole: b"", "is damaged"),
        (lambda whole: b"SQLite format 3\0", "is damaged"),
        (lambda whole: whole + gzip.compress(b"more"), "is damaged"),
        (lambda whole: repacked(whole, b"ada@", b"eve@"), "is damaged"),
        (lambda whole: repacked(whole, b'"user":1', b'"user":0'), "is damaged"),
        (lambda whole: repacked(whole, b'"user":1', b'"user":2'), "is damaged"),
        (lambda whole: repacked(whole, b'"format_version":1', b'"format_version":2'), "is newer"),
        (lambda whole: repacked(whole, HEAD, b'"schema_revision":"0000"'),
         f"The backup has schema 0000, this app {head_revision()}"),
        (lambda whole: repacked(whole, HEAD, b'"schema_revision":"9999"'),
         f"schema 9999, this app .*: restore it with app {__version__} or newer"),
        (lambda whole: repacked(whole, HEAD, b'"schema_revision":"0001"'), "is damaged"),
        (lambda whole: repacked(whole, HEAD + b",", b""), "is damaged"),
        (lambda whole: repacked(whole, b'"user":1,', b""), "is damaged"),
        (lambda whole: repacked(whole, b'"columns":["id",', b'"columns":["no",'), "is damaged"),
    ],
)  # fmt: skip
def test_a_file_that_is_not_whole_touches_nothing(
    whole: bytes, damage: Any, words: str, tmp_path: Path
) -> None:
    file, url = tmp_path / "a.backup", f"sqlite:///{tmp_path / 'chat.db'}"
    file.write_bytes(damage(whole))
    with pytest.raises(BackupError, match=words):
        check_backup(file, in_silence)
    with pytest.raises(BackupError, match=words):
        restore(url, file)
    assert not (tmp_path / "chat.db").exists()


def test_damage_is_told_in_one_line(whole: bytes, tmp_path: Path) -> None:
    (tmp_path / "a.backup").write_bytes(whole[:-9])
    refused(run(tmp_path, "restore", "a.backup", "--check"), "a.backup is damaged or not a backup")


def test_a_file_is_checked_without_a_database(whole: bytes, tmp_path: Path) -> None:
    (tmp_path / "a.backup").write_bytes(whole)
    assert "4 rows whole: a.backup, made " in done(run(tmp_path, "restore", "a.backup", "--check"))
    assert not (tmp_path / "data").exists()


def test_plain_words_for_files_that_are_not_there(tmp_path: Path) -> None:
    refused(run(tmp_path, "restore", "nowhere"), "nowhere: No such file or directory")
    refused(run(tmp_path, "backup", "a.backup"), "The database is empty")
    assert run(tmp_path, "migrate").returncode == 0
    refused(run(tmp_path, "backup", "no/folder/a.backup"), "No such file or directory")


@pytest.mark.parametrize("has_links", [True, False], ids=["links", "no links"])
def test_a_file_that_appeared_meanwhile_is_not_written_over(
    whole: bytes, has_links: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "whole.backup").write_bytes(whole)
    url, folder = f"sqlite:///{tmp_path / 'chat.db'}", tmp_path / "kept"
    file = folder / "a.backup"
    folder.mkdir()
    restore(url, tmp_path / "whole.backup")
    if not has_links:
        monkeypatch.setattr(os, "link", no_links)

    def put_in_the_way(_total: int) -> Callable[[int], None]:
        file.write_text("mine")
        return lambda count: None

    with pytest.raises(BackupError, match="a.backup is there already"):
        make_backup(settings(url), file, put_in_the_way)
    assert [path.read_text() for path in folder.iterdir()] == ["mine"]
    file.unlink()
    backup(url, file)
    assert [*folder.iterdir()] == [file]
    check_backup(file, in_silence)
    assert file.stat().st_nlink == 1 and file.stat().st_mode & 0o777 == 0o600


def no_links(*_: object) -> None:
    """What file systems like FAT answer."""
    raise PermissionError(errno.EPERM, "Operation not permitted")


def test_a_backup_that_is_broken_off_leaves_nothing(whole: bytes, tmp_path: Path) -> None:
    (tmp_path / "whole.backup").write_bytes(whole)
    url, folder = f"sqlite:///{tmp_path / 'chat.db'}", tmp_path / "kept"
    folder.mkdir()
    restore(url, tmp_path / "whole.backup")

    def break_off(_total: int) -> Callable[[int], None]:
        def told(_count: int) -> None:
            raise InterruptedError

        return told

    with pytest.raises(InterruptedError):
        make_backup(settings(url), folder / "a.backup", break_off)
    assert not list(folder.iterdir())
    backup(url, folder / "a.backup")  # the lock is free again
    assert [path.name for path in folder.iterdir()] == ["a.backup"]
