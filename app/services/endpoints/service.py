"""Which model endpoint a user's messages go to, and the key for it."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, delete, insert, select, update
from sqlalchemy.exc import IntegrityError

from app.config import Settings
from app.database import Database, table_of
from app.encryption import KeyVault
from app.errors import ApiKeyRequired, ConfigNotFound
from app.local_model import NAME as DEMO_MODEL
from app.models import ModelConfig, utc_now
from app.schemas.config import ConfigOptions, ConfigRead, ConfigUpdate, EndpointTry, LocalHost
from app.services.ai_service import AiService, Endpoint
from app.services.audit.events import AuditAction, record
from app.services.endpoints import windows
from app.services.endpoints.carried import hold_up_to_date, put_default, remove_default
from app.services.endpoints.environment import renew
from app.services.endpoints.rows import hold_user
from app.services.endpoints.saved import OPERATOR, SavedEndpoint, tail_of
from app.services.settings.live import LiveSettings
from app.services.upstream.address import mended
from app.services.upstream.guard import host_of, parse_model_url
from app.services.usage.prices import FREE

LOCAL_HOSTS = ("localhost:11434", "localhost:1234", "localhost:8080")
"""Where Ollama, LM Studio and llama.cpp listen unless they are told otherwise."""

DAILY_MESSAGES = Settings.model_fields["default_model_daily_messages"]

_config = table_of(ModelConfig)


class ConfigService:
    """Saves endpoints, and opens their keys for the length of one call."""

    def __init__(
        self,
        database: Database,
        settings: Settings,
        live: LiveSettings,
        vault: KeyVault,
        ai: AiService,
    ) -> None:
        self._database = database
        self._settings = settings
        self._live = live
        self._vault = vault
        self._ai = ai
        self._environment_id: int | None = None

    async def open_default(self) -> None:
        """Have the operator's model of the settings among those that can be chosen."""
        wanted = (self._settings.default_model_url, self.default_model)
        try:
            self._environment_id = await self._database.write(renew, *wanted)
        except IntegrityError:  # another process was quicker
            self._environment_id = await self._database.write(renew, *wanted)

    async def get(self, user_id: int) -> ConfigRead:
        """The user's endpoint without its key; ConfigNotFound when none is saved."""
        row = await self._database.read(_find, user_id)
        if row is None:
            raise ConfigNotFound
        return ConfigRead(
            model_url=row.base_url, model_name=row.model_name, configured_at=row.updated_at
        )

    async def put(self, user_id: int, change: ConfigUpdate) -> None:
        """Save an endpoint, its URL mended where something else was pasted with it.

        Raises ModelUrlNotAllowed for an address that may not be called, ApiKeyRequired when the
        key is left out and the URL is not the saved one: a key goes nowhere but to its own URL;
        InvalidToken when the account has been deleted meanwhile.
        """
        base_url = await self._ai.check_url(user_id, mended(change.model_url))
        sealed = tail = None
        if change.api_key is not None:
            sealed = self._vault.seal(user_id, base_url, change.api_key)
            tail = tail_of(change.api_key)
        name = change.model_name.strip()
        await self._database.write(_save, user_id, base_url, name, sealed, tail)

    async def remove(self, user_id: int) -> None:
        """Forget the user's endpoint and its key; a reply that runs goes on.

        Raises ConfigNotFound when none is saved.
        """
        await self._database.write(_remove, user_id)

    def options(self) -> ConfigOptions:
        """What a user can choose from. Nothing is looked up and nobody is called."""
        return ConfigOptions(
            default_model=self.default_model,
            default_model_is_demo=self.default_model_is_demo,
            local_hosts=[
                LocalHost(host=host, allowed=self._ai.allows_private(f"http://{host}"))
                for host in LOCAL_HOSTS
            ],
        )

    async def tried(self, user_id: int, wanted: EndpointTry, model_name: str | None) -> Endpoint:
        """An endpoint to try, not to save; what is left out of it is as it is saved.

        Raises ModelUrlNotAllowed for what is no URL, ApiKeyRequired where the saved key would go
        to another URL than its own, ConfigNotFound where nothing is saved, KeyUnreadable.
        """
        base_url = str(parse_model_url(mended(wanted.model_url))) if wanted.model_url else None
        saved = await self._database.read(_find_endpoint, user_id)
        if wanted.api_key is None and base_url and (saved is None or base_url != saved.base_url):
            raise ApiKeyRequired
        if saved is None:
            if base_url is None or wanted.api_key is None or model_name is None:
                raise ConfigNotFound
            return Endpoint(base_url, model_name.strip(), wanted.api_key, user_id)
        key = self.open(saved).api_key if wanted.api_key is None else wanted.api_key
        name = saved.model_name if model_name is None else model_name.strip()
        return Endpoint(base_url or saved.base_url, name, key, user_id)

    @property
    def default_model(self) -> str | None:
        """The operator's model, where users without an endpoint may use it."""
        offered = bool(self._settings.default_api_key.get_secret_value())
        return self._settings.default_model_name if offered else None

    @property
    def default_model_is_demo(self) -> bool:
        """Whether the operator's model is the small one for the first chat (English only)."""
        return self.default_model == DEMO_MODEL

    @property
    def _default_is_free(self) -> bool:
        """The local model costs nothing; a limit that somebody chose holds for it all the same."""
        is_chosen = self._live.now().default_model_daily_messages != DAILY_MESSAGES.default
        return self.default_model_is_demo and not is_chosen

    def default_endpoint(self, user_id: int) -> SavedEndpoint | None:
        """The operator's endpoint for this user, None where none is offered."""
        model = self.default_model
        if model is None:
            return None
        return SavedEndpoint(
            user_id,
            self._settings.default_model_url,
            model,
            None,
            self._environment_id,
            source="environment",
            price=FREE if self.default_model_is_demo else None,
            is_free=self._default_is_free,
        )

    def writes_titles(self, saved: SavedEndpoint) -> bool:
        """Whether a model is asked for titles: what the demo calls a title is a reply."""
        return saved.source != "environment" or not self.default_model_is_demo

    def open(self, saved: SavedEndpoint) -> Endpoint:
        """The endpoint with its key, for one call; KeyUnreadable when it does not open."""
        if saved.source == "environment":
            key = self._settings.default_api_key.get_secret_value()
        else:
            owner = saved.user_id if saved.source == "user" else OPERATOR
            key = self._vault.open(owner, saved.base_url, saved.sealed_key or "")
        return Endpoint(saved.base_url, saved.model_name, key, saved.user_id)


@dataclass(frozen=True, slots=True)
class _Row:
    base_url: str
    model_name: str
    updated_at: datetime


def _find(connection: Connection, user_id: int) -> _Row | None:
    row = connection.execute(
        select(_config.c.base_url, _config.c.model_name, _config.c.updated_at).where(
            _config.c.user_id == user_id
        )
    ).first()
    return None if row is None else _Row(*row)


def _find_endpoint(connection: Connection, user_id: int) -> SavedEndpoint | None:
    row = connection.execute(
        select(_config.c.base_url, _config.c.model_name, _config.c.encrypted_api_key).where(
            _config.c.user_id == user_id
        )
    ).first()
    return None if row is None else SavedEndpoint(user_id, *row)


def _save(
    connection: Connection,
    user_id: int,
    base_url: str,
    model_name: str,
    sealed: str | None,
    key_tail: str | None,
) -> None:
    now = utc_now()
    values = {"base_url": base_url, "model_name": model_name, "updated_at": now}
    # Two simultaneous first saves have no row of their own to lock: they lock the user's.
    hold_up_to_date(connection, user_id)
    mine = select(_config.c.base_url, _config.c.encrypted_api_key).where(
        _config.c.user_id == user_id
    )
    row = connection.execute(mine).first()
    key = sealed
    if key is None:
        if row is None or row.base_url != base_url:
            raise ApiKeyRequired
        key = row.encrypted_api_key
    values["encrypted_api_key"] = key
    if row is None:
        connection.execute(insert(_config).values(user_id=user_id, created_at=now, **values))
    else:
        connection.execute(update(_config).where(_config.c.user_id == user_id).values(**values))
    saved = (base_url, model_name, key, now, key_tail)
    put_default(connection, user_id, *saved, is_same_key=sealed is None)
    windows.forget(connection, user_id, windows.model_key(base_url, model_name))
    host, key_changed = host_of(base_url), sealed is not None
    record(connection, AuditAction.CONFIG_CHANGED, user_id, host=host, key_changed=key_changed)


def _remove(connection: Connection, user_id: int) -> None:
    hold_user(connection, user_id)
    mine = _config.c.user_id == user_id
    url = connection.execute(select(_config.c.base_url).where(mine).with_for_update()).scalar()
    if url is None:
        raise ConfigNotFound
    connection.execute(delete(_config).where(mine))
    remove_default(connection, user_id)
    record(connection, AuditAction.CONFIG_REMOVED, user_id, host=host_of(url))
