"""What administrators see and change of the settings of running servers."""

from typing import Any

from sqlalchemy import Connection

from app.config import Settings
from app.database import Database
from app.errors import MailNotConfigured, OidcNotConfigured, SetByEnvironment
from app.schemas.setting import SettingList, SettingRead, SettingSource, SettingsUpdate
from app.services.audit.events import AuditAction, record
from app.services.auth.account import Account
from app.services.auth.admins import require_admin
from app.services.settings import rows
from app.services.settings.live import NAMES, LiveSettings, default_of


class SettingService:
    """The settings of running servers, for administrators and for the command line."""

    def __init__(self, database: Database, settings: Settings, live: LiveSettings) -> None:
        self._database = database
        self._live = live
        self._sends_mail = bool(settings.smtp_host)
        self._has_providers = bool(settings.oidc_providers)

    async def list(self) -> SettingList:
        """Every setting, and from where its value is."""
        stored = await self._database.read(rows.stored)
        return SettingList(settings=[self._read(name, stored) for name in NAMES])

    async def change(self, admin: Account | None, wanted: SettingsUpdate) -> SettingList:
        """Change what is given; `admin`: None for the command line. Raises LoginTooOld,
        SetByEnvironment, MailNotConfigured, OidcNotConfigured."""
        values = wanted.model_dump(exclude_unset=True)
        for name in values:
            if name in self._live.environment:
                raise SetByEnvironment(setting=name.upper())
        if values.get("require_verified_email") and not self._sends_mail:
            raise MailNotConfigured
        if values.get("registration") == "oidc" and not self._has_providers:
            raise OidcNotConfigured
        await self._database.write(_change, admin, values)
        self._live.forget()
        return await self.list()

    def _read(self, name: Any, stored: dict[str, Any]) -> SettingRead:
        environment, default = self._live.environment.get(name), default_of(name)
        source: SettingSource = "default"
        value = default
        if name in self._live.environment:
            source, value = "environment", environment
        elif name in stored:
            source, value = "stored", stored[name]
        return SettingRead(
            name=name, value=value, source=source, environment=environment, default=default
        )


def _change(connection: Connection, admin: Account | None, values: dict[str, Any]) -> None:
    if admin is not None:
        require_admin(connection, admin)
    if values:
        rows.change(connection, values)
        told: dict[str, Any] = {} if admin is None else {"admin_id": admin.id}
        user_id = None if admin is None else admin.id
        record(connection, AuditAction.SETTINGS_CHANGED, user_id, names=sorted(values), **told)
