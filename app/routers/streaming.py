"""Replies as server-sent events (WHATWG HTML, section 9.2)."""

import asyncio
from collections.abc import AsyncIterator

import orjson
from fastapi.responses import StreamingResponse

from app.errors import Language
from app.routers.responses import Responses
from app.schemas.events import ServerEvent
from app.services.generation.channel import Channel, Channels
from app.services.generation.live_reply import Cursor, LiveReply
from app.services.generation.viewer import Viewer

EVENT_STREAM = "text/event-stream"
STREAMED: Responses = {200: {"content": {EVENT_STREAM: {"schema": {"type": "string"}}}}}
KEEP_ALIVE_SECONDS = 15


def event_stream(
    channels: Channels,
    channel: Channel,
    language: Language,
    reply: LiveReply,
    cursor: Cursor | None,
) -> StreamingResponse:
    """One reply from a cursor to its end. Leaves the channel, which the caller has entered."""

    async def body() -> AsyncIterator[bytes]:
        try:
            async for frame in _frames(Viewer(channel, language).only(reply, cursor)):
                yield frame
        finally:
            channels.leave(channel)

    headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
    return StreamingResponse(body(), media_type=EVENT_STREAM, headers=headers)


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
