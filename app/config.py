"""Settings: the only reader of the environment and of `.env`."""

import base64
import re
from importlib.util import find_spec
from ipaddress import ip_network
from pathlib import Path
from typing import Annotated, Any, Literal, Self
from urllib.parse import urlsplit

from pydantic import AfterValidator, BeforeValidator, Field, SecretStr, model_validator
from pydantic.fields import FieldInfo
from pydantic_settings import (
    BaseSettings,
    EnvSettingsSource,
    NoDecode,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
)
from sqlalchemy.engine import URL

from app import database_url, redis_url
from app.oidc_settings import FIELD as OIDC_FIELD
from app.oidc_settings import OidcProvider, check_providers, providers_in

PLACEHOLDERS = {"your-secret-key-here", "your-32-byte-base64-encoded-key", "changeme", "secret"}
KEPT_SECRETS = ("secret_key", "encryption_key")
"""Secrets that are made on first start and kept in files of these names, unless set."""
SECONDS_MAX = 86_400
"""A day, the upper bound of every wait."""
DAYS_MAX = 36_500
"""A hundred years: sums with times that far away can still be computed and stored."""
BUCKET = re.compile(r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]")
"""What S3 lets a bucket be called."""
SECRET_KEY_MIN_BYTES = 32
"""RFC 7518 §3.2: an HS256 key is at least as long as its hash output."""


def _split(value: object) -> object:
    if isinstance(value, str):
        return [item.strip() for item in value.split(",") if item.strip()]
    return value


def _database(value: str) -> str:
    """Refuse an unsupported database URL without quoting it: it holds a password."""
    if value:
        database_url.read(value)
    return value


def _web_page(value: str) -> str:
    try:
        url = urlsplit(value)
        sound = url.scheme in ("http", "https") and url.hostname and not (url.query or url.fragment)
    except ValueError:
        sound = False
    if value and not sound:
        raise ValueError("must be an address such as https://chat.example.com")
    return value


def _files(value: str) -> str:
    """Refuse what names neither a folder of this machine nor a bucket."""
    try:
        url = urlsplit(value)
        is_folder = url.scheme == "file" and not url.netloc and url.path.startswith("/")
        is_bucket = url.scheme == "s3" and BUCKET.fullmatch(url.netloc) is not None
        sound = (is_folder or is_bucket) and not (url.query or url.fragment)
    except ValueError:
        sound = False
    if value and not sound:
        raise ValueError("must be empty, or such as file:///srv/files or s3://bucket/prefix")
    if value and is_bucket and find_spec("obstore") is None:
        raise ValueError("names a bucket: install the extra s3")
    return value


def _redis(value: SecretStr) -> SecretStr:
    """Refuse what names no Redis, without quoting it: it may hold a password."""
    if url := value.get_secret_value():
        redis_url.read(url)
        if find_spec("redis") is None:
            raise ValueError("names a Redis: install the extra redis")
    return value


def _networks(values: list[str]) -> list[str]:
    try:
        for value in values:
            ip_network(value, strict=False)
    except ValueError:
        raise ValueError("must be addresses or networks") from None  # without the value
    return values


CommaList = Annotated[list[str], NoDecode, BeforeValidator(_split)]
Seconds = Annotated[float, Field(gt=0, le=SECONDS_MAX, allow_inf_nan=False)]
AtLeastOne = Annotated[int, Field(ge=1)]
Days = Annotated[int, Field(ge=1, le=DAYS_MAX)]
Registration = Literal["open", "invite", "approve", "oidc", "closed"]
"""Who may make an account: everybody · who has an invitation · everybody, and an administrator lets
them in · who comes from a provider · nobody."""


class _ProviderSource(PydanticBaseSettingsSource):
    """The settings that have the name of a provider in theirs."""

    def __init__(self, settings: type[BaseSettings], *sources: EnvSettingsSource) -> None:
        super().__init__(settings)
        self._sources = sources

    def get_field_value(self, field: FieldInfo, field_name: str) -> tuple[Any, str, bool]:
        return None, field_name, False

    def __call__(self) -> dict[str, Any]:
        found = providers_in(*(source.env_vars for source in self._sources))
        return {OIDC_FIELD: found} if found else {}


class Settings(BaseSettings):
    """Every setting, its default and its bounds. docs/settings.toml explains each."""

    model_config = SettingsConfigDict(
        env_file=".env",
        env_file_encoding="utf-8",
        env_ignore_empty=True,
        extra="ignore",
        hide_input_in_errors=True,  # the input holds secrets
    )

    # Server
    host: str = "0.0.0.0"
    port: int = Field(8000, ge=0, le=65535)
    workers: int = Field(1, ge=0, le=256)
    debug: bool = False
    log_format: Literal["console", "json"] = "console"
    access_log: Literal["auto", "on", "off"] = "auto"

    # Database
    database_url: Annotated[str, AfterValidator(_database)] = ""
    data_dir: Path = Path("data")
    auto_migrate: bool = True
    database_pool_size: AtLeastOne = 10
    database_max_overflow: int = Field(20, ge=0)
    database_pool_recycle_seconds: AtLeastOne = 1800

    # Several servers
    redis_url: Annotated[SecretStr, AfterValidator(_redis)] = SecretStr("")

    # Secrets and accounts
    secret_key: SecretStr = SecretStr("")
    jwt_algorithm: Literal["HS256"] = "HS256"
    jwt_access_token_expire_minutes: int = Field(60, ge=1, le=DAYS_MAX * 24 * 60)
    refresh_token_expire_days: Days = 30
    bcrypt_rounds: int = Field(12, ge=4, le=16)
    encryption_key: SecretStr = SecretStr("")
    mfa: Literal["optional", "required"] = "optional"
    registration: Registration = "open"
    require_verified_email: bool = False

    # Single sign-on
    oidc_providers: dict[str, OidcProvider] = {}
    allowed_private_oidc_hosts: CommaList = []

    # Models
    default_model_url: str = "https://api.openai.com/v1"
    default_model_name: str = "gpt-3.5-turbo"
    default_api_key: SecretStr = SecretStr("")
    default_model_daily_messages: int = Field(200, ge=0)
    allowed_private_model_hosts: CommaList = []
    context_token_budget: int = Field(16_000, ge=64)
    upstream_connect_timeout_seconds: Seconds = 10
    upstream_first_token_timeout_seconds: Seconds = 300
    upstream_silence_timeout_seconds: Seconds = 60
    upstream_reply_timeout_seconds: Seconds = 1800
    upstream_line_max_bytes: AtLeastOne = 1024 * 1024
    upstream_reply_max_bytes: AtLeastOne = 1024 * 1024
    title_timeout_seconds: Seconds = 10

    # Limits
    rate_limit_per_minute: AtLeastOne = 60
    search_rate_limit_per_minute: AtLeastOne = 120
    login_rate_limit_per_minute: AtLeastOne = 10
    max_sessions_per_user: AtLeastOne = 50
    max_sockets_per_user: AtLeastOne = 20
    max_replies_per_user: AtLeastOne = 5
    ws_allow_access_token_in_query: bool = True
    jobs_at_once: int = Field(2, ge=1, le=100)
    retention_days: Days = 30
    audit_retention_days: int = Field(365, ge=0, le=DAYS_MAX)

    # Files
    files_url: Annotated[str, AfterValidator(_files)] = ""
    attachments_max_bytes: int = Field(20 * 1024 * 1024, ge=1024, le=1024**3)
    attachments_quota_bytes: int = Field(1024**3, ge=0)
    context_images: int = Field(8, ge=0, le=100)
    imports_max_bytes: int = Field(2 * 1024**3, ge=1024, le=1024**4)

    # Programs
    api_body_max_bytes: int = Field(20 * 1024 * 1024, ge=1024, le=1024**3)
    api_requests_per_user: AtLeastOne = 20

    # Links
    shares: Literal["on", "login", "off"] = "on"
    shares_expire_days: Days = 30

    # Backups
    backup_every: float = Field(0, ge=0, le=DAYS_MAX * 24, allow_inf_nan=False)
    backup_keep: AtLeastOne = 7

    # Mail
    smtp_host: str = ""
    smtp_port: int = Field(587, ge=1, le=65535)
    smtp_tls: Literal["starttls", "tls", "none"] = "starttls"
    smtp_username: str = ""
    smtp_password: SecretStr = SecretStr("")
    smtp_from: str = ""
    public_url: Annotated[str, AfterValidator(_web_page)] = ""

    # Network edge
    cors_origins: CommaList = []
    allowed_hosts: CommaList = ["*"]
    force_https: bool = False
    request_timeout_seconds: Seconds = 30
    trusted_proxies: Annotated[CommaList, AfterValidator(_networks)] = []

    # To be watched
    metrics_token: SecretStr = SecretStr("")
    otel_exporter_otlp_endpoint: str = ""

    # The clockwork of running replies
    checkpoint_seconds: Seconds = 0.2
    follow_seconds: Seconds = 0.2
    reap_after_seconds: Seconds = 10
    finished_reply_seconds: Seconds = 60
    database_patience_seconds: Seconds = 60
    send_timeout_seconds: Seconds = 20
    session_check_seconds: Seconds = 2
    drain_seconds: Seconds = 5

    @model_validator(mode="after")
    def _secrets_are_sound(self) -> Self:
        own_database = bool(self.database_url)
        for name in KEPT_SECRETS:
            if value := getattr(self, name).get_secret_value():
                check_secret(name, value, where=name.upper())
            elif own_database:
                raise ValueError(f"{name.upper()} must be set when DATABASE_URL is set")
        return self

    @model_validator(mode="after")
    def _mail_is_whole(self) -> Self:
        if self.smtp_host and not (self.smtp_from and self.public_url):
            raise ValueError("SMTP_FROM and PUBLIC_URL must be set when SMTP_HOST is set")
        if self.require_verified_email and not self.smtp_host:
            raise ValueError("SMTP_HOST must be set when REQUIRE_VERIFIED_EMAIL is set")
        return self

    @model_validator(mode="after")
    def _providers_are_sound(self) -> Self:
        check_providers(self.oidc_providers, self.public_url)
        if self.registration == "oidc" and not self.oidc_providers:
            raise ValueError("OIDC_…_ISSUER must be set when REGISTRATION is oidc")
        return self

    @model_validator(mode="after")
    def _running_replies_are_seen_to_live(self) -> Self:
        # One save may find its row locked, by a reaper for example; several in a row do not.
        if self.reap_after_seconds < 4 * self.checkpoint_seconds:
            raise ValueError("REAP_AFTER_SECONDS must be at least four times CHECKPOINT_SECONDS")
        return self

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """The usual ones, and the providers that the environment and `.env` name."""
        named = [s for s in (env_settings, dotenv_settings) if isinstance(s, EnvSettingsSource)]
        providers = _ProviderSource(settings_cls, *named)
        return init_settings, env_settings, dotenv_settings, providers, file_secret_settings

    @property
    def encryption_keys(self) -> list[str]:
        """The keys of `ENCRYPTION_KEY`, newest first."""
        return _listed(self.encryption_key.get_secret_value())

    @property
    def oidc_issuers(self) -> frozenset[str]:
        """By whom people can log in now, of all that they may have linked."""
        return frozenset(provider.issuer for provider in self.oidc_providers.values())

    @property
    def database(self) -> URL:
        """Where the data lies: `DATABASE_URL`, else an SQLite file in `DATA_DIR`."""
        if self.database_url:
            return database_url.read(self.database_url)
        return URL.create("sqlite", database=str(self.data_dir / "chat.db"))


class UnusableSecret(ValueError):
    """A secret cannot be used. The text names its setting or file and never shows its value."""


def check_secret(name: str, value: str, where: str) -> None:
    """Raise UnusableSecret, naming `where`, unless `value` is valid for the setting `name`."""
    if value in PLACEHOLDERS or value.startswith("your-"):
        raise UnusableSecret(f"{where} still has the placeholder of the example; set your own")
    if name == "secret_key" and len(value.encode()) < SECRET_KEY_MIN_BYTES:
        raise UnusableSecret(f"{where} must be at least {SECRET_KEY_MIN_BYTES} bytes long")
    if name == "encryption_key" and not _are_keys(_listed(value)):
        raise UnusableSecret(f"{where} must be the base64 of 32 bytes")


def _listed(keys: str) -> list[str]:
    return [key.strip() for key in keys.split(",") if key.strip()]


def _are_keys(keys: list[str]) -> bool:
    try:
        return bool([fernet_key(key) for key in keys])
    except ValueError:
        return False


def fernet_key(text: str) -> bytes:
    """The 32 bytes of a base64 key, either alphabet, as Fernet wants them.

    Raises ValueError when `text` is not the base64 of 32 bytes.
    """
    try:
        raw = base64.b64decode(text.replace("-", "+").replace("_", "/") + "===")
    except ValueError as error:
        raise ValueError("ENCRYPTION_KEY must be the base64 of 32 bytes") from error
    if len(raw) != 32:
        raise ValueError("ENCRYPTION_KEY must be the base64 of 32 bytes")
    return base64.urlsafe_b64encode(raw)
