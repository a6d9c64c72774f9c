"""Where files lie that are to be imported, from their upload to the end of their import.

It is a folder of this machine, or one that several share, and has a name of its own: an import
belongs to the processes that see the folder with its file.
"""

import fcntl
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from secrets import token_hex
from typing import IO

from app.files import make_folder

ID_FILE = "id"
ID_BYTES = 4
SPOOL = ".spool-"


class Moved(Exception):
    """Somebody else has written to the file: `size` bytes are there."""

    def __init__(self, size: int) -> None:
        super().__init__()
        self.size = size


class Inbox:
    """The folder. Every method may block, and raises OSError."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def find(self) -> str | None:
        """The folder's name; None where nothing was ever imported."""
        try:
            return (self._folder / ID_FILE).read_text("ascii")
        except FileNotFoundError:
            return None

    def open(self) -> str:
        """The folder's name; it is made where it is missing."""
        if (found := self.find()) is not None:
            return found
        make_folder(self._folder)
        made, name = self._folder / f"{ID_FILE}.{token_hex(ID_BYTES)}", token_hex(ID_BYTES)
        made.write_text(name, "ascii")
        try:
            # Linked once it is whole: processes that begin together read one name.
            os.link(made, self._folder / ID_FILE)
        except FileExistsError:
            return self.open()
        finally:
            made.unlink()
        return name

    def create(self, name: str) -> None:
        """Begin an empty file."""
        os.close(os.open(self._folder / name, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))

    def size(self, name: str) -> int:
        """How many bytes are there; FileNotFoundError."""
        return self.path(name).stat().st_size

    def write(self, name: str, offset: int, data: bytes) -> None:
        """Add to a file that has `offset` bytes; Moved where it has more or fewer."""
        with self._locked(name) as file:
            size = file.seek(0, os.SEEK_END)
            if size != offset:
                raise Moved(size)
            file.write(data)

    def keep(self, name: str) -> None:
        """Have what is there outlast a power failure."""
        with self._locked(name) as file:
            os.fsync(file.fileno())

    @contextmanager
    def _locked(self, name: str) -> Iterator[IO[bytes]]:
        with self.path(name).open("r+b") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            yield file

    def path(self, name: str) -> Path:
        """Where a file lies."""
        return self._folder / name

    def spool(self, name: str) -> Path:
        """A new folder for what is taken out of a file, in the place of older ones."""
        self.forget_spools(name)
        return Path(tempfile.mkdtemp(prefix=f"{name}{SPOOL}", dir=self._folder))

    def forget_spools(self, name: str) -> None:
        """Let go of all that was taken out of a file."""
        for folder in self._folder.glob(f"{name}{SPOOL}*"):
            shutil.rmtree(folder, ignore_errors=True)

    def remove(self, name: str) -> None:
        """Let go of a file, and of what was taken out of it."""
        self.path(name).unlink(missing_ok=True)
        self.forget_spools(name)

    def names(self) -> set[str]:
        """The files that are there, also where only something taken out of them is left."""
        if not self._folder.exists():
            return set()
        found = {entry.name.partition(".")[0] for entry in os.scandir(self._folder)}
        return found - {ID_FILE}
