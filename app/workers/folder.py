"""The folder in which the workers of one server reach each other."""

import fcntl
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from app.files import open_lock

PREFIX = "chat-workers-"
IN_USE = "in-use"
SHORT = 80
"""Characters of the folder's path: a Unix socket's path, in it, has room for 107."""


@contextmanager
def workers_folder() -> Iterator[Path]:
    """A new folder with mode 0700, gone at the end; folders that killed servers left go before.

    Raises OSError where there is no place for it.
    """
    parent = Path(tempfile.gettempdir())
    if len(str(parent / PREFIX)) > SHORT - 8:
        parent = Path("/tmp")
    _remove_left(parent)
    folder = Path(tempfile.mkdtemp(prefix=PREFIX, dir=parent))
    try:
        with open_lock(folder / "new") as lock:
            fcntl.flock(lock, fcntl.LOCK_SH)
            (folder / "new").rename(folder / IN_USE)  # never there and not locked
            yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _remove_left(parent: Path) -> None:
    for folder in parent.glob(f"{PREFIX}*"):
        with suppress(OSError):  # somebody else's, or gone meanwhile
            lock = (folder / IN_USE).open("rb")
            with lock:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                shutil.rmtree(folder, ignore_errors=True)
