"""Settings: the only reader of the environment and of `.env`."""

import base64
import os
import secrets
from functools import lru_cache
from ipaddress import ip_network
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, BeforeValidator, Field, SecretStr, model_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict
from sqlalchemy.engine import URL, make_url

PLACEHOLDERS = {"your-secret-key-here", "your-32-byte-base64-encoded-key", "changeme", "secret"}
SECRET_KEY_MIN_BYTES = 32
"""RFC 7518 §3.2: an HS256 key is at least as long as its hash output."""


def _split(value: object) -> object:
    if isinstance(value, str):
        return [item.strip() for item in value.split(",") if item.strip()]
    return value


def _networks(values: list[str]) -> list[str]:
    for value in values:
        ip_network(value, strict=False)
    return values


CommaList = Annotated[list[str], NoDecode, BeforeValidator(_split)]
Seconds = Annotated[float, Field(gt=0)]
Count = Annotated[int, Field(ge=1)]


class Settings(BaseSettings):
    """Every setting, its default and its bounds. The README explains each in a line."""

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
    debug: bool = False
    log_format: Literal["console", "json"] = "console"

    # Database
    database_url: str = ""
    data_dir: Path = Path("data")
    auto_migrate: bool = True
    database_pool_size: Count = 10
    database_max_overflow: int = Field(20, ge=0)
    database_pool_recycle_seconds: Count = 1800

    # Secrets and accounts
    secret_key: SecretStr = SecretStr("")
    jwt_algorithm: Literal["HS256"] = "HS256"
    jwt_access_token_expire_minutes: Count = 60
    refresh_token_expire_days: Count = 30
    bcrypt_rounds: int = Field(12, ge=4, le=16)
    encryption_key: SecretStr = SecretStr("")
    registration: Literal["open", "closed"] = "open"

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
    upstream_line_max_bytes: Count = 1024 * 1024
    upstream_reply_max_bytes: Count = 1024 * 1024
    title_timeout_seconds: Seconds = 10

    # Limits
    rate_limit_per_minute: Count = 60
    login_rate_limit_per_minute: Count = 10
    max_sockets_per_user: Count = 20
    max_replies_per_user: Count = 5
    retention_days: Count = 30

    # Backups
    backup_every_hours: float = Field(0, ge=0)
    backup_keep: Count = 7

    # Network edge
    cors_origins: CommaList = []
    allowed_hosts: CommaList = ["*"]
    trusted_proxies: Annotated[CommaList, AfterValidator(_networks)] = []

    # The clockwork of running replies
    checkpoint_seconds: Seconds = 0.2
    follow_seconds: Seconds = 0.25
    reap_after_seconds: Seconds = 10
    finished_reply_seconds: Seconds = 60
    database_patience_seconds: Seconds = 60
    send_timeout_seconds: Seconds = 20
    drain_seconds: Seconds = 5

    @model_validator(mode="after")
    def _secrets_are_sound(self) -> Self:
        own_database = bool(self.database_url)
        for name in ("secret_key", "encryption_key"):
            value = getattr(self, name).get_secret_value()
            env = name.upper()
            if value in PLACEHOLDERS or value.startswith("your-"):
                raise ValueError(f"{env} still has the placeholder of the example; set your own")
            if not value and own_database:
                raise ValueError(f"{env} must be set when DATABASE_URL is set")
        secret = self.secret_key.get_secret_value()
        if secret and len(secret.encode()) < SECRET_KEY_MIN_BYTES:
            raise ValueError(f"SECRET_KEY must be at least {SECRET_KEY_MIN_BYTES} bytes long")
        for key in self.encryption_keys:
            fernet_key(key)
        return self

    @property
    def encryption_keys(self) -> list[str]:
        """The keys of `ENCRYPTION_KEY`, newest first."""
        value = self.encryption_key.get_secret_value()
        return [key.strip() for key in value.split(",") if key.strip()]

    @property
    def database(self) -> URL:
        """Where the data lies: `DATABASE_URL`, else an SQLite file in `DATA_DIR`."""
        if self.database_url:
            return make_url(self.database_url)
        return URL.create("sqlite", database=str(self.data_dir / "chat.db"))


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


def with_local_secrets(settings: Settings) -> Settings:
    """Settings whose missing secrets come from files in `DATA_DIR`, mode 0600, made when absent."""
    made: dict[str, SecretStr] = {}
    if not settings.secret_key.get_secret_value():
        made["secret_key"] = SecretStr(_kept(settings.data_dir / "secret_key"))
    if not settings.encryption_key.get_secret_value():
        made["encryption_key"] = SecretStr(_kept(settings.data_dir / "encryption_key"))
    return settings.model_copy(update=made)


def _kept(path: Path) -> str:
    """The secret in a file; the first process to come makes it, all others read that one."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    if not path.exists():
        draft = path.with_name(f"{path.name}.{os.getpid()}.new")
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
            file.write(base64.urlsafe_b64encode(secrets.token_bytes(32)).decode())
            file.flush()
            os.fsync(file.fileno())
        try:
            os.link(draft, path)
        except FileExistsError:
            pass
        finally:
            draft.unlink()
    return path.read_text().strip()


@lru_cache
def get_settings() -> Settings:
    """The settings of this process, read once."""
    return with_local_secrets(Settings())
