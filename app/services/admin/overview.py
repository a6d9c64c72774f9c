"""A server at a glance, for its administrators."""

import asyncio
from collections.abc import Callable

from app import __version__
from app.config import Settings
from app.database import Database
from app.encryption import KeyVault
from app.errors import Language
from app.schemas.overview import Overview, OverviewHealth
from app.services.admin import days
from app.services.audit.service import AuditLog
from app.services.settings.live import LiveSettings
from app.services.upkeep import findings


class OverviewService:
    """What this process sees. `is_draining`: whether it takes no more work."""

    def __init__(
        self,
        database: Database,
        settings: Settings,
        live: LiveSettings,
        vault: KeyVault,
        audit: AuditLog,
        is_draining: Callable[[], bool],
    ) -> None:
        self._database = database
        self._settings = settings
        self._live = live
        self._vault = vault
        self._audit = audit
        self._is_draining = is_draining

    async def get(self, language: Language) -> Overview:
        """The overview, its findings in a language."""
        read = self._database.read
        return Overview(
            version=__version__,
            users=await read(days.user_counts),
            days=await read(days.last_days),
            health=OverviewHealth(status="draining" if self._is_draining() else "ok"),
            findings=[findings.finding(code, language) for code in await self._findings()],
        )

    async def _findings(self) -> list[str]:
        found = await self._database.read(findings.of_database, self._vault)
        found += await asyncio.to_thread(findings.of_machine, self._settings.data_dir)
        if self._audit.is_broken:
            found.append("audit_chain_broken")
        current = await self._live.fresh()
        if current.require_verified_email and not self._settings.smtp_host:
            found.append("mail_missing")
        return found
