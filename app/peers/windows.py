"""One budget, counted by several processes together: what the others have told of it."""

from collections.abc import Callable
from hashlib import blake2b
from heapq import nlargest
from typing import Any, Protocol

from app.sliding_window import Counted, Name, Row, SlidingWindow

KEYS_TOLD = 10_000
"""As many keys of a budget as one message holds."""
KEYS_KEPT = 2 * KEYS_TOLD
"""Of one process and budget, in each window."""
NAME_BYTES = 8


class Hearing(Protocol):
    """Who can be heard now."""

    def hears(self, peer: str) -> bool:
        """Whether this process can."""

    def known_share(self) -> float:
        """How many of the processes that there are have told their counts, this one included, of
        all of them."""


class ToldWindow:
    """What one other process has counted for a budget."""

    def __init__(self) -> None:
        self.began = 0.0
        self.now: dict[Name, int] = {}
        self.before: dict[Name, int] = {}

    def turn(self, began: float, seconds: float) -> None:
        """Its present window began then, by this process's clock and as exactly as messages
        come."""
        windows = round((began - self.began) / seconds)
        if windows:
            self.before = self.now if windows == 1 else {}
            self.now = {}
        self.began = began

    def clear(self) -> None:
        """Nothing is counted."""
        self.now, self.before = {}, {}

    def set(self, name: Name, now: int, before: int) -> None:
        """A key's counts, where there is room for it."""
        for counts, count in ((self.now, now), (self.before, before)):
            if count and (len(counts) < KEYS_KEPT or name in counts):
                counts[name] = count
            else:
                counts.pop(name, None)

    def forget(self, name: Name) -> None:
        """Nothing is counted of a key."""
        self.now.pop(name, None)
        self.before.pop(name, None)


class SharedWindow:
    """The others' side of a `SlidingWindow`, and what they have not been told of it.

    Keys go by a hash with a secret: whoever reads what passes learns no address.
    """

    def __init__(
        self,
        window: SlidingWindow,
        hearing: Hearing,
        secret: bytes,
        wake: Callable[[], None],
        is_divided: bool,
    ) -> None:
        """`is_divided`: while some are not heard, only a part of the limit is for the rest."""
        self._window = window
        self._hearing = hearing
        self._secret = secret
        self._wake = wake
        self._is_divided = is_divided
        self._told: dict[str, ToldWindow] = {}
        self._changed: set[Name] = set()
        self._forgotten: set[Name] = set()
        window.share(self)

    def name(self, key: str) -> Name:
        """See `Others`."""
        hashed = blake2b(key.encode(), key=self._secret, digest_size=NAME_BYTES)
        return int.from_bytes(hashed.digest())

    def parts(self, name: Name) -> list[Counted]:
        """See `Others`."""
        found = []
        for peer, told in self._told.items():
            now, before = told.now.get(name, 0), told.before.get(name, 0)
            if (now or before) and self._hearing.hears(peer):
                gone = (self._window.clock() - told.began) / self._window.seconds
                found.append(Counted(now, before, gone))
        return found

    def counted(self, name: Name) -> None:
        """See `Others`."""
        self._changed.add(name)
        self._wake()

    def forgot(self, name: Name) -> None:
        """See `Others`."""
        self._forget(name)
        self._forgotten.add(name)
        self._wake()

    def share(self) -> float:
        """See `Others`."""
        return self._hearing.known_share() if self._is_divided else 1

    def changes(self, processes: int) -> Any:
        """What to tell `processes` of now, None where that is nothing. Of more keys than anybody
        tells apart those alone are told that are well on their way to the limit."""
        if not self._changed and not self._forgotten:
            return None
        least = 1.0
        if len(self._window) > KEYS_TOLD:
            least = max(2, self._window.limit / (2 * processes))
        gone, rows = self._window.rows(self._changed)
        rows = nlargest(KEYS_TOLD, [row for row in rows if _count(row) >= least], key=_count)
        told = gone, rows, list(self._forgotten)
        self.skip()
        return told

    def whole(self) -> Any:
        """All that this process counts; None where that is too much to be told again."""
        if len(self._window) > KEYS_TOLD:
            return None
        told = *self._window.rows(), list(self._forgotten)
        self.skip()
        return told

    def skip(self) -> None:
        """Tell nothing of what has changed."""
        self._changed.clear()
        self._forgotten.clear()

    def take(self, peer: str, content: Any, is_whole: bool) -> None:
        """What another process tells."""
        gone, rows, forgotten = content
        told = self._told.setdefault(peer, ToldWindow())
        told.turn(self._window.clock() - gone * self._window.seconds, self._window.seconds)
        if is_whole:
            told.clear()
        for name, now, before in rows:
            told.set(name, now, before)
        for name in forgotten:
            self._window.forget_here(name)
            self._forget(name)

    def _forget(self, name: Name) -> None:
        self._changed.discard(name)
        for told in self._told.values():
            told.forget(name)

    def drop(self, peer: str) -> None:
        """A process is gone."""
        self._told.pop(peer, None)


def _count(row: Row) -> int:
    _, now, before = row
    return now + before
