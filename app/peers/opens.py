"""How much each user has open: sockets, streams or requests, in all processes together."""

from collections import Counter
from collections.abc import Callable
from heapq import nlargest
from typing import Any

from app.peers.windows import Hearing

USERS_TOLD = 20_000
"""In one message; of more those with the most."""


class OpenCounts:
    """What users have open here, and what other processes tell of the same users."""

    def __init__(self) -> None:
        self._own: Counter[int] = Counter()
        self._told: dict[str, dict[int, int]] = {}
        self._changed: set[int] = set()
        self._hearing: Hearing | None = None
        self._wake: Callable[[], None] = lambda: None

    def share(self, hearing: Hearing, wake: Callable[[], None]) -> None:
        """Count together with others, from now on."""
        self._hearing, self._wake = hearing, wake

    def __getitem__(self, user_id: int) -> int:
        """How much a user has open, as far as is known."""
        count = self._own[user_id]
        if self._hearing is not None:
            for peer, told in self._told.items():
                if user_id in told and self._hearing.hears(peer):
                    count += told[user_id]
        return count

    def __contains__(self, user_id: int) -> bool:
        """Whether a user has anything open here."""
        return user_id in self._own

    def add(self, user_id: int) -> None:
        """One more."""
        self._own[user_id] += 1
        self._note(user_id)

    def remove(self, user_id: int) -> None:
        """One less."""
        self._own[user_id] -= 1
        if not self._own[user_id]:
            del self._own[user_id]
        self._note(user_id)

    def _note(self, user_id: int) -> None:
        if self._hearing is not None:
            self._changed.add(user_id)
            self._wake()

    def changes(self, processes: int) -> Any:
        """What to tell now, None where that is nothing."""
        if not self._changed:
            return None
        rows = [(user_id, self._own[user_id]) for user_id in self._changed]
        self.skip()
        return rows[:USERS_TOLD]

    def whole(self) -> Any:
        """All that is open here."""
        self.skip()
        return nlargest(USERS_TOLD, self._own.items(), key=lambda row: row[1])

    def skip(self) -> None:
        """Tell nothing of what has changed."""
        self._changed.clear()

    def take(self, peer: str, content: Any, is_whole: bool) -> None:
        """What another process tells."""
        told = self._told.setdefault(peer, {})
        if is_whole:
            told.clear()
        for user_id, count in content:
            if count:
                told[user_id] = count
            else:
                told.pop(user_id, None)

    def drop(self, peer: str) -> None:
        """A process is gone."""
        self._told.pop(peer, None)
