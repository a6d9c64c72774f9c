"""Which bus there is."""

from collections.abc import Awaitable, Callable, Mapping

from app import redis_url
from app.bus.base import Bus
from app.bus.local import LocalBus
from app.bus.none import NoBus
from app.config import Settings


def open_bus(
    settings: Settings, environment: Mapping[str, str], identify: Callable[[], Awaitable[bytes]]
) -> Bus:
    """The bus of this process; it connects in `run`. `identify` reads what tells the database of
    this installation from others."""
    if url := settings.redis_url.get_secret_value():
        # An extra, and of no use to a server alone.
        from app.bus.redis import RedisBus  # noqa: PLC0415

        secret = settings.secret_key.get_secret_value().encode()
        return RedisBus(redis_url.read(url), secret, identify)
    if environment.get("WORKERS_FOLDER") and environment.get("WORKER_COUNT", "1") != "1":
        return LocalBus.of(environment)
    return NoBus()
