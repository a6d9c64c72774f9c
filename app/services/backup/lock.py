"""One backup of a database at a time, whichever process makes it."""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import text

from app.config import Settings
from app.files import make_folder, open_lock
from app.migration import sync_engine
from app.services.backup.rows import BackupError


class BackupRunning(BackupError):
    """Another process makes one at this moment."""

    def __init__(self) -> None:
        super().__init__("Another backup of this database is being made")


@contextmanager
def backup_lock(settings: Settings) -> Iterator[None]:
    """Hold the lock, or raise BackupRunning at once; a process that dies lets go of it."""
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
    name = {"name": f"chat-backend backup {settings.database.database}"[:64]}
    engine = sync_engine(settings)
    try:
        with engine.connect() as connection:
            if connection.execute(text("SELECT GET_LOCK(:name, 0)"), name).scalar() != 1:
                raise BackupRunning
            yield
            connection.execute(text("SELECT RELEASE_LOCK(:name)"), name)
    finally:
        engine.dispose()
