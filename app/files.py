"""Folders and files that nobody else on the machine may read, whatever the umask is; and locks.

What exists already keeps its mode: whoever opened it to others may have had a reason.
"""

import os
from pathlib import Path
from typing import IO

RIGHTS = ". Let the user that runs this read and write it"


def make_folder(path: Path) -> None:
    """Make a folder, and those above it that are missing; raises OSError."""
    missing = [folder for folder in (path, *path.parents) if not folder.exists()]
    for folder in reversed(missing):
        folder.mkdir(mode=0o700, exist_ok=True)


def make_file(path: Path) -> None:
    """Make an empty file where there is none, and its folder; raises OSError.

    One that is there is not even opened: SQLite's locks on it end when its process closes it.
    """
    make_folder(path.parent)
    try:
        os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
    except FileExistsError:
        return


def open_lock(path: Path) -> IO[bytes]:
    """A file for `flock`, made when it is not there; raises OSError.

    There is nothing in it to hide, and one that root once made must not keep the server out:
    whoever may read it can lock it, too.
    """
    try:
        handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o644)
    except PermissionError:
        handle = os.open(path, os.O_RDONLY)
    return os.fdopen(handle, "rb")


def in_the_way(error: OSError, path: Path | str | None = None) -> str:
    """What a user is told of a file that cannot be used: which one, why, and what to do."""
    advice = RIGHTS if isinstance(error, PermissionError) else ""
    return f"{path or error.filename}: {error.strerror}{advice}"
