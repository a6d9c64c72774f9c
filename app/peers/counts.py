"""What the processes that serve one database have counted, told from each to each over the bus.

Each tells its own totals, gathered, and adds up what the others tell of the same keys. Totals may
come twice or be lost: the next one says the same, and all of them are told again every few seconds.
A process that is not heard counts nothing here; whoever asks for a count waits for nobody.
"""

import asyncio
from contextlib import suppress
from hashlib import blake2b
from typing import Any, Protocol

import orjson

from app.bus.base import BEAT_SECONDS, MESSAGE_BYTES, Bus
from app.bus.none import NoBus
from app.logs import log
from app.peers.opens import OpenCounts
from app.peers.windows import SharedWindow
from app.sliding_window import SlidingWindow

COUNTS = "counts"
GATHER_SECONDS = 0.05
"""What is counted within so long is told together."""
REPEAT_SECONDS = 5.0
"""So often all is told again, for whoever has missed something."""
WHOLE_BYTES = MESSAGE_BYTES // 2
"""No more of it is begun at once than this."""


class Table(Protocol):
    """One thing that is counted together."""

    def changes(self, processes: int) -> Any:
        """What to tell now, None where that is nothing."""

    def whole(self) -> Any:
        """All that is counted here, None where that is too much."""

    def skip(self) -> None:
        """Tell nothing of what has changed."""

    def take(self, peer: str, content: Any, is_whole: bool) -> None:
        """What another process tells."""

    def drop(self, peer: str) -> None:
        """A process is gone."""


class PeerCounts:
    """Tells the counts of this process, and takes those of the others."""

    def __init__(self, bus: Bus, secret: bytes) -> None:
        self._bus = bus
        self._secret = blake2b(secret, person=b"counts", digest_size=32).digest()
        self._is_alone = isinstance(bus, NoBus)
        self._tables: dict[str, Table] = {}
        self._last: dict[str, int] = {}
        self._number = 0
        self._untold: set[str] = set()
        self._wake = asyncio.Event()
        bus.subscribe(COUNTS, self._take)

    def share_window(self, name: str, window: SlidingWindow, *, is_divided: bool = False) -> None:
        """Count a budget together. `is_divided`: while others are known and not heard, what is
        allowed here is this process's part of the limit."""
        if not self._is_alone:
            self._tables[name] = SharedWindow(
                window, self, self._secret, self._wake.set, is_divided
            )

    def share_opens(self, name: str, opens: OpenCounts) -> None:
        """Count what users have open together."""
        if not self._is_alone:
            opens.share(self, self._wake.set)
            self._tables[name] = opens

    def hears(self, peer: str) -> bool:
        """See `Hearing`."""
        return self._bus.hears(peer)

    def known_share(self) -> float:
        """See `Hearing`."""
        known = 1 + sum(map(self._bus.hears, self._last))
        return known / max(known, self._bus.seen())

    def are_shared(self) -> bool:
        """Whether there are others, and what all of them count is added here."""
        return self._bus.seen() > 1 and self.known_share() == 1

    async def run(self) -> None:
        """Tell what is counted, until cancelled."""
        if self._is_alone:
            return
        loop = asyncio.get_running_loop()
        heard, due = (0, False, 0), 0.0
        while True:
            with suppress(TimeoutError):
                async with asyncio.timeout(BEAT_SECONDS):
                    await self._wake.wait()
            self._wake.clear()
            before, heard = heard, (self._bus.peers(), self._bus.is_healthy, self._bus.lapses)
            is_due = loop.time() >= due
            if is_due:
                due = loop.time() + REPEAT_SECONDS
                self._drop_gone()
            if is_due or heard != before:
                self._untold.update(self._tables)
            try:
                self._tell()
            except Exception:
                log.exception("counts_not_told")
            await asyncio.sleep(GATHER_SECONDS)

    def _tell(self) -> None:
        processes, size = self._bus.peers(), 0
        if processes == 1:
            self._untold.clear()
            for table in self._tables.values():
                table.skip()
            return
        for name, table in self._tables.items():
            content = None
            if is_whole := name in self._untold and size < WHOLE_BYTES:
                self._untold.discard(name)
                content = table.whole()
            if content is None:
                content, is_whole = table.changes(processes), False
            if content is not None:
                self._number += 1
                message = orjson.dumps((self._number, name, is_whole, content))
                size += len(message)
                self._bus.publish(COUNTS, message)
        if self._untold:
            self._wake.set()

    def _drop_gone(self) -> None:
        for peer in [peer for peer in self._last if not self._bus.hears(peer)]:
            del self._last[peer]
            for table in self._tables.values():
                table.drop(peer)

    def _take(self, peer: str, body: bytes) -> None:
        number, name, is_whole, content = orjson.loads(body)
        if number <= self._last.get(peer, 0):
            return  # overtaken by a later one
        self._last[peer] = number
        if (table := self._tables.get(name)) is not None:
            table.take(peer, content, is_whole)
