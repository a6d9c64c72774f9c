"""One open WebSocket, and the register of all of them."""

import asyncio
import time
from collections.abc import Mapping
from typing import Any

import orjson
from starlette.websockets import WebSocket, WebSocketDisconnect, WebSocketState

from app.errors import AppError, Language, TooManySockets
from app.utils.connection import cut

ABORT_SECONDS = 1.0


class Socket:
    """Sends events on an accepted WebSocket, and can be ended from outside."""

    def __init__(self, websocket: WebSocket, language: Language) -> None:
        self.user_id = self.session_id = 0
        self.expires_at = 0.0
        self.language = language
        self.sending_since: float | None = None
        loop = asyncio.get_running_loop()
        self.ended: asyncio.Future[AppError] = loop.create_future()
        self.closed: asyncio.Future[None] = loop.create_future()
        self._websocket = websocket

    def belongs_to(self, user_id: int, session_id: int, expires_at: float) -> None:
        """Say whose socket it is, and until when (seconds since 1970)."""
        self.user_id, self.session_id, self.expires_at = user_id, session_id, expires_at

    async def send(self, event: Mapping[str, Any]) -> None:
        """Send one event; waits while the client does not read."""
        self.sending_since = time.monotonic()
        text = orjson.dumps(event).decode()
        await self._websocket.send({"type": "websocket.send", "text": text})
        self.sending_since = None

    async def send_error(self, error: AppError, **details: Any) -> None:
        """Tell the client why something was refused."""
        text = error.text(self.language)
        await self.send({"type": "error", "message": text, "code": error.code, **details})

    def end(self, error: AppError) -> None:
        """Have the session that serves this socket say why, and close."""
        if not self.ended.done():
            self.ended.set_result(error)

    async def close(self, error: AppError) -> None:
        """Say why and close; a client that does not read is cut off after a second."""
        try:
            async with asyncio.timeout(ABORT_SECONDS):
                await self.send_error(error)
                await self._websocket.close(error.close_code or 1000, error.code)
        except TimeoutError:
            self.abort()
        except (RuntimeError, WebSocketDisconnect):
            pass  # the client was quicker

    def abort(self) -> None:
        """Cut the connection without a word."""
        transport = self._websocket.scope["state"].get("transport")
        if transport is not None:
            cut(transport)

    @property
    def is_open(self) -> bool:
        return self._websocket.client_state is WebSocketState.CONNECTED


class SocketRegister:
    """Every open socket of this process: how many a user has, and who must go."""

    def __init__(self, per_user: int, send_timeout_seconds: float) -> None:
        self._per_user = per_user
        self._send_timeout = send_timeout_seconds
        self._sockets: set[Socket] = set()

    def add(self, socket: Socket) -> None:
        """Count a socket in; TooManySockets when its user has too many."""
        if sum(other.user_id == socket.user_id for other in self._sockets) >= self._per_user:
            raise TooManySockets
        self._sockets.add(socket)

    def remove(self, socket: Socket) -> None:
        """Count a socket out."""
        self._sockets.discard(socket)
        if not socket.closed.done():
            socket.closed.set_result(None)

    @property
    def sessions(self) -> set[int]:
        """The sessions that have sockets open."""
        return {socket.session_id for socket in self._sockets}

    def abort_stalled(self) -> None:
        """Cut the sockets whose clients have not read for too long."""
        now = time.monotonic()
        for socket in self._sockets:
            since = socket.sending_since
            if since is not None and now - since > self._send_timeout:
                socket.abort()

    def end_expired(self, error: AppError) -> None:
        """End the sockets whose tokens have expired."""
        now = time.time()
        for socket in self._sockets:
            if socket.expires_at <= now:
                socket.end(error)

    def end_sessions(self, session_ids: set[int], error: AppError) -> None:
        """End every socket of these sessions."""
        for socket in self._sockets:
            if socket.session_id in session_ids:
                socket.end(error)

    async def end_all(self, error: AppError, timeout_seconds: float) -> None:
        """End every socket, and cut those that are still there after the timeout."""
        for socket in self._sockets:
            socket.end(error)
        if closing := [socket.closed for socket in self._sockets]:
            await asyncio.wait(closing, timeout=timeout_seconds)
        for socket in list(self._sockets):
            socket.abort()
