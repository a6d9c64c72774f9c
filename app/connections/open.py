"""All that is open in this process, ended when its time is over and when the server ends."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress

from app.config import Settings
from app.connections.sockets import SocketRegister
from app.connections.stalled import StalledResponses
from app.connections.streams import StreamRegister
from app.errors import AppError, InvalidKey, InvalidToken, ServerRestarting, TooManyRequests
from app.logs import log
from app.peers.counts import PeerCounts
from app.time_limits import TimeLimits

CLOSE_SECONDS = 2
CUT_SECONDS = 1
REQUEST_SECONDS = 1.5
"""Longer than the database's own limit, so that requests waiting for it report that error."""

KEY_CHECK_SECONDS = 1.0
"""What runs with a key that was revoked is cut off in twice that time."""

GATHER_SECONDS = 0.05
"""What ends within so long is looked at together."""

LiveSessions = Callable[[set[int]], Awaitable[set[int]]]
"""The ids, among these, of sessions that are still logged in, or of keys that are good."""


class OpenConnections:
    """The sockets, event streams, requests and unread responses, each in a register of its own."""

    def __init__(self, settings: Settings) -> None:
        self.sockets = SocketRegister(settings.max_sockets_per_user, settings.send_timeout_seconds)
        self.streams = StreamRegister(settings.max_sockets_per_user)
        self.programs = StreamRegister(settings.api_requests_per_user, TooManyRequests)
        self.requests = TimeLimits(None)
        self.responses = StalledResponses(settings.send_timeout_seconds)
        self.are_ending = False
        self._check_seconds = settings.session_check_seconds
        self._sessions_end, self._keys_end = asyncio.Event(), asyncio.Event()

    def share(self, peers: PeerCounts) -> None:
        """Count what users have open together with other processes."""
        peers.share_opens("sockets", self.sockets.opens)
        peers.share_opens("streams", self.streams.opens)
        peers.share_opens("programs", self.programs.opens)

    def look(self, user_id: int) -> None:
        """Logins or keys of a user have ended: see at once what they have open here."""
        if user_id in self.sockets.opens or user_id in self.streams.opens:
            self._sessions_end.set()
        if user_id in self.programs.opens:
            self._keys_end.set()

    async def sweep(self, live: LiveSessions) -> None:
        """Repeatedly end what is over: expired tokens, ended sessions, disabled users, stalled
        clients."""
        while True:
            await _told(self._sessions_end, self._check_seconds)
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

    async def watch_keys(self, live: LiveSessions) -> None:
        """Repeatedly end what runs with keys that are not good any more."""
        while True:
            await _told(self._keys_end, min(self._check_seconds, KEY_CHECK_SECONDS))
            try:
                if running := self.programs.sessions:
                    self.programs.end_sessions(running - await live(running), InvalidKey())
            except AppError as error:
                log.debug("sweep_failed", code=error.code)
            except Exception:
                log.exception("sweep_failed")

    async def drain(self, finish: Callable[[], Awaitable[None]]) -> None:
        """End everything at shutdown: `finish` ends the replies, then clients are told."""
        self.are_ending = True
        await finish()
        self.streams.end_all(ServerRestarting())
        self.programs.end_all(ServerRestarting())
        self.requests.hurry(REQUEST_SECONDS)
        await self.sockets.end_all(ServerRestarting(), CLOSE_SECONDS)

    async def cut_off(self) -> None:
        """Repeatedly cut all sockets and unread responses; new ones may come to the very end."""
        while True:
            await asyncio.sleep(CUT_SECONDS)
            self.sockets.abort_all()
            self.responses.abort_all()


async def _told(event: asyncio.Event, seconds: float) -> None:
    """Wait until there is something to look at, so many seconds at most."""
    with suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            await event.wait()
            await asyncio.sleep(GATHER_SECONDS)
    event.clear()
