"""One open socket: what it shows, and what its client asks for."""

import asyncio
from typing import Any

from fastapi import WebSocket
from pydantic import ValidationError
from pydantic_core import from_json

from app.connections.request import request_state
from app.connections.sockets import Socket
from app.errors import (
    AppError,
    BodyTooLarge,
    InvalidCursor,
    Language,
    MalformedJson,
)
from app.ratelimit import RateLimits
from app.responses import note
from app.routers.words import worded_event
from app.schemas.events import (
    ClientEvent,
    ContinueReply,
    EditMessage,
    Ping,
    RegenerateReply,
    ReplyRequest,
    SendMessage,
    StopReply,
    client_event,
    client_id_in,
)
from app.services.chat.actions import (
    Continue,
    Edit,
    ModelChoice,
    Regenerate,
    ReplyAction,
    Send,
)
from app.services.chat.live import LiveConversation
from app.tracing import span
from app.utils.json_parts import MOST_PARTS, count_parts
from app.utils.validation import invalid_input

FRAME_CHARACTERS = 1_500_000
"""Room for a message of the greatest length with every character escaped."""
SMALL_FRAME_CHARACTERS = 1_000
"""A longer frame counts against the budget before it is read, because reading it is work."""
BAD_FRAMES = 20


class SocketSession:
    """One socket in one conversation: shows what happens, and does what the client asks."""

    def __init__(
        self,
        socket: Socket,
        websocket: WebSocket,
        limits: RateLimits,
        live: LiveConversation,
    ) -> None:
        self._socket = socket
        self._websocket = websocket
        self._limits = limits
        self._live = live
        self._bad_frames = 0

    @property
    def _language(self) -> Language:
        return self._socket.language

    async def run(self, last_event_id: str | None) -> None:
        """Serve until the client leaves or the socket is ended from outside (its AppError)."""
        work: list[asyncio.Task[None]] = []
        try:
            await self._attach(last_event_id)
            work += asyncio.create_task(self._show()), asyncio.create_task(self._listen())
            watched: set[asyncio.Future[Any]] = {*work, self._socket.ended}
            await asyncio.wait(watched, return_when=asyncio.FIRST_COMPLETED)
            if self._socket.ended.done():
                raise self._socket.ended.result()
            for task in work:
                if task.done():
                    task.result()
        finally:
            for task in work:
                task.cancel()
            if work:
                await asyncio.wait(work)

    async def _attach(self, last_event_id: str | None) -> None:
        try:
            await self._live.attach(last_event_id)
        except InvalidCursor as error:
            await self._socket.send_error(error)

    async def _show(self) -> None:
        async for event in self._live.events(self._socket.send_now):
            await self._socket.send(worded_event(event, self._language))

    async def _listen(self) -> None:
        while self._bad_frames < BAD_FRAMES:
            message = await self._websocket.receive()
            if message["type"] == "websocket.disconnect":
                request_state(self._websocket.scope).close_code = message.get("code")
                return
            frame = message.get("text") or message.get("bytes") or ""
            event = None
            try:
                event = self._read(frame)
                await self._handle(event, is_counted=len(frame) > SMALL_FRAME_CHARACTERS)
                self._bad_frames = 0
            except AppError as error:
                note(self._websocket.scope, error)
                self._bad_frames += error.status in (413, 422)
                client_id = getattr(event, "client_id", None) if event else client_id_in(frame)
                details = {"client_id": client_id} if client_id else {}
                await self._socket.send_error(error, **details)
            await asyncio.sleep(0)  # let other tasks run between frames that came together
        await self._websocket.close(1008, "too many bad frames")

    def _read(self, frame: str | bytes) -> ClientEvent:
        if len(frame) > FRAME_CHARACTERS or count_parts(frame) > MOST_PARTS:
            raise BodyTooLarge
        if len(frame) > SMALL_FRAME_CHARACTERS:
            self._count()
        try:
            read = from_json(frame, allow_inf_nan=False)  # not orjson: a long int is a float to it
        except ValueError as error:
            raise MalformedJson from error
        try:
            return client_event.validate_python(read)
        except ValidationError as error:
            raise invalid_input(error.errors(include_input=False), self._language) from error

    async def _handle(self, event: ClientEvent, is_counted: bool) -> None:
        match event:
            case Ping():
                await self._socket.send({"type": "pong"})
            case StopReply():
                await self._live.stop()
            case _:
                if not is_counted:
                    self._count()
                await self._begin(_action(event), event.client_id, ModelChoice.of(event))

    def _count(self) -> None:
        self._limits.hit(f"user:{self._socket.user_id}")

    async def _begin(self, action: ReplyAction, client_id: str | None, choice: ModelChoice) -> None:
        with span("socket message", "server"):
            reply = await self._live.begin(action, client_id, choice)
        self._live.show(reply)


def _action(event: ReplyRequest) -> ReplyAction:
    match event:
        case SendMessage():
            return Send(event.content, tuple(event.attachment_ids or ()))
        case EditMessage():
            given = event.attachment_ids
            held = None if given is None else tuple(given)
            return Edit(event.message_id, event.content, held)
        case RegenerateReply():
            return Regenerate(event.message_id)
        case ContinueReply():
            return Continue(event.message_id)
