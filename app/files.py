"""Folders, files and locks with modes that keep other users of the machine out, whatever the umask.

What exists already keeps its mode: whoever opened it to others may have had a reason.
"""

import errno
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

DRAFT = ".draft"
RIGHTS = ". Let the user that runs this read and write it"


def make_folder(path: Path) -> None:
    """Make a folder, and those above it that are missing; raises OSError."""
    missing = [folder for folder in (path, *path.parents) if not folder.exists()]
    for folder in reversed(missing):
        folder.mkdir(mode=0o700, exist_ok=True)


def make_file(path: Path) -> None:
    """Create an empty file and its folder if missing; raises OSError.

    An existing file is not even opened: closing it would release SQLite's locks in this process.
    """
    make_folder(path.parent)
    try:
        os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
    except FileExistsError:
        return


def open_lock(path: Path) -> IO[bytes]:
    """A file for `flock`, created if missing; raises OSError.

    It is readable by all, as it is empty: a lock file that root created must not keep the server
    out, and reading is enough to lock it.
    """
    try:
        handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o644)
    except PermissionError:
        handle = os.open(path, os.O_RDONLY)
    return os.fdopen(handle, "rb")


@contextmanager
def appearing(path: Path) -> Iterator[IO[bytes]]:
    """A new file, mode 0600: a draft under another name, renamed once it is whole and on disk, else
    deleted. Raises FileExistsError where the name is taken, other OSError."""
    _require_free(path)  # tried again when it is whole
    draft = path.with_name(f".{path.name}.{secrets.token_hex(4)}{DRAFT}")
    try:
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL
        with os.fdopen(os.open(draft, flags, 0o600), "wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        _put_in_place(draft, path)
        _sync_folder(path.parent)
    finally:
        draft.unlink(missing_ok=True)


def _require_free(path: Path) -> None:
    if path.exists():
        raise FileExistsError(errno.EEXIST, "is there already", str(path))


def _put_in_place(draft: Path, path: Path) -> None:
    """Give the draft its name unless that is taken: a rename would overwrite it."""
    try:
        os.link(draft, path)
    except FileExistsError:
        _require_free(path)
        raise  # it was there a moment ago
    except OSError:  # not every file system has links
        _require_free(path)
        draft.rename(path)


def _sync_folder(folder: Path) -> None:
    """A new name survives a power cut only once its folder is written, too."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def in_the_way(error: OSError, path: Path | str | None = None) -> str:
    """The message for a file that cannot be used: which one, why, and what to do."""
    advice = RIGHTS if isinstance(error, PermissionError) else ""
    return f"{path or error.filename}: {error.strerror}{advice}"
