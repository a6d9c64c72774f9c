"""A user's caps: those that they set for themselves, and those of the operator's that apply."""

from collections.abc import Callable

from sqlalchemy import Connection

from app.database import Database
from app.models import utc_now
from app.schemas.cap import CapList, CapsUpdate
from app.services.caps import rows
from app.services.endpoints.rows import is_anything_shared
from app.services.endpoints.saved import SavedEndpoint
from app.services.endpoints.service import ConfigService
from app.services.usage.daily import ReplyLimits, daily_limit, used_of_default


class CapService:
    """What a user does with caps."""

    def __init__(
        self, database: Database, configs: ConfigService, limits: Callable[[], ReplyLimits]
    ) -> None:
        self._database = database
        self._configs = configs
        self._limits = limits

    async def list(self, user_id: int) -> CapList:
        """The caps that a user is under, and what is used of them."""
        environment = self._configs.default_endpoint(user_id)
        return await self._database.read(_list, user_id, self._daily(), environment)

    async def set(self, user_id: int, update: CapsUpdate) -> CapList:
        """Set a user's own caps in place of those that there were; ConnectionNotFound,
        ModelNotFound."""
        environment = self._configs.default_endpoint(user_id)
        return await self._database.write(_set, user_id, update, self._daily(), environment)

    def _daily(self) -> int:
        return self._limits().default_model_daily


def _list(
    connection: Connection, user_id: int, daily: int, environment: SavedEndpoint | None
) -> CapList:
    now = utc_now()
    limit = daily_limit(daily, now)
    caps = rows.of_user(connection, user_id, now)
    if limit is not None and _is_any_counted(connection, user_id, environment):
        used = used_of_default(connection, user_id, now)
        caps = [rows.read(limit, "user", used), *caps]
    return CapList(caps=caps)


def _is_any_counted(
    connection: Connection, user_id: int, environment: SavedEndpoint | None
) -> bool:
    """Whether a model is shared with a user whose messages are counted."""
    if environment is not None and environment.is_counted:
        return True
    return is_anything_shared(connection, user_id)


def _set(
    connection: Connection,
    user_id: int,
    update: CapsUpdate,
    daily: int,
    environment: SavedEndpoint | None,
) -> CapList:
    rows.set_own(connection, user_id, update.caps, environment)
    return _list(connection, user_id, daily, environment)
