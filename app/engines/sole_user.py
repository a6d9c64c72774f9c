"""Whether this process is the only one that uses its SQLite file.

If so, every reply found running at start belongs to a dead process and can be ended at once. Each
process holds a shared lock while it runs; the one that gets the exclusive lock is alone.
"""

import fcntl
from pathlib import Path
from typing import IO

from sqlalchemy.engine import URL

from app.files import open_lock


class SoleUser:
    """A lock file beside the database; on MySQL no process can know that it is alone."""

    def __init__(self, url: URL) -> None:
        self._path = None
        if url.get_backend_name() == "sqlite":
            self._path = Path(f"{url.database}.in-use")
        self._file: IO[bytes] | None = None

    def claim(self) -> bool:
        """True when no other process uses the database; others that start now wait for `share`.

        Raises OSError when the lock file cannot be opened.
        """
        if self._path is None:
            return False
        self._file = open_lock(self._path)
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True

    def try_file(self) -> None:
        """Raise the OSError that `claim` would, and lock nothing."""
        if self._path is not None:
            open_lock(self._path).close()

    def share(self) -> None:
        """Change to a shared lock: others can start, and can tell that this process runs."""
        if self._file is not None:
            fcntl.flock(self._file, fcntl.LOCK_SH)

    def release(self) -> None:
        """Release the lock."""
        if self._file is not None:
            self._file.close()
