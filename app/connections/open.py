"""All that is open in this process, ended when its time is over and when the server ends."""

import asyncio
from collections.abc import Awaitable, Callable

from app.config import Settings
from app.connections.sockets import SocketRegister
from app.connections.stalled import StalledResponses
from app.connections.streams import StreamRegister
from app.errors import AppError, InvalidToken, ServerRestarting
from app.logs import log
from app.time_limits import TimeLimits

CLOSE_SECONDS = 2
CUT_SECONDS = 1
REQUEST_SECONDS = 1.5
"""Longer than the database's own limit, so that requests waiting for it report that error."""

LiveSessions = Callable[[set[int]], Awaitable[set[int]]]
"""The ids, among these, of sessions that are still logged in."""


class OpenConnections:
    """The sockets, event streams, requests and unread responses, each in a register of its own."""

    def __init__(self, settings: Settings) -> None:
        self.sockets = SocketRegister(settings.max_sockets_per_user, settings.send_timeout_seconds)
        self.streams = StreamRegister(settings.max_sockets_per_user)
        self.requests = TimeLimits(None)
        self.responses = StalledResponses(settings.send_timeout_seconds)
        self._check_seconds = settings.session_check_seconds

    async def sweep(self, live: LiveSessions) -> None:
        """Repeatedly end what is over: expired tokens, ended sessions, disabled users, stalled
        clients."""
        while True:
            await asyncio.sleep(self._check_seconds)
            try:
                self.sockets.abort_stalled()
                self.responses.abort_stalled()
                self.sockets.end_expired(InvalidToken())
                await self._end_logged_out(live)
            except AppError as error:
                log.debug("sweep_failed", code=error.code)
            except Exception:
                log.exception("sweep_failed")

    async def _end_logged_out(self, live: LiveSessions) -> None:
        if shown := self.sockets.sessions | self.streams.sessions:
            over = shown - await live(shown)
            self.sockets.end_sessions(over, InvalidToken())
            self.streams.end_sessions(over, InvalidToken())

    async def drain(self, finish: Callable[[], Awaitable[None]]) -> None:
        """End everything at shutdown: `finish` ends the replies, then clients are told."""
        await finish()
        self.streams.end_all(ServerRestarting())
        self.requests.hurry(REQUEST_SECONDS)
        await self.sockets.end_all(ServerRestarting(), CLOSE_SECONDS)

    async def cut_off(self) -> None:
        """Repeatedly cut all sockets and unread responses; new ones may come to the very end."""
        while True:
            await asyncio.sleep(CUT_SECONDS)
            self.sockets.abort_all()
            self.responses.abort_all()
