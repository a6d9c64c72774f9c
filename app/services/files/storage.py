"""Where the bytes of files are kept: what any place has to offer, and a folder that does.

A file is kept under a key, in up to three parts. In a folder, a part is `ab/cd/KEY`, with the
part's name behind it unless it is the content; what comes in is written beside, under `drafts`, and
renamed once it is whole and on disk. What may not be needed any more lies under `aside` until that
is sure.
"""

import os
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from typing import IO, Protocol

from app.files import make_folder
from app.services.files.parts import CONTENT, PARTS, FilePart

DRAFTS = "drafts"
ASIDE = "aside"
KEY_DIGITS = 64


class Storage(Protocol):
    """What the app asks of it. Every method may block, and raises OSError."""

    def draft(self) -> Path:
        """A new folder of this process's, from which `keep` takes files."""

    def keep(self, key: str, parts: Mapping[FilePart, Path]) -> None:
        """Take files over; they last from then on. What is there under the key is the same."""

    def open(self, key: str, part: FilePart) -> IO[bytes]:
        """A part, to be read; FileNotFoundError."""

    def has(self, key: str) -> bool:
        """Whether something is kept under a key."""

    def remove(self, key: str) -> None:
        """Let go of all parts."""

    def set_aside(self, key: str) -> str:
        """Move all parts away, to a name that no one else has; from then on nothing is kept under
        the key."""

    def put_back(self, name: str) -> None:
        """Keep again what was set aside."""

    def let_go(self, name: str) -> None:
        """Remove what was set aside."""

    def aside(self, before: float) -> list[tuple[str, list[str]]]:
        """What was set aside before a time and nobody decided over, by name, with its keys."""

    def keys(self) -> Iterator[tuple[str, float]]:
        """All keys, each with the time when it was last kept, in seconds since 1970."""

    def forget_drafts(self, before: float) -> None:
        """Let go of what was begun before a time and never kept: its process is dead."""


class FolderStorage:
    """A folder of this machine, or one that several share."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def draft(self) -> Path:
        drafts = self.root / DRAFTS
        make_folder(drafts)
        return Path(tempfile.mkdtemp(dir=drafts))

    def keep(self, key: str, parts: Mapping[FilePart, Path]) -> None:
        folder = self._path(key, CONTENT).parent
        make_folder(folder)
        # The content last: where it is, all is.
        for part in sorted(parts, key=lambda part: part == CONTENT):
            source = parts[part]
            _sync(source)
            os.chmod(source, 0o600)
            os.utime(source)
            os.replace(source, self._path(key, part))
        _sync(folder)
        _sync(folder.parent)
        _sync(folder.parent.parent)

    def open(self, key: str, part: FilePart) -> IO[bytes]:
        return self._path(key, part).open("rb")

    def has(self, key: str) -> bool:
        return self._path(key, CONTENT).exists()

    def touch(self, key: str) -> None:
        """Take a file for kept now."""
        for part in PARTS:
            with suppress(FileNotFoundError):
                os.utime(self._path(key, part))

    def remove(self, key: str) -> None:
        for part in PARTS:  # the content first: what is left is found as no file
            self._path(key, part).unlink(missing_ok=True)

    def set_aside(self, key: str) -> str:
        make_folder(self.root / ASIDE)
        folder = Path(tempfile.mkdtemp(dir=self.root / ASIDE))
        for part in PARTS:
            path = self._path(key, part)
            with suppress(FileNotFoundError):
                path.rename(folder / path.name)
        return folder.name

    def put_back(self, name: str) -> None:
        folder = self.root / ASIDE / name
        # The content last: where it is, all is.
        for path in sorted(folder.iterdir(), reverse=True):
            path.rename(self._path(key_of(path.name), CONTENT).with_name(path.name))
        folder.rmdir()

    def let_go(self, name: str) -> None:
        shutil.rmtree(self.root / ASIDE / name)

    def aside(self, before: float) -> list[tuple[str, list[str]]]:
        if not (self.root / ASIDE).exists():
            return []
        found = []
        for entry in os.scandir(self.root / ASIDE):
            at = _changed_at(entry)
            if at is not None and at < before:
                found.append((entry.name, sorted({key_of(name) for name in os.listdir(entry)})))
        return found

    def keys(self) -> Iterator[tuple[str, float]]:
        seen: dict[str, float] = {}
        for folder in _folders(self.root):
            for inner in _folders(folder):
                seen.clear()
                for entry in os.scandir(inner):
                    key = key_of(entry.name)
                    if is_key(key) and (at := _changed_at(entry)) is not None:
                        seen[key] = max(at, seen.get(key, 0))
                yield from seen.items()

    def forget_drafts(self, before: float) -> None:
        drafts = self.root / DRAFTS
        if not drafts.exists():
            return
        for entry in os.scandir(drafts):
            at = _changed_at(entry)
            if at is not None and at < before:
                shutil.rmtree(entry.path, ignore_errors=True)

    def _path(self, key: str, part: FilePart) -> Path:
        return self.root / place_of(key, part)


def key_of(name: str) -> str:
    """The key of a part that has this name."""
    return name.partition(".")[0]


def is_key(key: str) -> bool:
    """Whether that could be one."""
    return len(key) == KEY_DIGITS


def place_of(key: str, part: FilePart) -> str:
    """Where a part lies, from the root of a store."""
    return f"{key[:2]}/{key[2:4]}/{key if part == CONTENT else f'{key}.{part}'}"


def _changed_at(entry: os.DirEntry[str]) -> float | None:
    """When an entry was changed, in seconds since 1970; None where it has gone meanwhile."""
    with suppress(FileNotFoundError):
        return entry.stat(follow_symlinks=False).st_mtime
    return None


def _folders(folder: Path) -> list[Path]:
    """The folders of two digits in a folder."""
    try:
        found = sorted(entry.name for entry in os.scandir(folder) if len(entry.name) == 2)
    except (FileNotFoundError, NotADirectoryError):
        return []
    return [folder / name for name in found]


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
