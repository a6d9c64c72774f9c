"""Which bus there is."""

from collections.abc import Mapping

from app.bus.base import Bus
from app.bus.local import LocalBus
from app.bus.none import NoBus
from app.config import Settings


def open_bus(settings: Settings, environment: Mapping[str, str]) -> Bus:
    """The bus of this process; it connects in `run`."""
    if environment.get("WORKERS_FOLDER") and environment.get("WORKER_COUNT", "1") != "1":
        return LocalBus.of(environment)
    return NoBus()
