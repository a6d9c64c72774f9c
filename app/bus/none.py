"""No bus: one process, or processes that see of each other what is in the database."""

import secrets

from app.bus.base import Deliver


class NoBus:
    """Nobody is heard, and nothing is sent."""

    is_healthy = False
    gather_seconds = 1.0
    lapses = 0

    def __init__(self) -> None:
        self.name = secrets.token_hex(8)

    def publish(self, topic: str, body: bytes) -> None:
        """Drop it."""

    def subscribe(self, topic: str, deliver: Deliver) -> None:
        """Nothing will come."""

    def peers(self) -> int:
        """This process alone."""
        return 1

    def hears(self, name: str) -> bool:
        """Nobody."""
        return False

    def seen(self) -> int:
        """This process alone."""
        return 1

    async def run(self) -> None:
        """There is nothing to do."""

    async def close(self) -> None:
        """There is nothing to leave."""
