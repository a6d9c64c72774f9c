"""Replies as server-sent events (WHATWG HTML, section 9.2)."""

import asyncio
from collections.abc import AsyncIterator

import orjson
from fastapi.responses import StreamingResponse
from starlette.types import Receive, Scope, Send

from app.routers.responses import Responses
from app.schemas.events import ServerEvent
from app.services.generation.channel import Channels
from app.services.generation.live_reply import Cursor, LiveReply
from app.services.generation.viewer import Viewer

EVENT_STREAM = "text/event-stream"
STREAMED: Responses = {200: {"content": {EVENT_STREAM: {"schema": {"type": "string"}}}}}
KEEP_ALIVE_SECONDS = 15


class EventStream(StreamingResponse):
    """One reply from a cursor to its end, as a viewer sees it.

    Leaves the viewer's channel at the end, which the caller has entered for it.
    """

    media_type = EVENT_STREAM

    def __init__(
        self, channels: Channels, viewer: Viewer, reply: LiveReply, cursor: Cursor | None = None
    ) -> None:
        headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
        super().__init__(_frames(viewer.only(reply, cursor)), headers=headers)
        self._channels = channels
        self._channel = viewer.channel

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await super().__call__(scope, receive, send)
        finally:
            self._channels.leave(self._channel)


async def _frames(events: AsyncIterator[ServerEvent]) -> AsyncIterator[bytes]:
    """Events as frames, and a comment where there was nothing to say for a while."""
    upcoming = asyncio.ensure_future(anext(events, None))
    try:
        while True:
            await asyncio.wait({upcoming}, timeout=KEEP_ALIVE_SECONDS)
            if not upcoming.done():
                yield b": keep-alive\n\n"
                continue
            event = upcoming.result()
            if event is None:
                return
            yield _frame(event)
            upcoming = asyncio.ensure_future(anext(events, None))
    finally:
        upcoming.cancel()


def _frame(event: ServerEvent) -> bytes:
    data = b"data: " + orjson.dumps(event) + b"\n\n"
    place = event.get("id")
    return f"id: {place}\n".encode() + data if place else data
