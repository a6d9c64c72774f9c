"""What is on its way to a program: between whoever reads from the model's server and whoever sends
to the client. Without I/O."""

import asyncio
from collections.abc import Callable

from app.errors import ReplyTooLong

HELD_UP_BYTES = 256 * 1024
"""So much may wait for a client; a model's server that has more has to wait, too."""
STREAM_MAX_BYTES = 64 * 1024 * 1024
"""Of one answer: some 250,000 pieces."""
MERGED_SECONDS = 0.005
"""What comes within so short a time of what was taken last goes out together."""
MERGED_BYTES = 16 * 1024
COMMENT_SECONDS = 15.0
COMMENT = b": keep-alive\n\n"


class OutgoingPieces:
    """`take` gives what has come, and waits for it; after a quiet while, a comment."""

    def __init__(self) -> None:
        self._pieces: list[bytes] = []
        self._size = 0
        self._room = STREAM_MAX_BYTES
        self._loop = asyncio.get_running_loop()
        self._waiter: asyncio.Future[None] | None = None
        self._taken_at = self._loop.time()
        self._sent_at = 0.0
        self._is_over = False
        self._timer = self._loop.call_later(COMMENT_SECONDS, self._beat)
        self._merging: asyncio.TimerHandle | None = None
        self._go_on: Callable[[], None] | None = None
        self.hold_up: Callable[[], None] | None = None
        """Has whoever writes stop for a while."""
        self.go_on: Callable[[], None] | None = None

    def put(self, data: bytes) -> None:
        """Add something; `wake` tells of it. ReplyTooLong for more than an answer may have."""
        size = len(data)
        self._room -= size
        if self._room < 0:
            raise ReplyTooLong
        self._pieces.append(data)
        self._size += size
        if self._size > HELD_UP_BYTES and self.hold_up is not None and self._go_on is None:
            self._go_on = self.go_on
            self.hold_up()

    def wake(self) -> None:
        """There may be something to take."""
        if self._waiter is None or self._waiter.done() or self._merging is not None:
            return
        if self._is_over:
            self._waiter.set_result(None)
        elif self._pieces:
            left = self._sent_at + MERGED_SECONDS - self._loop.time()
            if left > 0 and self._size < MERGED_BYTES:
                self._merging = self._loop.call_later(left, self._merged)
            else:
                self._waiter.set_result(None)

    def end(self) -> None:
        """Nothing follows."""
        self._is_over = True
        self._timer.cancel()
        self._merged()

    @property
    def is_over(self) -> bool:
        """Whether it was ended; something may still be there to take."""
        return self._is_over

    async def take(self) -> bytes:
        """All that there is; nothing once it is over."""
        if not self._is_over:
            self._waiter = self._loop.create_future()
            self.wake()
            try:
                await self._waiter
            finally:
                self._waiter = None
        data = self._pieces[0] if len(self._pieces) == 1 else b"".join(self._pieces)
        self._pieces.clear()
        self._size = 0
        self._taken_at = self._sent_at = self._loop.time()
        if self._go_on is not None:
            go_on, self._go_on = self._go_on, None
            go_on()
        return data

    def _merged(self) -> None:
        if self._merging is not None:
            self._merging.cancel()
            self._merging = None
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(None)

    def _beat(self) -> None:
        due = self._taken_at + COMMENT_SECONDS
        now = self._loop.time()
        if now >= due and not self._pieces:
            self.put(COMMENT)
            self.wake()
            due = now + COMMENT_SECONDS
        self._timer = self._loop.call_at(max(due, now + 1), self._beat)
