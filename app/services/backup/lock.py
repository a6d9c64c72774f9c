"""One backup of a database at a time, whichever process makes it."""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from app.config import Settings
from app.engines.lock import LockTaken, held_lock
from app.files import make_folder, open_lock
from app.migration import sync_engine
from app.services.backup.tables import BackupError


class BackupRunning(BackupError):
    """Another process makes one at this moment."""

    def __init__(self) -> None:
        super().__init__("Another backup of this database is being made")


@contextmanager
def backup_lock(settings: Settings) -> Iterator[None]:
    """Hold the lock, or raise BackupRunning once its holder is seen to live.

    A process that dies lets go of it: at once beside a file, within seconds on a server.
    """
    if settings.database.get_backend_name() == "sqlite":
        with _file_lock(Path(f"{settings.database.database}.backup-lock")):
            yield
    else:
        with _server_lock(settings):
            yield


@contextmanager
def _file_lock(path: Path) -> Iterator[None]:
    make_folder(path.parent)
    with open_lock(path) as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise BackupRunning from error
        yield


@contextmanager
def _server_lock(settings: Settings) -> Iterator[None]:
    engine = sync_engine(settings)
    try:
        with held_lock(engine, "backup", wait_seconds=0):
            yield
    except LockTaken as error:
        raise BackupRunning from error
    finally:
        engine.dispose()
