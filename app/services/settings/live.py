"""What the settings say at this moment: the environment first, then what is stored.

Stored ones are read every few seconds, and kept for so long: who changes one is heard in every
process soon, and nobody's request waits for them.
"""

import asyncio
import time
from contextlib import suppress
from dataclasses import dataclass, fields
from datetime import timedelta
from typing import Any

import orjson

from app.config import Registration, Settings
from app.database import Database
from app.errors import AppError
from app.logs import log
from app.schemas.share import SharesSetting
from app.services.settings.rows import stored

KEPT_SECONDS = 4


@dataclass(frozen=True, slots=True)
class Current:
    """The settings that hold."""

    registration: Registration
    require_verified_email: bool
    banner_zh: str | None
    banner_en: str | None
    retention_days: int
    default_model_daily_messages: int
    shares: SharesSetting

    @property
    def retention(self) -> timedelta:
        """How long what was deleted can be brought back."""
        return timedelta(days=self.retention_days)

    @property
    def banner(self) -> tuple[str, str] | None:
        """What everybody is to read, in Chinese and English; None for nothing."""
        zh, en = self.banner_zh or self.banner_en, self.banner_en or self.banner_zh
        return (zh, en) if zh and en else None


NAMES = tuple(field.name for field in fields(Current))


def default_of(name: str) -> Any:
    """What a setting is where nobody says anything."""
    field = Settings.model_fields.get(name)
    return None if field is None else field.default


class LiveSettings:
    """The settings of one process."""

    def __init__(self, database: Database, settings: Settings) -> None:
        self._database = database
        self.environment: dict[str, Any] = {
            name: getattr(settings, name) for name in NAMES if name in settings.model_fields_set
        }
        self._known = self._current({})
        self._read_at = -float("inf")
        self._lock = asyncio.Lock()

    async def fresh(self) -> Current:
        """The settings, as they were at most some seconds ago; as they were last known where the
        database does not answer."""
        if self._is_old():
            with suppress(AppError):  # it is asked again with the next use
                await self.exact()
        return self._known

    async def exact(self) -> Current:
        """The settings, as they were at most some seconds ago; raises what the database does."""
        async with self._lock:
            if self._is_old():
                began = time.monotonic()
                self._known = self._current(await self._database.read(stored))
                self._read_at = began
        return self._known

    async def run(self) -> None:
        """Read them every few seconds, for ever, so that `now` is never older."""
        while True:
            await asyncio.sleep(KEPT_SECONDS)
            self.forget()
            try:
                await self.fresh()
            except Exception:
                log.exception("settings_postponed")

    def now(self) -> Current:
        """The settings as they were read last, for whoever cannot wait."""
        return self._known

    def retention(self) -> timedelta:
        """How long what was deleted can be brought back."""
        return self.now().retention

    def forget(self) -> None:
        """Read them again when they are wanted next."""
        self._read_at = -float("inf")

    def requires_verified_email(self, stored: str | None) -> bool:
        """Whether logging in wants an address that was confirmed; `stored`: as JSON."""
        name = "require_verified_email"
        return bool(self.environment.get(name, orjson.loads(stored) if stored else False))

    def _is_old(self) -> bool:
        return time.monotonic() - self._read_at > KEPT_SECONDS

    def _current(self, found: dict[str, Any]) -> Current:
        return Current(**{name: self._value(name, found) for name in NAMES})

    def _value(self, name: str, found: dict[str, Any]) -> Any:
        for said in (self.environment, found):
            if name in said:
                return said[name]
        return default_of(name)
