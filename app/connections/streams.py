"""The requests that stay open while a reply is written, by session."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager

from app.errors import AppError, TooManySockets


class StreamRegister:
    """Every event stream of this process, and every request that waits for a reply."""

    def __init__(self, per_user: int) -> None:
        self._per_user = per_user
        self._open: dict[asyncio.Future[AppError], tuple[int | None, int]] = {}
        self._over: AppError | None = None

    @contextmanager
    def opened(
        self, session_id: int, user_id: int | None = None
    ) -> Iterator[asyncio.Future[AppError]]:
        """Register a request until it ends; with a user it counts toward that user's limit.

        The future gets the reason as its result once the request must end. Raises TooManySockets
        when the user has too many already.
        """
        if user_id is not None and self._count(user_id) >= self._per_user:
            raise TooManySockets
        ended: asyncio.Future[AppError] = asyncio.get_running_loop().create_future()
        self._open[ended] = user_id, session_id
        if self._over is not None:
            ended.set_result(self._over)
        try:
            yield ended
        finally:
            del self._open[ended]

    def _count(self, user_id: int) -> int:
        return sum(owner == user_id for owner, _ in self._open.values())

    @property
    def sessions(self) -> set[int]:
        """The sessions that have requests open."""
        return {session_id for _, session_id in self._open.values()}

    def end_sessions(self, session_ids: set[int], error: AppError) -> None:
        """End every request of these sessions."""
        for ended, (_, session_id) in self._open.items():
            if session_id in session_ids and not ended.done():
                ended.set_result(error)

    def end_all(self, error: AppError) -> None:
        """End every request, and from now on each that begins."""
        self._over = error
        self.end_sessions(self.sessions, error)
