"""The requests that stay open while a reply is written, by session; those of programs by key."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager

from app.errors import AppError, TooManySockets
from app.peers.opens import OpenCounts


class StreamRegister:
    """Every event stream of this process, and every request that waits for a reply. A user who has
    more than `per_user`, here and elsewhere, is refused with `too_many`."""

    def __init__(self, per_user: int, too_many: type[AppError] = TooManySockets) -> None:
        self._per_user = per_user
        self._too_many = too_many
        self.opens = OpenCounts()
        self._open: dict[asyncio.Future[AppError], int] = {}
        self._over: AppError | None = None

    @contextmanager
    def opened(
        self, session_id: int, user_id: int | None = None
    ) -> Iterator[asyncio.Future[AppError]]:
        """Register a request until it ends; with a user it counts toward that user's limit.

        The future gets the reason as its result once the request must end.
        """
        if user_id is not None:
            if self.opens[user_id] >= self._per_user:
                raise self._too_many
            self.opens.add(user_id)
        ended: asyncio.Future[AppError] = asyncio.get_running_loop().create_future()
        self._open[ended] = session_id
        if self._over is not None:
            ended.set_result(self._over)
        try:
            yield ended
        finally:
            del self._open[ended]
            if user_id is not None:
                self.opens.remove(user_id)

    def __len__(self) -> int:
        return len(self._open)

    @property
    def sessions(self) -> set[int]:
        """The sessions that have requests open."""
        return set(self._open.values())

    def end_sessions(self, session_ids: set[int], error: AppError) -> None:
        """End every request of these sessions."""
        for ended, session_id in self._open.items():
            if session_id in session_ids and not ended.done():
                ended.set_result(error)

    def end_all(self, error: AppError) -> None:
        """End every request, and from now on each that begins."""
        self._over = error
        self.end_sessions(self.sessions, error)
