"""Folders, files and locks with modes that keep other users of the machine out, whatever the umask.

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


def in_the_way(error: OSError, path: Path | str | None = None) -> str:
    """The message for a file that cannot be used: which one, why, and what to do."""
    advice = RIGHTS if isinstance(error, PermissionError) else ""
    return f"{path or error.filename}: {error.strerror}{advice}"
