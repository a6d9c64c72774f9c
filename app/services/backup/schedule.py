"""Scheduled backups: any server that finds one due makes it, then deletes the oldest."""

import asyncio
import threading
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy.exc import SQLAlchemyError

from app.config import Settings
from app.files import DRAFT, make_folder
from app.logs import log
from app.services.backup.files import give_up_unused
from app.services.backup.lock import BackupRunning, backup_lock
from app.services.backup.snapshot import Progress, write_backup
from app.services.backup.tables import BackupError

LOOK_SECONDS = 60
LOOKS_PER_PERIOD = 10
MOST_DOUBLINGS = 30
STAMP = "%Y%m%dT%H%M%S.%fZ"
SUFFIX = ".backup"


class BackupStopped(BackupError):
    """The server is stopping; a backup that is half made is given up."""


class ScheduledBackups:
    """The background task of one process; several processes share the folder and the work."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._folder = settings.data_dir / "backups"
        self._period = timedelta(hours=settings.backup_every)
        self._stopping = threading.Event()

    async def run(self) -> None:
        """Look whether one is due, for ever; returns at once when backups are off."""
        period, failures = self._period.total_seconds(), 0
        while period:
            failures = 0 if await self._attempt() else failures + 1
            await asyncio.sleep(wait_after(failures, period))

    async def _attempt(self) -> bool:
        """Make one if it is due; False when that failed."""
        try:
            await asyncio.to_thread(self._make_if_due)
        except asyncio.CancelledError:
            self._stopping.set()
            raise
        except BackupRunning:
            log.debug("backup_elsewhere")
        except (BackupError, OSError, SQLAlchemyError) as error:
            log.error("backup_failed", cause=type(error).__name__)
            return False
        except Exception:
            log.exception("backup_failed")
            return False
        return True

    def _make_if_due(self) -> None:
        if not is_due(self._folder, self._period, datetime.now(UTC)):
            return
        make_folder(self._folder)
        with backup_lock(self._settings):
            now = datetime.now(UTC)
            if not is_due(self._folder, self._period, now):
                return  # another process was quicker
            give_up_oldest(self._folder, self._settings.backup_keep, now)  # makes room, if any
            path = self._folder / f"{now:{STAMP}}{SUFFIX}"
            header = write_backup(self._settings, path, self._progress)
            log.info("backup_made", file=path.name, rows=header.total)
            give_up_oldest(self._folder, self._settings.backup_keep, now)
            give_up_unused(self._folder)

    def _progress(self, _total: int) -> Progress:
        def stop_if_told(_count: int) -> None:
            if self._stopping.is_set():
                raise BackupStopped

        return stop_if_told


def wait_after(failures: int, period: float) -> float:
    """Seconds until the next look: doubled with each failure in a row, up to one period.

    Otherwise a backup that finds no room would fill up the disk again every minute.
    """
    usual = min(LOOK_SECONDS, period / LOOKS_PER_PERIOD)
    return min(usual * 2.0 ** min(failures, MOST_DOUBLINGS), period)


def backups_in(folder: Path) -> list[Path]:
    """The scheduled backups, oldest first."""
    return [path for _, path in _dated(folder)]


def is_due(folder: Path, period: timedelta, now: datetime) -> bool:
    """Whether the newest backup is a period old; those dated in the future do not count."""
    past = [made for made, _ in _dated(folder) if made <= now]
    return not past or now - past[-1] >= period


def give_up_oldest(folder: Path, keep: int, now: datetime) -> None:
    """Delete all but the newest `keep` backups, and partial files of killed processes.

    Backups dated in the future, by a wrong clock, neither count nor go until that time.
    """
    past = [path for made, path in _dated(folder) if made <= now]
    for path in [*past[:-keep], *folder.glob(f".*{DRAFT}")]:
        path.unlink(missing_ok=True)


def _dated(folder: Path) -> list[tuple[datetime, Path]]:
    found = []
    for path in folder.glob(f"*{SUFFIX}"):
        with suppress(ValueError):  # a name that is none of ours
            made = datetime.strptime(path.name, f"{STAMP}{SUFFIX}")
            found.append((made.replace(tzinfo=UTC), path))
    return sorted(found)
