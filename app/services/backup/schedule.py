"""Backups by the clock: made by whichever server finds one due, the oldest given up."""

import asyncio
import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path

import structlog
from sqlalchemy.exc import SQLAlchemyError

from app.config import Settings
from app.services.backup.lock import BackupRunning
from app.services.backup.making import DRAFT, Progress, make_backup
from app.services.backup.rows import BackupError

LOOK_SECONDS = 60
LOOKS_PER_PERIOD = 10
STAMP = "%Y%m%dT%H%M%S.%fZ"
SUFFIX = ".backup"

log = structlog.get_logger()


class BackupStopped(BackupError):
    """The server is stopping; a backup that is half made is given up."""


class ScheduledBackups:
    """The background task of one process; several processes share the folder and the work."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._folder = settings.data_dir / "backups"
        self._period = timedelta(hours=settings.backup_every_hours)
        self._stopping = threading.Event()

    async def run(self) -> None:
        """Look whether one is due, for ever; returns at once when backups are off."""
        period = self._period.total_seconds()
        while period:
            try:
                await asyncio.to_thread(self._make_if_due)
            except asyncio.CancelledError:
                self._stopping.set()
                raise
            except BackupRunning:
                log.debug("backup_elsewhere")
            except (BackupError, OSError, SQLAlchemyError) as error:
                log.error("backup_failed", cause=type(error).__name__)
            except Exception:
                log.exception("backup_failed")
            await asyncio.sleep(min(LOOK_SECONDS, period / LOOKS_PER_PERIOD))

    def _make_if_due(self) -> None:
        if not is_due(self._folder, self._period, datetime.now(UTC)):
            return
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        path = self._folder / f"{datetime.now(UTC):{STAMP}}{SUFFIX}"
        header = make_backup(self._settings, path, self._progress)
        log.info("backup_made", file=path.name, rows=header.total)
        give_up_oldest(self._folder, self._settings.backup_keep)

    def _progress(self, _total: int) -> Progress:
        def stop_if_told(_count: int) -> None:
            if self._stopping.is_set():
                raise BackupStopped

        return stop_if_told


def backups_in(folder: Path) -> list[Path]:
    """The scheduled backups, oldest first."""
    return sorted(folder.glob(f"[0-9]*T*Z{SUFFIX}"))


def is_due(folder: Path, period: timedelta, now: datetime) -> bool:
    """Whether the newest backup is a period old; one from the future tells nothing."""
    kept = backups_in(folder)
    if not kept:
        return True
    made = datetime.strptime(kept[-1].name.removesuffix(SUFFIX), STAMP).replace(tzinfo=UTC)
    return not timedelta(0) <= now - made < period


def give_up_oldest(folder: Path, keep: int) -> None:
    """Delete all but the newest `keep` backups, and what a killed process left half made."""
    for path in [*backups_in(folder)[:-keep], *folder.glob(f".*{DRAFT}")]:
        path.unlink(missing_ok=True)
