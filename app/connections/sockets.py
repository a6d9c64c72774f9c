"""One open WebSocket, and the register of all of them."""

import asyncio
import time
from collections.abc import Mapping, Sequence
from typing import Any

import orjson
from starlette.websockets import WebSocket, WebSocketDisconnect

from app.connections.request import request_state
from app.connections.transport import cut
from app.connections.websocket_protocol import BoundedWebSocketProtocol
from app.errors import AppError, Language, TooManySockets
from app.peers.opens import OpenCounts
from app.utils.websocket import refusal

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
        transport = request_state(websocket.scope).transport
        protocol = transport.get_protocol() if transport is not None else None
        self._protocol = protocol if isinstance(protocol, BoundedWebSocketProtocol) else None

    def belongs_to(self, user_id: int, session_id: int, expires_at: float) -> None:
        """Set the socket's user, session and expiry (seconds since 1970)."""
        self.user_id, self.session_id, self.expires_at = user_id, session_id, expires_at

    def send_now(self, events: Sequence[Mapping[str, Any]]) -> bool:
        """Send events without waiting; False, and none is sent, where the client has left so much
        unread that its sender has to wait."""
        protocol = self._protocol
        return protocol is not None and protocol.send_now([orjson.dumps(event) for event in events])

    async def send(self, event: Mapping[str, Any]) -> None:
        """Send one event; waits while the client does not read."""
        text = orjson.dumps(event)
        if self._protocol is not None and self._protocol.send_now([text]):
            return
        self.sending_since = time.monotonic()
        await self._websocket.send({"type": "websocket.send", "text": text.decode()})
        self.sending_since = None

    async def send_error(self, error: AppError, **details: Any) -> None:
        """Tell the client why something was refused."""
        await self.send(refusal(error, self.language, details))

    def end(self, error: AppError) -> None:
        """Have the session that serves this socket send the error and close."""
        if not self.ended.done():
            self.ended.set_result(error)

    async def close(self, error: AppError) -> None:
        """Send the error and close; cut off a client that does not read for a second."""
        request_state(self._websocket.scope).close_code = error.close_code or 1000
        try:
            async with asyncio.timeout(ABORT_SECONDS):
                await self.send_error(error)
                await self._websocket.close(error.close_code or 1000, error.code)
        except TimeoutError:
            self.abort()
        except (RuntimeError, WebSocketDisconnect):
            pass  # the client closed first

    def abort(self) -> None:
        """Cut the connection without a close frame."""
        transport = request_state(self._websocket.scope).transport
        if transport is not None:
            cut(transport)


class SocketRegister:
    """Every open socket of this process: how many a user has, here and elsewhere, and who must
    go."""

    def __init__(self, per_user: int, send_timeout_seconds: float) -> None:
        self._per_user = per_user
        self._send_timeout = send_timeout_seconds
        self._sockets: set[Socket] = set()
        self.opens = OpenCounts()
        self._over: AppError | None = None

    def add(self, socket: Socket) -> None:
        """Register a socket. Raises TooManySockets above the user's limit, and after `end_all` the
        error that ended the others."""
        if self._over is not None:
            raise self._over
        if self.opens[socket.user_id] >= self._per_user:
            raise TooManySockets
        self.opens.add(socket.user_id)
        self._sockets.add(socket)

    def remove(self, socket: Socket) -> None:
        """Remove a socket."""
        self._sockets.remove(socket)
        self.opens.remove(socket.user_id)
        if not socket.closed.done():
            socket.closed.set_result(None)

    def __len__(self) -> int:
        return len(self._sockets)

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
        """End every socket and refuse new ones; cut those still open after the timeout."""
        self._over = error
        for socket in self._sockets:
            socket.end(error)
        if closing := [socket.closed for socket in self._sockets]:
            await asyncio.wait(closing, timeout=timeout_seconds)
        self.abort_all()

    def abort_all(self) -> None:
        """Cut every socket without a close frame."""
        for socket in list(self._sockets):
            socket.abort()
