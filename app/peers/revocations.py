"""Tells all processes that logins, keys or an account have ended, so that they look at once.

A hint: what has ended is in the database, where whoever is told looks, and whoever is not told
looks every few seconds.
"""

from collections.abc import Callable, Collection

import orjson

from app.bus.base import Bus

REVOKED = "revoked"


class Revocations:
    """Tells other processes whose logins or keys have ended, and takes what they tell."""

    def __init__(self, bus: Bus) -> None:
        self._bus = bus
        self._take: Callable[[int], None] | None = None
        bus.subscribe(REVOKED, lambda _, body: self._here(orjson.loads(body)))

    def on_revoked(self, take: Callable[[int], None]) -> None:
        """Have the ids of users given to `take`."""
        self._take = take

    def tell(self, user_ids: Collection[int]) -> None:
        """Something of these users' has ended, and that is committed."""
        self._here(user_ids)
        if self._bus.peers() > 1:
            self._bus.publish(REVOKED, orjson.dumps([*user_ids]))

    def _here(self, user_ids: Collection[int]) -> None:
        if self._take is not None:
            for user_id in user_ids:
                self._take(user_id)
